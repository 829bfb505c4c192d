"""What a comment says, apart from who says it: pure functions."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal
from uuid import UUID

from markdown_it import MarkdownIt
from markdown_it.token import Token

REACTIONS: Final = ("👍", "👎", "❤️", "🎉", "😄", "😕", "🙏", "👀", "🚀", "🔥", "✅", "❓")
"""What one can say without words."""
_HANDLE: Final = re.compile(r"(?<![\w@./+~-])@(\w[\w.+~-]*(?:@[\w-]+(?:\.[\w-]+)+)?)")
_ATTACHMENT: Final = re.compile(r"attachment:([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mentionable:
    """A person or a team who can be named after an @. ``key`` is a team's, ``email`` a person's."""

    kind: Literal["person", "team"]
    id: UUID
    name: str
    key: str = ""
    email: str = ""


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("gfm-like", {"html": True, "linkify": False})


def handles_in(body: str) -> list[str]:
    """The names after an @ in a Markdown text, each once, in order. Code, links, addresses and HTML name nobody."""
    found: dict[str, None] = {}
    if "@" not in body:
        return []
    for token in _parser().parse(body):
        for text in _prose(token):
            found.update(dict.fromkeys(match.rstrip(".-+~") for match in _HANDLE.findall(text)))
    return list(found)


def _prose(token: Token) -> Iterable[str]:
    """The plain words of an inline token, joined where nothing stands between them."""
    depth, text = 0, ""
    for child in token.children or ():
        depth += (child.type == "link_open") - (child.type == "link_close")
        if child.type in {"text", "text_special"} and depth == 0:
            text += child.content
        elif child.type not in {"em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close"}:
            yield text
            text = " " if child.type in {"softbreak", "hardbreak"} else "/"
    yield text


def attachments_in(body: str) -> list[UUID]:
    """The files that a text shows or links to, each once."""
    return list(dict.fromkeys(UUID(found) for found in _ATTACHMENT.findall(body)))


def fold(handle: str) -> str:
    """A handle as it is compared: case and the way in which letters are composed do not matter."""
    return unicodedata.normalize("NFKC", handle).casefold()


def _slug(name: str) -> str:
    return re.sub(r"[^\w]+", "-", fold(name)).strip("-_")


def _ascii(name: str) -> str:
    return _slug(unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode())


def _aliases(one: Mentionable) -> list[str]:
    """What one answers to, the nicest first; the last is one's own alone."""
    names = [one.key, _slug(one.name), _ascii(one.name), one.email, one.email.partition("@")[0]]
    return [*dict.fromkeys(fold(name) for name in names if name), f"{_slug(one.name) or one.kind}~{one.id.hex[-8:]}"]


class Directory:
    """Who is meant by a handle. One that several people answer to means nobody."""

    def __init__(self, everybody: Iterable[Mentionable]) -> None:
        self._answers: dict[str, set[Mentionable]] = defaultdict(set)
        for one in everybody:
            for alias in _aliases(one):
                self._answers[alias].add(one)

    def find(self, handle: str) -> Mentionable | None:
        """The one person or team of that handle."""
        found = self._answers.get(fold(handle), set())
        return next(iter(found)) if len(found) == 1 else None

    def handle_of(self, one: Mentionable) -> str:
        """The nicest handle that means ``one`` and nobody else."""
        return next(alias for alias in _aliases(one) if self._answers[alias] == {one} and handles_in(f"@{alias}"))


def mentioned(
    body: str, directory: Directory, before: Mapping[str, Mentionable] | None = None
) -> dict[str, Mentionable]:
    """Handle as written → who is meant, one handle for each who is. ``before``: who the handles of the text meant
    when it was written; they still do, whoever is called so by now."""
    known = {fold(handle): one for handle, one in (before or {}).items()}
    found: dict[Mentionable, str] = {}
    for handle in handles_in(body):
        one = known.get(fold(handle)) or directory.find(handle)
        if one is not None:
            found.setdefault(one, handle)
    return {handle: one for one, handle in found.items()}
