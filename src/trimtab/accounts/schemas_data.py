"""What administration in bulk and of data says over HTTP."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from trimtab.accounts.schemas import Body


class BulkPeopleIn(Body):
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


class BulkPeopleOut(Schema):
    """``batch_id`` can be undone; null where nothing was to be done."""

    batch_id: UUID | None
    counts: dict[str, int]


class FindTextIn(Body):
    text: str = Field(min_length=4, max_length=1_000)


class FoundPlaceOut(Schema):
    """``times`` counts the changes that tell it."""

    entity: str
    record_id: UUID
    field: str
    times: int
    last_at: datetime


class FoundPlaceIn(Body):
    entity: str = Field(min_length=1, max_length=60)
    record_id: UUID
    field: str = Field(min_length=1, max_length=80)


class PurgeIn(Body):
    places: list[FoundPlaceIn] = Field(min_length=1, max_length=500)
    note: str = Field("", max_length=500)


class PurgedOut(Schema):
    purged: int


class RetentionRuleOut(Schema):
    """``usual`` holds where nothing is set; ``due`` is how much would go today."""

    key: str
    label: str
    days: int
    usual: int
    least: int
    set: bool
    due: int


class RetentionRuleIn(Body):
    days: int | None = Field(ge=1, le=36_500)
