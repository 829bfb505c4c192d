"""Text in a filter to typed values. Nothing of it reaches SQL but as a typed parameter."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from trimtab.core.fiscal import FiscalCalendar
from trimtab.core.query import periods
from trimtab.core.query.problems import Span, refuse

LATER = "later"
_NUMBER = re.compile(r"[+-]?(\d{1,30})(\.\d{0,30})?")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\S+")
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
    """Now, the time zone in which days are meant, and the calendar in which periods are."""

    now: datetime
    zone: ZoneInfo
    calendar: FiscalCalendar

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
    """A day or a stretch of days of the workspace's fiscal calendar; see ``periods.read``. Raises QueryInvalid."""
    try:
        found = periods.read(text, moment.today, moment.calendar)
    except periods.NoSuchPeriod as fault:
        raise refuse(f"There is no {shorten(text)}: {fault}", span) from None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise refuse(
            f"{shorten(text)} is neither a day nor a period: 2026-07-31, 2026-07, 2026-Q3, 2026, today, this-quarter.",
            span,
        )
    return Period(*found)


def age(text: str, moment: Moment, span: Span | None) -> datetime:
    """The instant that long ago: 12h, 30d, 2w, 6m, 1y. Raises QueryInvalid."""
    count, unit = int(text[:-1]), text[-1]
    try:
        if unit in _AGE_HOURS:
            at = moment.now - timedelta(hours=count * _AGE_HOURS[unit])
        else:
            local = moment.now.astimezone(moment.zone)
            at = datetime.combine(periods.shifted(local.date(), -count, unit), local.timetz()).astimezone(UTC)
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
