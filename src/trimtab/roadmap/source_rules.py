"""What the rules of a workspace find in its items: required fields that are missing, fields that nobody looked at."""

# ruff: noqa: S608 - templates of names that are ours; what a workspace names goes through ``literal``

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from trimtab.core.fields.absent import absent
from trimtab.core.fields.formula.sql import literal
from trimtab.core.fields.spec import FieldKind, FieldProvider, FieldSpec, Join
from trimtab.roadmap.layouts import FROM, LayoutRule, Shown, resolve, rule_of

_COLUMN: Final = re.compile(r"\{r\}\.(\w+)")
_OPEN: Final = "({phase}.category is null or {phase}.category in ('todo', 'doing'))"
_BESIDE: Final = {"effort": ("estimate", "item_id"), "text": ("item_text", "id")}
"""Fields whose values lie beside the item: in which relation, under which column."""

_SQL: Final = (
    "select json_build_object("
    "'layouts', (select coalesce(json_agg(json_build_object('id', id, 'level_id', level_id, 'area_id', area_id,"
    " 'sections', sections)), '[]') from scoped.layout),"
    " 'rules', (select coalesce(json_agg(json_build_object('field', field, 'level_id', level_id, 'days', days)"
    " order by field, level_id), '[]') from scoped.freshness_rule),"
    " 'areas', (select coalesce(json_agg(json_build_object('id', id, 'parent_id', parent_id)), '[]')"
    " from scoped.area where exists (select 1 from scoped.layout)),"
    " 'levels', (select coalesce(json_agg(id), '[]') from scoped.level))"
)


def is_watchable(name: str, spec: FieldSpec) -> bool:
    """Whether the log tells when the field was last written, so that it can grow stale."""
    if name in _BESIDE or spec.link is not None or spec.stored or spec.kind is FieldKind.TIMEFRAME:
        return True
    return spec.kind not in {FieldKind.SELF, FieldKind.INSTANT} and _COLUMN.fullmatch(spec.sql) is not None


def _built(definition: Any, known: Mapping[str, FieldSpec]) -> list[FieldSpec]:
    return [_missing(definition, known), _stale(definition["rules"], known)]


def _list_field(
    name: str, label: str, cases: Iterable[str], used: Iterable[FieldSpec], brings: Mapping[str, Join]
) -> FieldSpec:
    joins = dict.fromkeys(("phase", *(join for spec in used for join in spec.joins)))
    listed = ", ".join(cases) or "null"
    sql = f"array_remove(array[{listed}]::varchar[], null)"
    return FieldSpec(
        name, label, FieldKind.TAGS, sql, joins=tuple(joins), brings=brings, sortable=False, nullable=False
    )


def _missing(definition: Mapping[str, Any], known: Mapping[str, FieldSpec]) -> FieldSpec:
    """Fields that an item's layout requires and that it lacks."""
    layouts = [rule_of(layout) for layout in definition["layouts"]]
    demands: dict[Shown, list[str]] = {}
    for layout, where in _places(layouts, definition).items():
        for shown in layout.required:
            if shown.field in known:
                demands.setdefault(shown, []).append(where)
    cases = [
        f"case when ({' or '.join(places)}) and {_due(shown)} and {absent(known[shown.field])}"
        f" then {literal(shown.field)} end"
        for shown, places in demands.items()
    ]
    used = [known[shown.field] for shown in demands]
    return _list_field("missing.required", "Required and missing", cases, used, _brought(used))


def _brought(used: Iterable[FieldSpec]) -> dict[str, Join]:
    brings: dict[str, Join] = {}
    for spec in used:
        brings |= spec.brings
    return brings


def _due(shown: Shown) -> str:
    due = FROM[str(shown.required)]
    if due is None:
        return "{phase}.category is distinct from 'cancelled'"
    return f"{{phase}}.category in ({', '.join(repr(category) for category in due)})"


def _places(layouts: list[LayoutRule], definition: Mapping[str, Any]) -> dict[LayoutRule, str]:
    """For each layout that demands something, the template of which rows have it."""
    parents = {UUID(area["id"]): area["parent_id"] and UUID(area["parent_id"]) for area in definition["areas"]}
    found: dict[LayoutRule, list[str]] = {}
    for level in map(UUID, definition["levels"] if layouts else ()):
        areas: dict[LayoutRule, list[UUID | None]] = {}
        for area in (*parents, None):
            layout = resolve(layouts, parents, level, area)
            if layout is not None and layout.required:
                areas.setdefault(layout, []).append(area)
        for layout, within in areas.items():
            found.setdefault(layout, []).append(f"({{r}}.level_id = '{level}' and {_within(within)})")
    return {layout: f"({' or '.join(places)})" for layout, places in found.items()}


def _within(areas: list[UUID | None]) -> str:
    named = ", ".join(f"'{area}'" for area in areas if area is not None)
    parts = ["{r}.area_id is null"] if None in areas else []
    parts += [f"{{r}}.area_id in ({named})"] if named else []
    return f"({' or '.join(parts)})"


def _stale(rules: list[dict[str, Any]], known: Mapping[str, FieldSpec]) -> FieldSpec:
    """Fields of open items whose value nobody has written or confirmed for longer than their rule allows."""
    by_field: dict[str, list[dict[str, Any]]] = {}
    for rule in rules:
        if rule["field"] in known and is_watchable(rule["field"], known[rule["field"]]):
            by_field.setdefault(rule["field"], []).append(rule)
    cases = [
        f"case when {_OPEN} and not {absent(known[name])} and ({_untouched_by_level(name, known[name], found)})"
        f" then {literal(name)} end"
        for name, found in by_field.items()
    ]
    return _list_field("stale", "Not looked at for too long", cases, [known[name] for name in by_field], {})


def _untouched_by_level(name: str, spec: FieldSpec, rules: list[dict[str, Any]]) -> str:
    own = {rule["level_id"]: rule["days"] for rule in rules}
    cases = [f"({{r}}.level_id = '{level}' and {_untouched(name, spec, days)})" for level, days in own.items() if level]
    if None in own:
        levels = ", ".join(f"'{level}'" for level in own if level)
        others = f"{{r}}.level_id not in ({levels}) and " if levels else ""
        cases.append(f"({others}{_untouched(name, spec, own[None])})")
    return " or ".join(cases)


def _untouched(name: str, spec: FieldSpec, days: int) -> str:
    """Whether no change and no confirmation of the field is younger; what is asked of the log is asked once for all."""
    since = f"(({{@today}} - {int(days)})::timestamp at time zone {{@zone}})"
    # The names are ours and the workspace's own: keys and ids of fields.
    confirmed = (
        f"select k_.item_id from {{=confirmation}} k_ where k_.field = {literal(name)} and k_.confirmed_at >= {since}"
    )
    touched = [f"{{r}}.id in ({confirmed})", *_written(name, spec, since)]
    if name in {"health", "health.note"}:
        touched.append(f"{{r}}.id in (select h_.id from {{=health_statement}} h_ where h_.stated_at >= {since})")
    return f"not ({' or '.join(touched)})"


def _written(name: str, spec: FieldSpec, since: str) -> list[str]:
    beside = _BESIDE.get(name)
    if beside is not None:
        entity, column = beside
        return [f"{{r}}.id in (select b_.{column} from {{={entity}}} b_ where b_.updated_at >= {since})"]
    if spec.link is not None:
        link = spec.link
        where = f"{link.where} and l_.updated_at >= {since}"
        return [f"{{r}}.id in (select l_.{link.record} from {{={link.entity}}} l_ where {where})"]
    keys = ", ".join(literal(column) for column in _columns(spec))
    return [
        f"({{r}}.updated_at >= {since} and {{r}}.id in (select c_.entity_id from {{=change}} c_"
        f" where c_.entity = 'item' and c_.at >= {since} and c_.fields ?| array[{keys}]::text[]))"
    ]


def _columns(spec: FieldSpec) -> list[str]:
    """The names under which the log tells of the field."""
    if spec.stored:
        return [f"custom.{spec.stored}"]
    found = {name for template in (spec.sql, *spec.parts) for name in _COLUMN.findall(template)}
    return sorted(found | ({"health_note"} if "health" in found else set()))


RULES: Final = FieldProvider(_SQL, _built)
