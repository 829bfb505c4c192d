"""What a formula gives, worked out in Python without a database: the second opinion of the property tests."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

from trimtab.core.fields.formula.nodes import Kind, Typed
from trimtab.core.fields.formula.sql import BOUND, DECIMALS, DIVIDED, LONGEST

Value = Decimal | str | date | bool | None
EXACT = Context(prec=120)
EPOCH = date(2000, 1, 1)


def value_of(typed: Typed, row: Mapping[str, Value], today: date) -> Value:
    """The value of a checked formula for one row."""
    if typed.op == "field":
        return leaf(typed.kind, row[str(typed.value)])
    if not typed.args:
        return today if typed.op == "today" else _constant(typed)
    args = [value_of(arg, row, today) for arg in typed.args]
    if typed.op in _NULLS:
        return _NULLS[typed.op](args)
    if typed.op in {"text", "concat"}:
        args = [_text(arg) for arg in args]
    if any(arg is None for arg in args):
        return None
    return _STRICT[typed.op](args)


def leaf(kind: Kind, value: Value) -> Value:
    """A field's value as a formula takes it."""
    if value is None:
        return None
    if kind is Kind.NUMBER:
        return bounded(value)
    if kind is Kind.TEXT:
        return str(value)[:LONGEST] or None
    return None if value in {date.min, date.max} else value


def _constant(typed: Typed) -> Value:
    if typed.op == "none":
        return None
    if typed.op == "date":
        return date.fromisoformat(str(typed.value))
    return Decimal(typed.value) if typed.op in {"number", "whole"} else typed.value  # type: ignore[arg-type,return-value]


def rounded(number: Decimal | Fraction, digits: int) -> Decimal:
    scaled = abs(Fraction(number)) * 10**digits + Fraction(1, 2)
    whole = scaled.numerator // scaled.denominator
    return EXACT.scaleb(Decimal(whole if number >= 0 else -whole), -digits)


def bounded(number: Decimal | Fraction) -> Decimal | None:
    found = rounded(number, DECIMALS)
    return found if -BOUND < found < BOUND else None


def _text(value: Value) -> Value:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text in {"-0", ""} else text
    return value.isoformat() if isinstance(value, date) else value


def _later(args: list) -> date | None:
    moved = (args[0] - EPOCH).days + rounded(args[1], 0)
    if not (date.min - EPOCH).days < moved < (date.max - EPOCH).days:
        return None
    return EPOCH + timedelta(days=int(moved))


def _and(args: list) -> bool | None:
    return False if False in args else None if None in args else True


def _or(args: list) -> bool | None:
    return True if True in args else None if None in args else False


def _given(args: list) -> list:
    return [arg for arg in args if arg is not None]


_NULLS = {
    "and": _and,
    "or": _or,
    "if": lambda a: None if a[0] is None else a[1] if a[0] else a[2],
    "coalesce": lambda a: next(iter(_given(a)), None),
    "min": lambda a: min(_given(a), default=None),
    "max": lambda a: max(_given(a), default=None),
    "missing": lambda a: a[0] is None,
}
_STRICT = {
    "add": lambda a: bounded(EXACT.add(a[0], a[1])),
    "sub": lambda a: bounded(EXACT.subtract(a[0], a[1])),
    "mul": lambda a: bounded(EXACT.multiply(a[0], a[1])),
    "div": lambda a: None if a[1] == 0 else bounded(rounded(Fraction(a[0]) / Fraction(a[1]), max(DIVIDED, 60))),
    "neg": lambda a: -a[0],
    "same": lambda a: a[0],
    "not": lambda a: not a[0],
    "eq": lambda a: a[0] == a[1],
    "ne": lambda a: a[0] != a[1],
    "lt": lambda a: a[0] < a[1],
    "le": lambda a: a[0] <= a[1],
    "gt": lambda a: a[0] > a[1],
    "ge": lambda a: a[0] >= a[1],
    "round": lambda a: rounded(a[0], int(a[1]) if len(a) > 1 else 0),
    "floor": lambda a: a[0].to_integral_value(ROUND_FLOOR, EXACT),
    "ceil": lambda a: a[0].to_integral_value(ROUND_CEILING, EXACT),
    "abs": lambda a: abs(a[0]),
    "between": lambda a: Decimal((a[1] - a[0]).days),
    "later": _later,
    "year": lambda a: Decimal(a[0].year),
    "month": lambda a: Decimal(a[0].month),
    "text": lambda a: a[0],
    "concat": lambda a: "".join(a)[:LONGEST],
    "upper": lambda a: a[0].upper(),
    "lower": lambda a: a[0].lower(),
    "trim": lambda a: a[0].strip(" "),
    "left": lambda a: a[0][: int(a[1])],
    "right": lambda a: a[0][max(0, len(a[0]) - int(a[1])) :],
    "length": lambda a: Decimal(len(a[0])),
    "contains": lambda a: a[1] in a[0],
    "starts_with": lambda a: a[0].startswith(a[1]),
}
