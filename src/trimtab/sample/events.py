"""What can happen in the script, and when: plain values, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

HISTORY_WEEKS = 78
TRACKER = "Jira"


@dataclass(frozen=True, slots=True)
class Create:
    """A new item. ``values`` names things as people do: level, phase, team by key; area, owner, parent by name."""

    item: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    item: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetEstimates:
    """Person-days per team: (team key, low, likely, high)."""

    item: str
    estimates: tuple[tuple[str, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class SetTrack:
    """Where an item is in a track beside the primary one."""

    item: str
    track: str
    phase: str


@dataclass(frozen=True, slots=True)
class Ask:
    """``target`` asks that it may wait for ``source``. ``values``: type, lag_days, needed_by, needed_precision."""

    source: str
    target: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What follows on the question: agree, decline, propose, accept, ask; the day and its precision, the reason."""

    source: str
    target: str
    act: str
    by: tuple[date, str] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Relate:
    source: str
    target: str
    type: str


@dataclass(frozen=True, slots=True)
class TrackerPass:
    """What the tracker brought in one pass: new work items, then changed ones (key, values)."""

    created: tuple[Create, ...]
    changed: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """A comment on an item, known as ``key``; ``answers`` is the key of what it answers, ``file`` goes with it."""

    item: str
    key: str
    text: str
    answers: str | None
    file: str | None


@dataclass(frozen=True, slots=True)
class React:
    key: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Resolve:
    key: str


@dataclass(frozen=True, slots=True)
class Watch:
    item: str


Act = Create | Edit | SetEstimates | SetTrack | Ask | Answer | Relate | TrackerPass | Say | React | Resolve | Watch


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """Something that ``author`` did. Events of one author at one time with one note are one change set."""

    at: datetime
    order: int
    author: str = field(compare=False)
    act: Act = field(compare=False)
    note: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weeks around ``monday``, the first day of the current week. History ends with the Friday before it."""

    monday: date
    history_weeks: ClassVar[int] = HISTORY_WEEKS

    @classmethod
    def around(cls, today: date) -> "Calendar":
        return cls(today - timedelta(days=today.weekday()))

    @property
    def first_day(self) -> date:
        return self.monday - timedelta(weeks=HISTORY_WEEKS)

    @property
    def last_day(self) -> date:
        return self.monday - timedelta(days=3)

    @property
    def last_week(self) -> float:
        """The last week of history, as a week number."""
        return -3 / 7

    def day(self, week: float) -> date:
        """The working day nearest before ``week``."""
        day = self.monday + timedelta(days=round(week * 7))
        return day - timedelta(days=max(0, day.weekday() - 4))

    def at(self, week: float, hour: int = 9, minute: int = 0) -> datetime:
        return datetime.combine(self.day(week), time(hour, minute), tzinfo=UTC)


def period_start(day: date, precision: str) -> date:
    """The first day of the period of ``precision`` that holds ``day``."""
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}.get(precision)
    if months is None:
        return day
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def period_end(day: date, precision: str) -> date:
    """The last day of the period of ``precision`` that holds ``day``."""
    if precision == "day":
        return day
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}[precision]
    first = period_start(day, precision)
    months_on = first.year * 12 + first.month - 1 + months
    return date(months_on // 12, months_on % 12 + 1, 1) - timedelta(days=1)


def timeframe(calendar: Calendar, weeks: tuple[float, float], precisions: tuple[str, str]) -> dict[str, Any]:
    """The four values of a timeframe; ``later`` has no day."""
    start, end = (
        None if precision == "later" else calendar.day(week) for week, precision in zip(weeks, precisions, strict=True)
    )
    return {
        "start_on": start and period_start(start, precisions[0]),
        "start_precision": precisions[0],
        "end_on": end and period_end(end, precisions[1]),
        "end_precision": precisions[1],
    }
