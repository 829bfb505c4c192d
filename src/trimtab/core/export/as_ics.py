"""A calendar of all-day events (RFC 5545). What is meant as a quarter covers the quarter and says so."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

from icalendar import Calendar, Event

from trimtab.core.export.cells import Cell, Ends, cells, is_exact, plain, span, wording
from trimtab.core.export.sheet import Block, Column, Sheet
from trimtab.core.fields.spec import FieldKind

_END = b"END:VCALENDAR\r\n"


def write(sheet: Sheet, blocks: Iterable[Block]) -> Iterator[bytes]:
    """An event for each day or timeframe of each record; ``later`` and what has no date have none."""
    calendar = Calendar()
    calendar.add("prodid", "-//Trimtab//Export//EN")
    calendar.add("version", "2.0")
    yield calendar.to_ical().removesuffix(_END)
    for block in blocks:
        yield b"".join(event.to_ical() for event in _events(sheet, block))
    yield _END


def _events(sheet: Sheet, block: Block) -> Iterator[Event]:
    ids = block.raw("id")
    details = block.records([ids, *(cells(block, column) for column in sheet.columns)])
    named = _titles(sheet, block)
    for column in sheet.dated:
        frames = block.records([_frames(block, column)])
        several = f": {column.label}" if len(sheet.dated) > 1 or column.kind is FieldKind.DATE else ""
        for number, (title,), (ends,), (record, *values) in zip(count(), named, frames, details, strict=False):
            days = None if ends is None else span(ends, sheet.calendar)
            if days is None:
                continue
            words = "" if is_exact(ends) else f" ({wording(ends, sheet.calendar)})"
            uid = f"{record}.{column.name}@trimtab"
            yield _event(sheet, uid, f"{title or number}{several}{words}", days, _told(sheet.columns, values))


def _titles(sheet: Sheet, block: Block) -> list[tuple[Any, ...]]:
    if sheet.title is not None:
        return block.records([cells(block, sheet.title)])
    rows = block.records([cells(block, column) for column in sheet.columns[:2]])
    return [(" ".join(plain(cell) for cell in row),) for row in rows]


def _frames(block: Block, column: Column) -> list[Ends | None]:
    """Each row's days as a timeframe with a precision at either end."""
    values = block.raw(column.name)
    if column.kind is FieldKind.TIMEFRAME:
        return values
    exact = block.raw(column.precision) if column.precision else ["day"] * len(values)
    return [
        None if day is None else {"start": day, "end": day, "start_precision": each, "end_precision": each}
        for day, each in zip(values, exact, strict=True)
    ]


def _event(sheet: Sheet, uid: str, title: str, days: tuple[date, date], told: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", sheet.clock.now)
    event.add("summary", title)
    event.add("dtstart", days[0])
    event.add("dtend", days[1] + timedelta(days=1) if days[1] < date.max else days[1])
    event.add("transp", "TRANSPARENT")
    if told:
        event.add("description", told)
    return event


def _told(columns: tuple[Column, ...], values: list[Cell]) -> str:
    pairs = zip(columns, values, strict=True)
    return "\n".join(f"{column.label}: {plain(value)}" for column, value in pairs if value is not None)
