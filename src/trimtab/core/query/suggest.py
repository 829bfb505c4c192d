"""Values to complete a condition with, from the field's own options or from the workspace's records."""

from trimtab.core.fields import registry
from trimtab.core.fields.spec import FieldKind, FieldSpec
from trimtab.core.query import periods, rights
from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.search import like
from trimtab.core.query.config import listed
from trimtab.core.query.database import fetch
from trimtab.core.query.language.complete import Place, Suggestion, ranked
from trimtab.core.query.language.format import value_text

_MOST = 20
_CANDIDATES = 200
_DAYS = ("today", "this-week", "this-month", "this-quarter", "next-quarter", "last-quarter", "this-year")
_AGES = ("<7d", "<30d", "<90d", ">30d", ">90d")
_NUMBERS = (">", "<", ">=", "<=")
_MISSING = (Suggestion("none", "none", "missing"), Suggestion("any", "any", "missing"))


def suggestions(context: Context, place: Place) -> list[Suggestion]:
    """What fits at ``place``, best first, at most 20."""
    if place.field is None:
        return ranked(_names(context), place.typed, _MOST)
    if place.field == "sort":
        return ranked(_sorts(context), place.typed, _MOST)
    spec = context.fields.get(place.field)
    if spec is None or not rights.may_see(context.actor, spec):
        return []
    return ranked([*_values(context, spec, place.typed), *_MISSING], place.typed, _MOST)


def _visible(context: Context) -> dict[str, FieldSpec]:
    return {name: spec for name, spec in listed(context.fields).items() if rights.may_see(context.actor, spec)}


def _names(context: Context) -> list[Suggestion]:
    fields = [Suggestion(f"{name}:", spec.label, "field") for name, spec in _visible(context).items()]
    return [*fields, Suggestion("sort:", "Order", "field"), Suggestion("OR", "or", "operator")]


def _sorts(context: Context) -> list[Suggestion]:
    fields = {name: spec for name, spec in _visible(context).items() if spec.sortable}
    up = [Suggestion(name, f"{spec.label} ↑", "sort") for name, spec in fields.items()]
    return up + [Suggestion(f"-{name}", f"{spec.label} ↓", "sort") for name, spec in fields.items()]


def _values(context: Context, spec: FieldSpec, typed: str) -> list[Suggestion]:
    match spec.kind:
        case FieldKind.CHOICE | FieldKind.CHOICES:
            return [Suggestion(value_text(option.key), option.name, "option") for option in spec.options]
        case FieldKind.BOOL:
            return [Suggestion("yes", "yes", "option"), Suggestion("no", "no", "option")]
        case FieldKind.DATE | FieldKind.INSTANT | FieldKind.TIMEFRAME:
            return _times(context, spec)
        case FieldKind.NUMBER:
            return [Suggestion(sign, f"{sign} …", "operator") for sign in _NUMBERS]
        case FieldKind.REF | FieldKind.REFS | FieldKind.SELF:
            return _records(context, spec, typed)
        case FieldKind.TAGS:
            return _used(context, f"(select unnest({context.sql(spec.sql)}) as value from {context.rows()}) u", typed)
        case FieldKind.TEXT if spec.stored:
            return _used(context, f"(select {context.sql(spec.sql)} as value from {context.rows()}) u", typed)
    return []


def _times(context: Context, spec: FieldSpec) -> list[Suggestion]:
    days = [Suggestion(word, word.replace("-", " "), "period") for word in _DAYS]
    if spec.kind is FieldKind.INSTANT:
        return [
            Suggestion(age, f"{age[1:]} {'ago or less' if age[0] == '<' else 'ago or more'}", "age") for age in _AGES
        ] + days
    coming = [
        Suggestion(name, f"{first:%-d %b %Y} – {last:%-d %b %Y}", "period")
        for name, (first, last) in periods.near(context.moment.today, context.moment.calendar)
    ]
    later = [Suggestion("later", "later", "period")] if spec.parts else []
    return [*days, *later, *coming]


def _records(context: Context, spec: FieldSpec, typed: str) -> list[Suggestion]:
    source = registry.get(spec.entity)
    name, within = source.name.replace("{r}", "x"), spec.within.replace("{r}", "x")
    written = (source.written or source.name).replace("{r}", "x")
    order = ", ".join(key.sql.replace("{r}", "x") for key in source.order)
    wanted = like(context, typed)
    statement = (
        f"select {written}, {name} from {context.rel(spec.entity)} x"
        f" where {within} and ({name} ilike {wanted} or {written} ilike {wanted})"
        f" order by ({name} ilike substr({wanted}, 2)) desc, {order} limit {_CANDIDATES}"
    )
    found = [Suggestion(value_text(text), label, spec.entity) for text, label in fetch(statement, context.params)]
    if spec.entity == "person" and context.actor.person_id is not None:
        found.insert(0, Suggestion("me", "me", "person"))
    return found


def _used(context: Context, relation: str, typed: str) -> list[Suggestion]:
    statement = (
        f"select value, count(*) from {relation} where value ilike {like(context, typed)}"
        f" group by value order by count(*) desc, value limit {_MOST}"
    )
    return [
        Suggestion(value_text(text), f"{text} ({count})", "value") for text, count in fetch(statement, context.params)
    ]
