"""The fields that a workspace adds: values in the row's ``custom`` document by field id, references in custom_link."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from trimtab.core.fields.derived import BENEFIT, Derived
from trimtab.core.fields.spec import FieldKind, FieldProvider, FieldSpec, Key, Link, Option
from trimtab.core.models import FieldType

__all__ = ["BENEFIT", "beginning_sql", "built", "custom_fields", "day_sql", "number_sql", "stated_fields", "text_sql"]

_REFERENCES = {
    FieldType.PERSON: ("person", FieldKind.REF),
    FieldType.PEOPLE: ("person", FieldKind.REFS),
    FieldType.TEAM: ("team", FieldKind.REF),
    FieldType.TEAMS: ("team", FieldKind.REFS),
    FieldType.ITEMS: ("item", FieldKind.REFS),
}

_PRECISIONS = tuple(Option(each, each.capitalize()) for each in ("day", "month", "quarter", "half", "year"))
_BEGINNING = 200
"""Characters of a text that its index holds."""


def custom_fields(entity: str) -> FieldProvider:
    """The custom fields of one kind of record, under their keys; what they roll up to as ``<key>.rolled``."""
    if not entity.isidentifier():
        raise ValueError(entity)
    return FieldProvider(
        sql=(
            "select coalesce(json_agg(json_build_object('id', f.id, 'key', f.key, 'name', f.name, 'type', f.type,"  # noqa: S608
            " 'options', f.options, 'unit', f.unit, 'indexed', f.indexed, 'guard', f.entity || '.custom.' || f.id,"
            " 'confidential', f.confidential and not exists (select from scoped.field_group_field g"
            " where g.entity = f.entity and g.field = 'custom.' || f.id),"
            " 'formula', f.formula, 'rolls_up', f.rolls_up, 'benefit', w.benefit_unit)"
            " order by f.position, f.key), '[]')"
            f" from scoped.custom_field f cross join scoped.workspace w where f.entity = '{entity}'"
        ),
        build=built,
    )


def built(rows: list[dict[str, Any]], known: Mapping[str, FieldSpec]) -> list[FieldSpec]:
    """The fields of these definitions, stated ones as they are kept, computed ones from those and from ``known``."""
    stated = stated_fields(rows)
    derived = Derived(rows, known, stated)
    found = [stated[row["key"]] if row["key"] in stated else derived.formula(row["key"]) for row in rows]
    found += [exactness for spec in found if (exactness := _exactness(spec)) is not None]
    return [*found, *(derived.rolled(row["key"]) for row in rows if row["rolls_up"])]


def stated_fields(rows: list[dict[str, Any]]) -> dict[str, FieldSpec]:
    """The fields of these definitions whose values people state, by key."""
    return {row["key"]: _field(row) for row in rows if row["type"] != FieldType.FORMULA}


def _exactness(spec: FieldSpec) -> FieldSpec | None:
    """How exactly a computed day is meant, as a field beside it."""
    if not spec.parts:
        return None
    return FieldSpec(
        f"{spec.name}.precision", f"{spec.label} precision", FieldKind.CHOICE, spec.parts[0], joins=spec.joins,
        options=_PRECISIONS, brings=spec.brings, custom=True, confidential=spec.confidential,
        guards=spec.guards,
    )  # fmt: skip


def _field(row: dict[str, Any]) -> FieldSpec:
    kind = FieldType(row["type"])
    common = {
        "label": row["name"],
        "custom": True,
        "confidential": row["confidential"],
        "guards": (row["guard"],),
        "unit": row["unit"],
        "indexed": row["indexed"],
    }
    build = _reference if kind in _REFERENCES else _VALUES[kind]
    return build(row, UUID(row["id"]), kind, common)


def _reference(row: dict[str, Any], field_id: UUID, kind: FieldType, common: dict[str, Any]) -> FieldSpec:
    entity, several = _REFERENCES[kind]
    link = Link("custom_link", "record_id", f"{entity}_id", f"field_id = '{field_id}'", "position, id")
    return FieldSpec(row["key"], kind=several, entity=entity, link=link, sortable=False, **common)


def _text(row: dict[str, Any], field_id: UUID, kind: FieldType, common: dict[str, Any]) -> FieldSpec:
    sql = text_sql(field_id)
    beginning = Key(beginning_sql(field_id), "text", walked=True)
    order = (beginning, Key(_folded(sql), "text")) if row["indexed"] else ()
    return FieldSpec(row["key"], kind=FieldKind.TEXT, sql=sql, stored=str(field_id), order=order, **common)


def _number(row: dict[str, Any], field_id: UUID, kind: FieldType, common: dict[str, Any]) -> FieldSpec:
    stored = f"({{r}}.custom -> '{field_id}')"
    order = (Key(number_sql(field_id), "numeric", walked=True) if row["indexed"] else Key(stored, "jsonb"),)
    return FieldSpec(
        row["key"], kind=FieldKind.NUMBER, sql=number_sql(field_id), stored=str(field_id), order=order, **common
    )


def _date(row: dict[str, Any], field_id: UUID, kind: FieldType, common: dict[str, Any]) -> FieldSpec:
    sql = day_sql(field_id)
    order = (Key(sql, "text", walked=row["indexed"]),)
    return FieldSpec(row["key"], kind=FieldKind.DATE, sql=sql, stored=str(field_id), order=order, **common)


def _bool(row: dict[str, Any], field_id: UUID, kind: FieldType, common: dict[str, Any]) -> FieldSpec:
    sql = f"(case {{r}}.custom ->> '{field_id}' when 'true' then true when 'false' then false end)"
    return FieldSpec(row["key"], kind=FieldKind.BOOL, sql=sql, stored=str(field_id), **common)


def _choice(row: dict[str, Any], field_id: UUID, kind: FieldType, common: dict[str, Any]) -> FieldSpec:
    options = tuple(Option(str(option["key"]), str(option["name"])) for option in row["options"])
    stored = str(field_id)
    if kind is FieldType.CHOICE:
        return FieldSpec(
            row["key"], kind=FieldKind.CHOICE, sql=text_sql(field_id), stored=stored, options=options, **common
        )
    sql = f"({{r}}.custom -> '{field_id}')"
    return FieldSpec(
        row["key"], kind=FieldKind.CHOICES, sql=sql, stored=stored, options=options, sortable=False, **common
    )


_VALUES: dict[FieldType, Callable[[dict[str, Any], UUID, FieldType, dict[str, Any]], FieldSpec]] = {
    FieldType.TEXT: _text,
    FieldType.URL: _text,
    FieldType.NUMBER: _number,
    FieldType.DATE: _date,
    FieldType.BOOL: _bool,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choice,
}


def text_sql(field_id: UUID) -> str:
    """The value as text; also what a choice field's index is on."""
    return f"({{r}}.custom ->> '{field_id}')"


def beginning_sql(field_id: UUID) -> str:
    """What a text field's index is on: the beginning of the text as it sorts, for an index takes no long texts."""
    return f"left({_folded(text_sql(field_id))}, {_BEGINNING})"


def _folded(sql: str) -> str:
    return f'lower({sql} collate "C")'


def number_sql(field_id: UUID) -> str:
    """The value as a number, null where it is none; also what a number field's index is on."""
    return (
        f"(case when jsonb_typeof({{r}}.custom -> '{field_id}') = 'number'"
        f" then ({{r}}.custom ->> '{field_id}')::numeric end)"
    )


def day_sql(field_id: UUID) -> str:
    """The value as ISO text, which sorts as days do; also what a date field's index is on."""
    return f"(({{r}}.custom ->> '{field_id}') collate \"C\")"
