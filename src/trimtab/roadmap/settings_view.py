"""What a workspace is set up with, as the layers above see it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from trimtab.core.actors import Actor
from trimtab.core.models import CustomField
from trimtab.roadmap.models import Area, Dimension, DimensionValue, Level, Phase, Release, Track
from trimtab.roadmap.models_delivery import Increment
from trimtab.roadmap.models_rules import FreshnessRule, Layout
from trimtab.roadmap.queries import seen


@dataclass(frozen=True, slots=True)
class AreaView:
    id: UUID
    version: int
    name: str
    parent_id: UUID | None
    owner_id: UUID | None
    rank: str


@dataclass(frozen=True, slots=True)
class LevelView:
    """A higher ``rank`` is a bigger kind of item."""

    id: UUID
    version: int
    key: str
    name: str
    rank: int


@dataclass(frozen=True, slots=True)
class TrackView:
    id: UUID
    version: int
    key: str
    name: str
    primary: bool
    position: int


@dataclass(frozen=True, slots=True)
class PhaseView:
    """``category`` is todo, doing, done or cancelled. ``review`` is what an import could not be sure of."""

    id: UUID
    version: int
    track_id: UUID
    key: str
    name: str
    category: str
    position: int
    review: Any

    @property
    def needs_review(self) -> bool:
        return self.review is not None


@dataclass(frozen=True, slots=True)
class ValueView:
    id: UUID
    version: int
    dimension_id: UUID
    key: str
    name: str
    color: str
    target_share: Any
    position: int


@dataclass(frozen=True, slots=True)
class DimensionView:
    id: UUID
    version: int
    key: str
    name: str
    multiple: bool
    position: int
    values: tuple[ValueView, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseView:
    id: UUID
    version: int
    key: str
    name: str
    area_id: UUID | None
    starts_on: date | None
    released_on: date | None
    released_precision: str | None
    state: str | None
    note: str

    @property
    def on(self) -> date | None:
        return self.released_on


@dataclass(frozen=True, slots=True)
class IncrementView:
    """A sprint or programme increment, of one team or (None) of all; both days included."""

    id: UUID
    version: int
    key: str
    name: str
    kind: str
    team_id: UUID | None
    starts_on: date
    ends_on: date
    goal: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field that the workspace added. ``options`` are ``{"key", "name"}``."""

    id: UUID
    version: int
    entity: str
    key: str
    name: str
    type: str
    options: tuple[dict[str, str], ...]
    unit: str
    formula: str
    rolls_up: Any
    indexed: bool
    confidential: bool
    position: int


@dataclass(frozen=True, slots=True)
class LayoutView:
    """``level_id`` and ``area_id`` None stand for any. ``sections`` are ``{"name", "fields": [{"field", …}]}``."""

    id: UUID
    version: int
    level_id: UUID | None
    area_id: UUID | None
    sections: Any


@dataclass(frozen=True, slots=True)
class FreshnessRuleView:
    """``field`` of open items must be looked at every ``days``; ``level_id`` None is for levels without a rule."""

    id: UUID
    version: int
    field: str
    level_id: UUID | None
    days: int


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a workspace is set up with, each in the order in which people see it."""

    areas: tuple[AreaView, ...]
    levels: tuple[LevelView, ...]
    tracks: tuple[TrackView, ...]
    phases: tuple[PhaseView, ...]
    dimensions: tuple[DimensionView, ...]
    releases: tuple[ReleaseView, ...]
    increments: tuple[IncrementView, ...]
    custom_fields: tuple[FieldView, ...]
    layouts: tuple[LayoutView, ...]
    freshness_rules: tuple[FreshnessRuleView, ...]


def get_config(actor: Actor) -> Config:
    """The actor's workspace as it is set up where the actor's lens looks: today, or then. Raises Forbidden."""
    tracks = sorted(seen(actor, Track, "track"), key=lambda track: (not track.primary, *_placed(track)))
    order = {track.id: place for place, track in enumerate(tracks)}
    phases = sorted(
        seen(actor, Phase, "phase"), key=lambda each: (order.get(each.track_id, len(order)), *_placed(each))
    )
    values = [view(ValueView, value) for value in sorted(seen(actor, DimensionValue, "dimension_value"), key=_placed)]
    areas = sorted(seen(actor, Area, "area"), key=lambda area: (area.rank, area.name, area.id))
    releases = sorted(seen(actor, Release, "release"), key=lambda release: release.key)
    return Config(
        areas=tuple(view(AreaView, area) for area in areas),
        levels=tuple(view(LevelView, level) for level in sorted(seen(actor, Level, "level"), key=lambda x: -x.rank)),
        tracks=tuple(view(TrackView, track) for track in tracks),
        phases=tuple(view(PhaseView, phase) for phase in phases),
        dimensions=tuple(
            view(DimensionView, dimension, values=tuple(v for v in values if v.dimension_id == dimension.id))
            for dimension in sorted(seen(actor, Dimension, "dimension"), key=_placed)
        ),
        releases=tuple(view(ReleaseView, release) for release in releases),
        increments=tuple(
            view(IncrementView, increment)
            for increment in sorted(seen(actor, Increment, "increment"), key=lambda x: (x.starts_on, x.name, x.id))
        ),
        custom_fields=tuple(
            view(FieldView, field, options=tuple(field.options))
            for field in sorted(seen(actor, CustomField, "custom_field"), key=_placed)
        ),
        layouts=tuple(view(LayoutView, layout) for layout in sorted(seen(actor, Layout, "layout"), key=lambda x: x.id)),
        freshness_rules=tuple(
            view(FreshnessRuleView, rule)
            for rule in sorted(seen(actor, FreshnessRule, "freshness_rule"), key=lambda rule: (rule.field, rule.id))
        ),
    )


def _placed(record: Any) -> tuple[int, str]:
    return record.position, record.key


def view(kind: Any, record: Any, **over: Any) -> Any:
    """A record as one of the frozen values here."""
    return kind(**{name: getattr(record, name) for name in kind.__slots__ if name not in over}, **over)
