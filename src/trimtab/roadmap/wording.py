"""Dates and standings in words, as exact as they are meant and no more. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from trimtab.accounts.public import FiscalCalendar, Kind, period_of
from trimtab.roadmap.agreements import By

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_words(on: date) -> str:
    """``1 Aug 2026``."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def date_words(on: date, precision: str, calendar: FiscalCalendar) -> str:
    """``1 Aug 2026``, ``Aug 2026``, ``Q3 2026``, ``H2 FY27``, ``2026``: the fiscal period, where it is one."""
    if precision == "day":
        return day_words(on)
    period = period_of(calendar, on, Kind(precision))
    if precision == "month":
        middle = date.fromordinal((period.starts_on.toordinal() + period.ends_on.toordinal()) // 2)
        return f"{_MONTHS[middle.month - 1]} {middle.year}"
    year = str(period.year) if calendar.start_month == 1 else f"FY{period.year % 100:02}"
    return {"quarter": f"Q{period.index} {year}", "half": f"H{period.index} {year}"}.get(precision, year)


def by_words(by: By, calendar: FiscalCalendar) -> str:
    """``by 1 Aug 2026``, ``for Q3 2026``."""
    return f"{'by' if by.precision == 'day' else 'for'} {date_words(by.on, by.precision, calendar)}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a standing is told from. ``giver`` and ``taker`` are the items' refs; a ``planned`` day may be ``later``."""

    type: str
    giver: str
    taker: str
    needed: By | None
    promised: By | None
    planned: tuple[date | None, str | None]
    taker_planned: tuple[date | None, str | None]
    calendar: FiscalCalendar


def reason_words(code: str, facts: Facts) -> str:
    """A reason in words: ``promised for Q3 2026, needed by 1 Aug 2026``. Raises KeyError for a code that is none."""
    return _REASONS[code](facts)


def _promised(facts: Facts) -> str:
    assert facts.promised is not None
    return by_words(facts.promised, facts.calendar)


def _needed(facts: Facts) -> str:
    if facts.needed is not None:
        return f"needed {by_words(facts.needed, facts.calendar)}"
    on, precision = facts.taker_planned
    event = "ends" if facts.type == "FF" else "starts"
    assert on is not None
    joined = "on" if precision == "day" else "in"
    return f"needed when {facts.taker} {event} {joined} {date_words(on, precision or 'day', facts.calendar)}"


def _planned(facts: Facts) -> str:
    on, precision = facts.planned
    event = "to start " if facts.type == "SS" else ""
    if on is None:
        return f"planned {event}later"
    joined = ("on" if event else "until") if precision == "day" else ("in" if event else "for")
    return f"planned {event}{joined} {date_words(on, precision or 'day', facts.calendar)}"


_REASONS: Mapping[str, Callable[[Facts], str]] = {
    "delivered": lambda facts: f"{facts.giver} {'has started' if facts.type == 'SS' else 'is done'}",
    "giver_cancelled": lambda facts: f"{facts.giver} was cancelled",
    "promise_passed": lambda facts: f"was promised {_promised(facts)} and is not there",
    "need_passed": lambda facts: f"was {_needed(facts)} and is not there",
    "promised_late": lambda facts: f"promised {_promised(facts)}, {_needed(facts)}",
    "planned_after_promise": lambda facts: f"{_planned(facts)}, promised {_promised(facts)}",
    "planned_after_need": lambda facts: f"{_planned(facts)}, {_needed(facts)}",
    "giver_off_track": lambda facts: f"{facts.giver} is off track",
    "giver_at_risk": lambda facts: f"{facts.giver} is at risk",
}
