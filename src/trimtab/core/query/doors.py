"""What a screen asks around a query: which fields there are, what a text means, how to write one, what comes next."""

from collections.abc import Callable
from functools import partial
from typing import Any

from trimtab.core import scope
from trimtab.core.actors import LIVE, Actor, Clock
from trimtab.core.errors import Forbidden
from trimtab.core.fields import registry
from trimtab.core.fields.spec import SEVERAL, FieldKind, FieldSpec
from trimtab.core.query import config, rights
from trimtab.core.query.answer import context_of
from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.filters import OPERATORS, Filter
from trimtab.core.query.compile.groups import groupable
from trimtab.core.query.compile.references import resolve
from trimtab.core.query.compile.sorts import field_keys
from trimtab.core.query.compile.totals import functions
from trimtab.core.query.language import complete as completion
from trimtab.core.query.language.format import format_query
from trimtab.core.query.language.parse import parse as parse_text
from trimtab.core.query.nodes import Sort, conditions, from_json, sort_from_json, sort_to_json, to_json
from trimtab.core.query.problems import Problem, QueryInvalid, Span
from trimtab.core.query.suggest import suggestions

_PLAIN = {FieldKind.SELF: "text", FieldKind.PROSE: "text", FieldKind.WORDS: "text"}


def fields(actor: Actor, source: str) -> list[dict[str, Any]]:
    """The fields of ``source`` that the actor may use, each with what can be asked of it. Raises NotFound."""
    found = registry.get(source)
    with scope.workspace(actor.workspace_id):
        known = config.read(actor, found, None)
    return [_described(name, spec) for name, spec in config.listed(known.fields).items() if rights.may_see(actor, spec)]


def known_fields(actor: Actor, source: str) -> dict[str, FieldSpec]:
    """Every field of ``source`` by each of its names, those too that the actor may not see, in the open transaction."""
    return config.read(actor, registry.get(source), None).fields


def _described(name: str, spec: FieldSpec) -> dict[str, Any]:
    return {
        "name": name,
        "label": spec.label,
        "type": _PLAIN.get(spec.kind, str(spec.kind)),
        "entity": spec.entity or None,
        "operators": sorted(OPERATORS[spec.kind]),
        "sortable": spec.sortable and spec.kind not in SEVERAL,
        "groupable": groupable(spec),
        "totals": functions(spec),
        "custom": spec.custom,
        "unit": None if spec.unit.startswith("@") else spec.unit or None,
        "formula": spec.formula or None,
        "problem": spec.problem or None,
        "options": [{"key": option.key, "name": option.name} for option in spec.options],
    }


def parse(actor: Actor, clock: Clock, source: str, text: str) -> dict[str, Any]:
    """The JSON form of query text, and every fault in it with its place. Raises NotFound for the source alone."""
    parsed = parse_text(text)
    problems = list(parsed.problems)
    with scope.workspace(actor.workspace_id):
        context = context_of(actor, clock, registry.get(source), None, LIVE)
        resolve(context, parsed.filter)
        for condition in conditions(parsed.filter):
            problems.extend(_faults(condition.field_span, partial(Filter(context).predicate, condition)))
        for key in parsed.sort:
            problems.extend(_faults(key.span, partial(_ordered, context, key)))
    return {
        "filter": to_json(parsed.filter),
        "sort": sort_to_json(parsed.sort),
        "problems": [problem.as_json() for problem in problems],
    }


def _ordered(context: Context, key: Sort) -> None:
    field_keys(context, context.field(key.field, key.span), key)


def _faults(span: Span | None, compile_it: Callable[[], object]) -> tuple[Problem, ...]:
    try:
        compile_it()
    except QueryInvalid as fault:
        return fault.problems
    except Forbidden as refusal:
        return (Problem(refusal.message, span),)
    return ()


def format(filter: object, sort: object) -> dict[str, str]:  # noqa: A001, A002  the names of the door
    """The text of a JSON filter and order. Raises QueryInvalid for what is none."""
    return {"text": format_query(from_json(filter), sort_from_json(sort))}


def complete(actor: Actor, clock: Clock, source: str, text: str, cursor: int) -> dict[str, Any]:
    """What may stand at ``cursor``: suggestions, best first, and which characters one replaces."""
    place = completion.place(text, cursor)
    with scope.workspace(actor.workspace_id):
        context: Context = context_of(actor, clock, registry.get(source), None, LIVE)
        found = suggestions(context, place)
    return {
        "from": place.start,
        "to": place.end,
        "items": [{"text": each.text, "label": each.label, "kind": each.kind} for each in found],
    }
