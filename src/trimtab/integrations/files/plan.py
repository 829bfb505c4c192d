"""What an import would change in an item that is already here. Pure: no database, no clock."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from trimtab.integrations.files.rows import Draft

_NUMERIC = frozenset({"benefit", "progress", "effort"})
_COLUMN_FIELDS = {
    "start_on": "start", "start_precision": "start", "end_on": "end", "end_precision": "end", "level_id": "level",
    "area_id": "area", "phase_id": "phase", "owner_id": "owner", "team_id": "team", "release_id": "release",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Current:
    """An item as it stands: its columns as JSON, and what lies in other tables.

    ``own`` is what the same source last said of it, ``others`` what any other did; see ``base_of``. None: nothing yet.
    """

    id: UUID
    version: int
    item: Mapping[str, Any]
    description: str | None
    effort: str | None
    dims: Mapping[str, Collection[str]]
    links: Mapping[str, Collection[str]]
    own: Mapping[str, Any] | None = None
    others: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How rows are held against items.

    ``frozen`` names the fields that a later import leaves alone; ``names`` says what the recipe calls ``custom.<id>``
    and ``dim.<id>``. ``file_wins``: whose value counts where both sides changed a field. ``plain``: whatever differs
    counts, no matter who changed it.
    """

    frozen: Collection[str]
    names: Mapping[str, str]
    file_wins: bool = True
    plain: bool = False


@dataclass(slots=True)
class Changes:
    """What an import would do to an item, in the shape of ``content``.

    ``marks`` are the item's marks afterwards, None: as they are. ``conflicts`` and ``kept`` hold, by field, the value
    here and the one in the file: both sides changed it, or only somebody here did.
    """

    data: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, Any] | None = None
    conflicts: dict[str, list[Any]] = field(default_factory=dict)
    kept: dict[str, list[Any]] = field(default_factory=dict)

    def staged(self) -> dict[str, Any]:
        """As a staged row keeps it."""
        told = {name: values for name in ("conflicts", "kept") if (values := getattr(self, name))}
        return self.data | told


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


def base_of(data: Mapping[str, Any], parent_key: str | None) -> dict[str, Any]:
    """What is remembered of ``content`` until the next import; ``files.apply`` makes the same of new rows in SQL."""
    base = {name: data[name] for name in ("item", "effort", "dims", "links") if name in data}
    if data.get("description"):
        base["description"] = fingerprint(data["description"])
    if parent_key:
        base["parent"] = parent_key
    return base


def fingerprint(text: str) -> str:
    """A long text, short enough to be remembered."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def draft_of(row: int, data: Mapping[str, Any], review: Mapping[str, Any] | None) -> Draft:
    """The draft that ``content`` was made of, its blank cells left out."""
    item = {**data["item"]}
    custom = item.pop("custom", {})
    return Draft(
        row,
        item={column: value for column, value in item.items() if value is not None},
        custom=dict(custom),
        links={key: (kind, [UUID(one) for one in ids]) for key, (kind, ids) in data.get("links", {}).items()},
        dims={key: [UUID(one) for one in ids] for key, ids in data.get("dims", {}).items()},
        extra={name: data[name] for name in ("description", "effort") if name in data},
        review=dict(review or {}),
    )


def changes(draft: Draft, current: Current, rules: Rules) -> Changes:
    """What differs and is for the file to say.

    A field counts as changed by the file where its value is another than this source said last time (any source,
    where this one never spoke); one that only somebody here changed is kept. In ``custom`` None means: no longer
    there.
    """
    found = _Comparison(draft, current, rules)
    item: dict[str, Any] = {}
    for column, value in draft.item.items():
        target = _COLUMN_FIELDS.get(column, column)
        if found.takes(target, column, value, current.item.get(column), found.item.get(column)):
            item[column] = value
    known = found.item.get("custom") or {}
    custom = {
        key: value
        for key, value in draft.custom.items()
        if found.takes(f"custom.{key}", f"custom.{key}", value, current.item["custom"].get(key), known.get(key))
    }
    if custom:
        item["custom"] = custom
    data: dict[str, Any] = {"item": item} if item else {}
    data |= _aside(draft, current, found)
    touched = {rules.names.get(target, target) for target in found.touched}
    return Changes(data, _marks(draft, current, touched), found.conflicts, found.kept)


class _Comparison:
    """Decides field by field whether the file's value is written, and remembers what it decided."""

    def __init__(self, draft: Draft, current: Current, rules: Rules) -> None:
        self.rules = rules
        self.base = current.own if current.own is not None else current.others
        self.item: Mapping[str, Any] = (self.base or {}).get("item") or {}
        # One that this source never spoke of was matched by another name: a blank cell says nothing of it.
        self.adopted = current.own is None
        self.touched: set[str] = set()
        self.conflicts: dict[str, list[Any]] = {}
        self.kept: dict[str, list[Any]] = {}

    def takes(self, target: str, column: str, mine: Any, here: Any, last: Any) -> bool:
        """Whether ``mine``, the file's value, replaces the one ``here``; ``last`` is what the file said last time."""
        if target in self.rules.frozen or _same(column, mine, here):
            return False
        if not self.rules.plain and not self._writes(column, mine, here, last):
            return False
        self.touched.add(target)
        return True

    def _writes(self, column: str, mine: Any, here: Any, last: Any) -> bool:
        blank = mine in (None, "", [])
        if self.adopted and blank:
            return False
        if self.base is None:
            return True
        if _same(column, mine, last) or (blank and last in (None, "", [])):
            self.kept[column] = [here, mine]
            return False
        if not _same(column, here, last):
            self.conflicts[column] = [here, mine]
            return self.rules.file_wins
        return True


def _aside(draft: Draft, current: Current, found: _Comparison) -> dict[str, Any]:
    """What lies outside the item's row and is written."""
    base = found.base or {}
    data: dict[str, Any] = {}
    if "description" in draft.extra:
        text, here = draft.extra["description"] or "", current.description or ""
        if text != here and found.takes(
            "description", "description", fingerprint(text) if text else "", fingerprint(here) if here else "",
            base.get("description", ""),
        ):  # fmt: skip
            data["description"] = text
    if "effort" in draft.extra and found.takes(
        "effort", "effort", draft.extra["effort"], current.effort, base.get("effort")
    ):
        data["effort"] = draft.extra["effort"]
    dims = {
        key: ids
        for key, ids in _texts(draft.dims).items()
        if found.takes(
            f"dim.{key}", f"dim.{key}", sorted(ids), sorted(current.dims.get(key, ())),
            sorted(base.get("dims", {}).get(key, ())),
        )
    }  # fmt: skip
    links = {
        key: [kind, [str(one) for one in ids]]
        for key, (kind, ids) in draft.links.items()
        if found.takes(
            f"custom.{key}", f"custom.{key}", sorted(map(str, ids)), sorted(current.links.get(key, ())),
            sorted(base.get("links", {}).get(key, ["", []])[1]),
        )
    }  # fmt: skip
    if dims:
        data["dims"] = dims
    if links:
        data["links"] = links
    return data


def _texts(ids: Mapping[str, Collection[UUID]]) -> dict[str, list[str]]:
    return {key: [str(one) for one in listed] for key, listed in ids.items()}


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
