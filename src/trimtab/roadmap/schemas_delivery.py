"""What the roadmap says over HTTP about releases, increments, launches, baselines and the schedule."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from trimtab.roadmap.schemas_base import Body, Change, DatePrecision, Precision
from trimtab.roadmap.schemas_dependencies import DependencyKind

Name = Annotated[str, Field(min_length=1, max_length=120)]
Key = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
ReleaseWord = Literal["planned", "released"]
IncrementWord = Literal["sprint", "increment"]
LaunchWord = Literal["planned", "launched", "cancelled"]
VerdictWord = Literal["go", "no_go"]
Audience = Annotated[str, Field(min_length=1, max_length=120)]
LongText = Annotated[str, Field(max_length=20_000)]
Position = Annotated[int, Field(ge=0, le=1_000_000)]


class ReleaseFields(Body):
    """``state`` null leaves it to the day whether it has shipped."""

    name: Name = ""
    key: Key = ""
    area_id: UUID | None = None
    starts_on: date | None = None
    released_on: date | None = None
    released_precision: DatePrecision | None = None
    state: ReleaseWord | None = None
    note: LongText = ""


class ReleaseIn(ReleaseFields):
    name: Name
    key: Key | None = None  # type: ignore[assignment]


class ReleaseChange(Change):
    set: ReleaseFields


class ReleaseOut(Schema):
    """``on`` is the day on which it shipped, or is to, as exact as ``released_precision`` (null: the day itself)."""

    id: UUID
    version: int
    key: str
    name: str
    area_id: UUID | None
    starts_on: date | None
    released_on: date | None
    released_precision: DatePrecision | None
    state: ReleaseWord | None
    on: date | None
    note: str


class IncrementFields(Body):
    name: Name = ""
    key: Key = ""
    kind: IncrementWord = "sprint"
    team_id: UUID | None = None
    starts_on: date = date.min
    ends_on: date = date.min
    goal: str = Field("", max_length=1000)


class IncrementIn(IncrementFields):
    name: Name
    key: Key | None = None  # type: ignore[assignment]
    starts_on: date
    ends_on: date


class IncrementChange(Change):
    set: IncrementFields


class IncrementOut(Schema):
    """A sprint or programme increment, of one team or (null) of all. Both days included."""

    id: UUID
    version: int
    key: str
    name: str
    kind: IncrementWord
    team_id: UUID | None
    starts_on: date
    ends_on: date
    goal: str


class GenerateIn(Body):
    """Without ``weeks`` the increments are those of the fiscal calendar."""

    kind: IncrementWord = "sprint"
    starts_on: date
    until: date
    weeks: int | None = Field(None, ge=1, le=26)
    team_id: UUID | None = None
    name: str = Field("", max_length=80)


class ItemIncrementsIn(Body):
    increment_ids: list[UUID] = Field(max_length=100)


class LaunchFields(Body):
    """``tier`` 1 is the greatest."""

    name: str = Field("", min_length=1, max_length=200)
    tier: int = Field(2, ge=1, le=4)
    state: LaunchWord = "planned"
    area_id: UUID | None = None
    owner_id: UUID | None = None
    start_on: date | None = None
    start_precision: Precision | None = None
    end_on: date | None = None
    end_precision: Precision | None = None
    audiences: list[Audience] = Field(default_factory=list, max_length=50)
    message: LongText = ""
    faq: LongText = ""


class LaunchIn(LaunchFields):
    name: str = Field(min_length=1, max_length=200)


class LaunchChange(Change):
    set: LaunchFields


class CheckFields(Body):
    title: str = Field("", min_length=1, max_length=300)
    owner_id: UUID | None = None
    due_on: date | None = None
    done: bool = False
    position: Position = 0


class CheckIn(CheckFields):
    launch_id: UUID
    title: str = Field(min_length=1, max_length=300)


class CheckChange(Change):
    set: CheckFields


class CheckOut(Schema):
    id: UUID
    version: int
    launch_id: UUID
    title: str
    owner_id: UUID | None
    due_on: date | None
    done: bool
    position: int


class TickIn(Body):
    done: bool


class ReadyFields(Body):
    part: Name = ""
    person_id: UUID | None = None
    note: str = Field("", max_length=500)


class ReadyIn(ReadyFields):
    launch_id: UUID
    part: Name


class ReadyChange(Change):
    set: ReadyFields


class ReadyOut(Schema):
    """``confirmed_at`` is null until the person has said that their part is ready."""

    id: UUID
    version: int
    launch_id: UUID
    part: str
    person_id: UUID | None
    confirmed_at: datetime | None
    note: str


class ReadyConfirmIn(Body):
    ready: bool
    note: str = Field("", max_length=500)


class BindIn(Body):
    """What is left out stays as it is."""

    item_ids: list[UUID] | None = Field(None, max_length=500)
    release_ids: list[UUID] | None = Field(None, max_length=500)


class DecideIn(Body):
    """Null takes the decision back."""

    version: int = Field(ge=1)
    verdict: VerdictWord | None
    reason: str = Field("", max_length=1000)


class LaunchOut(Schema):
    """A launch with its checklist, who is ready, and what it binds."""

    id: UUID
    version: int
    name: str
    tier: int
    state: LaunchWord
    area_id: UUID | None
    owner_id: UUID | None
    start_on: date | None
    start_precision: Precision | None
    end_on: date | None
    end_precision: Precision | None
    audiences: list[str]
    message: str
    faq: str
    verdict: VerdictWord | None
    decided_by_id: UUID | None
    decided_at: datetime | None
    verdict_reason: str | None
    checks: list[CheckOut]
    ready: list[ReadyOut]
    item_ids: list[UUID]
    release_ids: list[UUID]


class SnapshotIn(Body):
    """Without ``at`` it is now."""

    name: str = Field(min_length=1, max_length=200)
    at: datetime | None = None
    note: str = Field("", max_length=1000)


class SnapshotOut(Schema):
    id: UUID
    version: int
    name: str
    at: datetime
    note: str
    created_at: datetime


class MovedOut(Schema):
    """Later is positive. ``exact``: both days were meant to the day."""

    days: int
    exact: bool


class ThenNowOut(Schema):
    then: Any
    now: Any


class DifferenceOut(Schema):
    """``fields`` has what differs; references are ids."""

    id: UUID
    ref: str
    title: str
    what: Literal["added", "dropped", "moved", "changed"]
    deleted: bool
    start: MovedOut | None
    end: MovedOut | None
    fields: dict[str, ThenNowOut]


class ComparisonOut(Schema):
    """Those that moved furthest come first. ``same`` counts what did not change."""

    snapshot: SnapshotOut
    differences: list[DifferenceOut]
    same: int
    truncated: bool


class NodeOut(Schema):
    """An item in the schedule. Its days are as exact as ``precision``; null is not known, never zero."""

    id: UUID
    ref: str
    title: str
    start_on: date | None
    end_on: date | None
    from_children: bool
    earliest_start: date | None
    earliest_end: date | None
    latest_start: date | None
    latest_end: date | None
    slack_days: int | None
    precision: Precision
    critical: bool
    missing: list[Literal["start", "end"]]
    unknown: list[UUID]


class ScheduleTieOut(Schema):
    id: UUID
    from_id: UUID
    to_id: UUID
    type: DependencyKind
    lag_days: int
    driving: bool


class ScheduleOut(Schema):
    """``chain`` leads from the first item to the target that ends last; ``end`` is that day at the earliest."""

    end: date | None
    precision: Precision
    deadline: date | None
    slack_days: int | None
    targets: list[UUID]
    chain: list[UUID]
    nodes: list[NodeOut]
    ties: list[ScheduleTieOut]
