"""Teams: a tree of groups, and who is in them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from trimtab.accounts import queries
from trimtab.accounts.errors import KeyTaken, StillUsed, TeamCycle
from trimtab.accounts.models import Person, Team, TeamMember
from trimtab.accounts.services.checks import check_name, check_slug, only, slug_of
from trimtab.core import ids, ledger, scope
from trimtab.core.actors import Actor, Clock, Permission

FIELDS: Final = {"key", "name", "kind", "mission", "parent_id"}
_ABOVE = """
with recursive above(id, parent_id) as (
  select id, parent_id from accounts_team where id = %s
  union all
  select t.id, t.parent_id from accounts_team t join above a on t.id = a.parent_id
)
select exists (select from above where id = %s)
"""


def create_team(
    *,
    actor: Actor,
    clock: Clock,
    name: str,
    key: str | None = None,
    kind: str = "",
    mission: str = "",
    parent_id: UUID | None = None,
    review: Mapping[str, Any] | None = None,
    team_id: UUID | None = None,
    batch: UUID | None = None,
) -> Team:
    """A new team; its ``key`` is made from the name if not given, and ``team_id`` fixes its id.

    ``review`` keeps what an import could not be sure of. Raises Forbidden, NotFound (parent), KeyTaken, Invalid.
    """
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.EDIT)
        if parent_id is not None:
            queries.one(actor, Team, parent_id)
        team = Team(
            id=team_id or ids.new_id(),
            workspace_id=actor.workspace_id,
            name=check_name(name),
            key=_free_key(actor, name) if key is None else check_slug(key, "key"),
            kind=kind,
            mission=mission,
            parent_id=parent_id,
            review=review,
        )
        try:
            with transaction.atomic(), ledger.change_set(actor, at=clock.now, batch=batch):
                team.save(force_insert=True)
        except IntegrityError as refused:
            raise KeyTaken(f"Another team has the key {team.key}.", fields={"key": "is taken"}) from refused
        return team


def _free_key(actor: Actor, name: str) -> str:
    wish = slug_of(name)
    taken = set(
        Team.objects.in_workspace(actor.workspace_id).filter(key__startswith=wish[:50]).values_list("key", flat=True)
    )
    candidates = (wish if n == 1 else f"{wish[:50]}-{n}" for n in range(1, len(taken) + 2))
    return next(key for key in candidates if key not in taken)


def update_team(*, actor: Actor, clock: Clock, team_id: UUID, version: int, changes: Mapping[str, Any]) -> Team:
    """Rename or move a team. Raises NotFound, Forbidden, StaleVersion, TeamCycle, KeyTaken, Invalid."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.EDIT)
        if "parent_id" in changes:
            _lock_tree(actor)
        team = queries.one(actor, Team, team_id, lock=True)
        values = only(changes, FIELDS)
        if "name" in values:
            values["name"] = check_name(changes["name"])
        if "key" in values:
            check_slug(changes["key"], "key")
        ledger.check_stale(team, version_read=version, changes=values)
        if changes.get("parent_id") is not None:
            _check_parent(actor, team, changes["parent_id"])
        try:
            with transaction.atomic(), ledger.change_set(actor, at=clock.now):
                return ledger.save(team, **values)
        except IntegrityError as refused:
            raise KeyTaken("Another team has this key.", fields={"key": "is taken"}) from refused


def _lock_tree(actor: Actor) -> None:
    """Only one at a time changes the shape of a workspace's tree of teams: two moves could close a ring."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"team-tree:{actor.workspace_id}"])


def _check_parent(actor: Actor, team: Team, parent_id: UUID) -> None:
    queries.one(actor, Team, parent_id)
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [parent_id, team.id])
        if cursor.fetchone()[0]:
            raise TeamCycle(f"{team.name} cannot lie below itself.", fields={"parent_id": "lies below this team"})


def move_team(actor: Actor, team_id: UUID, parent_id: UUID | None) -> None:
    """Hang a team below another, or at the top, inside the open change set. Raises NotFound, Forbidden, TeamCycle."""
    actor.require(Permission.EDIT)
    _lock_tree(actor)
    team = queries.one(actor, Team, team_id, lock=True)
    if parent_id is not None:
        _check_parent(actor, team, parent_id)
    ledger.save(team, parent_id=parent_id)


def delete_team(*, actor: Actor, clock: Clock, team_id: UUID) -> None:
    """Remove a team and its member list. Raises NotFound, Forbidden, StillUsed (by items or by teams below it)."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.CONFIGURE)
        team = queries.one(actor, Team, team_id, lock=True)
        try:
            with transaction.atomic(), ledger.change_set(actor, at=clock.now):
                TeamMember.objects.in_workspace(actor.workspace_id).filter(team_id=team.id).delete()
                team.delete()
        except IntegrityError as refused:
            raise StillUsed(f"Other records refer to {team.name}.") from refused


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
) -> TeamMember:
    """Put a person into a team with ``share`` (over 0, up to 1) of full time; days included, None is open.

    Raises NotFound, Forbidden.
    """
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.EDIT)
        queries.one(actor, Team, team_id)
        queries.one(actor, Person, person_id)
        with ledger.change_set(actor, at=clock.now):
            return TeamMember.objects.create(
                workspace_id=actor.workspace_id,
                team_id=team_id,
                person_id=person_id,
                share=share,
                starts_on=starts_on,
                ends_on=ends_on,
                lead=lead,
            )


def remove_team_member(*, actor: Actor, clock: Clock, team_member_id: UUID) -> None:
    """Take a person out of a team. Raises NotFound, Forbidden."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.EDIT)
        member = queries.one(actor, TeamMember, team_member_id, lock=True)
        with ledger.change_set(actor, at=clock.now):
            member.delete()
