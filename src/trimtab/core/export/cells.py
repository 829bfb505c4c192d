"""Values as people read them. Never more exact than they are meant."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from trimtab.core.export.sheet import Block, Column
from trimtab.core.fields.spec import FieldKind
from trimtab.core.fiscal import FiscalCalendar, Kind, period_of, written

Cell = str | int | Decimal | bool | date | datetime | None
Ends = Mapping[str, str | None]


def cells(block: Block, column: Column) -> list[Cell]:
    """The column's cells: texts, exact numbers, days that are meant as days, instants in the workspace's time zone."""
    ids, calendar = block.sheet.ids, block.sheet.calendar
    match column.kind:
        case FieldKind.NUMBER:
            return numbers(block.part.columns[column.name])
        case FieldKind.DATE if column.precision:
            days, exact = block.raw(column.name), block.raw(column.precision)
            return [moment(day, each, calendar) for day, each in zip(days, exact, strict=True)]
        case FieldKind.DATE:
            return [None if day is None else date.fromisoformat(day) for day in block.raw(column.name)]
        case FieldKind.INSTANT:
            return [instant(text, block.sheet.zone) for text in block.raw(column.name)]
        case FieldKind.TIMEFRAME:
            return [None if ends is None else wording(ends, calendar) for ends in block.raw(column.name)]
        case FieldKind.REF | FieldKind.REFS:
            names: Mapping[str, str] = {} if ids else block.names.get(column.entity, {})
        case _:
            names = {} if ids else column.options
    return [_cell(value, names) for value in block.raw(column.name)]


def numbers(text: str) -> list[Cell]:
    """The numbers of a JSON array, digit for digit."""
    inner = text[1:-1]
    return [_number(each.strip()) for each in inner.split(",")] if inner else []


def _number(text: str) -> Cell:
    if text == "null":
        return None
    if text.startswith('"'):  # what is no number in JSON
        return text.strip('"')
    return Decimal(text) if "." in text else int(text)


def _cell(value: Any, names: Mapping[str, str]) -> Cell:
    match value:
        case str():
            return names.get(value, value)
        case None | bool() | int():
            return value
        case list():
            return ", ".join([str(_cell(each, names)) for each in value])
        case dict():
            return ", ".join([f"{key} {_cell(each, names)}" for key, each in value.items()])
    return Decimal(str(value))


def instant(text: str | None, zone: ZoneInfo) -> datetime | None:
    """An instant to the second, as the workspace's clocks show it."""
    return None if text is None else datetime.fromisoformat(text).astimezone(zone).replace(microsecond=0)


def moment(day: str | None, precision: str | None, calendar: FiscalCalendar) -> date | str | None:
    """A day where one is meant, else the name of the period: ``2026-Q3``, ``2026-07``, ``later``."""
    if day is None:
        return precision
    on = date.fromisoformat(day)
    return on if precision in {None, "day"} else written(calendar, on, Kind(precision))


def wording(ends: Ends, calendar: FiscalCalendar) -> str:
    """``2026-Q3 – 2026-12-24``; one word where both ends are the same; ``2026-Q3 –``, ``– 2026-Q3`` where one is."""
    first, last = (_text(moment(ends[end], ends[f"{end}_precision"], calendar)) for end in ("start", "end"))
    return first if first == last else f"{first} – {last}".strip()


def _text(value: date | str | None) -> str:
    return "" if value is None else str(value)


def span(ends: Ends, calendar: FiscalCalendar) -> tuple[date, date] | None:
    """The days that a timeframe may cover, both included: whole periods where no day is meant. None for ``later``."""
    first, last = (_days(ends[end], ends[f"{end}_precision"], calendar) for end in ("start", "end"))
    known = [days for days in (first, last) if days is not None]
    if not known:
        return None
    return known[0][0], max(known[-1][1], known[0][0])


def _days(day: str | None, precision: str | None, calendar: FiscalCalendar) -> tuple[date, date] | None:
    if day is None:
        return None
    on = date.fromisoformat(day)
    if precision in {None, "day"}:
        return on, on
    period = period_of(calendar, on, Kind(precision))
    return period.starts_on, period.ends_on


def is_exact(ends: Ends) -> bool:
    """Whether both ends are days, or one is and there is no other."""
    return {ends["start_precision"], ends["end_precision"]} <= {"day", None}


def plain(cell: Cell) -> str:
    """A cell as text that means the same to every program."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "yes" if cell else "no"
        case Decimal():
            return format(cell, "f")
        case date():
            return cell.isoformat()
    return str(cell)
