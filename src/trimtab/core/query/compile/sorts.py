"""An order to SQL, and the place in it where a page begins."""

from dataclasses import dataclass, replace
from typing import Self

from trimtab.core.fields.spec import SEVERAL, FieldKind, FieldSpec, Key
from trimtab.core.query.compile.context import REFERENCE, Context, referred
from trimtab.core.query.nodes import Sort
from trimtab.core.query.problems import refuse

_TYPES = {
    FieldKind.NUMBER: "numeric",
    FieldKind.BOOL: "boolean",
    FieldKind.DATE: "date",
    FieldKind.INSTANT: "timestamptz",
}


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One SQL expression of an order; missing values come last either way."""

    sql: str
    type: str
    desc: bool
    nullable: bool
    walked: bool = False

    @property
    def clause(self) -> str:
        direction = " desc" if self.desc else ""
        return f"{self.sql}{direction}{' nulls last' if self.desc and self.nullable else ''}"


@dataclass(frozen=True, slots=True)
class Order:
    """All keys, the id last, and the joins that they need.

    ``apart`` says that the rows that lack the first key are better asked for apart from those that have it, which
    something holds in order: the relation of the join ``first``, or an index of the rows themselves.
    """

    keys: tuple[OrderKey, ...]
    joins: tuple[str, ...]
    first: str = ""
    apart: bool = False

    @property
    def clause(self) -> str:
        return ", ".join(key.clause for key in self.keys)

    def with_first(self, sql: str) -> Self:
        """The order of the rows that have the first key, there named by ``sql``."""
        return replace(self, keys=(replace(self.keys[0], sql=sql, nullable=False), *self.keys[1:]))

    def without_first(self) -> Self:
        """The order of the rows that lack the first key."""
        return replace(self, keys=self.keys[1:])


def order(context: Context, sort: tuple[Sort, ...]) -> Order:
    """The order of the request, or of the source. Raises QueryInvalid for a field that has none."""
    wanted = sort or tuple(Sort(name, desc) for name, desc in context.source.default_sort)
    keys: list[OrderKey] = []
    joins: list[str] = []
    first = ""
    for each in wanted:
        spec = context.field(each.field, each.span)
        found, needed = field_keys(context, spec, each)
        if not keys and found[0].nullable and _comes_from_one(spec, needed):
            first = needed[0]
        keys.extend(found)
        joins.extend(needed)
    apart = bool(first) or (keys[0].walked and keys[0].nullable and context.lens.is_live)
    keys.append(OrderKey(f"{context.alias('r')}.id", "uuid", desc=False, nullable=False))
    return Order(tuple(keys), tuple(dict.fromkeys(joins)), first, apart)


def _comes_from_one(spec: FieldSpec, needed: tuple[str, ...]) -> bool:
    """Whether a row that lacks what is joined to it lacks the key too."""
    if spec.kind is FieldKind.REF:
        return True
    beyond_it = spec.formula or any("{r}" in key.sql for key in spec.order) or "{r}" in spec.sql
    return len(needed) == 1 and not beyond_it


def walked(context: Context, order: Order) -> tuple[str, str]:
    """The join of what the first key comes from, in the order of that key, and the name of the key there.

    PostgreSQL does not think of sorting the few owners and then fetching the rows of one after the other.
    """
    join, alias, first = context.join(order.first), context.alias(order.first), order.keys[0]
    relation, key = context.relation(join), first.sql
    if order.first.startswith(REFERENCE):
        key = f"{alias}.walked"
        inner = first.sql.replace(f"{alias}.", "x.")
        relation = f"(select x.*, {inner} as walked from {relation} x order by walked{' desc' if first.desc else ''})"
    return f" join {relation} {alias} on {context.sql(join.on)}", key


def field_keys(context: Context, spec: FieldSpec, sort: Sort) -> tuple[list[OrderKey], tuple[str, ...]]:
    """The keys of one field and the joins they need. Raises QueryInvalid."""
    if not spec.sortable or spec.kind in SEVERAL:
        raise refuse(f"{spec.name} has no order.", sort.span)
    if spec.kind is FieldKind.REF:
        return _by_reference(context, spec, sort.desc)
    templates = spec.order or (_key(context, spec),)
    return [_order_key(key, context.sql(key.sql), sort.desc) for key in templates], spec.joins


def _order_key(key: Key, sql: str, desc: bool) -> OrderKey:
    return OrderKey(sql, key.type, desc and not key.fixed, key.nullable, key.walked)


def _key(context: Context, spec: FieldSpec) -> Key:
    if spec.kind in {FieldKind.TEXT, FieldKind.PROSE}:
        return Key(f'lower({spec.sql} collate "C")', "text", spec.nullable)
    if spec.kind is FieldKind.CHOICE:
        keys = context.param([option.key for option in spec.options], "text[]")
        return Key(f"array_position({keys}, {spec.sql}::text)", "integer", True)
    return Key(spec.sql, _TYPES[spec.kind], spec.nullable)


def _by_reference(context: Context, spec: FieldSpec, desc: bool) -> tuple[list[OrderKey], tuple[str, ...]]:
    source = referred(spec)
    assert source is not None
    join = REFERENCE + spec.name
    alias = context.alias(join)
    keys = [
        OrderKey(key.sql.replace("{r}", alias), key.type, desc and not key.fixed, key.nullable or spec.nullable)
        for key in source.order
    ]
    if spec.nullable:
        keys[0] = OrderKey(keys[0].sql, keys[0].type, keys[0].desc, True)
    return keys, (join,)
