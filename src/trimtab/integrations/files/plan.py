"""What an import would change in an item that is already here. Pure: no database, no clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from trimtab.integrations.files.rows import Draft

_NUMERIC = frozenset({"benefit", "progress"})
_COLUMN_FIELDS = {
    "start_on": "start", "start_precision": "start", "end_on": "end", "end_precision": "end", "level_id": "level",
    "area_id": "area", "phase_id": "phase", "owner_id": "owner", "team_id": "team", "release_id": "release",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Current:
    """An item as it stands: its columns as JSON, and what lies in other tables."""

    id: UUID
    version: int
    item: Mapping[str, Any]
    description: str | None
    effort: str | None
    dims: Mapping[str, Collection[str]]
    links: Mapping[str, Collection[str]]


def content(draft: Draft, level_id: UUID) -> dict[str, Any]:
    """All that a new item starts with, JSON-safe; ``level_id`` where its row says nothing of a level."""
    data: dict[str, Any] = {"item": {"level_id": str(level_id), **draft.item, "custom": _filled(draft.custom)}}
    data |= {name: value for name, value in draft.extra.items() if value}
    dims = {key: [str(value) for value in values] for key, values in draft.dims.items() if values}
    links = {key: [kind, [str(value) for value in values]] for key, (kind, values) in draft.links.items() if values}
    if dims:
        data["dims"] = dims
    if links:
        data["links"] = links
    return data


def changes(
    draft: Draft, current: Current, frozen: Collection[str], names: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What differs, in the shape of ``content``, and the item's marks afterwards; empty and None: nothing differs.

    ``frozen`` names the fields that a later import leaves alone; ``names`` says what the recipe calls ``custom.<id>``
    and ``dim.<id>``. In ``custom`` None means: no longer there.
    """
    data: dict[str, Any] = {}
    touched: set[str] = set()
    item: dict[str, Any] = {}
    for column, value in draft.item.items():
        target = _COLUMN_FIELDS.get(column, column)
        if target not in frozen and not _same(column, value, current.item.get(column)):
            item[column] = value
            touched.add(target)
    custom = {
        key: value
        for key, value in draft.custom.items()
        if f"custom.{key}" not in frozen and value != current.item["custom"].get(key)
    }
    if custom:
        item["custom"] = custom
        touched |= {f"custom.{key}" for key in custom}
    if item:
        data["item"] = item
    data |= _aside(draft, current, frozen, touched)
    return data, _marks(draft, current, {names.get(target, target) for target in touched})


def _aside(draft: Draft, current: Current, frozen: Collection[str], touched: set[str]) -> dict[str, Any]:
    """What lies outside the item's row and differs; adds the fields' names to ``touched``."""
    data: dict[str, Any] = {}
    if "description" in draft.extra and "description" not in frozen:
        text = draft.extra["description"] or ""
        if text != (current.description or ""):
            data["description"] = text
            touched.add("description")
    if (
        "effort" in draft.extra
        and "effort" not in frozen
        and not _same("progress", draft.extra["effort"], current.effort)
    ):
        data["effort"] = draft.extra["effort"]
        touched.add("effort")
    dims = {
        key: [str(value) for value in values]
        for key, values in draft.dims.items()
        if f"dim.{key}" not in frozen and {str(value) for value in values} != set(current.dims.get(key, ()))
    }
    links = {
        key: [kind, [str(value) for value in values]]
        for key, (kind, values) in draft.links.items()
        if f"custom.{key}" not in frozen and {str(value) for value in values} != set(current.links.get(key, ()))
    }
    for name, prefix, differs in (("dims", "dim", dims), ("links", "custom", links)):
        if differs:
            data[name] = differs
            touched |= {f"{prefix}.{key}" for key in differs}
    return data


def _marks(draft: Draft, current: Current, touched: Collection[str]) -> dict[str, Any] | None:
    """The item's marks with those of the touched fields replaced; what a person settled is not marked again."""
    if not touched:
        return None
    kept = {name: mark for name, mark in (current.item.get("review") or {}).items() if name not in touched}
    return kept | {name: mark for name, mark in draft.review.items() if name in touched}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _same(column: str, mine: Any, theirs: Any) -> bool:
    if column not in _NUMERIC or mine is None or theirs is None:
        return bool(mine == theirs)
    try:
        return Decimal(str(mine)) == Decimal(str(theirs))
    except InvalidOperation:
        return False
