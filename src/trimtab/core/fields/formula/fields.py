"""Fields as a formula sees them: of which kind and unit they are, and the guarded SQL of their value."""

from dataclasses import dataclass

from trimtab.core.fields import registry
from trimtab.core.fields.formula.nodes import Kind, Node
from trimtab.core.fields.formula.sql import guarded
from trimtab.core.fields.formula.units import Unit, unit_of
from trimtab.core.fields.spec import FieldKind, FieldSpec

_KINDS = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.PROSE: Kind.TEXT,
    FieldKind.CHOICE: Kind.TEXT,
    FieldKind.SELF: Kind.TEXT,
    FieldKind.REF: Kind.TEXT,
    FieldKind.NUMBER: Kind.NUMBER,
    FieldKind.BOOL: Kind.BOOL,
    FieldKind.DATE: Kind.DATE,
    FieldKind.INSTANT: Kind.DATE,
}
_WHY_NOT = {
    FieldKind.TIMEFRAME: "{name} is two days: write start or end.",
    FieldKind.REFS: "{name} may hold several records, which no formula can take.",
    FieldKind.CHOICES: "{name} may hold several values, which no formula can take.",
    FieldKind.TAGS: "{name} may hold several words, which no formula can take.",
    FieldKind.WORDS: "{name} is long text, which no formula can take.",
    FieldKind.JSON: "{name} has no single value.",
}
_ISO_DAY = "^[0-9][0-9][0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field in a formula. ``live`` is what is read of it today, where that costs less than ``sql``."""

    spec: FieldSpec
    kind: Kind
    unit: Unit
    sql: str
    live: str


def leaf_of(node: Node, spec: FieldSpec) -> Leaf:
    """The field that ``node`` names. Raises FormulaProblem for one whose values are of no kind that formulas know."""
    kind = _KINDS.get(spec.kind)
    if kind is None:
        raise node.refuse(_WHY_NOT[spec.kind].format(name=spec.name))
    sql = _value(spec, spec.sql)
    live = _value(spec, spec.live) if spec.live else sql
    if spec.formula:
        return Leaf(spec, kind, unit_of(spec.unit), sql, live)
    return Leaf(spec, kind, unit_of(spec.unit), guarded(kind, sql), guarded(kind, live))


def _value(spec: FieldSpec, sql: str) -> str:
    match spec.kind:
        case FieldKind.REF:
            return _name(spec)
        case FieldKind.SELF:
            return spec.column
        case FieldKind.INSTANT:
            return f"(({sql}) at time zone {{@zone}})::date"
        case FieldKind.DATE if spec.stored:
            return _day(sql)
    return sql


def _name(spec: FieldSpec) -> str:
    source = registry.get(spec.entity)
    value, name = spec.sql, source.name.replace("{r}", "x_")
    if spec.link is not None:
        link = spec.link
        where = f"l.{link.record} = {{r}}.id and l.{link.where}"
        value = f"(select l.{link.value} from {{={link.entity}}} l where {where} limit 1)"  # noqa: S608 - our names
    return f"(select {name} from {{={spec.entity}}} x_ where x_.id = {value})"  # noqa: S608 - our names


def _day(text: str) -> str:
    """A day that is kept as ISO text, as a date: counted from the first of its month, which no text makes fail."""
    year, month, day = (f"substr({text}, {at}, {length})::int" for at, length in ((1, 4), (6, 2), (9, 2)))
    return (
        f"(case when {text} ~ '{_ISO_DAY}' and {text} >= '0001' then make_date({year}, {month}, 1) + ({day} - 1) end)"
    )
