"""What accounts say over HTTP."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from trimtab.core.actors import Role

Name = Field(min_length=1, max_length=200)
Key = Field(min_length=1, max_length=60)
SomeName = Field("", min_length=1, max_length=200)
SomeKey = Field("", min_length=1, max_length=60)


class Body(Schema):
    """A request body: unknown fields are refused rather than ignored."""

    model_config = ConfigDict(extra="forbid")


class Change(Body):
    """``version`` is the one that was read; ``set`` names the fields to write. What it leaves out stays as it is."""

    version: int = Field(ge=1)


class UserOut(Schema):
    id: UUID
    email: str
    name: str


class PlaceOut(Schema):
    slug: str
    name: str
    role: Role


class FiscalOut(Schema):
    start_month: int
    pattern: str
    increment_weeks: int | None
    increment_from: date | None


class WorkspaceOut(Schema):
    slug: str
    name: str
    prefix: str
    timezone: str
    currency: str
    fiscal: FiscalOut
    benefit_unit: str
    version: int


class MeOut(Schema):
    user: UserOut
    workspaces: list[PlaceOut]
    workspace: WorkspaceOut | None
    role: Role | None
    person_id: UUID | None


class WorkspaceIn(Body):
    slug: str = Key
    name: str = Name
    prefix: str = Field("TT", min_length=1, max_length=10, pattern=r"^[A-Z][A-Z0-9]*$")
    timezone: str = "UTC"
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")


class WorkspaceFields(Body):
    slug: str = SomeKey
    name: str = SomeName
    prefix: str = Field("", min_length=1, max_length=10, pattern=r"^[A-Z][A-Z0-9]*$")
    timezone: str = Field("", max_length=60)
    currency: str = Field("", pattern=r"^[A-Z]{3}$")
    fiscal_start_month: int = Field(1, ge=1, le=12)
    fiscal_pattern: Literal["calendar", "4-4-5", "4-5-4", "5-4-4", "increments"] = "calendar"
    increment_weeks: int | None = Field(None, ge=1, le=26)
    increment_from: date | None = None
    benefit_unit: str = Field("", min_length=1, max_length=40)


class PersonOut(Schema):
    id: UUID
    version: int
    name: str
    email: str
    title: str
    placeholder: bool
    active: bool
    user_id: UUID | None


class PersonIn(Body):
    name: str = Name
    email: str = Field("", max_length=254)
    title: str = Field("", max_length=200)
    placeholder: bool = False


class PersonFields(Body):
    name: str = SomeName
    email: str = Field("", max_length=254)
    title: str = Field("", max_length=200)
    placeholder: bool = False
    active: bool = True


class TeamOut(Schema):
    id: UUID
    version: int
    key: str
    name: str
    kind: str
    mission: str
    parent_id: UUID | None
    review: dict[str, Any] | None


class TeamIn(Body):
    name: str = Name
    key: str | None = Field(None, min_length=1, max_length=60)
    kind: str = Field("", max_length=60)
    mission: str = Field("", max_length=20_000)
    parent_id: UUID | None = None


class TeamFields(Body):
    name: str = SomeName
    key: str = SomeKey
    kind: str = Field("", max_length=60)
    mission: str = Field("", max_length=20_000)
    parent_id: UUID | None = None


class TeamMemberOut(Schema):
    id: UUID
    team_id: UUID
    person_id: UUID
    share: float
    starts_on: date | None
    ends_on: date | None
    lead: bool


class TeamMemberIn(Body):
    person_id: UUID
    share: Decimal = Field(Decimal(1), gt=0, le=1, max_digits=4, decimal_places=3)
    starts_on: date | None = None
    ends_on: date | None = None
    lead: bool = False


class MemberOut(Schema):
    id: UUID
    version: int
    user_id: UUID
    email: str
    name: str
    role: Role
    active: bool
    person_id: UUID | None


class MemberIn(Body):
    email: str = Field(min_length=3, max_length=254)
    role: Role
    name: str = Field("", max_length=200)
    password: str | None = Field(None, min_length=8, max_length=200)


class MemberFields(Body):
    role: Role = Role.VIEWER
    active: bool = True


class InvitationOut(Schema):
    id: UUID
    email: str
    name: str
    role: Role
    invited_by: str
    created_at: datetime
    expires_at: datetime


class InvitationIn(Body):
    email: str = Field(min_length=3, max_length=254)
    role: Role
    name: str = Field("", max_length=200)
    days: int = Field(7, ge=1, le=60)


class NewInvitationOut(InvitationOut):
    """``link`` is shown this once. ``mailed`` says whether it went out by mail too."""

    link: str
    mailed: bool


class InvitationSecret(Body):
    token: str = Field(min_length=10, max_length=200)


class OpenInvitationOut(Schema):
    """``has_user``: somebody signs in with this address already."""

    workspace: str
    slug: str
    email: str
    name: str
    role: Role
    invited_by: str
    expires_at: datetime
    has_user: bool


class SignUpIn(InvitationSecret):
    name: str = Name
    password: str = Field(min_length=8, max_length=200)


class SignedUpOut(Schema):
    email: str


class HeldOut(Schema):
    id: UUID
    title: str


class HeldKindOut(Schema):
    """``ends``: it is ended, not handed on. ``records`` are the first two hundred."""

    key: str
    label: str
    entity: str
    ends: bool
    count: int
    records: list[HeldOut]


class HandOverIn(Body):
    """Who takes what: a single record before its kind, its kind before everything (``to``)."""

    to: UUID | None = None
    by_kind: dict[str, UUID] = Field(default_factory=dict, max_length=100)
    by_record: dict[UUID, UUID] = Field(default_factory=dict, max_length=5_000)
    deactivate: bool = True
    last_day: date | None = None


class HandedOverOut(Schema):
    """``batch_id`` can be undone; ``tokens`` that were revoked stay so."""

    batch_id: UUID
    counts: dict[str, int]
    tokens: int


class GuardedOut(Schema):
    """A field that can be kept from some. ``field`` is the name by which a group keeps it."""

    entity: str
    field: str
    label: str


class GuardedIn(Body):
    entity: str = Field(min_length=1, max_length=40)
    field: str = Field(min_length=1, max_length=80)


class FieldGroupOut(Schema):
    """Fields that only these people, and everybody of these roles, see."""

    id: UUID
    version: int
    name: str
    description: str
    fields: list[GuardedOut]
    people: list[UUID]
    roles: list[Role]


class FieldGroupIn(Body):
    name: str = Field(min_length=1, max_length=120)
    description: str = Field("", max_length=500)
    fields: list[GuardedIn] = Field(default_factory=list, max_length=100)
    people: list[UUID] = Field(default_factory=list, max_length=500)
    roles: list[Role] = Field(default_factory=list, max_length=5)


class TokenOut(Schema):
    id: UUID
    name: str
    hint: str
    scope: Literal["read", "write"]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class TokenIn(Body):
    name: str = Field(min_length=1, max_length=120)
    scope: Literal["read", "write"] = "read"
    days: int | None = Field(None, ge=1, le=3660)


class NewTokenOut(TokenOut):
    """``token`` is the secret. It is shown this once."""

    token: str


class WorkspaceChange(Change):
    set: WorkspaceFields


class PersonChange(Change):
    set: PersonFields


class TeamChange(Change):
    set: TeamFields


class MemberChange(Change):
    set: MemberFields
