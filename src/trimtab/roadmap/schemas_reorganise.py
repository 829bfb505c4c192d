"""What a reorganisation says over HTTP."""

from datetime import date
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from trimtab.roadmap.schemas_base import Body

KindWord = Literal["team", "area"]


class TargetIn(Body):
    """A team that is there, or the name of one to be made."""

    id: UUID | None = None
    name: str = Field("", max_length=200)


class SplitIn(Body):
    """``assigned`` sends a record to the target of that number (estimates go by their item); all else to ``rest``."""

    do: Literal["split"]
    team_id: UUID
    targets: list[TargetIn] = Field(min_length=2, max_length=50)
    rest: int = Field(0, ge=0, lt=50)
    assigned: dict[UUID, int] = Field(default_factory=dict, max_length=20_000)


class MergeIn(Body):
    do: Literal["merge"]
    kind: KindWord
    ids: list[UUID] = Field(min_length=1, max_length=50)
    into: UUID


class MoveToIn(Body):
    """``parent_id`` null: to the top."""

    do: Literal["move"]
    kind: KindWord
    id: UUID
    parent_id: UUID | None


class ReorganiseIn(Body):
    """``on`` is the day since which it is so: today at the latest, now unless given."""

    change: SplitIn | MergeIn | MoveToIn = Field(discriminator="do")
    on: date | None = None


class TargetCountOut(Schema):
    target: int
    count: int


class TouchedOut(Schema):
    """``by`` is the id by which it is assigned."""

    id: UUID
    by: UUID
    title: str
    target: int


class TouchedKindOut(Schema):
    """What goes elsewhere of one kind. ``records`` are the first five hundred."""

    key: str
    label: str
    counts: list[TargetCountOut]
    records: list[TouchedOut]


class ReorganisedOut(Schema):
    """``batch_id`` can be undone; ``ids`` are the targets, in their order."""

    batch_id: UUID
    counts: dict[str, int]
    ids: list[UUID]
