"""Names in a filter to ids: by id, key or name, in one small statement before the query itself."""

import re
from uuid import UUID

from trimtab.core.fields import registry
from trimtab.core.fields.spec import FieldKind, FieldSpec
from trimtab.core.query.compile.context import Context
from trimtab.core.query.database import fetch
from trimtab.core.query.language.format import value_text
from trimtab.core.query.literals import shorten
from trimtab.core.query.nodes import Condition, Node, conditions
from trimtab.core.query.problems import closest, refuse

REFERENCES = {FieldKind.REF, FieldKind.REFS, FieldKind.SELF}
ME = "me"
_DIGITS = re.compile(r"(?:[A-Za-z][A-Za-z0-9]*-)?(\d{1,9})")
_SUGGESTED_FROM = 5_000

Wanted = tuple[str, str, str]


def as_id(text: str) -> UUID | None:
    """The id that ``text`` writes out in full, if it is one."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def resolve(context: Context, node: Node) -> None:
    """Look up every name that the reference conditions of ``node`` give, into ``context.resolved``."""
    wanted = {
        (spec.entity, spec.within, value)
        for condition in conditions(node)
        if (spec := context.fields.get(condition.field)) is not None and spec.kind in REFERENCES
        for value in condition.values
        if value is not None and as_id(value) is None and not _is_me(context, spec, value)
    }
    context.resolved.update(look_up(context, wanted))


def look_up(context: Context, wanted: set[Wanted]) -> dict[Wanted, tuple[UUID, ...]]:
    """The ids that each name stands for; several where it is not unique."""
    groups: dict[tuple[str, str], list[str]] = {}
    for entity, within, text in sorted(wanted):
        groups.setdefault((entity, within), []).append(text)
    if not groups:
        return {}
    params = dict(context.params)
    parts = []
    for at, ((entity, within), texts) in enumerate(groups.items()):
        numbers = [int(digits[1]) if (digits := _DIGITS.fullmatch(text)) else None for text in texts]
        params |= {f"raw{at}": texts, f"word{at}": [text.lower() for text in texts], f"number{at}": numbers}
        parts.append(_names(context, at, entity, within))
    rows = fetch(" union all ".join(parts), params)
    names = list(groups)
    found: dict[Wanted, tuple[UUID, ...]] = {}
    for at, raw, identifier in rows:
        key = (*names[at], raw)
        found[key] = (*found.get(key, ()), identifier)
    return found


def _names(context: Context, at: int, entity: str, within: str) -> str:
    source = registry.get(entity)
    fill = {"{r}": "x", "{word}": "v.word", "{raw}": "v.raw", "{number}": "v.number"}
    match = re.sub(r"\{\w+\}", lambda slot: fill[slot[0]], f"{source.match} and {within}")
    return (
        f"select {at}, v.raw, x.id from unnest(%(raw{at})s::text[], %(word{at})s::text[], %(number{at})s::bigint[])"
        f" v(raw, word, number) join {context.rel(entity)} x on {match}"
    )


def _is_me(context: Context, spec: FieldSpec, text: str) -> bool:
    return spec.entity == "person" and text.lower() == ME and context.actor.person_id is not None


def ids_of(context: Context, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
    """What to compare a reference with: ``any(…)`` of the ids that the values name, and of all below if asked."""
    ids: dict[UUID, None] = {}
    for at in given:
        ids.update(dict.fromkeys(_one(context, spec, condition, at)))
    if spec.below and condition.op == "in":
        return _below(context, spec, list(ids))
    if len(ids) == 1:
        return context.param(next(iter(ids)), "uuid")
    return f"any({context.param(list(ids), 'uuid[]')})"


def _one(context: Context, spec: FieldSpec, condition: Condition, at: int) -> tuple[UUID, ...]:
    text = condition.values[at] or ""
    if (identifier := as_id(text)) is not None:
        return (identifier,)
    if _is_me(context, spec, text) and context.actor.person_id is not None:
        return (context.actor.person_id,)
    found = context.resolved.get((spec.entity, spec.within, text))
    if found is not None:
        return found
    label = registry.get(spec.entity).label.lower()
    if not context.lens.is_live:
        context.warnings.append(f"{shorten(text)} was not among the {label} then.")
        return ()
    nearest = closest(text, _known(context, spec))
    hint = f" Did you mean {nearest}?" if nearest else ""
    span = condition.value_span(at)
    raise refuse(f"There is no {shorten(text)} among the {label}.{hint}", span, nearest and value_text(nearest))


def _known(context: Context, spec: FieldSpec) -> list[str]:
    source = registry.get(spec.entity)
    name, within = source.name.replace("{r}", "x"), spec.within.replace("{r}", "x")
    rows = fetch(
        f"select {name} from {context.rel(spec.entity)} x where {within} limit {_SUGGESTED_FROM}",  # noqa: S608
        context.params,
    )
    return [row[0] for row in rows]


def _below(context: Context, spec: FieldSpec, ids: list[UUID]) -> str:
    entity = registry.get(spec.entity)
    relation = context.rel(spec.entity)
    return (
        f"any(array(with recursive below(id) as (select unnest({context.param(ids, 'uuid[]')})"
        f" union select x.id from {relation} x join below on x.{entity.parent} = below.id) select id from below))"
    )
