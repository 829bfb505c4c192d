"""Days and stretches of days as people write them, in the fiscal calendar of their workspace."""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from trimtab.core.fiscal import DAY, FiscalCalendar, Kind, Pattern, fiscal_year, period_of, periods, written

Days = tuple[date, date]
"""First and last day, both included."""

_YEAR: Final = r"(?:FY[ -]?(?P<fiscal>\d{4}|\d{2})|(?P<year>\d{4}))"
_PART: Final = r"(?P<letter>[HQMI])(?P<number>\d{1,2})"
_FLAGS: Final = re.IGNORECASE | re.ASCII
_NAMED: Final = re.compile(rf"{_YEAR}(?:[ -]?{_PART})?", _FLAGS)
_TURNED: Final = re.compile(rf"{_PART}[ -]?{_YEAR}", _FLAGS)
_DATED: Final = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?", re.ASCII)
_SHIFTED: Final = re.compile(r"([+-])(\d{1,4})([dwmy])", re.ASCII)
_RELATIVE: Final = re.compile(r"(this|last|next)-(week|month|quarter|half|year|increment)")
_KINDS: Final = {"H": Kind.HALF, "Q": Kind.QUARTER, "M": Kind.MONTH, "I": Kind.INCREMENT, None: Kind.YEAR}
_PLURAL: Final = {
    Kind.HALF: "halves", Kind.QUARTER: "quarters", Kind.MONTH: "months", Kind.INCREMENT: "increments",
}  # fmt: skip
_MIDDLE: Final = 15


class NoSuchPeriod(Exception):
    """The calendar has no such period; the text says what it has."""


def read(text: str, today: date, calendar: FiscalCalendar) -> Days | None:
    """A day or a period; None for what is neither.

    2026-07-31, 2026-07, 2026-Q3 or FY26-Q3 or Q3 2026, likewise H (half), M (month of the year), I (increment), 2026 or
    FY2026; today, +30d, this-quarter, last-week. A fiscal year is named after the one in which it ends.
    Raises NoSuchPeriod; ValueError or OverflowError beyond what a date can be.
    """
    if dated := _DATED.fullmatch(text):
        return _dated(calendar, dated)
    if named := _NAMED.fullmatch(text) or _TURNED.fullmatch(text):
        return _named(calendar, named)
    return _relative(text.lower(), today, calendar)


def near(today: date, calendar: FiscalCalendar) -> list[tuple[str, Days]]:
    """What a plan is mostly about: six quarters, or increments, from now on, then this year and the next.

    Each with a name that ``read`` understands.
    """
    kind = Kind.INCREMENT if calendar.pattern is Pattern.INCREMENTS else Kind.QUARTER
    year = fiscal_year(calendar, today)
    parts = [each for near_year in (year - 1, year, year + 1) for each in periods(calendar, near_year, kind)]
    found = [each for each in parts if each.ends_on >= today][:6]
    found += [*periods(calendar, year, Kind.YEAR), *periods(calendar, year + 1, Kind.YEAR)]
    return [(written(calendar, each.starts_on, each.kind), (each.starts_on, each.ends_on)) for each in found]


def shifted(day: date, count: int, unit: str) -> date:
    """``day`` moved by ``count`` days, weeks, months or years (d, w, m, y); a shorter month gives its last day."""
    if unit in "dw":
        return day + timedelta(days=count * (7 if unit == "w" else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "y" else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _dated(calendar: FiscalCalendar, match: re.Match[str]) -> Days:
    """A day, or the month of the calendar in whose middle that month lies."""
    year, month = int(match[1]), int(match[2])
    if match[3]:
        day = date(year, month, int(match[3]))
        return day, day
    found = period_of(calendar, date(year, month, _MIDDLE), Kind.MONTH)
    return found.starts_on, found.ends_on


def _named(calendar: FiscalCalendar, match: re.Match[str]) -> Days:
    digits = match["fiscal"] or match["year"]
    year = int(digits) + (2000 if len(digits) == 2 else 0)
    kind = _KINDS[match["letter"] and match["letter"].upper()]
    _require(calendar, kind)
    found = periods(calendar, year, kind)
    index = int(match["number"] or 1)
    if not 1 <= index <= len(found):
        raise NoSuchPeriod(f"FY{year} has {len(found)} {_PLURAL[kind]}.")
    return found[index - 1].starts_on, found[index - 1].ends_on


def _require(calendar: FiscalCalendar, kind: Kind) -> None:
    if kind is Kind.INCREMENT and calendar.pattern is not Pattern.INCREMENTS:
        raise NoSuchPeriod("The fiscal calendar of this workspace has no increments.")


def _relative(text: str, today: date, calendar: FiscalCalendar) -> Days | None:
    days = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if text in days:
        day = today + timedelta(days=days[text])
        return day, day
    if match := _SHIFTED.fullmatch(text):
        day = shifted(today, int(match[2]) * (1 if match[1] == "+" else -1), match[3])
        return day, day
    if match := _RELATIVE.fullmatch(text):
        return _around(today, {"this": 0, "last": -1, "next": 1}[match[1]], match[2], calendar)
    return None


def _around(today: date, step: int, unit: str, calendar: FiscalCalendar) -> Days:
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        return monday, monday + timedelta(days=6)
    kind = Kind(unit)
    _require(calendar, kind)
    found = period_of(calendar, today, kind)
    if step:
        found = period_of(calendar, found.starts_on - DAY if step < 0 else found.ends_on + DAY, kind)
    return found.starts_on, found.ends_on
