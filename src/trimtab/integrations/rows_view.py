"""Staged rows as people read them: what each would do, field by field, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from trimtab.integrations import queries
from trimtab.integrations.files.plan import Current
from trimtab.integrations.files.staging import select

LISTS: Mapping[str, str] = {
    "create": "part = 'items' and action = 'create'",
    "update": "part = 'items' and action = 'update'",
    "keep": "part = 'items' and action = 'keep'",
    "ask": "part = 'items' and data ? 'asked'",
    "reject": "problem <> ''",
    "conflict": "part = 'items' and data ? 'conflicts'",
    "kept": "part = 'items' and data ? 'kept'",
    "review": "part = 'items' and action in ('create', 'update') and review is not null and review <> '{}'",
    "ties": "part in ('relations', 'dependencies') and action = 'create'",
    "made": "part = 'setup' and action = 'create'",
    "differ": "part = 'items' and action in ('create', 'update', 'ask')",
}
"""What may be listed, and which staged rows that is."""
SHOWN = 200
NUMBERS = frozenset({"benefit", "progress", "effort"})
_LABELS = {
    "title": "Title", "description": "Description", "level_id": "Level", "area_id": "Product", "phase_id": "Phase",
    "owner_id": "Owner", "team_id": "Team", "release_id": "Release", "parent_id": "Parent", "start_on": "Start",
    "start_precision": "Precision of the start", "end_on": "End", "end_precision": "Precision of the end",
    "health": "Health", "health_note": "Health note", "horizon": "Horizon", "benefit": "Benefit",
    "progress": "Progress", "tags": "Tags", "effort": "Effort",
}  # fmt: skip
_PARTS = {"relations": "relates", "dependencies": "depends on"}
_PAGE = """
select id, part, row, key, action, record_id, parent_key, data, review, problem from integrations_stagedrow
where operation_id = %s and {after} and {which} order by part, row, id limit %s
"""
_AFTER = "(part, row, id) > (select part, row, id from integrations_stagedrow where id = %s)"
_NAMES = """
select id::text as id, name from scoped.level where id = any(%(ids)s)
union all select id::text, name from scoped.area where id = any(%(ids)s)
union all select id::text, name from scoped.phase where id = any(%(ids)s)
union all select id::text, name from scoped.team where id = any(%(ids)s)
union all select id::text, name from scoped.person where id = any(%(ids)s)
union all select id::text, name from scoped.release where id = any(%(ids)s)
union all select id::text, name from scoped.dimension where id = any(%(ids)s)
union all select id::text, name from scoped.dimension_value where id = any(%(ids)s)
union all select id::text, name from scoped.custom_field where id = any(%(ids)s)
union all select id::text, title from scoped.item where id = any(%(ids)s)
union all select record_id::text, data -> 'columns' ->> 'name' from integrations_stagedrow
  where operation_id = %(op)s and part = 'setup' and record_id = any(%(ids)s)
union all select record_id::text, data -> 'item' ->> 'title' from integrations_stagedrow
  where operation_id = %(op)s and part = 'items' and action = 'create' and record_id = any(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a row: what is here, what the file says. ``conflict``: both sides changed it; ``kept``: only
    somebody here did, so that it stays."""

    field: str
    label: str
    here: str | None
    file: str | None
    conflict: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell that could not be used: ``why`` is a stable word."""

    field: str
    raw: str
    why: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A staged row in words. ``row`` is the spreadsheet's number."""

    id: UUID
    part: str
    row: int
    key: str
    title: str
    action: str
    record_id: UUID | None
    problem: str
    changes: tuple[FieldChange, ...]
    marks: tuple[Mark, ...]
    candidates: tuple[queries.Candidate, ...]
    chosen: UUID | None


def list_rows(operation_id: UUID, which: str, *, after: UUID | None, limit: int, field: str = "") -> list[RowView]:
    """A page of one of ``LISTS``, in the order of the file. In the open transaction.

    ``field`` narrows it to rows in which that one differs, for comparisons.
    """
    condition = LISTS[which]
    values: list[Any] = [operation_id, *([after] if after else [])]
    if field:
        place = ["item", "custom", field.removeprefix("custom.")] if field.startswith("custom.") else ["item", field]
        condition = f"{LISTS[which]} and (data #> %s is not null or data ? %s or (data #> %s) is not null)"
        values += [place, field, ["dims", field.removeprefix("dim.")]]
    page = _PAGE.replace("{which}", condition).replace("{after}", _AFTER if after else "true")
    rows = select(page, [*values, limit])
    known = [row["record_id"] for row in rows if row["action"] in ("update", "keep") and row["record_id"]]
    here = queries.get_items(known, "")
    names = _names(operation_id, rows, here.values())
    asked = queries.candidates_of([row for row in rows if "asked" in row["data"]])
    return [_view(row, here.get(row["record_id"]), names, asked.get(row["id"], ())) for row in rows]


def label_ids(operation_id: UUID, ids: Iterable[str]) -> dict[str, str]:
    """What records are called, those that an import would make included. In the open transaction."""
    wanted = [one for one in (_uuid(text) for text in ids) if one]
    return {row["id"]: row["name"] for row in select(_NAMES, {"ids": wanted, "op": operation_id})} if wanted else {}


def plain_number(value: int | float | Decimal) -> str:
    """A number without zeros that say nothing."""
    return format(Decimal(str(value)).normalize(), "f")


def field_label(field: str, names: Mapping[str, str]) -> str:
    """What a field is called on the screen; ``names`` are those of its id."""
    _, dot, identifier = field.partition(".")
    return names.get(identifier, field) if dot else _LABELS.get(field, field)


def _names(operation_id: UUID, rows: Iterable[Mapping[str, Any]], here: Iterable[Current]) -> dict[str, str]:
    found: set[str] = set()
    for row in rows:
        _gather(row["data"], found)
    for current in here:
        _gather({column: current.item.get(column) for column in _LABELS}, found)
        _gather([current.dims, current.links], found)
    return label_ids(operation_id, found)


def _gather(value: Any, found: set[str]) -> None:
    """Every id that stands somewhere in ``value``, as a key too."""
    if isinstance(value, str):
        if len(value) == 36:
            found.add(value)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _gather(key.rpartition(".")[2], found)
            _gather(inner, found)
    elif isinstance(value, list | tuple | set):
        for inner in value:
            _gather(inner, found)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _view(
    row: Mapping[str, Any], here: Current | None, names: Mapping[str, str], candidates: tuple[queries.Candidate, ...]
) -> RowView:
    data = row["data"]
    item = data.get("item") or {}
    title = item.get("title") or (here.item["title"] if here else "") or _tie(row, names)
    return RowView(
        id=row["id"],
        part=row["part"],
        row=row["row"],
        key=row["key"],
        title=str(title),
        action=row["action"],
        record_id=row["record_id"] if here else None,
        problem=row["problem"],
        changes=tuple(_changes(data, here, names)),
        marks=tuple(
            Mark(field, str(mark.get("raw", ""))[:SHOWN], str(mark.get("why", "")))
            for field, mark in (row["review"] or {}).items()
        ),
        candidates=candidates,
        chosen=row["record_id"] if here and "asked" in data else None,
    )


def _tie(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What a row that is no item says."""
    if row["part"] in _PARTS:
        return f"{row['key']} {_PARTS[row['part']]} {row['parent_key'] or '?'}"
    columns = row["data"].get("columns") or {}
    return str(columns.get("name", ""))


def _changes(data: Mapping[str, Any], here: Current | None, names: Mapping[str, str]) -> Iterable[FieldChange]:
    conflicts, kept = data.get("conflicts") or {}, data.get("kept") or {}
    for field, value in _flat(data).items():
        now = conflicts[field][0] if field in conflicts else _here(field, here)
        if here is None and value in (None, "", []):
            continue
        yield _change(field, now, value, names, conflict=field in conflicts, kept=False)
    for field, (now, value) in {**kept, **conflicts}.items():
        if field not in _flat(data):
            yield _change(field, now, value, names, conflict=field in conflicts, kept=True)


def _change(field: str, here: Any, file: Any, names: Mapping[str, str], *, conflict: bool, kept: bool) -> FieldChange:
    if field in NUMBERS:
        here, file = (None if one is None else Decimal(str(one)) for one in (here, file))
    return FieldChange(
        field, field_label(field, names), _said(here, names), _said(file, names), conflict=conflict, kept=kept
    )


def _flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """Field → value of all that a row writes."""
    item = dict(data.get("item") or {})
    flat = {f"custom.{key}": value for key, value in (item.pop("custom", None) or {}).items()}
    flat = {**item, **flat}
    flat |= {name: data[name] for name in ("description", "effort") if name in data}
    flat |= {f"dim.{key}": ids for key, ids in (data.get("dims") or {}).items()}
    flat |= {f"custom.{key}": ids for key, (_, ids) in (data.get("links") or {}).items()}
    return flat


def _here(field: str, current: Current | None) -> Any:
    if current is None:
        return None
    kind, dot, identifier = field.partition(".")
    if not dot:
        return {"description": current.description, "effort": current.effort}.get(field, current.item.get(field))
    if kind == "dim":
        return current.dims.get(identifier)
    return current.item["custom"].get(identifier, current.links.get(identifier))


def _said(value: Any, names: Mapping[str, str]) -> str | None:
    """A value in words; None: nothing."""
    if value in (None, "", [], ()):
        return None
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, (_said(one, names) for one in value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = plain_number(value) if isinstance(value, int | float | Decimal) else str(value)
    said = names.get(text, text)
    return said if len(said) <= SHOWN else said[: SHOWN - 1] + "…"
