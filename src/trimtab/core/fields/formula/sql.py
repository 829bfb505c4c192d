"""A checked formula to an SQL template that cannot raise, whatever a row holds, and names each piece once.

Every number is kept to ten decimals and below a bound, beyond which it is missing; so is every day outside the years 1
to 9999. Texts are cut. What is bounded cannot overflow, so that nothing has to be caught.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from trimtab.core.fields.formula.nodes import Kind, Typed

DECIMALS: Final = 10
BOUND: Final = 10**18
LONGEST: Final = 2_000
DIVIDED: Final = 24
_PLAIN: Final = re.compile("[A-Za-z0-9 ]")
_EPOCH: Final = date(2000, 1, 1)
FIRST: Final = date.min
LAST: Final = date.max
_TYPES: Final = {Kind.NUMBER: "numeric", Kind.TEXT: "text", Kind.DATE: "date", Kind.BOOL: "boolean"}
_BINARY: Final = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "and": "and", "or": "or"}


@dataclass(frozen=True, slots=True)
class Compiled:
    """``sql`` is a template over the row; ``kind`` and ``unit`` are what it gives."""

    kind: Kind
    unit: str
    sql: str


def compiled(typed: Typed, leaves: Mapping[str, str]) -> Compiled:
    """The template of a formula whose fields are ``leaves``, each guarded already; see ``guarded``."""
    unit = "" if typed.unit is None else str(typed.unit)
    return Compiled(typed.kind, unit, f"({_sql(typed, leaves)})")


def guarded(kind: Kind, sql: str) -> str:
    """A field's value within the bounds of a formula; missing beyond them, and where a text is empty."""
    match kind:
        case Kind.NUMBER:
            return _bounded(sql)
        case Kind.DATE:
            return _within(sql, f"date '{FIRST.isoformat()}'", f"date '{LAST.isoformat()}'")
        case Kind.TEXT:
            return f"nullif(left(({sql})::text collate \"C\", {LONGEST}), '')"
    return f"({sql})"


def _bounded(sql: str) -> str:
    return _within(f"round({sql}, {DECIMALS})", f"-{BOUND}", str(BOUND))


def _within(sql: str, low: str, high: str) -> str:
    """``sql`` where it lies between the two, both excluded, else null; ``sql`` is named once."""
    return f"nullif(greatest(nullif(least({sql}, {high}), {high}), {low}), {low})"


def _sql(typed: Typed, leaves: Mapping[str, str]) -> str:
    constant = _constant(typed, leaves)
    if constant is not None:
        return constant
    args = [_sql(arg, leaves) for arg in typed.args]
    if typed.op in _BINARY:
        return f"({args[0]} {_BINARY[typed.op]} {args[1]})"
    if typed.op in {"text", "concat"}:
        args = [_as_text(arg, sql) for arg, sql in zip(typed.args, args, strict=True)]
    return _OPERATIONS[typed.op](args)


def _constant(typed: Typed, leaves: Mapping[str, str]) -> str | None:
    """What stands for a piece that is computed of no others."""
    if typed.op == "field":
        return leaves[str(typed.value)]
    made = None if typed.args else _CONSTANTS.get(typed.op)
    return None if made is None else made(typed)


def literal(text: str) -> str:
    """A text as SQL in which only letters, digits and blanks stand for themselves: nothing is a slot or a quote."""
    kept = "".join(each if _PLAIN.fullmatch(each) else f"\\+{ord(each):06X}" for each in text)
    return f"(U&'{kept}'::text collate \"C\")"


def _as_text(arg: Typed, sql: str) -> str:
    match arg.kind:
        case Kind.NUMBER:
            return f'(trim_scale({sql})::text collate "C")'
        case Kind.DATE:
            return f"(to_char({sql}, 'YYYY-MM-DD') collate \"C\")"
        case Kind.BOOL:
            return f"((case {sql} when true then 'yes' when false then 'no' end) collate \"C\")"
    return sql


def _cased(name: str) -> Callable[[list[str]], str]:
    return lambda args: f'({name}({args[0]} collate "default") collate "C")'


def _called(name: str) -> Callable[[list[str]], str]:
    return lambda args: f"{name}({', '.join(args)})"


def _later(args: list[str]) -> str:
    day, count = args
    low, high = ((bound - _EPOCH).days for bound in (FIRST, LAST))
    moved = _within(f"(({day} - date '{_EPOCH}')::numeric + round({count}))", str(low), str(high))
    return f"(date '{_EPOCH}' + ({moved})::int)"


_CONSTANTS: Final[dict[str, Callable[[Typed], str]]] = {
    "number": lambda typed: f"{typed.value:f}::numeric",
    "whole": lambda typed: str(typed.value),
    "text": lambda typed: literal(str(typed.value)),
    "bool": lambda typed: "true" if typed.value else "false",
    "none": lambda typed: f"null::{_TYPES[typed.kind]}",
    "date": lambda typed: f"date '{typed.value}'",
    "today": lambda typed: "{@today}",
}
_OPERATIONS: Final[dict[str, Callable[[list[str]], str]]] = {
    "add": lambda a: _bounded(f"({a[0]} + {a[1]})"),
    "sub": lambda a: _bounded(f"({a[0]} - {a[1]})"),
    "mul": lambda a: _bounded(f"({a[0]} * {a[1]})"),
    "div": lambda a: _bounded(f"(round({a[0]}, {DIVIDED}) / nullif({a[1]}, 0))"),
    "neg": lambda a: f"(- {a[0]})",
    "same": lambda a: a[0],
    "not": lambda a: f"(not {a[0]})",
    "if": lambda a: f"(case {a[0]} when true then {a[1]} when false then {a[2]} end)",
    "coalesce": _called("coalesce"),
    "min": _called("least"),
    "max": _called("greatest"),
    "missing": lambda a: f"({a[0]} is null)",
    "round": _called("round"),
    "floor": _called("floor"),
    "ceil": _called("ceil"),
    "abs": _called("abs"),
    "between": lambda a: f"({a[1]} - {a[0]})::numeric",
    "later": _later,
    "year": lambda a: f"extract(year from {a[0]})",
    "month": lambda a: f"extract(month from {a[0]})",
    "text": lambda a: a[0],
    "concat": lambda a: f"left({' || '.join(a)}, {LONGEST})",
    "upper": _cased("upper"),
    "lower": _cased("lower"),
    "trim": lambda a: f"btrim({a[0]}, ' ')",
    "left": _called("left"),
    "right": _called("right"),
    "length": lambda a: f"length({a[0]})::numeric",
    "contains": lambda a: f"(strpos({a[0]}, {a[1]}) > 0)",
    "starts_with": lambda a: f"starts_with({a[0]}, {a[1]})",
}
