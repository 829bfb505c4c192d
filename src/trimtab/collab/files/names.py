"""What an uploaded file is called here: never a way out of a folder, never a trick on the reader."""

import re
import unicodedata
from typing import Final
from urllib.parse import quote

LONGEST: Final = 200
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
_FORBIDDEN: Final = frozenset('<>:"|?*')
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(name: str) -> str:
    """The last part of a path, without what cannot be seen (that turns ``exe.gpj`` into ``jpg.exe``), without letters
    that a file system takes amiss, of at most 200 characters, its ending kept."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join("_" if char in _FORBIDDEN else char for char in last if unicodedata.category(char) not in _UNSEEN)
    kept = " ".join(kept.split()).strip(" .")
    if not kept:
        return "file"
    if _RESERVED.match(kept):
        kept = f"_{kept}"
    stem, dot, ending = kept.rpartition(".")
    if not stem or len(ending) > 20:
        return kept[:LONGEST].rstrip(" .")
    return stem[: LONGEST - len(ending) - 1].rstrip(" .") + dot + ending


def disposition(name: str, *, inline: bool) -> str:
    """The Content-Disposition of a file: plain letters for old readers, all of them for the others."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
