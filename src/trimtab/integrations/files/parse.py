"""Turns a cell into a value of a field's type. What a cell does not say is missing, never zero, never a guess."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from trimtab.integrations.files.reading import Reading


class Odd(ValueError):
    """A cell that says something, but nothing the field can hold. ``why`` is a stable word for the review mark."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Span:
    """A day, or a period meant as a whole: first and last day, both included, and the precision. ``later``: no days."""

    first: date | None
    last: date | None
    precision: str


_YEARS = range(1900, 2201)
_LATER = frozenset({"later", "someday"})
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_LOCAL = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[, ].*)?")
_MONTH_NAME = r"(\d{1,2}月|[^\W\d_][^\d/,]{0,14}?)"
_NAMED = re.compile(rf"(\d{{1,2}})\.?[-/ ](?:de )?{_MONTH_NAME}\.?(?: de)?[-/, ]+(\d{{4}}|\d{{2}})(?:[, ].*)?")
_AMERICAN = re.compile(rf"{_MONTH_NAME}\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})(?:[, ].*)?")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\.\d+)?\s*(?P<half>[ap]\.?\s?m\.?)?\s*$",
    re.IGNORECASE,
)
_PERIOD = re.compile(r"(?P<year>\d{4})[-/ ]?(?P<letter>[QH])(?P<number>[1-4])", re.IGNORECASE)
_PERIOD_FIRST = re.compile(r"(?P<letter>[QH])(?P<number>[1-4])[-/ ]?(?P<year>\d{4})", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})")
_MONTH_NAMED = re.compile(rf"{_MONTH_NAME}\.?(?: de)?[-/ ](\d{{4}})")
_YEAR = re.compile(r"\d{4}")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SWAPPED = str.maketrans(",.", ".,")
_WEB = re.compile(r"https?://\S+")
_MOST_IN_A_YEAR = {"month": 12, "quarter": 4, "half": 2, "year": 1}
_TRUE = frozenset({"true", "yes", "y", "1", "x", "on", "done"})
_FALSE = frozenset({"false", "no", "n", "0", "off"})


def day(text: str, reading: Reading) -> date:
    """A calendar day. Raises Odd (``not_a_date``): ``yyyy-mm-dd``, the 30th of February, a month without a day."""
    text = text.strip()
    if match := _ISO.fullmatch(text):
        year, month, number = (int(part) for part in match.groups())
        return _day(year, month, number)
    if match := _NAMED.fullmatch(text):
        return _day(_year(match.group(3)), _month(match.group(2)), int(match.group(1)))
    if match := _AMERICAN.fullmatch(text):
        return _day(int(match.group(3)), _month(match.group(1)), int(match.group(2)))
    if match := _LOCAL.fullmatch(text):
        first, second = int(match.group(1)), int(match.group(2))
        number, month = (first, second) if reading.day_first is not False else (second, first)
        return _day(_year(match.group(3)), month, number)
    raise Odd("not_a_date")


Periods = Callable[[str, int, int], tuple[date, date]]
"""First and last day of the fiscal period of a kind (month, quarter, half, year): kind, year, number within it."""


def span(text: str, reading: Reading, periods: Periods) -> Span:
    """A day or a month, quarter, half or year as a whole, or ``later``. Raises Odd (``not_a_date``)."""
    text = text.strip()
    if text.casefold() in _LATER:
        return Span(None, None, "later")
    if match := _PERIOD.fullmatch(text) or _PERIOD_FIRST.fullmatch(text):
        kind = "quarter" if match["letter"] in "Qq" else "half"
        return _whole(periods, kind, int(match["year"]), int(match["number"]))
    if match := _MONTH.fullmatch(text):
        return _whole(periods, "month", int(match.group(1)), int(match.group(2)))
    if match := _MONTH_NAMED.fullmatch(text):
        return _whole(periods, "month", int(match.group(2)), _month(match.group(1)))
    if _YEAR.fullmatch(text):
        return _whole(periods, "year", int(text), 1)
    on = day(text, reading)
    return Span(on, on, "day")


def instant(text: str) -> datetime:
    """An ISO date and time in UTC; without an offset it is read as UTC, a bare day as its beginning. Raises Odd."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as wrong:
        raise Odd("not_a_time") from wrong
    if at.year not in _YEARS:
        raise Odd("not_a_time")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def moment(text: str, reading: Reading, zone: tzinfo) -> datetime:
    """A date and time in UTC, as programs or people write it; without an offset it is meant in ``zone``. Raises Odd."""
    plain = text.strip()
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        at = datetime.combine(day(plain, reading), _clock(plain))
    if at.year not in _YEARS:
        raise Odd("not_a_time")
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)


def _clock(text: str) -> time:
    """The time of day at the end of a date; midnight when there is none."""
    match = _CLOCK.search(text)
    if match is None:
        return time()
    hour = int(match["hour"])
    if half := match["half"]:
        hour = hour % 12 + (12 if half.casefold().startswith("p") else 0)
    try:
        return time(hour, int(match["minute"]), int(match["second"] or 0))
    except ValueError as wrong:
        raise Odd("not_a_time") from wrong


def number(text: str, reading: Reading) -> Decimal:
    """A number; spaces and the separator of thousands do not count. Raises Odd (``not_a_number``): 1.2.2026 too."""
    plain = re.sub(r"[\s'’\u00a0\u202f]", "", text).removesuffix("%")
    if reading.decimal == ",":
        plain = plain.translate(_SWAPPED)
    if "," in plain and not _THOUSANDS.fullmatch(plain):
        raise Odd("not_a_number")
    plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain) or len(plain) > 40:
        raise Odd("not_a_number")
    try:
        return Decimal(plain)
    except InvalidOperation as wrong:
        raise Odd("not_a_number") from wrong


def bounded(text: str, reading: Reading, low: Decimal, high: Decimal, places: int = 2) -> Decimal:
    """A number from ``low`` to ``high``, rounded to ``places``. Raises Odd (``not_a_number``, ``out_of_range``)."""
    value = number(text, reading)
    if not low <= value <= high:
        raise Odd("out_of_range")
    return round(value, places)


def address(text: str) -> str:
    """A web address. Raises Odd (``not_an_address``)."""
    if not _WEB.fullmatch(text.strip()):
        raise Odd("not_an_address")
    return text.strip()


def boolean(text: str) -> bool:
    """Yes or no, as spreadsheets write it. Raises Odd (``not_yes_or_no``)."""
    plain = text.strip().casefold()
    if plain in _TRUE:
        return True
    if plain in _FALSE:
        return False
    raise Odd("not_yes_or_no")


def choice(text: str, options: Mapping[str, str]) -> str:
    """The key of the option named; ``options`` maps folded names and keys to keys. Raises Odd (``unknown_choice``)."""
    key = options.get(fold(text))
    if key is None:
        raise Odd("unknown_choice")
    return key


def fold(text: str) -> str:
    """How names are compared: spaces in one form, case aside; ``_`` and ``-`` count as spaces."""
    return " ".join(text.replace("_", " ").replace("-", " ").split()).casefold() or text.strip()


def parts(text: str, separator: str) -> list[str]:
    """The parts of a list, without blanks and without repeats, in the order written; line breaks separate too."""
    cells = re.split(rf"{re.escape(separator)}|[\r\n]+" if separator else r"[\r\n]+", text)
    return list(dict.fromkeys(cell for cell in (part.strip() for part in cells) if cell))


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


@cache
def months() -> Mapping[str, int]:
    """Folded name of a month in any language → its number."""
    listed = tomllib.loads(Path(__file__).with_name("months.toml").read_text(encoding="utf-8"))
    return {name: int(number) for number, names in listed.items() for name in names}


def _month(name: str) -> int:
    if name.endswith("月") and name[:-1].isdigit():
        return int(name[:-1])
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    month = months().get(re.sub(r"[.\s׳'’]", "", bare))
    if month is None:
        raise Odd("not_a_date")
    return month


def _day(year: int, month: int, number: int) -> date:
    if year not in _YEARS:
        raise Odd("not_a_date")
    try:
        return date(year, month, number)
    except ValueError as wrong:
        raise Odd("not_a_date") from wrong


def _whole(periods: Periods, kind: str, year: int, number: int) -> Span:
    if year not in _YEARS or not 1 <= number <= _MOST_IN_A_YEAR[kind]:
        raise Odd("not_a_date")
    first, last = periods(kind, year, number)
    return Span(first, last, kind)
