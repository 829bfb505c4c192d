"""Scoped reads. Everything absent, in another workspace or hidden is NotFound alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Q

from trimtab.accounts.models import ApiToken, Invitation, Membership, Person, Team, TeamMember, User
from trimtab.core.actors import Actor, Permission, Role
from trimtab.core.errors import NotFound
from trimtab.core.models import FieldGroup, ScopedQuerySet, Workspace
from trimtab.core.query.lens import everything

M = TypeVar("M", Workspace, Person, Membership, Team, TeamMember, ApiToken, Invitation, FieldGroup)


def one(actor: Actor, model: type[M], record_id: UUID, *, lock: bool = False) -> M:
    """The record of this id in the actor's workspace, row-locked if ``lock``. Raises NotFound, Forbidden."""
    actor.require(Permission.VIEW)
    rows: ScopedQuerySet = model.objects.in_workspace(actor.workspace_id)
    found: M | None = (rows.select_for_update() if lock else rows).filter(id=record_id).first()
    if found is None:
        raise NotFound(f"There is no such {model._meta.verbose_name}.")
    return found


def _seen(actor: Actor, model: type[M], entity: str) -> list[M]:
    actor.require(Permission.VIEW)
    return list(model.objects.raw(*everything(entity, actor.lens)))


def get_workspace(actor: Actor, *, lock: bool = False) -> Workspace:
    """The actor's workspace."""
    return one(actor, Workspace, actor.workspace_id, lock=lock)


def list_people(actor: Actor) -> list[Person]:
    """Everybody whom the actor's lens sees, by name."""
    return sorted(_seen(actor, Person, "person"), key=lambda person: (person.name.lower(), person.id))


def list_teams(actor: Actor) -> list[Team]:
    """All teams that the actor's lens sees, by name; the tree is in their ``parent_id``."""
    return sorted(_seen(actor, Team, "team"), key=lambda team: (team.name.lower(), team.id))


def list_team_members(actor: Actor, team_id: UUID) -> list[TeamMember]:
    """Who is in a team. Raises NotFound."""
    one(actor, Team, team_id)
    return list(TeamMember.objects.in_workspace(actor.workspace_id).filter(team_id=team_id).order_by("id"))


def team_leads(actor: Actor, day: date) -> dict[UUID, frozenset[UUID]]:
    """The people who lead each team on ``day``; teams without a lead are absent. Raises Forbidden."""
    actor.require(Permission.VIEW)
    on = (Q(starts_on__isnull=True) | Q(starts_on__lte=day)) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    leads: dict[UUID, frozenset[UUID]] = {}
    members = TeamMember.objects.in_workspace(actor.workspace_id).filter(on, lead=True)
    for team_id, person_id in members.values_list("team_id", "person_id"):
        leads[team_id] = leads.get(team_id, frozenset()) | {person_id}
    return leads


def people_of_teams(actor: Actor, team_ids: Iterable[UUID], on: date) -> dict[UUID, set[UUID]]:
    """Team → the people who are in it on a day; teams without any are absent."""
    actor.require(Permission.VIEW)
    members = TeamMember.objects.in_workspace(actor.workspace_id).filter(
        Q(starts_on=None) | Q(starts_on__lte=on), Q(ends_on=None) | Q(ends_on__gte=on), team_id__in=list(team_ids)
    )
    found: dict[UUID, set[UUID]] = {}
    for team, person in members.values_list("team_id", "person_id"):
        found.setdefault(team, set()).add(person)
    return found


def list_tokens(actor: Actor) -> list[ApiToken]:
    """The actor's own tokens of this workspace, newest first; revoked ones are left out."""
    actor.require(Permission.VIEW)
    mine = ApiToken.objects.in_workspace(actor.workspace_id).filter(user_id=actor.id, revoked_at=None)
    return list(mine.order_by("-created_at"))


@dataclass(frozen=True, slots=True)
class Member:
    """A user's place in a workspace, with the address they sign in with."""

    id: UUID
    version: int
    user_id: UUID
    email: str
    name: str
    role: Role
    active: bool
    person_id: UUID | None


def list_members(actor: Actor) -> list[Member]:
    """Every member of the workspace, by address."""
    actor.require(Permission.VIEW)
    memberships = list(Membership.objects.in_workspace(actor.workspace_id))
    users = User.objects.in_bulk([membership.user_id for membership in memberships])
    return sorted((_member(m, users) for m in memberships), key=lambda member: member.email)


def _member(membership: Membership, users: Mapping[Any, User]) -> Member:
    user = users[membership.user_id]
    return Member(
        id=membership.id,
        version=membership.version,
        user_id=user.id,
        email=user.email,
        name=user.name,
        role=Role(membership.role),
        active=membership.active,
        person_id=membership.person_id,
    )


def list_invitations(actor: Actor) -> list[Invitation]:
    """Those that nobody has taken up yet, newest first; expired ones too, until they are swept. Raises Forbidden."""
    actor.require(Permission.ADMIN)
    return list(Invitation.objects.in_workspace(actor.workspace_id).filter(accepted_at=None).order_by("-created_at"))


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation as whoever has its link may see it."""

    id: UUID
    workspace_id: UUID
    slug: str
    workspace: str
    email: str
    name: str
    role: Role
    invited_by: str
    expires_at: datetime
    has_user: bool


def get_open_invitation(secret_hash: bytes, now: datetime) -> OpenInvitation:
    """The invitation behind a link. Needs no workspace to be set. Raises NotFound: unknown, used or expired."""
    with connection.cursor() as cursor:
        cursor.execute("select * from find_invitation(%s, %s)", [secret_hash, now])
        row = cursor.fetchone()
    if row is None:
        raise no_invitation()
    found = dict(zip(OpenInvitation.__slots__, row, strict=True))
    return OpenInvitation(**found | {"role": Role(found["role"])})


def no_invitation() -> NotFound:
    return NotFound("This invitation was used, taken back, or has expired. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class Reachable:
    """A member who is a person here and can be told something at the address they sign in with."""

    person_id: UUID
    user_id: UUID
    email: str
    name: str
    role: Role


def list_reachable(actor: Actor) -> list[Reachable]:
    """Every active member who is a person. Raises Forbidden."""
    actor.require(Permission.VIEW)
    with connection.cursor() as cursor:
        cursor.execute(
            "select m.person_id, u.id, u.email, coalesce(nullif(u.name, ''), u.email), m.role from scoped.membership m"
            " join accounts_user u on u.id = m.user_id where m.active and u.is_active and m.person_id is not null"
        )
        return [Reachable(person, user, email, name, Role(role)) for person, user, email, name, role in cursor]


def get_member(actor: Actor, membership_id: UUID) -> Member:
    membership = one(actor, Membership, membership_id)
    return _member(membership, User.objects.in_bulk([membership.user_id]))


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace that a user belongs to, and what they are there."""

    workspace_id: UUID
    slug: str
    name: str
    timezone: str
    role: Role
    person_id: UUID | None


def list_places(user_id: UUID) -> list[Place]:
    """Every workspace of a user, by name. Needs no workspace to be set."""
    with connection.cursor() as cursor:
        cursor.execute("select workspace_id, slug, name, timezone, role, person_id from workspaces_of(%s)", [user_id])
        return [Place(w, slug, name, zone, Role(role), person) for w, slug, name, zone, role, person in cursor]


def hidden_from(workspace_id: UUID, person_id: UUID | None, role: Role) -> frozenset[str]:
    """The fields that are kept from somebody. Needs no workspace to be set."""
    with connection.cursor() as cursor:
        cursor.execute("select hidden_from(%s, %s, %s)", [workspace_id, person_id, role.value])
        return frozenset(cursor.fetchone()[0])


def find_user(email: str) -> User | None:
    """Whoever signs in with this address."""
    return User.objects.filter(email=email.strip().lower()).first()


def get_user(email: str) -> User:
    """Whoever signs in with this address. Raises NotFound."""
    user = find_user(email)
    if user is None:
        raise NotFound(f"Nobody signs in as {email}.")
    return user


def get_workspace_id(slug: str) -> UUID:
    """The workspace at an address, whoever belongs to it. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute("select id from list_workspaces() where slug = %s", [slug])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(f"There is no workspace “{slug}”.")
    workspace_id: UUID = row[0]
    return workspace_id


def list_sample_users() -> list[User]:
    """Those who were made with the sample company, by address."""
    return list(User.objects.filter(is_sample=True, is_active=True).order_by("email"))
