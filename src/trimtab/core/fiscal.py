"""The fiscal calendar: which year, half, quarter, month or increment a day falls in, and where each begins and ends.

A fiscal year is named after the calendar year in which its last month lies. All bounds are days, both included.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)


class Pattern(StrEnum):
    CALENDAR = "calendar"
    FOUR_FOUR_FIVE = "4-4-5"
    FOUR_FIVE_FOUR = "4-5-4"
    FIVE_FOUR_FOUR = "5-4-4"
    INCREMENTS = "increments"


class Kind(StrEnum):
    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    INCREMENT = "increment"


WEEKS: Final = {
    Pattern.FOUR_FOUR_FIVE: (4, 4, 5),
    Pattern.FOUR_FIVE_FOUR: (4, 5, 4),
    Pattern.FIVE_FOUR_FOUR: (5, 4, 4),
}
"""How many weeks the months of a quarter have, where quarters are of 13 weeks."""


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """``start_month`` is 1 to 12. ``increment_weeks`` (1 to 26) is needed for increments alone.

    With ``increment_from`` they run on from that day without a break, and each belongs to the fiscal year that its
    first day lies in; without it they begin anew with each fiscal year.
    """

    start_month: int = 1
    pattern: Pattern = Pattern.CALENDAR
    increment_weeks: int | None = None
    increment_from: date | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """One stretch of a fiscal year; ``index`` counts from 1 within it (a year's own is 1). Both ends included."""

    kind: Kind
    year: int
    index: int
    starts_on: date
    ends_on: date

    @property
    def name(self) -> str:
        """As people write it: ``FY2026``, ``FY2026-H1``, ``FY2026-Q3``, ``FY2026-M11``, ``FY2026-I4``."""
        letter = {Kind.HALF: "H", Kind.QUARTER: "Q", Kind.MONTH: "M", Kind.INCREMENT: "I"}.get(self.kind)
        return f"FY{self.year}" if letter is None else f"FY{self.year}-{letter}{self.index}"


def year_start(calendar: FiscalCalendar, year: int) -> date:
    """The first day of fiscal ``year``: of its first month, or for week patterns the Monday nearest to that day."""
    first = date(year if calendar.start_month == 1 else year - 1, calendar.start_month, 1)
    return first if calendar.pattern is Pattern.CALENDAR else _nearest_monday(first)


def _nearest_monday(day: date) -> date:
    ahead = (7 - day.weekday()) % 7
    return day + timedelta(days=ahead if ahead <= 3 else ahead - 7)


def fiscal_year(calendar: FiscalCalendar, day: date) -> int:
    """The fiscal year that ``day`` lies in."""
    guess = day.year + 1
    while day < year_start(calendar, guess):
        guess -= 1
    return guess


def periods(calendar: FiscalCalendar, year: int, kind: Kind) -> tuple[Period, ...]:
    """All periods of ``kind`` in fiscal ``year``, in order, without a gap.

    Raises ValueError for increments of a calendar that has none.
    """
    starts = _starts(calendar, year, kind)
    ends = [*starts[1:], _end(calendar, starts[-1], year, kind)]
    return tuple(
        Period(kind, year, index, start, end - DAY)
        for index, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    )


def period_of(calendar: FiscalCalendar, day: date, kind: Kind) -> Period:
    """The period of ``kind`` that ``day`` lies in. Raises ValueError as ``periods`` does."""
    since, step = calendar.increment_from, _step(calendar)
    if kind is Kind.INCREMENT and since is not None and step is not None:
        first = since + step * ((day - since) // step)
        return next(p for p in periods(calendar, fiscal_year(calendar, first), kind) if p.starts_on == first)
    return next(p for p in periods(calendar, fiscal_year(calendar, day), kind) if day <= p.ends_on)


def written(calendar: FiscalCalendar, day: date, kind: Kind) -> str:
    """The period of ``kind`` that ``day`` lies in, as a filter takes it: ``2026-Q3``, ``2026-07``, ``FY2027-H1``.

    Without ``FY`` where fiscal years are calendar years. A month is that in whose middle the fiscal one lies.
    """
    period = period_of(calendar, day, kind)
    if kind is Kind.MONTH:
        return f"{period.starts_on + 2 * WEEK:%Y-%m}"
    return period.name.removeprefix("FY" if calendar.start_month == 1 else "")


def _starts(calendar: FiscalCalendar, year: int, kind: Kind) -> list[date]:
    if kind is Kind.INCREMENT:
        return _increment_starts(calendar, year)
    months = _month_starts(calendar, year)
    step = {Kind.YEAR: 12, Kind.HALF: 6, Kind.QUARTER: 3, Kind.MONTH: 1}[kind]
    return months[::step]


def _month_starts(calendar: FiscalCalendar, year: int) -> list[date]:
    start = year_start(calendar, year)
    if (weeks := WEEKS.get(calendar.pattern)) is not None:
        offsets = (0, weeks[0], weeks[0] + weeks[1])
        return [start + WEEK * (13 * quarter + offset) for quarter in range(4) for offset in offsets]
    first = date(year if calendar.start_month == 1 else year - 1, calendar.start_month, 1)
    return [start, *(_months_later(first, n) for n in range(1, 12))]


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _increment_starts(calendar: FiscalCalendar, year: int) -> list[date]:
    if calendar.pattern is not Pattern.INCREMENTS or calendar.increment_weeks is None:
        raise ValueError("This calendar has no increments.")
    start, end = year_start(calendar, year), year_start(calendar, year + 1)
    step = calendar.increment_weeks * WEEK
    if calendar.increment_from is not None:
        start = calendar.increment_from + step * -((calendar.increment_from - start) // step)
    return [start + step * at for at in range(-(-(end - start) // step))]


def _step(calendar: FiscalCalendar) -> timedelta | None:
    """How long increments are where they run on from a day; None where they begin anew each year, or are none."""
    if calendar.pattern is not Pattern.INCREMENTS or not calendar.increment_weeks or calendar.increment_from is None:
        return None
    return calendar.increment_weeks * WEEK


def _end(calendar: FiscalCalendar, last: date, year: int, kind: Kind) -> date:
    """The day behind the last period of a year, which begins on ``last``."""
    step = _step(calendar) if kind is Kind.INCREMENT else None
    return year_start(calendar, year + 1) if step is None else last + step
