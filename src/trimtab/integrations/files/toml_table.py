"""Reads a TOML table key by key; a refusal names the line and the key."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from trimtab.core.errors import Invalid

_HEADER = re.compile(r"^\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*((?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=")
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+)")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_REQUIRED: Any = object()

Path = tuple[str | int, ...]


class BadRecipe(Invalid):
    """A recipe that cannot be used; the message names the file, the line and the key."""

    code = "bad_recipe"


class _Source:
    """A recipe's text, and on which line each of its keys stands."""

    def __init__(self, text: str, where: str) -> None:
        self.where = where
        self.lines = _lines(text)

    def line(self, path: Path) -> int:
        """The line of the longest part of ``path`` that is written out; 1 when none is."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def _names(dotted: str) -> list[str]:
    return [next(part for part in match.groups() if part is not None) for match in _PART.finditer(dotted)]


def _lines(text: str) -> dict[Path, int]:
    lines: dict[Path, int] = {}
    section: Path = ()
    seen: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        key = _KEY.match(line)
        if header:
            section = tuple(_names(header.group(2)))
            if header.group(1) == "[[":
                seen[section] = seen.get(section, -1) + 1
                section = (*section, seen[section])
            lines.setdefault(section, number)
        elif key:
            lines.setdefault((*section, *_names(key.group(1))), number)
    return lines


class Table:
    """One table of a recipe. Each key is asked for by its type; ``done`` refuses the keys nobody asked for."""

    def __init__(self, source: _Source, path: Path, content: Mapping[str, Any]) -> None:
        self._source, self._path, self._content = source, path, content
        self._asked: set[str] = set()

    @classmethod
    def blank(cls) -> "Table":
        """A table without a key."""
        return cls(_Source("", ""), (), {})

    def refuse(self, key: str, problem: str, among: Iterable[str] = ()) -> NoReturn:
        """Raise BadRecipe for ``key`` (empty: the table itself), with the nearest of ``among`` as a suggestion."""
        path = (*self._path, key) if key else self._path
        near = difflib.get_close_matches(key, sorted(among), n=1)
        name = ".".join(str(part) for part in path if not isinstance(part, int))
        line = self._source.line(path)
        hint = f" Did you mean “{near[0]}”?" if near else ""
        raise BadRecipe(f"{self._source.where}, line {line}: “{name}” {problem}{hint}", line=line, key=name)

    def has(self, key: str) -> bool:
        return key in self._content

    def names(self) -> Iterator[str]:
        """The keys in the order written; all count as asked for."""
        self._asked |= set(self._content)
        return iter(self._content)

    def raw(self, key: str) -> Any:
        return self._content.get(key)

    def done(self) -> None:
        """Refuse the first key that nobody asked for."""
        for key in self._content:
            if key not in self._asked:
                self.refuse(key, "means nothing here.", among=self._asked)

    def _take(self, key: str, kind: type, wanted: str, default: Any) -> Any:
        self._asked.add(key)
        if key not in self._content:
            if default is _REQUIRED:
                self.refuse(key, "is missing.")
            return default
        value = self._content[key]
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            self.refuse(key, f"has to be {wanted}.")
        return value

    def text(self, key: str, default: str = _REQUIRED) -> str:
        value: str = self._take(key, str, "a text", default)
        if default is _REQUIRED and not value.strip():
            self.refuse(key, "is empty.")
        return value

    def slug(self, key: str) -> str:
        value = self.text(key)
        if not _SLUG.fullmatch(value):
            self.refuse(key, "has small letters, digits, - and _ only, 60 at most.")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value: bool = self._take(key, bool, "true or false", default)
        return value

    def number(self, key: str, default: int) -> int:
        """A whole number."""
        value: int = self._take(key, int, "a whole number", default)
        return value

    def choice(self, key: str, options: tuple[str, ...], default: str | None) -> str:
        value: str = self._take(key, str, "a text", _REQUIRED if default is None else default)
        if value not in options:
            self.refuse(key, f"is “{value}”; it can be {', '.join(option for option in options if option)}.")
        return value

    def list(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        values = self._take(key, list, "a list of texts", list(default))
        if not all(isinstance(value, str) for value in values):
            self.refuse(key, "has to be a list of texts.")
        return tuple(values)

    def one_or_more(self, key: str) -> tuple[str, ...]:
        """A text, or a list of texts."""
        return self.list(key) if isinstance(self._content.get(key), list) else (self.text(key),)

    def texts_here(self) -> dict[str, str]:
        """All of this table, as texts."""
        return {name: self.text(name) for name in self.names()}

    def texts(self, key: str) -> dict[str, str]:
        """A table of texts; absent means empty."""
        content = self._take(key, dict, "a table of texts", {})
        for name, value in content.items():
            if not isinstance(value, str):
                Table(self._source, (*self._path, key), content).refuse(name, "has to be a text.")
        return dict(content)

    def table(self, key: str) -> "Table":
        return Table(self._source, (*self._path, key), self._take(key, dict, "a table", _REQUIRED))

    def optional(self, key: str) -> "Table | None":
        self._asked.add(key)
        return self.table(key) if key in self._content else None

    def tables(self, key: str) -> Iterator["Table"]:
        """The tables of ``[[key]]``; absent means none."""
        content = self._take(key, list, "a list of tables", [])
        for position, part in enumerate(content):
            if not isinstance(part, dict):
                self.refuse(key, "has to be a list of tables.")
            yield Table(self._source, (*self._path, key, position), part)


def parse(text: str, where: str) -> Table:
    """The top table of a recipe. Raises BadRecipe, with the line, for what is no TOML."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise BadRecipe(f"{where}: {wrong}.") from wrong
    return Table(_Source(text, where), (), content)
