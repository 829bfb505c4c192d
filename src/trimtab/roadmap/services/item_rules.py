"""One item under the rules of its workspace: its layout, what it lacks, what is stale, its health and horizon, and what
is computed of it. Derived when somebody looks, live or as it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from trimtab.core import query
from trimtab.core.actors import Actor, Clock
from trimtab.core.errors import NotFound
from trimtab.core.fields.spec import FieldKind, FieldSpec
from trimtab.core.query import known_fields, rights
from trimtab.roadmap.layouts import LayoutRule, Shown, is_due
from trimtab.roadmap.services.layouts import layout_of

_COLUMNS = (
    "level", "area", "phase.category", "missing.required", "stale", "health", "health.note", "health.stated",
    "health.inferred", "health.inferred.why",
    "health.current", "health.source", "health.why", "health.by", "health.at", "health.until",
    "horizon", "horizon.suggested", "horizon.current",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field of a section; ``required`` says when, ``due`` whether it is required now."""

    field: str
    label: str
    required: str | None
    due: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    fields: tuple[ShownField, ...]


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed field of the item: what it is computed of, its value, or why it has none."""

    name: str
    label: str
    type: str
    unit: str | None
    precision: str | None
    formula: str | None
    rolls_up: str | None
    value: Any
    problem: str | None


@dataclass(frozen=True, slots=True)
class HealthView:
    """``current`` is what counts; ``source`` says whether it is stated, inferred, or inferred as the stated expired.

    ``why`` are the reasons of what is inferred.
    """

    current: str | None
    source: str
    said: str | None
    note: str | None
    inferred: str | None
    why: str | None
    by_id: UUID | None
    at: Any
    until: Any


@dataclass(frozen=True, slots=True)
class HorizonView:
    stated: str | None
    suggested: str | None
    current: str | None


@dataclass(frozen=True, slots=True)
class ItemRules:
    """``sections`` is empty where no layout says otherwise."""

    layout_id: UUID | None
    sections: tuple[Section, ...]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    health: HealthView
    horizon: HorizonView
    computed: tuple[Computed, ...]


def get_item_rules(actor: Actor, clock: Clock, item_id: UUID) -> ItemRules:
    """The item as the rules see it, through the actor's lens. Raises NotFound, Forbidden."""
    known = {name: spec for name, spec in known_fields(actor, "item").items() if rights.may_see(actor, spec)}
    derived = [
        name for name, spec in known.items() if (spec.formula or spec.brings) and spec.custom and name == spec.name
    ]
    exact = [f"{name}.precision" for name in derived if f"{name}.precision" in known]
    asked = [name for name in derived if name not in exact]
    found = query.rows(
        actor,
        clock,
        {
            "source": "item",
            "filter": {"field": "ref", "op": "in", "values": [str(item_id)]},
            "columns": list(dict.fromkeys([*(name for name in _COLUMNS if name in known), *asked, *exact]))[:80],
        },
    )
    if not found:
        raise NotFound("There is no such item.")
    row = found[0]
    layout = layout_of(actor, UUID(row["level"]), row["area"] and UUID(row["area"]))
    return ItemRules(
        layout_id=layout.id if layout else None,
        sections=() if layout is None else _sections(layout, known, row["phase.category"]),
        missing=tuple(name for name in row["missing.required"] or () if name in known),
        stale=tuple(name for name in row["stale"] or () if name in known),
        health=_health(row),
        horizon=HorizonView(*(row.get(name) for name in ("horizon", "horizon.suggested", "horizon.current"))),
        computed=tuple(_computed(name, known[name], row) for name in asked if name in row),
    )


def _sections(layout: LayoutRule, known: Mapping[str, FieldSpec], category: str | None) -> tuple[Section, ...]:
    return tuple(
        Section(name, tuple(_shown(each, known[each.field].label, category) for each in fields if each.field in known))
        for name, fields in layout.sections
    )


def _shown(shown: Shown, label: str, category: str | None) -> ShownField:
    return ShownField(shown.field, label, shown.required, is_due(shown.required, category), shown.hidden)


def _health(row: dict[str, Any]) -> HealthView:
    """What the actor may see of it; the rest is None."""
    return HealthView(
        current=row.get("health.current"),
        source=row.get("health.source") or "inferred",
        said=row.get("health"),
        note=row.get("health.note"),
        inferred=row.get("health.inferred"),
        why=row.get("health.inferred.why"),
        by_id=row.get("health.by"),
        at=row.get("health.at"),
        until=row.get("health.until"),
    )


def _computed(name: str, spec: FieldSpec, row: dict[str, Any]) -> Computed:
    kind = FieldKind.TEXT if spec.kind is FieldKind.PROSE else spec.kind
    return Computed(
        name=name,
        label=spec.label,
        type=str(kind),
        unit=spec.unit or None,
        precision=row.get(f"{name}.precision"),
        formula=spec.formula or None,
        rolls_up=spec.rolls_up or None,
        value=row[name],
        problem=spec.problem or None,
    )
