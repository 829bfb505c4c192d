"""Which layout an item has, and what that demands of it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

ALWAYS: Final = "always"
FROM: Final = {ALWAYS: None, "doing": ("doing", "done"), "done": ("done",)}
"""From when on a field may be required: in which categories of phases; None in all. Cancelled items owe nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A field in a section; ``required`` is a key of ``FROM`` or None."""

    field: str
    required: str | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class LayoutRule:
    """``level_id`` and ``area_id`` None stand for any. ``sections`` are named groups of fields, in order."""

    id: UUID | None
    level_id: UUID | None
    area_id: UUID | None
    sections: tuple[tuple[str, tuple[Shown, ...]], ...]

    @property
    def required(self) -> tuple[Shown, ...]:
        """The fields that it demands, in order."""
        return tuple(shown for _, fields in self.sections for shown in fields if shown.required)


def rule_of(layout: Mapping[str, Any]) -> LayoutRule:
    """A layout as it is kept, or as the database wrote it as JSON."""
    layout_id, level_id, area_id = (
        None if layout[name] is None else UUID(str(layout[name])) for name in ("id", "level_id", "area_id")
    )
    sections = tuple(
        (str(section["name"]), tuple(_shown(field) for field in section["fields"])) for section in layout["sections"]
    )
    return LayoutRule(layout_id, level_id, area_id, sections)


def _shown(field: Mapping[str, Any]) -> Shown:
    return Shown(str(field["field"]), field.get("required"), bool(field.get("hidden")))


def above(area_id: UUID | None, parents: Mapping[UUID, UUID | None]) -> Iterator[UUID | None]:
    """An area and all above it, nearest first; None, for no area at all, last."""
    seen: set[UUID] = set()
    while area_id is not None and area_id not in seen:
        seen.add(area_id)
        yield area_id
        area_id = parents.get(area_id)
    yield None


def resolve(
    layouts: Iterable[LayoutRule], parents: Mapping[UUID, UUID | None], level_id: UUID, area_id: UUID | None
) -> LayoutRule | None:
    """The layout of an item: of the nearest area that has one for its level, or there for any level; else none."""
    known = {(layout.area_id, layout.level_id): layout for layout in layouts}
    for area in above(area_id, parents):
        for level in (level_id, None):
            if (area, level) in known:
                return known[area, level]
    return None


def is_due(required: str | None, category: str | None) -> bool:
    """Whether a field that is required so is required of an item whose phase is of this category."""
    if required is None or category == "cancelled":
        return False
    due = FROM[required]
    return due is None or category in due
