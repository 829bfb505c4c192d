"""The functions that a formula may call: how each is written, what it takes, what it gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from trimtab.core.fields.formula.nodes import Kind, Typed
from trimtab.core.fields.formula.units import DAYS, PLAIN


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number that is written out, from 0 to ``most``."""

    most: int


Takes = frozenset[Kind] | Whole
NUMBER: Final = frozenset({Kind.NUMBER})
TEXT: Final = frozenset({Kind.TEXT})
DATE: Final = frozenset({Kind.DATE})
ANY: Final = frozenset({Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.BOOL})
MOST_ARGUMENTS: Final = 20


@dataclass(frozen=True, slots=True)
class Function:
    """``takes`` holds the kinds of each argument, the last for all that follow; ``said`` is its meaning."""

    written: str
    said: str
    takes: tuple[Takes, ...]
    give: Callable[[str, tuple[Typed, ...]], Typed]
    least: int
    most: int | None


def _same_unit(name: str, args: tuple[Typed, ...]) -> Typed:
    return Typed(Kind.NUMBER, name, args, unit=args[0].unit)


def _plain(name: str, args: tuple[Typed, ...]) -> Typed:
    return Typed(Kind.NUMBER, name, args, unit=PLAIN)


def _text(name: str, args: tuple[Typed, ...]) -> Typed:
    return Typed(Kind.TEXT, name, args)


def _bool(name: str, args: tuple[Typed, ...]) -> Typed:
    return Typed(Kind.BOOL, name, args)


def _date(name: str, args: tuple[Typed, ...]) -> Typed:
    return Typed(Kind.DATE, name, args)


def _days(name: str, args: tuple[Typed, ...]) -> Typed:
    return Typed(Kind.NUMBER, "between", args, unit=DAYS)


def _f(
    written: str,
    said: str,
    *takes: Takes,
    give: Callable[[str, tuple[Typed, ...]], Typed] = _same_unit,
    least: int | None = None,
    most: int | None = None,
) -> Function:
    count = len(takes)
    return Function(written, said, takes, give, count if least is None else least, count if most is None else most)


FUNCTIONS: Final[dict[str, Function]] = {
    "if": _f("if(condition, then, else)", "One of two; missing where the condition is.", ANY, ANY, ANY),
    "coalesce": _f("coalesce(a, b, …)", "The first that is not missing.", ANY, least=2, most=MOST_ARGUMENTS),
    "min": _f("min(a, b, …)", "The least of those that are not missing.", ANY, least=2, most=MOST_ARGUMENTS),
    "max": _f("max(a, b, …)", "The greatest of those that are not missing.", ANY, least=2, most=MOST_ARGUMENTS),
    "missing": _f("missing(a)", "Whether it is missing.", ANY, give=_bool),
    "round": _f("round(number, digits)", "Rounded, half up; without digits to a whole.", NUMBER, Whole(10), least=1),
    "floor": _f("floor(number)", "The whole number below.", NUMBER),
    "ceil": _f("ceil(number)", "The whole number above.", NUMBER),
    "abs": _f("abs(number)", "Without its sign.", NUMBER),
    "unit": _f('unit(number, "EUR")', "The same number, of this unit.", NUMBER, TEXT),
    "plain": _f("plain(number)", "The same number, without a unit.", NUMBER),
    "today": _f("today()", "The day that is looked at.", give=_date),
    "date": _f('date("2026-07-31")', "A day.", TEXT),
    "days": _f("days(number)", "So many days.", NUMBER),
    "weeks": _f("weeks(number)", "So many weeks, as days.", NUMBER),
    "days_between": _f("days_between(from, to)", "Days from one day to another.", DATE, DATE, give=_days),
    "year": _f("year(day)", "Its calendar year.", DATE, give=_plain),
    "month": _f("month(day)", "Its month, 1 to 12.", DATE, give=_plain),
    "text": _f("text(a)", "As text.", ANY, give=_text),
    "concat": _f("concat(a, b, …)", "One text after the other.", ANY, give=_text, least=2, most=MOST_ARGUMENTS),
    "upper": _f("upper(text)", "In capitals.", TEXT, give=_text),
    "lower": _f("lower(text)", "In small letters.", TEXT, give=_text),
    "trim": _f("trim(text)", "Without blanks at its ends.", TEXT, give=_text),
    "left": _f("left(text, count)", "Its first characters.", TEXT, Whole(2000), give=_text),
    "right": _f("right(text, count)", "Its last characters.", TEXT, Whole(2000), give=_text),
    "length": _f("length(text)", "How many characters it has.", TEXT, give=_plain),
    "contains": _f("contains(text, part)", "Whether part is in it.", TEXT, TEXT, give=_bool),
    "starts_with": _f("starts_with(text, part)", "Whether it begins so.", TEXT, TEXT, give=_bool),
}
