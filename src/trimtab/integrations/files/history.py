"""The dated changes of the past: one chain per record and field, held against what the record is today. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """A staged row of the history: at ``at`` each field went from the first to the second of its values."""

    row: int
    at: datetime
    fields: Mapping[str, Sequence[Any]]
    actor: str
    cause: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One field's change, ready for the ledger."""

    row: int
    at: datetime
    field: str
    old: Any
    new: Any
    actor: str
    cause: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Birth:
    """When a record came to be, by its own file, and the fields of which its history would tell every change."""

    row: int
    at: datetime
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A field whose entries do not fit together; ``row`` is where that shows, ``rows`` all that go with it."""

    field: str
    row: int
    rows: tuple[int, ...]
    problem: str


def chains(
    events: Iterable[Event], today: Mapping[str, Any], now: datetime, birth: Birth | None = None
) -> tuple[list[Entry], list[Broken]]:
    """The entries of one record in the order of their time, and the fields that had to be left out.

    ``today`` holds the record's values, absent ones missing. A field is left out when an entry does not begin where
    the one before ended, when the last does not end at today's value, or when one lies at or after ``now``.
    The first may begin anywhere: that is how the record came to be. Entries that change nothing fall away. A record
    whose title comes later than its first entry has an empty one until then. From its ``birth`` on each field has the
    value that its first entry begins with, or today's where it has none.
    """
    ordered = sorted(events, key=lambda event: (event.at, event.row))
    fields: dict[str, list[Entry]] = {}
    for event in ordered:
        for name, (old, new) in event.fields.items():
            fields.setdefault(name, []).append(Entry(event.row, event.at, name, old, new, event.actor, event.cause))
    if birth is not None:
        _bear(fields, birth, today, now)
    kept: list[Entry] = []
    broken: list[Broken] = []
    for name, entries in fields.items():
        wrong = _wrong(entries, today.get(name), now)
        if wrong is None:
            kept += [entry for entry in entries if entry.old != entry.new]
        else:
            row, problem = wrong
            broken.append(Broken(name, row, tuple(entry.row for entry in entries), problem))
    kept.sort(key=lambda entry: (entry.at, entry.row))
    if kept and not _since_birth(kept, "level_id"):
        rows = tuple(entry.row for entry in kept)
        return [], [*broken, *(Broken(name, rows[0], rows, "has no level to begin with") for name in fields)]
    if kept and not _since_birth(kept, "title"):
        kept = _untitled_at_birth(kept)
    return kept, broken


def _bear(fields: dict[str, list[Entry]], birth: Birth, today: Mapping[str, Any], now: datetime) -> None:
    """Begin each field's entries with the birth; not where an entry is older."""
    if birth.at >= now or any(entries[0].at < birth.at for entries in fields.values()):
        return
    for name in birth.fields:
        entries = fields.get(name, [])
        value = entries[0].old if entries else today.get(name)
        if value is not None:
            fields[name] = [Entry(birth.row, birth.at, name, None, value, "", {}), *entries]


def _since_birth(entries: Sequence[Entry], field: str) -> bool:
    """Whether a field that a record never lacks is told from its first entry on, or is not told at all."""
    first = next((entry for entry in entries if entry.field == field), None)
    return first is None or first.old is not None or (first.new is not None and first.at == entries[0].at)


def _untitled_at_birth(entries: Sequence[Entry]) -> list[Entry]:
    """The same with an empty title from the first entry up to the first title."""
    birth = replace(entries[0], field="title", old=None, new="")
    first = next(entry for entry in entries if entry.field == "title")
    return [birth, *(replace(entry, old="") if entry is first else entry for entry in entries)]


def _wrong(entries: Sequence[Entry], today: Any, now: datetime) -> tuple[int, str] | None:
    before = entries[0].old
    for entry in entries:
        if entry.at >= now:
            return entry.row, f"lies in the future: {entry.at:%Y-%m-%d %H:%M}"
        if entry.old != before:
            return entry.row, f"starts at {_quoted(entry.old)}, but the entry before it ends at {_quoted(before)}"
        before = entry.new
    if before != today:
        return entries[-1].row, f"ends at {_quoted(before)}, but the item is at {_quoted(today)}"
    return None


def _quoted(value: Any) -> str:
    return "nothing" if value is None else f"“{value}”"
