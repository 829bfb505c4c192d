"""What a formula gives: the kind and the unit of each piece, and in words what does not fit together."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from trimtab.core.fields.formula.functions import FUNCTIONS, Function, Whole
from trimtab.core.fields.formula.help import nearest
from trimtab.core.fields.formula.nodes import FormulaProblem, Kind, Node, Typed
from trimtab.core.fields.formula.units import DAYS, PLAIN, Unit, unit_of

Lookup = Callable[[Node], tuple[Kind, Unit]]
"""The kind and unit of a field that a formula names. Raises FormulaProblem for one that is not there."""

_ORDERED = {Kind.NUMBER, Kind.DATE, Kind.TEXT}
_SAID = {Kind.NUMBER: "a number", Kind.TEXT: "a text", Kind.DATE: "a day", Kind.BOOL: "yes or no"}
_LARGEST = Decimal(10) ** 15
_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_COMPARISON = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def checked(node: Node, lookup: Lookup) -> Typed:
    """The formula with its kinds and units. Raises FormulaProblem."""
    found = _check(node, lookup)
    if found.kind is Kind.NONE:
        raise node.refuse("This is always missing: name a field.")
    return found


def _check(node: Node, lookup: Lookup) -> Typed:
    if node.op in _LEAVES:
        return _LEAVES[node.op](node)
    if node.op == "name":
        kind, unit = lookup(node)
        return Typed(kind, "field", value=node.value, unit=unit if kind is Kind.NUMBER else None)
    if node.op == "call":
        return _call(node, lookup)
    args = tuple(_check(arg, lookup) for arg in node.args)
    if node.op in {"and", "or", "not"}:
        args = tuple(_expect(arg, Kind.BOOL, at) for arg, at in zip(args, node.args, strict=True))
        return Typed(Kind.BOOL, node.op, args)
    return _computed(node, args)


def _computed(node: Node, args: tuple[Typed, ...]) -> Typed:
    if node.op == "minus":
        arg = _expect(args[0], Kind.NUMBER, node.args[0])
        return Typed(Kind.NUMBER, "neg", (arg,), unit=arg.unit)
    return _comparison(node, args) if node.op in _COMPARISON else _arithmetic(node, args)


def _number(node: Node) -> Typed:
    value = Decimal(node.value)
    if value >= _LARGEST or len(node.value.partition(".")[2]) > 10:
        raise node.refuse("A number has at most 15 digits before the point and 10 behind it.")
    return Typed(Kind.NUMBER, "number", value=value)


def _expect(typed: Typed, kind: Kind, node: Node) -> Typed:
    """``typed`` as a value of ``kind``; the missing value is of any."""
    if typed.kind is Kind.NONE:
        return _as(typed, kind)
    if typed.kind is not kind:
        raise _refused_argument(node, typed, frozenset({kind}))
    return typed


def _mend(typed: Typed, kind: Kind) -> str:
    if kind is Kind.BOOL:
        return " Compare it with something, as in effort > 5."
    if kind is Kind.TEXT:
        return " Write text(…) around it."
    if kind is Kind.NUMBER and typed.kind is Kind.DATE:
        return " Take the days between two days: days_between(start, end)."
    if kind is Kind.NUMBER and typed.kind is Kind.BOOL:
        return " Say what it counts: if(…, 1, 0)."
    return ""


def _as(typed: Typed, kind: Kind) -> Typed:
    return replace(typed, kind=kind) if typed.kind is Kind.NONE else typed


def _comparison(node: Node, args: tuple[Typed, ...]) -> Typed:
    args, kind = _alike(node, args, "compared")
    if node.op not in {"=", "!="} and kind not in _ORDERED:
        raise node.refuse("Yes and no have no order: use = or !=.")
    if kind is Kind.NUMBER:
        _one_unit(node, args, "compared with")
    return Typed(Kind.BOOL, _COMPARISON[node.op], args)


def _alike(node: Node, args: tuple[Typed, ...], done: str) -> tuple[tuple[Typed, ...], Kind]:
    kinds = list(dict.fromkeys(arg.kind for arg in args if arg.kind is not Kind.NONE))
    if len(kinds) > 1:
        raise node.refuse(f"{_SAID[kinds[0]].capitalize()} and {_SAID[kinds[1]]} cannot be {done}.{_mend_pair(kinds)}")
    kind = kinds[0] if kinds else Kind.NONE
    if kind is Kind.NONE:
        raise node.refuse("This is always missing: to ask whether a field is missing write missing(field).")
    return tuple(_as(arg, kind) for arg in args), kind


def _mend_pair(kinds: Sequence[Kind]) -> str:
    if Kind.DATE in kinds and Kind.TEXT in kinds:
        return ' A day is written date("2026-07-31").'
    return " Write text(…) around one." if Kind.TEXT in kinds else ""


def _one_unit(node: Node, args: tuple[Typed, ...], done: str) -> Unit | None:
    """The unit that all the numbers share; numbers written out fit any."""
    units = [arg.unit for arg in args if arg.unit is not None]
    for unit in units:
        if unit != units[0]:
            raise node.refuse(
                f"{_capital(units[0].said)} cannot be {done} {unit.said}."
                ' Say what is meant: plain(…) takes a unit away, unit(…, "EUR") gives one.'
            )
    return units[0] if units else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _arithmetic(node: Node, args: tuple[Typed, ...]) -> Typed:
    left, right = args
    if node.op in "+-" and Kind.DATE in {left.kind, right.kind}:
        return _of_days(node, left, right)
    if node.op == "+" and left.kind is right.kind is Kind.TEXT:
        return Typed(Kind.TEXT, "concat", args)
    left, right = (_expect(arg, Kind.NUMBER, at) for arg, at in zip(args, node.args, strict=True))
    if node.op in "+-":
        unit = _one_unit(node, (left, right), "added to" if node.op == "+" else "reduced by")
        return Typed(Kind.NUMBER, _ARITHMETIC[node.op], (left, right), unit=unit)
    if left.unit is None and right.unit is None:
        return Typed(Kind.NUMBER, _ARITHMETIC[node.op], (left, right))
    sign = 1 if node.op == "*" else -1
    return Typed(
        Kind.NUMBER, _ARITHMETIC[node.op], (left, right), unit=(left.unit or PLAIN).times(right.unit or PLAIN, sign)
    )


def _of_days(node: Node, left: Typed, right: Typed) -> Typed:
    if left.kind is right.kind is Kind.DATE:
        if node.op == "-":
            return Typed(Kind.NUMBER, "between", (right, left), unit=DAYS)
        raise node.refuse("Two days cannot be added. For the days between them write days_between(start, end).")
    if node.op == "-" and left.kind is not Kind.DATE:
        raise node.refuse("A day cannot be taken from a number: write the day first, as in end - 14.")
    if left.kind is not Kind.DATE:
        left, right = right, left
        number_node = node.args[0]
    else:
        number_node = node.args[1]
    number = _expect(right, Kind.NUMBER, number_node)
    if number.unit is not None and number.unit not in {DAYS, PLAIN}:
        raise number_node.refuse(
            f"Days are expected here, this is {number.unit.said}. If it is meant as days write plain(…) around it."
        )
    if node.op == "-":
        number = Typed(Kind.NUMBER, "neg", (number,), unit=DAYS)
    return Typed(Kind.DATE, "later", (left, number))


def _call(node: Node, lookup: Lookup) -> Typed:
    function = FUNCTIONS.get(node.value)
    if function is None:
        raise _no_function(node)
    _count(node, function)
    if node.value in _SPECIAL:
        return _SPECIAL[node.value](node, lookup)
    args = []
    for at, arg in enumerate(node.args):
        wanted = function.takes[min(at, len(function.takes) - 1)]
        args.append(_static(arg, wanted) if isinstance(wanted, Whole) else _argument(arg, wanted, lookup))
    return function.give(node.value, tuple(args))


def _no_function(node: Node) -> FormulaProblem:
    near = nearest(node.value, FUNCTIONS)
    hint = f" Did you mean {near}?" if near else f" There are {', '.join(sorted(FUNCTIONS))}."
    return node.refuse(f"There is no function {node.value[:40]}.{hint}", near)


def _count(node: Node, function: Function) -> None:
    given = len(node.args)
    if given < function.least or (function.most is not None and given > function.most):
        raise node.refuse(f"It is written {function.written}.")


def _argument(node: Node, kinds: frozenset[Kind], lookup: Lookup) -> Typed:
    typed = _check(node, lookup)
    if typed.kind is Kind.NONE:
        return _as(typed, sorted(kinds)[0] if len(kinds) == 1 else Kind.TEXT)
    if typed.kind not in kinds:
        raise _refused_argument(node, typed, kinds)
    return typed


def _refused_argument(node: Node, typed: Typed, kinds: frozenset[Kind]) -> FormulaProblem:
    wanted = " or ".join(_SAID[kind] for kind in (Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.BOOL) if kind in kinds)
    mend = _mend(typed, next(iter(kinds))) if len(kinds) == 1 else ""
    return node.refuse(f"{_capital(wanted)} is expected here, this is {_SAID[typed.kind]}.{mend}")


def _static(node: Node, wanted: Whole) -> Typed:
    if node.op == "number" and "." not in node.value and int(node.value[:6]) <= wanted.most and len(node.value) <= 6:
        return Typed(Kind.NUMBER, "whole", value=int(node.value))
    raise node.refuse(f"A whole number from 0 to {wanted.most} is expected here, written out.")


def _if(node: Node, lookup: Lookup) -> Typed:
    condition = _expect(_check(node.args[0], lookup), Kind.BOOL, node.args[0])
    arms = tuple(_check(arg, lookup) for arg in node.args[1:])
    return _chosen(node, arms, (condition,))


def _chosen(node: Node, arms: tuple[Typed, ...], before: tuple[Typed, ...] = ()) -> Typed:
    """What takes one of several values that are alike."""
    arms, kind = _alike(node, arms, "given by one formula")
    unit = _one_unit(node, arms, "given beside") if kind is Kind.NUMBER else None
    return Typed(kind, str(node.value), (*before, *arms), unit=unit)


def _several(node: Node, lookup: Lookup) -> Typed:
    found = _chosen(node, tuple(_check(arg, lookup) for arg in node.args))
    if node.value in {"min", "max"} and found.kind is Kind.BOOL:
        raise node.refuse("Yes and no have no order: use and, or.")
    return found


def _date(node: Node, lookup: Lookup) -> Typed:
    arg = node.args[0]
    day = _day(str(arg.value)) if arg.op == "text" else None
    if day is None:
        raise arg.refuse('A day is written date("2026-07-31").')
    return Typed(Kind.DATE, "date", value=day.isoformat())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def _unit(node: Node, lookup: Lookup) -> Typed:
    number = _expect(_check(node.args[0], lookup), Kind.NUMBER, node.args[0])
    if node.value == "plain":
        return Typed(Kind.NUMBER, "same", (number,), unit=PLAIN)
    text = node.args[1]
    if text.op != "text" or not 0 < len(text.value) <= 40:
        raise text.refuse('A unit is written between quotes: unit(benefit, "EUR").')
    return Typed(Kind.NUMBER, "same", (number,), unit=unit_of(text.value))


def _duration(node: Node, lookup: Lookup) -> Typed:
    number = _expect(_check(node.args[0], lookup), Kind.NUMBER, node.args[0])
    if number.unit is not None and number.unit not in {DAYS, PLAIN}:
        raise node.args[0].refuse(f"A plain number is expected here, this is {number.unit.said}.")
    if node.value == "days":
        return Typed(Kind.NUMBER, "same", (number,), unit=DAYS)
    seven = Typed(Kind.NUMBER, "number", value=Decimal(7))
    return Typed(Kind.NUMBER, "mul", (number, seven), unit=DAYS)


_LEAVES: Mapping[str, Callable[[Node], Typed]] = {
    "number": _number,
    "text": lambda node: Typed(Kind.TEXT, "text", value=node.value),
    "bool": lambda node: Typed(Kind.BOOL, "bool", value=node.value),
    "none": lambda node: Typed(Kind.NONE, "none"),
}
_SPECIAL: Mapping[str, Callable[[Node, Lookup], Typed]] = {
    "if": _if, "min": _several, "max": _several, "coalesce": _several, "date": _date, "unit": _unit, "plain": _unit,
    "days": _duration, "weeks": _duration,
}  # fmt: skip
