"""Names in a filter to ids: by id, key or name, in one small statement before the query itself."""

import re
from uuid import UUID

from trimtab.core.fields import registry
from trimtab.core.fields.spec import FieldKind, FieldSpec
from trimtab.core.query.compile.context import Context, Wanted
from trimtab.core.query.database import fetch
from trimtab.core.query.language.format import value_text
from trimtab.core.query.literals import shorten
from trimtab.core.query.nodes import Condition, Node, Op, conditions
from trimtab.core.query.problems import closest, refuse

REFERENCES = {FieldKind.REF, FieldKind.REFS, FieldKind.SELF}
ME = "me"
_DIGITS = re.compile(r"(?:[A-Za-z][A-Za-z0-9]*-)?(\d{1,9})")
_SUGGESTED_FROM = 5_000


def as_id(text: str) -> UUID | None:
    """The id that ``text`` writes out in full, if it is one."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def resolve(context: Context, node: Node) -> None:
    """Look up every name that the reference conditions of ``node`` give, into ``context.resolved``."""
    wanted = {
        name
        for condition in conditions(node)
        if (spec := context.fields.get(condition.field)) is not None and spec.kind in REFERENCES
        for value in condition.values
        if value is not None
        for name in [_wanted(context, spec, condition, value)]
        if name.below or as_id(name.text) is None
    }
    context.resolved.update(look_up(context, wanted))


def _wanted(context: Context, spec: FieldSpec, condition: Condition, text: str) -> Wanted:
    if spec.entity == "person" and text.lower() == ME and context.actor.person_id is not None:
        text = str(context.actor.person_id)
    return Wanted(spec.entity, spec.within, spec.below and condition.op is Op.IN, text)


def look_up(context: Context, wanted: set[Wanted]) -> dict[Wanted, tuple[UUID, ...]]:
    """The ids that each name stands for; several where it is not unique."""
    groups: dict[tuple[str, str, bool], list[str]] = {}
    for each in sorted(wanted):
        groups.setdefault((each.entity, each.within, each.below), []).append(each.text)
    if not groups:
        return {}
    params = dict(context.params)
    parts = []
    for at, (group, texts) in enumerate(groups.items()):
        params |= _parameters(at, texts)
        parts.append(_names(context, at, *group))
    keys = list(groups)
    found: dict[Wanted, tuple[UUID, ...]] = {}
    for at, raw, identifier in fetch(" union all ".join(parts), params):
        entity, within, below = keys[int(at)]
        key = Wanted(entity, within, below, raw)
        found[key] = (*found.get(key, ()), identifier)
    return found


def _parameters(at: int, texts: list[str]) -> dict[str, object]:
    numbers = [int(digits[1]) if (digits := _DIGITS.fullmatch(text)) else None for text in texts]
    words = [text.lower() for text in texts]
    return {f"raw{at}": texts, f"word{at}": words, f"number{at}": numbers, f"id{at}": [as_id(text) for text in texts]}


def _names(context: Context, at: int, entity: str, within: str, below: bool) -> str:
    source = registry.get(entity)
    fill = {"{r}": "x", "{word}": "v.word", "{raw}": "v.raw", "{number}": "v.number"}
    match = re.sub(r"\{\w+\}", lambda slot: fill[slot[0]], f"({source.match} or x.id = v.id) and {within}")
    named = (
        f"from unnest(%(raw{at})s::text[], %(word{at})s::text[], %(number{at})s::bigint[], %(id{at})s::uuid[])"
        f" v(raw, word, number, id) join {context.rel(entity)} x on {match}"
    )
    if not below:
        return f"select {at}, v.raw, x.id {named}"
    return (
        f"(with recursive below(raw, id) as (select v.raw, x.id {named} union"
        f" select below.raw, x.id from {context.rel(entity)} x join below on x.{source.parent} = below.id)"
        f" select {at}, raw, id from below)"
    )


def ids_of(context: Context, spec: FieldSpec, condition: Condition, given: list[int]) -> str:
    """What to compare a reference with: ``any(…)`` of the ids that the values name, and of all below if asked."""
    ids: dict[UUID, None] = {}
    for at in given:
        ids.update(dict.fromkeys(_one(context, spec, condition, at)))
    if len(ids) == 1:
        return context.param(next(iter(ids)), "uuid")
    return f"any({context.param(list(ids), 'uuid[]')})"


def _one(context: Context, spec: FieldSpec, condition: Condition, at: int) -> tuple[UUID, ...]:
    text = condition.values[at] or ""
    wanted = _wanted(context, spec, condition, text)
    if (found := context.resolved.get(wanted)) is not None:
        return found
    if (identifier := as_id(wanted.text)) is not None:
        return (identifier,)
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
        f"select {name} from {context.rel(spec.entity)} x where {within} limit {_SUGGESTED_FROM}",
        context.params,
    )
    return [row[0] for row in rows]
