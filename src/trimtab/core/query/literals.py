"""Text in a filter to typed values. Nothing of it reaches SQL but as a typed parameter."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from trimtab.core.query.problems import Span, refuse

LATER = "later"
_NUMBER = re.compile(r"[+-]?(\d{1,30})(\.\d{0,30})?")
_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|H([12])|(0[1-9]|1[0-2])(?:-(\d{2}))?))?", re.IGNORECASE)
_RELATIVE = re.compile(r"(this|last|next)-(week|month|quarter|half|year)")
_SHIFTED = re.compile(r"([+-])(\d{1,4})([dwmy])")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\S+")
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}
_FIRST_YEAR = 1000
_AGE_HOURS = {"h": 1, "d": 24, "w": 24 * 7}


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and the time zone in which days are meant."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def begin(self, day: date) -> datetime:
        """The first instant of ``day``."""
        try:
            return datetime.combine(day, time(), self.zone).astimezone(UTC)
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)

    def after(self, day: date) -> datetime:
        """The first instant after ``day``."""
        return self.begin(day + timedelta(days=1)) if day < date.max else datetime.max.replace(tzinfo=UTC)


def number(text: str, span: Span | None) -> Decimal:
    """A decimal number. Raises QueryInvalid."""
    try:
        if _NUMBER.fullmatch(text):
            return Decimal(text)
    except InvalidOperation:
        pass
    raise refuse(f"{shorten(text)} is not a number.", span)


def boolean(text: str, span: Span | None) -> bool:
    """yes or no. Raises QueryInvalid."""
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise refuse(f"{shorten(text)} is neither yes nor no.", span, "yes")


def period(text: str, moment: Moment, span: Span | None) -> Period:
    """A day or a stretch of days: 2026, 2026-H1, 2026-Q3, 2026-07, 2026-07-31, today, +30d, this-quarter, last-week.

    Quarters and halves are those of the calendar year. Raises QueryInvalid.
    """
    try:
        found = _absolute(text) or _relative(text.lower(), moment.today)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise refuse(
            f"{shorten(text)} is neither a day nor a period: 2026-07-31, 2026-07, 2026-Q3, 2026, today, this-quarter.",
            span,
        )
    return found


def _absolute(text: str) -> Period | None:
    match = _PERIOD.fullmatch(text)
    if match is None or match[1] == "0000":
        return None
    year = int(match[1])
    if match[5]:
        day = date(year, int(match[4]), int(match[5]))
        return Period(day, day)
    if match[4]:
        return _months(year, int(match[4]), 1)
    if match[2]:
        return _months(year, 3 * int(match[2]) - 2, 3)
    if match[3]:
        return _months(year, 6 * int(match[3]) - 5, 6)
    return _months(year, 1, 12)


def _months(year: int, month: int, count: int) -> Period:
    last = month + count - 1
    return Period(date(year, month, 1), date(year, last, monthrange(year, last)[1]))


def _relative(text: str, today: date) -> Period | None:
    days = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if text in days:
        day = today + timedelta(days=days[text])
        return Period(day, day)
    if match := _SHIFTED.fullmatch(text):
        sign = 1 if match[1] == "+" else -1
        day = _shift(today, sign * int(match[2]), match[3])
        return Period(day, day)
    if match := _RELATIVE.fullmatch(text):
        return _around(today, {"this": 0, "last": -1, "next": 1}[match[1]], match[2])
    return None


def _shift(day: date, count: int, unit: str) -> date:
    if unit in "dw":
        return day + timedelta(days=count * (7 if unit == "w" else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "y" else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _around(today: date, steps: int, unit: str) -> Period:
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=steps)
        return Period(monday, monday + timedelta(days=6))
    count = _MONTHS[unit]
    first = _shift(date(today.year, (today.month - 1) // count * count + 1, 1), steps * count, "m")
    return _months(first.year, first.month, count)


def age(text: str, moment: Moment, span: Span | None) -> datetime:
    """The instant that long ago: 12h, 30d, 2w, 6m, 1y. Raises QueryInvalid."""
    count, unit = int(text[:-1]), text[-1]
    try:
        if unit in _AGE_HOURS:
            at = moment.now - timedelta(hours=count * _AGE_HOURS[unit])
        else:
            local = moment.now.astimezone(moment.zone)
            at = datetime.combine(_shift(local.date(), -count, unit), local.timetz()).astimezone(UTC)
    except (ValueError, OverflowError):
        at = datetime.min.replace(tzinfo=UTC)
    if at.year < _FIRST_YEAR:
        raise refuse(f"{text} is longer ago than any plan.", span)
    return at


def instants(text: str, moment: Moment, span: Span | None) -> tuple[datetime, datetime]:
    """The first instant of what ``text`` names and the first one after it. Raises QueryInvalid."""
    if _INSTANT.fullmatch(text):
        at = instant(text, moment, span)
        return at, at + min(timedelta(microseconds=1), datetime.max.replace(tzinfo=UTC) - at)
    days = period(text, moment, span)
    return moment.begin(days.first), moment.after(days.last)


def instant(text: str, moment: Moment, span: Span | None) -> datetime:
    """One ISO instant; without an offset it is in the workspace's time zone. Raises QueryInvalid."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=moment.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise refuse(f"{shorten(text)} is not an instant such as 2026-07-31T12:00:00Z.", span) from None


def shorten(text: str) -> str:
    """``text`` in quotes for a message, cut where it is long."""
    return f"“{text if len(text) <= 60 else text[:57] + '…'}”"
