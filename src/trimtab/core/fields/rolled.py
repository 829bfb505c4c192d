"""Custom fields that add up over what lies below: an item gives its parent what it states itself, else what its own
children add up to, as the built-in roll-ups do. Cancelled ones give nothing, nor does anything below them.

Nothing is stored: it is computed where it is asked for, today or in the past. A page of today walks down from its rows;
an order, a filter, a total and any past read all rows once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from trimtab.core.fields import registry
from trimtab.core.fields.formula import FormulaProblem, Leaf, leaf_of
from trimtab.core.fields.formula.nodes import Node
from trimtab.core.fields.formula.sql import literal
from trimtab.core.fields.spec import FieldKind, FieldSpec, Join

HOWS: Final = {
    FieldKind.NUMBER: ("sum", "average", "weighted", "min", "max", "count"),
    FieldKind.DATE: ("min", "max", "count"),
    FieldKind.CHOICE: ("worst", "count"),
}
"""What values of a kind can be rolled up by."""

_SAID: Final = {
    "sum": "sum", "average": "average", "weighted": "weighted average", "min": "least", "max": "greatest",
    "count": "number of items that state one", "worst": "worst",
}  # fmt: skip
_DEEPEST: Final = 32
# No judgement at all is not the worst one.
_UNJUDGED: Final = "unknown"
Lookup = Callable[[str], FieldSpec | None]


@dataclass(frozen=True, slots=True)
class _Rule:
    """``of`` is what is added up, ``weight`` what each counts for, ``how`` the way."""

    how: str
    of: FieldSpec
    weight: FieldSpec | None


def rolled_field(row: dict[str, Any], stated: FieldSpec, lookup: Lookup) -> FieldSpec:
    """The field ``<key>.rolled``; where its rule is wrong it has no values, and says why."""
    name, label = f"{stated.name}.rolled", f"{stated.label} from children"
    try:
        rule = checked_rule(row["rolls_up"], stated, lookup)
    except FormulaProblem as wrong:
        problem = f"{label}: {wrong.message}"
        return FieldSpec(
            name,
            label,
            FieldKind.NUMBER,
            "null::numeric",
            custom=True,
            confidential=stated.confidential,
            guards=stated.guards,
            problem=problem,
        )
    join = f"roll_{UUID(row['id']).hex}"
    down, all_rows = _templates(rule)
    counts = rule.how == "count"
    used = [spec for spec in (stated, rule.of, rule.weight) if spec is not None]
    return FieldSpec(
        name,
        label,
        FieldKind.NUMBER if counts else rule.of.kind,
        f"{{{join}}}.value",
        joins=(join,),
        brings={join: Join("", f"{{{join}}}.id = {{r}}.id", all_rows)},
        live=down,
        options=() if counts else rule.of.options,
        unit="" if counts else rule.of.unit,
        confidential=any(spec.confidential for spec in used),
        guards=tuple(guard for spec in used for guard in spec.guards),
        custom=True,
        rolls_up=_SAID[rule.how],
    )


def checked_rule(given: dict[str, Any], stated: FieldSpec, lookup: Lookup) -> _Rule:
    """What a roll-up rule means. Raises FormulaProblem in words."""
    how, of_name, weight_name = given.get("how"), given.get("of") or stated.name, given.get("weight")
    of = stated if of_name == stated.name else _found(of_name, lookup)
    known = HOWS.get(of.kind, ())
    if how not in known:
        ways = ", ".join(known)
        said = f"{of.name} can be rolled up by {ways}." if ways else f"{of.name} cannot be rolled up."
        raise FormulaProblem(said, 0)
    if how != "count" and of.kind is not stated.kind:
        raise FormulaProblem(
            f"{of.name} is {of.kind}, the field itself is {stated.kind}: make a field of that type.", 0
        )
    if of.parts:
        raise FormulaProblem(f"{of.name} is rolled up already: see {of.name}.rolled.", 0)
    weight = _found(weight_name, lookup) if how == "weighted" and weight_name else None
    if how == "weighted" and (weight is None or weight.kind is not FieldKind.NUMBER):
        raise FormulaProblem("A weighted average needs a number to weigh by.", 0)
    return _Rule(str(how), of, weight)


def _found(name: str, lookup: Lookup) -> FieldSpec:
    found = lookup(name)
    if found is None:
        raise FormulaProblem(f"There is no field {name} to roll up: it was deleted, or looks below itself.", 0)
    return found


def _templates(rule: _Rule) -> tuple[str, str]:
    """The value of one row by walking down from it, and the values of all rows as a relation of id and value."""
    value = _value(rule)
    weight = "null::numeric" if rule.weight is None else _leaf(rule.weight).sql
    joins = dict.fromkeys((*rule.of.joins, *(rule.weight.joins if rule.weight else ()), "phase"))
    beside = "".join(_joined(name) for name in joins)
    gone = "coalesce({phase}.category = 'cancelled', false)"
    selected, beside = _inner(f"{value} as v, {weight} as w, {gone} as gone"), _inner(beside)
    found = _aggregate(rule)
    below = "{=item} c_ on c_.parent_id = d_.id"
    down = (
        f"(with recursive down as (select c_.id, {selected}, 1 as steps from {{=item}} c_{beside}"  # noqa: S608 - our names
        " where c_.parent_id = {r}.id"
        f" union all select c_.id, {selected}, d_.steps + 1 from down d_ join {below}{beside}"
        f" where d_.v is null and not d_.gone and d_.steps < {_DEEPEST})"
        f" select {found} from down where v is not null and not gone)"
    )
    all_rows = (
        "(with recursive own as materialized"  # noqa: S608 - our names
        f" (select c_.id, c_.parent_id, {selected} from {{=item}} c_{beside}),"
        " up as (select o_.parent_id as above, o_.v, o_.w, 1 as steps from own o_"
        " where o_.v is not null and not o_.gone and o_.parent_id is not null"
        " union all select p_.parent_id, u_.v, u_.w, u_.steps + 1 from up u_ join own p_ on p_.id = u_.above"
        f" where p_.v is null and not p_.gone and p_.parent_id is not null and u_.steps < {_DEEPEST})"
        f" select above as id, {found} as value from up group by above)"
    )
    return down, all_rows


def _leaf(spec: FieldSpec) -> Leaf:
    return leaf_of(Node("name", 0, 0, spec.name), spec)


def _value(rule: _Rule) -> str:
    sql = _leaf(rule.of).sql
    if rule.of.kind is FieldKind.CHOICE:
        return f"array_position({_keys(rule)}, {sql})"
    return sql


def _keys(rule: _Rule) -> str:
    keys = ", ".join(literal(option.key) for option in rule.of.options if option.key != _UNJUDGED)
    return f"array[{keys}]::text[]"


def _aggregate(rule: _Rule) -> str:
    match rule.how:
        case "sum" | "min" | "max":
            return f"{rule.how}(v)"
        case "average":
            return "round(avg(v), 10)"
        case "weighted":
            return "round(sum(v * w) / nullif(sum(w) filter (where v is not null), 0), 10)"
        case "worst":
            return f"({_keys(rule)})[max(v)]"
    return "nullif(count(*), 0)::numeric"


def _joined(name: str) -> str:
    join = registry.get("item").joins[name]
    return f" left join {{={join.entity}}} {{{name}}} on {join.on}"


def _inner(template: str) -> str:
    """The template over the rows below, whose aliases are not those of the question's own rows."""
    found = template.replace("{r}", "c_")
    for name in registry.get("item").joins:
        found = found.replace(f"{{{name}}}", f"c_{name}_")
    return found
