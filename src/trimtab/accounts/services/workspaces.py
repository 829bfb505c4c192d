"""Workspaces and their settings."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, connection

from trimtab.accounts import queries
from trimtab.accounts.errors import SlugTaken
from trimtab.accounts.models import Membership, Person, User
from trimtab.accounts.services.checks import check_name, check_slug, only
from trimtab.core import ids, ledger, scope
from trimtab.core.actors import Actor, ActorKind, Clock, Origin, Permission, Role
from trimtab.core.errors import Invalid, NotFound
from trimtab.core.models import FiscalPattern, Workspace

SETTINGS: Final = {
    "slug", "name", "prefix", "timezone", "currency",
    "fiscal_start_month", "fiscal_pattern", "increment_weeks", "increment_from", "benefit_unit",
}  # fmt: skip


def create_workspace(
    *, creator: User | None, clock: Clock, origin: Origin, slug: str, name: str, request_id: str = "", **settings: Any
) -> Actor:
    """A new workspace with ``creator`` as its admin; gives the creator as an actor in it.

    Without a creator it has no member yet, and the product itself is the actor. ``settings`` are those of
    ``Workspace``: prefix, timezone, currency, fiscal calendar, benefit unit. Raises SlugTaken, Invalid.
    """
    values = _checked({"slug": slug, "name": name} | settings)
    _check_increments(Workspace(), values)
    workspace_id = ids.new_id()
    actor = _founder(creator, workspace_id, origin, request_id)
    with scope.workspace(workspace_id), ledger.change_set(actor, at=clock.now):
        _insert(workspace_id, values)
        if creator is not None:
            person = Person(id=actor.person_id, name=actor.name, email=creator.email, user_id=creator.id)
            person.workspace_id = workspace_id
            ledger.add(person)
            membership = Membership(user_id=creator.id, role=Role.ADMIN.value, person_id=person.id)
            membership.workspace_id = workspace_id
            ledger.add(membership)
    return actor


def _founder(creator: User | None, workspace_id: UUID, origin: Origin, request_id: str) -> Actor:
    if creator is None:
        return system_actor(workspace_id, name="Trimtab", origin=origin)
    return Actor(
        id=creator.id,
        workspace_id=workspace_id,
        role=Role.ADMIN,
        name=creator.name or creator.email,
        origin=origin,
        person_id=ids.new_id(),
        request_id=request_id,
    )


def system_actor(workspace_id: UUID, *, name: str, origin: Origin) -> Actor:
    """The product itself at work in a workspace."""
    return Actor(id=None, workspace_id=workspace_id, role=Role.ADMIN, name=name, kind=ActorKind.SYSTEM, origin=origin)


def _insert(workspace_id: UUID, values: Mapping[str, object]) -> None:
    try:
        Workspace.objects.create(id=workspace_id, workspace_id=workspace_id, **values)
    except IntegrityError as refused:
        raise SlugTaken("Another workspace has this address.", fields={"slug": "is taken"}) from refused


def update_workspace(*, actor: Actor, clock: Clock, version: int, changes: Mapping[str, object]) -> Workspace:
    """Change the settings of the actor's workspace. Raises Forbidden, StaleVersion, SlugTaken, Invalid."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        workspace = queries.get_workspace(actor, lock=True)
        values = _checked(only(changes, SETTINGS))
        _check_increments(workspace, values)
        ledger.check_stale(workspace, version_read=version, changes=values)
        with ledger.change_set(actor, at=clock.now):
            try:
                return ledger.save(workspace, **values)
            except IntegrityError as refused:
                raise SlugTaken("Another workspace has this address.", fields={"slug": "is taken"}) from refused


def _check_increments(workspace: Workspace, values: Mapping[str, Any]) -> None:
    pattern = values.get("fiscal_pattern", workspace.fiscal_pattern)
    weeks = values.get("increment_weeks", workspace.increment_weeks)
    if pattern == FiscalPattern.INCREMENTS and weeks not in range(1, 27):
        raise Invalid("Increments last 1 to 26 weeks.", fields={"increment_weeks": "is not from 1 to 26"})


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    if "slug" in checked:
        check_slug(checked["slug"], "slug")
    if "name" in checked:
        checked["name"] = check_name(checked["name"])
    if "timezone" in checked and checked["timezone"] not in available_timezones():
        raise Invalid("There is no such time zone.", fields={"timezone": "is not a time zone, as Europe/Vienna is"})
    if "fiscal_pattern" in checked and checked["fiscal_pattern"] not in FiscalPattern.values:
        raise Invalid("There is no such fiscal calendar.", fields={"fiscal_pattern": ", ".join(FiscalPattern.values)})
    if checked.get("fiscal_start_month", 1) not in range(1, 13):
        raise Invalid("A fiscal year begins in month 1 to 12.", fields={"fiscal_start_month": "is not 1 to 12"})
    return checked


def find_actor(*, user: User, slug: str, origin: Origin, request_id: str = "") -> Actor:
    """``user`` as a member of the workspace at ``slug``: what a command acts as. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select workspace_id, role, person_id, person_name, hidden_from(workspace_id, person_id, role)"
            " from member_of(%s, %s, null)",
            [user.id, slug],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound(f"There is no workspace “{slug}” that {user.email} belongs to.")
    workspace_id, role, person_id, person_name, hidden = row
    return Actor(
        id=user.id,
        workspace_id=workspace_id,
        role=Role(role),
        name=person_name or user.name or user.email,
        origin=origin,
        person_id=person_id,
        request_id=request_id,
        hidden=frozenset(hidden),
    )


def actor_of_user(user_id: UUID, workspace_id: UUID) -> Actor:
    """What a user is in a workspace today: whom a job that they asked for acts as. Raises NotFound."""
    place = next((p for p in queries.list_places(user_id) if p.workspace_id == workspace_id), None)
    if place is None:
        raise NotFound("Whoever asked for this is no member any more.")
    user = User.objects.get(id=user_id)
    return Actor(
        id=user.id,
        workspace_id=workspace_id,
        role=place.role,
        name=user.name or user.email,
        person_id=place.person_id,
        hidden=queries.hidden_from(workspace_id, place.person_id, place.role),
    )
