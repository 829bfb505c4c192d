"""Totals per group, nested; a group of areas or teams also adds up into those above it.

PostgreSQL adds up the rows of each combination of keys; what lies above them in a tree of groups is added up here,
for there are as many groups as a person can read, not as many as rows.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any

from trimtab.core.fields.spec import SEVERAL, FieldKind, FieldSpec
from trimtab.core.query.compile.context import Context, referred
from trimtab.core.query.compile.flat import Matching
from trimtab.core.query.compile.partials import Partials, all_rows, all_together, partials
from trimtab.core.query.problems import refuse
from trimtab.core.query.request import Fn, Request, Total

GROUPED = "grouped"
MOST = 10_000
_UNGROUPED = {FieldKind.SELF, FieldKind.PROSE, FieldKind.WORDS, FieldKind.JSON, FieldKind.TIMEFRAME, FieldKind.INSTANT}
Key = Any


def groupable(spec: FieldSpec) -> bool:
    """Whether rows can be grouped by the field's values."""
    return spec.kind not in _UNGROUPED and spec.name != "rank"


@dataclass(slots=True)
class Axis:
    """The records that one grouping field points at, in their order: name and place, and what is above each."""

    places: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    above: dict[str, str | None] = field(default_factory=dict)

    def chain(self, key: Key) -> list[Key]:
        """The group of ``key`` and all above it."""
        found = [key]
        while (parent := self.above.get(found[-1])) is not None and parent not in found:
            found.append(parent)
        return found


def grouped(context: Context, request: Request, match: Matching) -> str:
    """The CTE ``GROUPED``: the parts of every combination of keys, g0, g1, …"""
    specs = [_checked(context, name) for name in request.group]
    parts = partials(context, request.totals)
    keys, joined = [], ""
    for at, spec in enumerate(specs):
        sql, more = _key(context, spec, at)
        keys.append(f"{sql} as g{at}")
        joined += more
    joins = (*match.joins, *parts.joins, *(join for spec in specs for join in spec.joins))
    selected = f"{', '.join(keys)}, {parts.of_rows()}"
    return (
        f"select {selected} from {all_rows(context, match, joins, selected)}{joined}"
        f" where {match.predicate} group by {', '.join(str(at + 1) for at in range(len(specs)))}"
    )


def parts_sql(context: Context, request: Request, match: Matching) -> dict[str, str]:
    """Selects of one JSON text each: ``groups``, the parts of each, ``axis<n>``, and ``totals`` if they are asked for.

    Where a row is in one group alone, the totals are those of all groups together.
    """
    specs = [context.field(name) for name in request.group]
    parts = partials(context, request.totals)
    listed = ", ".join([*(f"g{at}" for at in range(len(specs))), parts.listed()])
    selects = {
        "groups": f"(select coalesce(json_agg(json_build_array({listed})), '[]')::text"
        f" from (select * from {GROUPED} limit {MOST + 1}) q)"
    }
    if request.totals and any(spec.link is not None or spec.kind in SEVERAL for spec in specs):
        selects["totals"] = all_together(context, match, parts)
    elif request.totals:
        selects["totals"] = f"(select {parts.json('q.')}::text from (select {parts.combined()} from {GROUPED}) q)"
    selects.update({f"axis{at}": _axis(context, spec) for at, spec in enumerate(specs) if spec.entity})
    return selects


def _checked(context: Context, name: str) -> FieldSpec:
    spec = context.field(name)
    if not groupable(spec):
        raise refuse(f"Rows cannot be grouped by {spec.name}.")
    return spec


def _key(context: Context, spec: FieldSpec, at: int) -> tuple[str, str]:
    value, row = context.sql(spec.sql), context.alias("r")
    if spec.link is not None:
        link = spec.link
        on = f"l{at}.{link.record} = {row}.id and l{at}.{link.where}"
        return f"l{at}.{link.value}", f" left join {context.rel(link.entity)} l{at} on {on}"
    if spec.kind is FieldKind.TAGS:
        return f"l{at}.value", f" left join lateral unnest({value}) l{at}(value) on true"
    if spec.kind is FieldKind.CHOICES:
        array = f"case when jsonb_typeof({value}) = 'array' then {value} else '[]' end"
        return f"l{at}.value", f" left join lateral jsonb_array_elements_text({array}) l{at}(value) on true"
    return value, ""


def _axis(context: Context, spec: FieldSpec) -> str:
    source = referred(spec)
    assert source is not None
    order = ", ".join(key.sql.replace("{r}", "x") for key in source.order)
    parent = f"x.{source.parent}" if source.parent and spec.below else "null"
    name, within = source.name.replace("{r}", "x"), spec.within.replace("{r}", "x")
    return (
        f"(select coalesce(json_agg(json_build_array(x.id, {name}, {parent}) order by {order}, x.id), '[]')::text"
        f" from {context.rel(spec.entity)} x where {within})"
    )


def finish(context: Context, request: Request, found: dict[str, Any]) -> str:
    """The JSON of all groups in display order, outer before inner, from what ``parts_sql`` selected."""
    specs = [context.field(name) for name in request.group]
    axes = [_read_axis(spec, found.get(f"axis{at}")) for at, spec in enumerate(specs)]
    totals = request.totals or (Total(Fn.COUNT),)
    parts = partials(context, totals)
    leaves = json.loads(found["groups"], parse_float=Decimal)
    if len(leaves) > MOST:
        context.warnings.append(f"More than {MOST} groups: only some are counted.")
    sums: dict[tuple[Key, ...], list[Any]] = {}
    for leaf in leaves[:MOST]:
        keys, values = leaf[: len(specs)], leaf[len(specs) :]
        for path in _paths(axes, keys):
            sums[path] = _added(parts, sums.get(path), values)
    ordered = sorted(sums, key=lambda path: [_place(axis, key) for axis, key in zip(axes, path, strict=False)])
    if any(spec.kind in SEVERAL for spec in specs):
        context.warnings.append("A row with several values counts in each of its groups.")
    return json.dumps(
        [_group(axes, totals, path, dict(zip(parts.names, sums[path], strict=True))) for path in ordered],
        default=_plain,
    )


def _paths(axes: list[Axis], keys: list[Key]) -> Iterator[tuple[Key, ...]]:
    for depth in range(1, len(keys) + 1):
        yield from product(*(axis.chain(key) for axis, key in zip(axes[:depth], keys[:depth], strict=True)))


def _added(parts: Partials, sofar: list[Any] | None, values: list[Any]) -> list[Any]:
    if sofar is None:
        return values
    return [_combine(name[0], one, other) for name, one, other in zip(parts.names, sofar, values, strict=True)]


def _combine(kind: str, one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other) if kind == "l" else max(one, other) if kind == "h" else one + other


def _read_axis(spec: FieldSpec, text: str | None) -> Axis:
    axis = Axis()
    if text is None:
        axis.places = {option.key: at for at, option in enumerate(spec.options)}
        axis.names = {option.key: option.name for option in spec.options}
        return axis
    for at, (key, name, parent) in enumerate(json.loads(text)):
        axis.places[key], axis.names[key], axis.above[key] = at, name, parent
    return axis


def _place(axis: Axis, key: Key) -> tuple[Any, ...]:
    """Where a group stands: below the ones above it, missing last, unknown ones by their value."""
    if key is None:
        return (2,)
    chain = list(reversed(axis.chain(key)))
    if all(each in axis.places for each in chain):
        return (0, *(axis.places[each] for each in chain))
    return (1, isinstance(key, str), key)


def _group(axes: list[Axis], totals: tuple[Total, ...], path: tuple[Key, ...], parts: dict[str, Any]) -> dict[str, Any]:
    labels = [None if key is None else axis.names.get(key, str(key)) for axis, key in zip(axes, path, strict=False)]
    parent = axes[len(path) - 1].above.get(path[-1])
    numbers = {name: at for at, name in enumerate(dict.fromkeys(total.field for total in totals))}
    return {
        "key": list(path),
        "label": labels,
        "parent": parent,
        "totals": {total.key: _final(total, numbers[total.field], parts) for total in totals},
    }


def _final(total: Total, at: int, parts: dict[str, Any]) -> Any:
    match total.fn:
        case Fn.COUNT:
            return parts["z"]
        case Fn.MISSING:
            return parts["z"] - parts[f"c{at}"]
        case Fn.AVG:
            return parts[f"s{at}"] / parts[f"c{at}"] if parts[f"c{at}"] else None
    return parts[{Fn.SUM: "s", Fn.MIN: "l", Fn.MAX: "h"}[total.fn] + str(at)]


def _plain(value: object) -> int | float:
    assert isinstance(value, Decimal)
    return int(value) if value == value.to_integral_value() else float(value)
