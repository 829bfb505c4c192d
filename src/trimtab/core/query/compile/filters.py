"""A filter tree to one SQL predicate. Missing values make a condition false, and its negation true."""

import json
from collections.abc import Callable
from typing import Any

from trimtab.core.fields.absent import absent
from trimtab.core.fields.spec import FieldKind, FieldSpec
from trimtab.core.query import literals
from trimtab.core.query.compile import search
from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.references import ids_of
from trimtab.core.query.literals import LATER, shorten
from trimtab.core.query.nodes import And, Condition, Node, Not, Op, Or, Term, Text
from trimtab.core.query.problems import closest, refuse

_EITHER = {Op.IN, Op.IS, Op.EMPTY, Op.PRESENT}
_ORDERED = _EITHER | {Op.LT, Op.LE, Op.GT, Op.GE, Op.BETWEEN}
OPERATORS: dict[FieldKind, frozenset[Op]] = {
    FieldKind.TEXT: frozenset(_EITHER | {Op.CONTAINS}),
    FieldKind.PROSE: frozenset(_EITHER | {Op.CONTAINS}),
    FieldKind.NUMBER: frozenset(_ORDERED),
    FieldKind.BOOL: frozenset(_EITHER),
    FieldKind.DATE: frozenset(_ORDERED | {Op.NEWER, Op.OLDER}),
    FieldKind.INSTANT: frozenset(_ORDERED | {Op.NEWER, Op.OLDER}),
    FieldKind.TIMEFRAME: frozenset(_ORDERED),
    FieldKind.CHOICE: frozenset(_EITHER),
    FieldKind.CHOICES: frozenset(_EITHER),
    FieldKind.TAGS: frozenset(_EITHER),
    FieldKind.REF: frozenset(_EITHER),
    FieldKind.REFS: frozenset(_EITHER),
    FieldKind.SELF: frozenset({Op.IN, Op.IS}),
    FieldKind.WORDS: frozenset({Op.IN, Op.CONTAINS, Op.EMPTY, Op.PRESENT}),
    FieldKind.JSON: frozenset({Op.EMPTY, Op.PRESENT}),
}
_SIGN = {Op.LT: "<", Op.LE: "<=", Op.GT: ">", Op.GE: ">="}
_FEW = 20


class Filter:
    """Compiles one filter; ``joins`` names what its predicate needs beside the row."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.joins: dict[str, None] = {}

    def predicate(self, node: Node) -> str:
        """The SQL of ``node``, true or not true for every row."""
        match node:
            case And(nodes):
                return _all(self.predicate(child) for child in nodes)
            case Or(nodes):
                return "(" + " or ".join(self.predicate(child) for child in nodes) + ")"
            case Not(inner):
                return f"(({self.predicate(inner)}) is not true)"
            case Text():
                return search.matches(self.context, node)
            case Condition():
                return self._condition(node)

    def _condition(self, condition: Condition) -> str:
        spec = self.context.field(condition.field, condition.field_span)
        if condition.op not in OPERATORS[spec.kind]:
            known = ", ".join(sorted(OPERATORS[spec.kind]))
            raise refuse(f"{spec.name} cannot be asked for with {condition.op}; it knows {known}.", condition.span)
        self.joins.update(dict.fromkeys(spec.joins))
        if condition.op is Op.EMPTY:
            return self._missing(spec)
        if condition.op is Op.PRESENT:
            return f"(({self._missing(spec)}) is not true)"
        given = [at for at, value in enumerate(condition.values) if value is not None]
        parts = [] if len(given) == len(condition.values) else [self._missing(spec)]
        if given:
            parts.append(_COMPILERS[spec.kind](self, spec, condition, given))
        return f"({' or '.join(parts)})" if len(parts) > 1 else parts[0]

    def _missing(self, spec: FieldSpec) -> str:
        return self.context.sql(absent(spec))

    def _linked(self, spec: FieldSpec, test: str) -> str:
        link, context = spec.link, self.context
        assert link is not None
        return (
            f"exists (select 1 from {context.rel(link.entity)} l where l.{link.record} = {context.alias('r')}.id"
            f" and l.{link.where} and {test})"
        )

    def text(self, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
        value, values = self.context.sql(spec.sql), _values(condition, given)
        if condition.op is Op.CONTAINS:
            return f"({value} ilike {search.like(self.context, values[0])})"
        if spec.stored:
            return self._stored(spec, values, self.context.param(values, "text[]"))
        return f"({value} = any({self.context.param(values, 'text[]')}))"

    def prose(self, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
        value, values = self.context.sql(spec.sql), _values(condition, given)
        if condition.op is Op.IS:
            return f"(lower({value}) = any({self.context.param([each.lower() for each in values], 'text[]')}))"
        return "(" + " or ".join(f"{value} ilike {search.like(self.context, each)}" for each in values) + ")"

    def words(self, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
        values = _values(condition, given)
        if condition.op is Op.CONTAINS:
            return f"({self.context.sql(spec.sql)} ilike {search.like(self.context, values[0])})"
        return search.body_matches(self.context, [Text((Term(each, True),)) for each in values])

    def number(self, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
        value = self.context.sql(spec.sql)
        numbers = [literals.number(condition.values[at] or "", condition.value_span(at)) for at in given]
        if condition.op not in {Op.IN, Op.IS} and spec.stored and not self._indexed(spec):
            return self._document_number(spec, condition.op, numbers)
        if condition.op is Op.BETWEEN:
            low, high = (self.context.param(each, "numeric") for each in numbers)
            return f"({value} between {low} and {high})"
        if condition.op in _SIGN:
            return f"({value} {_SIGN[condition.op]} {self.context.param(numbers[0], 'numeric')})"
        if spec.stored:
            return self._stored(spec, numbers, self.context.param(numbers, "numeric[]"))
        return f"({value} = any({self.context.param(numbers, 'numeric[]')}))"

    def _indexed(self, spec: FieldSpec) -> bool:
        return spec.indexed and self.context.lens.is_live

    def _document_number(self, spec: FieldSpec, op: Op, numbers: list[Any]) -> str:
        """Compares inside the document, which is cheaper than taking each number out of it.

        Kinds of values have an order there too: an empty list, null, texts, numbers, and above them the rest. Between
        two numbers lie numbers alone. ``is true`` and ``all`` keep PostgreSQL from taking a range for a rare thing.
        """
        value = f"({self.context.alias('r')}.custom -> '{spec.stored}')"
        given = [self.context.param(str(number), "jsonb") for number in numbers]
        if op is Op.BETWEEN:
            return f"({value} >= {given[0]} and ({value} <= {given[1]}) is true)"
        others = 'string,"null",array' if op in {Op.LT, Op.LE} else "boolean,array,object"
        return f"({value} {_SIGN[op]} {given[0]} and jsonb_typeof({value}) <> all('{{{others}}}'))"

    def _stored(self, spec: FieldSpec, values: list[Any], array: str) -> str:
        """Equality by containment, which the index over the whole document answers."""
        if len(values) > _FEW:
            return f"({self.context.sql(spec.sql)} = any({array}))"
        return "(" + " or ".join(self._contains(spec, _json(each)) for each in values) + ")"

    def _contains(self, spec: FieldSpec, value: str) -> str:
        document = f'{{"{spec.stored}": {value}}}'
        return f"{self.context.alias('r')}.custom @> {self.context.param(document, 'jsonb')}"

    def boolean(self, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
        values = {literals.boolean(condition.values[at] or "", condition.value_span(at)) for at in given}
        if spec.stored:
            return "(" + " or ".join(self._contains(spec, _json(each)) for each in sorted(values)) + ")"
        return f"({self.context.sql(spec.sql)} = any({self.context.param(sorted(values), 'boolean[]')}))"

    def choice(self, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
        keys = [_option(spec, condition, at) for at in given]
        if spec.kind is FieldKind.CHOICES and not spec.stored:
            return f"({self.context.sql(spec.sql)} ?| {self.context.param(keys, 'text[]')})"
        if spec.kind is FieldKind.CHOICES:
            return "(" + " or ".join(self._contains(spec, _json([key])) for key in keys) + ")"
        if spec.stored and not self._indexed(spec):
            return self._stored(spec, keys, self.context.param(keys, "text[]"))
        return f"({self.context.sql(spec.sql)} = any({self.context.param(keys, 'text[]')}))"

    def tags(self, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
        values = self.context.param(_values(condition, given), "varchar[]")
        return f"({self.context.sql(spec.sql)} && {values})"

    def reference(self, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
        wanted = ids_of(self.context, spec, condition, given)
        if spec.link is not None:
            return self._linked(spec, f"l.{spec.link.value} = {wanted}")
        return f"({self.context.sql(spec.sql)} = {wanted})"

    def day(self, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
        value = self.context.sql(spec.sql)
        if condition.op in {Op.NEWER, Op.OLDER}:
            at = literals.age(condition.values[0] or "", self.context.moment, condition.span)
            sign = ">=" if condition.op is Op.NEWER else "<"
            return f"({value} {sign} {self._day(spec, at.astimezone(self.context.moment.zone).date())})"
        parts = []
        if spec.parts and condition.op in {Op.IN, Op.IS}:
            later = [at for at in given if (condition.values[at] or "").lower() == LATER]
            given = [at for at in given if at not in later]
            parts = [self.context.sql(f"{spec.parts[0]} = '{LATER}'")] if later else []
        periods = [
            literals.period(condition.values[at] or "", self.context.moment, condition.value_span(at)) for at in given
        ]
        parts.extend(f"{value} {test}" for test in _spans(condition.op, periods, lambda day: self._day(spec, day)))
        return f"({' or '.join(parts)})"

    def _day(self, spec: FieldSpec, day: Any) -> str:
        return self.context.param(day.isoformat(), "text") if spec.stored else self.context.param(day, "date")

    def instant(self, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
        value, moment = self.context.sql(spec.sql), self.context.moment
        if condition.op in {Op.NEWER, Op.OLDER}:
            at = self.context.param(literals.age(condition.values[0] or "", moment, condition.span), "timestamptz")
            return f"({value} {'>=' if condition.op is Op.NEWER else '<'} {at})"
        spans = [literals.instants(condition.values[at] or "", moment, condition.value_span(at)) for at in given]

        def typed(at: Any) -> str:
            return self.context.param(at, "timestamptz")

        match condition.op:
            case Op.BETWEEN:
                return f"({value} >= {typed(spans[0][0])} and {value} < {typed(spans[1][1])})"
            case Op.LT:
                return f"({value} < {typed(spans[0][0])})"
            case Op.LE:
                return f"({value} < {typed(spans[0][1])})"
            case Op.GT:
                return f"({value} >= {typed(spans[0][1])})"
            case Op.GE:
                return f"({value} >= {typed(spans[0][0])})"
        return "(" + " or ".join(f"({value} >= {typed(a)} and {value} < {typed(b)})" for a, b in spans) + ")"

    def timeframe(self, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
        start, start_precision, end, end_precision = map(self.context.sql, spec.parts)
        first = f"coalesce({start}, {_first(end, end_precision)})"
        last = (
            f"(case when {end_precision} = '{LATER}' and {start} is not null then 'infinity'::date"
            f" else coalesce({end}, {_last(start, start_precision)}) end)"
        )
        later = f"({start_precision} = '{LATER}' or ({start} is null and {end_precision} = '{LATER}'))"
        parts = [later for at in given[:1] if any((condition.values[i] or "").lower() == LATER for i in given)]
        periods = [
            literals.period(condition.values[at] or "", self.context.moment, condition.value_span(at))
            for at in given
            if (condition.values[at] or "").lower() != LATER
        ]
        if not periods:
            return f"({parts[0]})"
        if parts and condition.op not in {Op.IN, Op.IS}:
            raise refuse("later has no place in a comparison.", condition.span)

        def day(value: Any) -> str:
            return self.context.param(value, "date")

        match condition.op:
            case Op.BETWEEN:
                return f"({first} <= {day(periods[1].last)} and {last} >= {day(periods[0].first)})"
            case Op.LT:
                return f"({last} < {day(periods[0].first)})"
            case Op.LE:
                return f"({last} <= {day(periods[0].last)})"
            case Op.GT:
                return f"({first} > {day(periods[0].last)})"
            case Op.GE:
                return f"({first} >= {day(periods[0].first)})"
        parts.extend(f"({first} <= {day(each.last)} and {last} >= {day(each.first)})" for each in periods)
        return f"({' or '.join(parts)})"


_Compiler = Callable[[Filter, FieldSpec, Condition, list[int]], str]
_COMPILERS: dict[FieldKind, _Compiler] = {
    FieldKind.TEXT: Filter.text,
    FieldKind.PROSE: Filter.prose,
    FieldKind.WORDS: Filter.words,
    FieldKind.NUMBER: Filter.number,
    FieldKind.BOOL: Filter.boolean,
    FieldKind.DATE: Filter.day,
    FieldKind.INSTANT: Filter.instant,
    FieldKind.TIMEFRAME: Filter.timeframe,
    FieldKind.CHOICE: Filter.choice,
    FieldKind.CHOICES: Filter.choice,
    FieldKind.TAGS: Filter.tags,
    FieldKind.REF: Filter.reference,
    FieldKind.REFS: Filter.reference,
    FieldKind.SELF: Filter.reference,
}


def _all(parts: Any) -> str:
    return " and ".join(parts) or "true"


def _values(condition: Condition, given: list[int]) -> list[str]:
    return [value for at in given if (value := condition.values[at]) is not None]


def _json(value: object) -> str:
    return json.dumps(value, default=str) if not hasattr(value, "is_finite") else str(value)


def _option(spec: FieldSpec, condition: Condition, at: int) -> str:
    text = condition.values[at] or ""
    for option in spec.options:
        if text.lower() in {option.key.lower(), option.name.lower()}:
            return option.key
    nearest = closest(text, [option.key for option in spec.options])
    known = ", ".join(option.key for option in spec.options[:12])
    raise refuse(f"{spec.label} knows no {shorten(text)}: {known}.", condition.value_span(at), nearest)


def _spans(op: Op, periods: list[literals.Period], day: Callable[[Any], str]) -> list[str]:
    match op:
        case Op.BETWEEN:
            return [f"between {day(periods[0].first)} and {day(periods[1].last)}"]
        case Op.LT:
            return [f"< {day(periods[0].first)}"]
        case Op.LE:
            return [f"<= {day(periods[0].last)}"]
        case Op.GT:
            return [f"> {day(periods[0].last)}"]
        case Op.GE:
            return [f">= {day(periods[0].first)}"]
    return [f"between {day(each.first)} and {day(each.last)}" for each in periods]


def _first(day: str, precision: str) -> str:
    """The first day of the period of that length whose last day is ``day``, in a year that begins in any month."""
    cases = " ".join(f"when '{grain}' then (({day} + 1) - interval '{span}')::date" for grain, span in _SPANS.items())
    return f"(case {precision} {cases} else {day} end)"


def _last(day: str, precision: str) -> str:
    """The last day of the period of that length whose first day is ``day``."""
    cases = " ".join(f"when '{grain}' then ({day} + interval '{span} -1 day')::date" for grain, span in _SPANS.items())
    return f"(case {precision} {cases} else {day} end)"


_SPANS = {"month": "1 month", "quarter": "3 months", "half": "6 months", "year": "12 months"}
