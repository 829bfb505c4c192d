"""What other domains may ask of accounts. Takes ids, gives frozen values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from trimtab.accounts import queries
from trimtab.accounts.errors import AlreadyMember, KeyTaken, SlugTaken, UserExists
from trimtab.accounts.models import Person, Team, TokenScope, User
from trimtab.accounts.queries import Member, Place, Reachable
from trimtab.accounts.services import arrivals, members, people, teams, tokens, users, workspaces
from trimtab.accounts.services.bulk import add_people, add_teams
from trimtab.core.actors import Actor, Clock, Origin, Role
from trimtab.core.fiscal import FiscalCalendar, Kind, Pattern, Period, period_of, periods
from trimtab.core.models import Workspace

__all__ = [
    "AlreadyMember",
    "FiscalCalendar",
    "KeyTaken",
    "Kind",
    "Member",
    "Period",
    "PersonView",
    "Place",
    "Reachable",
    "SlugTaken",
    "TeamView",
    "TokenScope",
    "UserExists",
    "UserView",
    "WorkspaceView",
    "actor_for",
    "add_member",
    "add_people",
    "add_team_member",
    "add_teams",
    "check_address",
    "create_person",
    "create_team",
    "create_token",
    "create_user",
    "create_workspace",
    "find_user",
    "fiscal_calendar",
    "get_workspace",
    "list_members",
    "list_people",
    "list_places",
    "list_reachable",
    "list_sample_users",
    "list_teams",
    "meet_users",
    "move_team",
    "people_of_teams",
    "period_of",
    "periods",
    "session_hash",
    "set_password",
    "settle_members",
    "system_actor",
    "team_leads",
    "workspace_id_of",
    "workspace_view",
]

check_address, meet_users, settle_members = arrivals.check_address, arrivals.meet_users, arrivals.settle_members


@dataclass(frozen=True, slots=True)
class UserView:
    id: UUID
    email: str
    name: str
    is_sample: bool


@dataclass(frozen=True, slots=True)
class WorkspaceView:
    """``fiscal_pattern`` is calendar, 4-4-5, 4-5-4, 5-4-4 or increments (``increment_weeks`` long, on from
    ``increment_from``)."""

    id: UUID
    version: int
    slug: str
    name: str
    prefix: str
    timezone: str
    currency: str
    fiscal_start_month: int
    fiscal_pattern: str
    increment_weeks: int | None
    increment_from: date | None
    benefit_unit: str


@dataclass(frozen=True, slots=True)
class PersonView:
    id: UUID
    name: str
    email: str
    title: str
    placeholder: bool
    active: bool
    user_id: UUID | None


@dataclass(frozen=True, slots=True)
class TeamView:
    id: UUID
    key: str
    name: str
    kind: str
    parent_id: UUID | None


def _user(user: User) -> UserView:
    return UserView(user.id, user.email, user.name, user.is_sample)


def _person(person: Person) -> PersonView:
    return PersonView(
        person.id, person.name, person.email, person.title, person.placeholder, person.active, person.user_id
    )


def _team(team: Team) -> TeamView:
    return TeamView(team.id, team.key, team.name, team.kind, team.parent_id)


def create_user(*, email: str, name: str = "", password: str | None = None, sample: bool = False) -> UserView:
    """Somebody who can sign in. Raises Invalid, UserExists, WeakPassword."""
    return _user(users.create_user(email=email, name=name, password=password, sample=sample))


def set_password(*, email: str, password: str) -> None:
    """Give somebody a new password. Raises NotFound, WeakPassword."""
    users.set_password(email=email, password=password)


def session_hash(password: str) -> str:
    """What a session remembers of the password (as it is stored) with which it began."""
    return User(password=password).get_session_auth_hash()


def find_user(email: str) -> UserView | None:
    user = queries.find_user(email)
    return None if user is None else _user(user)


def list_sample_users() -> list[UserView]:
    """Those who were made with the sample company, by address."""
    return [_user(user) for user in queries.list_sample_users()]


def list_places(user_id: UUID) -> list[Place]:
    """Every workspace that a user belongs to, with the role there."""
    return queries.list_places(user_id)


def create_workspace(
    *,
    creator_email: str | None,
    clock: Clock,
    origin: Origin,
    slug: str,
    name: str,
    request_id: str = "",
    **settings: Any,
) -> Actor:
    """A workspace with its creator as admin; gives the creator as an actor in it. It has no levels or phases yet.

    Without a creator it has no members either, and the product itself is the actor.

    Raises NotFound (nobody of this address), SlugTaken, Invalid.
    """
    return workspaces.create_workspace(
        creator=None if creator_email is None else queries.get_user(creator_email),
        clock=clock,
        origin=origin,
        slug=slug,
        name=name,
        request_id=request_id,
        **settings,
    )


def get_workspace(actor: Actor) -> WorkspaceView:
    """The actor's workspace."""
    return workspace_view(queries.get_workspace(actor))


def workspace_view(workspace: Workspace) -> WorkspaceView:
    return WorkspaceView(**{name: getattr(workspace, name) for name in WorkspaceView.__slots__})


def workspace_id_of(slug: str) -> UUID:
    """Raises NotFound. For the command line, where nobody is asking yet."""
    return queries.get_workspace_id(slug)


def fiscal_calendar(workspace: WorkspaceView) -> FiscalCalendar:
    return FiscalCalendar(
        workspace.fiscal_start_month,
        Pattern(workspace.fiscal_pattern),
        workspace.increment_weeks,
        workspace.increment_from,
    )


def actor_for(*, email: str, workspace_slug: str, origin: Origin, request_id: str = "") -> Actor:
    """A user as a member of a workspace: what a command acts as. Raises NotFound."""
    return workspaces.find_actor(
        user=queries.get_user(email), slug=workspace_slug, origin=origin, request_id=request_id
    )


def system_actor(workspace_id: UUID, *, name: str = "Trimtab", origin: Origin = Origin.SYSTEM) -> Actor:
    """The product itself at work in a workspace."""
    return workspaces.system_actor(workspace_id, name=name, origin=origin)


def add_member(
    *, actor: Actor, clock: Clock, email: str, role: Role, name: str = "", password: str | None = None
) -> Member:
    """Let somebody into the actor's workspace. Raises Forbidden, AlreadyMember, Invalid."""
    return members.add_member(actor=actor, clock=clock, email=email, role=role, name=name, password=password)


def list_members(actor: Actor) -> list[Member]:
    return queries.list_members(actor)


def list_reachable(actor: Actor) -> list[Reachable]:
    """Every active member who is a person, with the address they sign in with. Raises Forbidden."""
    return queries.list_reachable(actor)


def create_person(
    *,
    actor: Actor,
    clock: Clock,
    name: str,
    email: str = "",
    title: str = "",
    placeholder: bool = False,
    person_id: UUID | None = None,
) -> PersonView:
    """Raises Forbidden, Invalid."""
    return _person(
        people.create_person(
            actor=actor, clock=clock, name=name, email=email, title=title, placeholder=placeholder, person_id=person_id
        )
    )


def list_people(actor: Actor) -> list[PersonView]:
    """Everybody, by name."""
    return [_person(person) for person in queries.list_people(actor)]


def create_team(
    *,
    actor: Actor,
    clock: Clock,
    name: str,
    key: str | None = None,
    kind: str = "",
    mission: str = "",
    parent_id: UUID | None = None,
    review: dict[str, Any] | None = None,
    team_id: UUID | None = None,
    batch: UUID | None = None,
) -> TeamView:
    """Raises Forbidden, NotFound (parent), KeyTaken, Invalid."""
    return _team(
        teams.create_team(
            actor=actor,
            clock=clock,
            name=name,
            key=key,
            kind=kind,
            mission=mission,
            parent_id=parent_id,
            review=review,
            team_id=team_id,
            batch=batch,
        )
    )


def move_team(actor: Actor, team_id: UUID, parent_id: UUID | None) -> None:
    """See ``services.teams.move_team``: inside the open change set."""
    teams.move_team(actor, team_id, parent_id)


def list_teams(actor: Actor) -> list[TeamView]:
    """All teams, by name."""
    return [_team(team) for team in queries.list_teams(actor)]


def team_leads(actor: Actor, day: date) -> dict[UUID, frozenset[UUID]]:
    """The people who lead each team on ``day``; teams without a lead are absent. Raises Forbidden."""
    return queries.team_leads(actor, day)


def add_team_member(
    *,
    actor: Actor,
    clock: Clock,
    team_id: UUID,
    person_id: UUID,
    share: Decimal = Decimal(1),
    starts_on: date | None = None,
    ends_on: date | None = None,
    lead: bool = False,
) -> UUID:
    """Put a person into a team; gives the id of their part in it. Raises Forbidden, NotFound."""
    member = teams.add_team_member(
        actor=actor,
        clock=clock,
        team_id=team_id,
        person_id=person_id,
        share=share,
        starts_on=starts_on,
        ends_on=ends_on,
        lead=lead,
    )
    return member.id


def people_of_teams(actor: Actor, team_ids: Iterable[UUID], on: date) -> dict[UUID, set[UUID]]:
    """Team → the people who are in it on a day; teams without any are absent."""
    return queries.people_of_teams(actor, team_ids, on)


def create_token(
    *, actor: Actor, clock: Clock, name: str, token_scope: TokenScope, days: int | None = None
) -> tuple[UUID, str]:
    """A key to the API for the actor: its id, and the secret that is shown once. Raises Forbidden, Invalid."""
    token, secret = tokens.create_token(actor=actor, clock=clock, name=name, token_scope=token_scope, days=days)
    return token.id, secret
