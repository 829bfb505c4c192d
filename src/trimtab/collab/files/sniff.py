"""What bytes are, by their beginning. What the uploader says they are, and how they are called, is never asked."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

HEAD: Final = 4096
"""How many bytes are looked at."""
SHOWN: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
"""Pictures that a browser may show in place: none of them can hold a script."""
_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-office"),
    (b"MZ", "application/x-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xfe\xed\xfa\xce", "application/x-executable"),
    (b"\xfe\xed\xfa\xcf", "application/x-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-executable"),
    (b"\xca\xfe\xba\xbe", "application/x-executable"),
    (b"#!", "application/x-executable"),
)
_BRANDS: Final = {b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"mif1": "image/heif"}
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_OFFICE: Final = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "application/vnd.oasis.opendocument"),
)
_MARKUP: Final = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|object|embed|img|style|link|meta|svg)\b", re.IGNORECASE
)


def sniff(head: bytes) -> str:
    """The type of a file from its first ``HEAD`` bytes; ``application/octet-stream`` for what is not known."""
    head = head[:HEAD]
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "application/octet-stream")
    if head[:4] == b"PK\x03\x04":
        return next((kind for mark, kind in _OFFICE if mark in head), "application/zip")
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    return found or _text(head)


def _text(head: bytes) -> str:
    """Text of some kind, if it reads as text; markup says what it is anywhere in its beginning."""
    plain = head.replace(b"\x00", b"")  # UTF-16 hides markup from a careless eye
    marked = _MARKUP.search(plain)
    if marked:
        return "image/svg+xml" if marked.group().lower() == b"<svg" else "text/html"
    if not head or b"\x00" in head:
        return "application/octet-stream"
    try:
        head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < HEAD:
            return "application/octet-stream"
    if plain.lstrip()[:5].lower() == b"<?xml":
        return "text/xml"
    return "application/json" if plain.lstrip()[:1] in {b"{", b"["} else "text/plain"


def allowed(content_type: str, patterns: Iterable[str]) -> bool:
    """Whether a type is one of ``patterns`` (``image/*``)."""
    return any(fnmatchcase(content_type, pattern) for pattern in patterns)
