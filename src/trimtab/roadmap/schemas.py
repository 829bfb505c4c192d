"""What the roadmap says over HTTP. Answers have no defaults, so that no client sees a false optional."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from trimtab.roadmap.schemas_base import Body, Change, Precision
from trimtab.roadmap.schemas_dependencies import DependencyOut

HealthWord = Literal["on_track", "at_risk", "off_track", "unknown"]
HorizonWord = Literal["now", "next", "later"]
CategoryWord = Literal["todo", "doing", "done", "cancelled"]
RelationKind = Literal["relates_to", "replaces", "duplicates"]
FieldKind = Literal[
    "text",
    "number",
    "date",
    "bool",
    "choice",
    "choices",
    "url",
    "person",
    "people",
    "team",
    "teams",
    "items",
    "formula",
]
Title = Annotated[str, Field(min_length=1, max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Key = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Tag = Annotated[str, Field(min_length=1, max_length=60)]
Effort = Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=2)]
Position = Annotated[int, Field(ge=0, le=1_000_000)]


class ItemFields(Body):
    """An item's fields. A day given without a precision keeps the one that stands. ``dimensions`` takes value ids by
    dimension key, ``custom`` values by field key; keys that are absent stay as they are."""

    title: Title = ""
    description: str = Field("", max_length=200_000)
    description_version: int | None = Field(None, ge=0, description="The one that was read, to be told of a newer one.")
    key: str | None = Field(None, max_length=120)
    level_id: UUID | None = None
    area_id: UUID | None = None
    parent_id: UUID | None = None
    phase_id: UUID | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None
    release_id: UUID | None = None
    start_on: date | None = None
    start_precision: Precision | None = None
    end_on: date | None = None
    end_precision: Precision | None = None
    health: HealthWord | None = None
    health_note: str | None = Field(None, max_length=500)
    health_until: date | None = Field(None, description="The last day on which the stated health holds.")
    horizon: HorizonWord | None = None
    benefit: Decimal | None = Field(None, max_digits=14, decimal_places=2)
    progress: Decimal | None = Field(None, ge=0, le=100, max_digits=5, decimal_places=2)
    tags: list[Tag] = Field(default_factory=list, max_length=100)
    dimensions: dict[str, list[UUID]] = Field(default_factory=dict)
    custom: dict[str, Any] = Field(default_factory=dict)


class ItemIn(ItemFields):
    title: Title
    level_id: UUID


class ItemChange(Change):
    set: ItemFields


class MoveIn(Body):
    """A ``parent_id`` of null takes the item out from under its parent; leaving it out keeps the parent."""

    version: int = Field(ge=1)
    parent_id: UUID | None = None
    before_id: UUID | None = None
    after_id: UUID | None = None


class EstimateIn(Body):
    team_id: UUID | None = None
    low: Effort | None = None
    likely: Effort
    high: Effort | None = None


class EstimatesIn(Body):
    estimates: list[EstimateIn] = Field(max_length=200)


class TrackPhaseIn(Body):
    track_id: UUID
    phase_id: UUID | None


class EstimateOut(Schema):
    """Person-days. ``team_id`` is null for whoever does it."""

    team_id: UUID | None
    low: float | None
    likely: float
    high: float | None


class RelationOut(Schema):
    id: UUID
    from_id: UUID
    to_id: UUID
    type: RelationKind


class MissingOut(Schema):
    """How many items below say nothing about it, and have nothing below them that does."""

    effort: int
    dates: int
    health: int


class RolledOut(Schema):
    """What the children add up to; all null without children."""

    effort: float | None
    start_on: date | None
    start_precision: Precision | None
    end_on: date | None
    end_precision: Precision | None
    progress: float | None
    health: HealthWord | None
    children: int
    missing: MissingOut


class TrackPhaseOut(Schema):
    track_id: UUID
    phase_id: UUID


class ItemOut(Schema):
    """``ref`` is what people call it. ``review`` holds what an import could not be sure of, by field."""

    id: UUID
    ref: str
    key: str | None
    version: int
    title: str
    description: str
    description_version: int
    level_id: UUID
    area_id: UUID | None
    parent_id: UUID | None
    phase_id: UUID | None
    owner_id: UUID | None
    team_id: UUID | None
    release_id: UUID | None
    start_on: date | None
    start_precision: Precision | None
    end_on: date | None
    end_precision: Precision | None
    health: HealthWord | None
    health_note: str | None
    horizon: HorizonWord | None
    benefit: float | None
    progress: float | None
    tags: list[str]
    rank: str
    review: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    dimensions: dict[str, list[UUID]]
    custom: dict[str, Any]
    estimates: list[EstimateOut]
    dependencies: list[DependencyOut]
    relations: list[RelationOut]
    increment_ids: list[UUID]
    launch_ids: list[UUID]
    phases: list[TrackPhaseOut]
    rolled: RolledOut


class DeletedOut(Schema):
    """How many items went."""

    deleted: int


class RelationIn(Body):
    from_id: UUID
    to_id: UUID
    type: RelationKind


class AreaFields(Body):
    name: str = Field("", min_length=1, max_length=200)
    parent_id: UUID | None = None
    owner_id: UUID | None = None
    rank: str = Field("m", min_length=1, max_length=60)


class AreaIn(AreaFields):
    name: str = Field(min_length=1, max_length=200)


class AreaChange(Change):
    set: AreaFields


class AreaOut(Schema):
    id: UUID
    version: int
    name: str
    parent_id: UUID | None
    owner_id: UUID | None
    rank: str


class LevelFields(Body):
    name: Name = ""
    key: Key = ""
    rank: int = Field(0, ge=0, le=1000)


class LevelIn(Body):
    name: Name
    key: Key | None = None
    rank: int = Field(ge=0, le=1000)


class LevelChange(Change):
    set: LevelFields


class LevelOut(Schema):
    id: UUID
    version: int
    key: str
    name: str
    rank: int


class TrackFields(Body):
    name: Name = ""
    key: Key = ""
    position: Position = 0


class TrackIn(Body):
    name: Name
    key: Key | None = None
    position: Position = 0


class TrackChange(Change):
    set: TrackFields


class TrackOut(Schema):
    id: UUID
    version: int
    key: str
    name: str
    primary: bool
    position: int


class PhaseFields(Body):
    name: Name = ""
    key: Key = ""
    category: CategoryWord = "todo"
    position: Position = 0
    review: None = None


class PhaseIn(Body):
    track_id: UUID
    name: Name
    key: Key | None = None
    category: CategoryWord
    position: Position = 0


class PhaseChange(Change):
    """Setting ``review`` to null says that somebody has looked at it."""

    set: PhaseFields


class PhaseOut(Schema):
    id: UUID
    version: int
    track_id: UUID
    key: str
    name: str
    category: CategoryWord
    position: int
    needs_review: bool


class ValueFields(Body):
    name: Name = ""
    key: Key = ""
    color: str = Field("", max_length=20)
    target_share: Decimal | None = Field(None, ge=0, le=1, max_digits=5, decimal_places=4)
    position: Position = 0


class ValueIn(Body):
    dimension_id: UUID
    name: Name
    key: Key | None = None
    color: str = Field("", max_length=20)
    target_share: Decimal | None = Field(None, ge=0, le=1, max_digits=5, decimal_places=4)
    position: Position = 0


class ValueChange(Change):
    set: ValueFields


class ValueOut(Schema):
    id: UUID
    version: int
    dimension_id: UUID
    key: str
    name: str
    color: str
    target_share: float | None
    position: int


class DimensionFields(Body):
    name: Name = ""
    key: Key = ""
    multiple: bool = False
    position: Position = 0


class DimensionIn(Body):
    name: Name
    key: Key | None = None
    multiple: bool = False
    position: Position = 0


class DimensionChange(Change):
    set: DimensionFields


class DimensionOut(Schema):
    id: UUID
    version: int
    key: str
    name: str
    multiple: bool
    position: int
    values: list[ValueOut]


class OptionIn(Body):
    key: Key
    name: Name


class OptionOut(Schema):
    key: str
    name: str


class RollsUp(Body):
    """How values below add up: ``of`` is the field whose values count (itself if null), ``weight`` the number that
    they are weighed by."""

    how: Literal["sum", "average", "weighted", "min", "max", "count", "worst"]
    of: str | None = Field(None, max_length=120)
    weight: str | None = Field(None, max_length=120)


class RollsUpOut(Schema):
    how: str
    of: str | None
    weight: str | None


class FieldFields(Body):
    name: Name = ""
    key: Key = ""
    options: list[OptionIn] = Field(default_factory=list, max_length=500)
    unit: str = Field("", max_length=40)
    formula: str = Field("", max_length=2_000)
    rolls_up: RollsUp | None = None
    indexed: bool = False
    confidential: bool = False
    position: Position = 0


class FieldIn(Body):
    name: Name
    key: Key | None = None
    type: FieldKind
    options: list[OptionIn] = Field(default_factory=list, max_length=500)
    unit: str = Field("", max_length=40)
    formula: str = Field("", max_length=2_000)
    rolls_up: RollsUp | None = None
    indexed: bool = False
    confidential: bool = False
    position: Position = 0


class FieldChange(Change):
    set: FieldFields


class FieldOut(Schema):
    id: UUID
    version: int
    entity: str
    key: str
    name: str
    type: FieldKind
    options: list[OptionOut]
    unit: str
    formula: str
    rolls_up: RollsUpOut | None
    indexed: bool
    confidential: bool
    position: int
