"""Computations of the plan: timeframes with their precision, and the order of items. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from trimtab.core.errors import Invalid
from trimtab.roadmap.errors import DatesInverted

BEFORE_ALL_TIME = datetime(1900, 1, 1, tzinfo=UTC)
"""Since when the configuration of a new workspace holds, so that a look into the past always finds it."""

COARSENESS = ("day", "month", "quarter", "half", "year", "later")
PeriodOf = Callable[[date, str], tuple[date, date]]
"""First and last day of the fiscal period of a precision (month … year) that a day lies in."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One end of a timeframe: a day as exact as ``precision`` says. ``later`` has no day; missing has neither."""

    on: date | None = None
    precision: str | None = None


def edited(edge: Edge, changes: dict[str, object], name: str) -> Edge:
    """``edge`` (``start`` or ``end``) after ``changes`` of ``<name>_on`` and ``<name>_precision``.

    A day given alone keeps the precision that stands, else is meant as a day; a precision given alone may only grow
    coarser. Raises Invalid for a precision without a day.
    """
    on_key, precision_key = f"{name}_on", f"{name}_precision"
    on = changes.get(on_key, edge.on)
    precision = changes.get(precision_key, edge.precision)
    if on_key in changes and precision_key not in changes:
        if on is None:
            return Edge()
        precision = edge.precision if edge.precision not in {None, "later"} else "day"
    elif precision_key in changes and on_key not in changes:
        _refuse_gain(edge, precision, precision_key)
    if precision in {None, "later"} and precision_key in changes:
        on = None
    if on is None and precision not in {None, "later"}:
        raise Invalid("A precision needs a day.", fields={on_key: "A day is missing."})
    assert on is None or isinstance(on, date)
    assert precision is None or isinstance(precision, str)
    return Edge(on, precision)


def _refuse_gain(edge: Edge, precision: object, key: str) -> None:
    if edge.on is None or precision is None:
        return
    if COARSENESS.index(str(precision)) < COARSENESS.index(str(edge.precision)):
        raise Invalid("A timeframe grows more precise only with a new day.", fields={key: "Say the day as well."})


def settled(start: Edge, end: Edge, period_of: PeriodOf) -> dict[str, object]:
    """The four columns of a timeframe: a start on the first day of its period, an end on the last one of its.

    Raises DatesInverted.
    """
    first = _bound(start, period_of, 0)
    last = _bound(end, period_of, 1)
    if first is not None and last is not None and last < first:
        raise DatesInverted("The end lies before the start.", fields={"end_on": "Lies before the start."})
    return {
        "start_on": first, "start_precision": start.precision, "end_on": last, "end_precision": end.precision,
    }  # fmt: skip


def _bound(edge: Edge, period_of: PeriodOf, side: int) -> date | None:
    if edge.on is None or edge.precision in {None, "day", "later"}:
        return edge.on
    return period_of(edge.on, str(edge.precision))[side]


DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE = len(DIGITS)


def rank_of(number: int) -> str:
    """The rank of the ``number``-th item that a workspace made: later ones sort behind earlier ones."""
    digits = ""
    while number:
        number, rest = divmod(number, _BASE)
        digits = DIGITS[rest] + digits
    return DIGITS[_BASE // 2 + len(digits)] + (digits or "0") + "V"


def rank_between(after: str | None, before: str | None) -> str:
    """A rank that sorts behind ``after`` and in front of ``before``; None stands for the ends of the list.

    Ranks are read as fractions in base 62, so there is always one more between two that differ. Raises ValueError
    where they do not, or stand the wrong way round.
    """
    low, high = (after or "").rstrip("0"), (before or "").rstrip("0")
    if before is not None and low >= high:
        raise ValueError("There is no room between equal ranks.")
    return _middle(low, high if before is not None else None)


def _middle(low: str, high: str | None) -> str:
    prefix = ""
    while high is not None and (low[:1] or "0") == high[:1]:
        prefix += high[0]
        low, high = low[1:], high[1:]
    first = DIGITS.index(low[0]) if low else 0
    limit = DIGITS.index(high[0]) if high is not None else _BASE
    if limit - first > 1:
        return prefix + DIGITS[(first + limit) // 2]
    if high is not None and len(high) > 1:
        return prefix + high[0]
    return prefix + DIGITS[first] + _middle(low[1:], None)


def ranks_between(after: str | None, before: str | None, count: int) -> list[str]:
    """``count`` ranks in ascending order between two others, as short as halving gives them."""
    if count <= 0:
        return []
    middle = rank_between(after, before)
    left = (count - 1) // 2
    return [
        *ranks_between(after, middle, left), middle, *ranks_between(middle, before, count - 1 - left),
    ]  # fmt: skip
