"""What administration in bulk and of data says over HTTP."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from trimtab.accounts.schemas import Body


class BulkIn(Body):
    """A table as text: commas, semicolons or tabs between, a heading or name, email, team, from, to, share in order."""

    text: str = Field(min_length=1, max_length=1_500_000)
    new_teams: bool = False


class BulkLineOut(Schema):
    row: int
    name: str
    email: str
    team: str
    action: Literal["create", "change", "same", "refuse"]
    said: str


class BulkOut(Schema):
    """``batch_id`` can be undone; null where nothing was to be done."""

    batch_id: UUID | None
    counts: dict[str, int]


class FindIn(Body):
    text: str = Field(min_length=4, max_length=1_000)


class PlaceOut(Schema):
    """``times`` counts the changes that tell it."""

    entity: str
    record_id: UUID
    field: str
    times: int
    last_at: datetime


class PlaceIn(Body):
    entity: str = Field(min_length=1, max_length=60)
    record_id: UUID
    field: str = Field(min_length=1, max_length=80)


class PurgeIn(Body):
    places: list[PlaceIn] = Field(min_length=1, max_length=500)
    note: str = Field("", max_length=500)


class PurgedOut(Schema):
    purged: int


class RuleOut(Schema):
    """``usual`` holds where nothing is set; ``due`` is how much would go today."""

    key: str
    label: str
    days: int
    usual: int
    least: int
    set: bool
    due: int


class RuleIn(Body):
    days: int | None = Field(ge=1, le=36_500)
