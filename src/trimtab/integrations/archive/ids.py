"""Ids on their way into another installation: kept where they are free, else all of them made anew alike."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from trimtab.integrations.archive.layout import Layout, Table

_HEX: Final = "0123456789abcdef"
_ID: Final = re.compile(rb'"(custom\.)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')
_ONE: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CUSTOM: Final = "custom."
_CHANCE: Final = random.SystemRandom()
Line = Callable[[bytes], bytes]


def another_alphabet() -> Mapping[int, int]:
    """A permutation of the hexadecimal digits that leaves none where it is."""
    while True:
        drawn = "".join(_CHANCE.sample(_HEX, len(_HEX)))
        if all(old != new for old, new in zip(_HEX, drawn, strict=True)):
            return str.maketrans(_HEX, drawn)


@dataclass(frozen=True, slots=True)
class Ids:
    """``users`` maps users of there to users of here, ``workspace`` the old and the new id, ``slug`` likewise.

    ``alphabet`` writes the last twelve digits of every other id anew; None keeps them. A record of another workspace
    keeps its own: no two ids become one, because a permutation never does that.
    """

    workspace: tuple[str, str]
    slug: tuple[str, str]
    users: Mapping[str, str] = field(default_factory=dict)
    alphabet: Mapping[int, int] | None = None

    def new(self, old: str) -> str:
        """The id of here for an id of there."""
        if old == self.workspace[0]:
            return self.workspace[1]
        user = self.users.get(old)
        if user is not None:
            return user
        return old if self.alphabet is None else old[:24] + old[24:].translate(self.alphabet)

    def line(self, table: Table, found: Layout) -> Line:
        """What makes a line of ``table`` one of here. Numbers and texts stay as they are written."""
        rewrite = self._rewrite(table, found)
        if table.name in {"core_workspace", "core_workspace_version"}:
            return lambda line: self._readdressed(rewrite(line))
        if table.name == "ledger_change" and self.slug[0] != self.slug[1]:
            return lambda line: self._logged_address(rewrite(line))
        return rewrite

    def _rewrite(self, table: Table, found: Layout) -> Line:
        moved = {old: new for old, new in self.users.items() if old != new}
        if self.alphabet is not None or self.workspace[0] != self.workspace[1]:
            return lambda line: self._replaced(line, table, found)
        if not moved:
            return lambda line: line
        some = re.compile("|".join(moved).encode())
        return lambda line: self._replaced(line, table, found) if some.search(line) else line

    def _replaced(self, line: bytes, table: Table, found: Layout) -> bytes:
        row = orjson.loads(line)
        ids = set(_logged(row, found) if table.name == "ledger_change" else _of(row, table.columns))
        new = {old.encode(): self.new(old).encode() for old in ids}

        def other(match: re.Match[bytes]) -> bytes:
            mine = new.get(match[2])
            return match[0] if mine is None else b'"%b%b"' % (match[1] or b"", mine)

        return _ID.sub(other, line)

    def _readdressed(self, line: bytes) -> bytes:
        row = orjson.loads(line)
        if row["slug"] == self.slug[0]:
            row["slug"] = self.slug[1]
        return orjson.dumps(row)

    def _logged_address(self, line: bytes) -> bytes:
        if b'"entity":"workspace"' not in line:
            return line
        row = orjson.loads(line)
        if "slug" in row["fields"]:
            row["fields"]["slug"] = [self.slug[1] if each == self.slug[0] else each for each in row["fields"]["slug"]]
        return orjson.dumps(row)


def _of(row: Mapping[str, Any], columns: Mapping[str, str]) -> Iterator[str]:
    """The ids in a row: in columns of ids, and where a document holds one as a whole."""
    for name, kind in columns.items():
        value = row.get(name)
        if value is None:
            continue
        if name == "custom" and kind == "jsonb":
            yield from value  # fields by id; their values are texts, numbers, days
        elif kind in {"uuid", "uuid[]", "jsonb"}:
            yield from _within(value)


def _logged(row: Mapping[str, Any], found: Layout) -> Iterator[str]:
    """The ids in a change: its own, and those in fields that hold ids."""
    yield from (row[name] for name in ("change_set_id", "entity_id", "voided_by") if row.get(name))
    table = found.find(found.entities.get(row["entity"], ""))
    columns = table.columns if table else {}
    for name, values in row["fields"].items():
        if name.startswith(_CUSTOM):
            yield name.removeprefix(_CUSTOM)
        elif columns.get(name) in {"uuid", "uuid[]", "jsonb"}:
            yield from _within(values)


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _ONE.fullmatch(value):
            yield value
    elif isinstance(value, list):
        for each in value:
            yield from _within(each)
    elif isinstance(value, dict):
        yield from _within(list(value))
        yield from _within(list(value.values()))
