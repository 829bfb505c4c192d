"""What every answer carries: entity tags, compression, and the headers that keep a browser safe."""

import gzip
import hashlib
from typing import Final

from django.http import HttpRequest, HttpResponse

COMPRESS_FROM: Final = 1_000
COMPRESS_LEVEL: Final = 1
SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def secure(response: HttpResponse) -> None:
    """Add the headers that a browser needs to keep others out."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)


def tag(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Name the body by its hash; answer 304 to one who has it already."""
    etag = f'W/"{hashlib.sha256(response.content, usedforsecurity=False).hexdigest()[:32]}"'
    known = request.META.get("HTTP_IF_NONE_MATCH", "")
    if known and (known == "*" or etag in {part.strip() for part in known.split(",")}):
        response = HttpResponse(status=304)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def compress(request: HttpRequest, response: HttpResponse) -> None:
    """Shrink a body of over a kilobyte for a client that can unfold it."""
    if len(response.content) < COMPRESS_FROM or "gzip" not in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        return
    response.content = gzip.compress(response.content, compresslevel=COMPRESS_LEVEL, mtime=0)
    response.headers["Content-Encoding"] = "gzip"
