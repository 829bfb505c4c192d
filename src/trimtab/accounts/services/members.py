"""Who belongs to a workspace, and as what."""

from uuid import UUID

from trimtab.accounts import queries
from trimtab.accounts.errors import AlreadyMember, LastAdmin
from trimtab.accounts.models import Membership, Person, User
from trimtab.accounts.services.users import create_user
from trimtab.core import ledger, scope
from trimtab.core.actors import Actor, Clock, Permission, Role


def add_member(
    *, actor: Actor, clock: Clock, email: str, role: Role, name: str = "", password: str | None = None
) -> queries.Member:
    """Let somebody in, as the person of the same address if there is one, else as a new person.

    A user is made if nobody signs in with the address yet. Raises Forbidden, AlreadyMember, Invalid, WeakPassword.
    """
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        user = queries.find_user(email) or create_user(email=email, name=name, password=password)
        if Membership.objects.in_workspace(actor.workspace_id).filter(user_id=user.id).exists():
            raise AlreadyMember(f"{user.email} is a member already.")
        with ledger.change_set(actor, at=clock.now):
            membership = enter(actor, user, role)
        return queries.get_member(actor, membership.id)


def enter(actor: Actor, user: User, role: Role) -> Membership:
    """Make ``user`` a member, as the person of the same address or a new one; inside an open change set."""
    person = _person_of(actor, user)
    return Membership.objects.create(
        workspace_id=actor.workspace_id, user_id=user.id, role=role.value, person_id=person.id
    )


def _person_of(actor: Actor, user: User) -> Person:
    people = Person.objects.in_workspace(actor.workspace_id).select_for_update()
    found: Person | None = people.filter(email__iexact=user.email, user_id=None).order_by("id").first()
    if found is not None:
        ledger.save(found, user_id=user.id)
        return found
    linked: Person | None = people.filter(user_id=user.id).first()
    return linked or Person.objects.create(
        workspace_id=actor.workspace_id, name=user.name or user.email, email=user.email, user_id=user.id
    )


def update_member(
    *,
    actor: Actor,
    clock: Clock,
    membership_id: UUID,
    version: int,
    role: Role | None = None,
    active: bool | None = None,
    batch: UUID | None = None,
) -> queries.Member:
    """Give a member another role, or shut them out or let them in again (``active``); None leaves it as it is.

    Raises NotFound, Forbidden, StaleVersion, LastAdmin.
    """
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        admins = _lock_admins(actor)
        membership = queries.one(actor, Membership, membership_id, lock=True)
        changes: dict[str, object] = {}
        if role is not None:
            changes["role"] = role.value
        if active is not None:
            changes["active"] = active
        ledger.check_stale(membership, version_read=version, changes=changes)
        if changes.get("role", Role.ADMIN.value) != Role.ADMIN.value or changes.get("active") is False:
            _keep_an_admin(admins, membership)
        with ledger.change_set(actor, at=clock.now, batch=batch):
            ledger.save(membership, **changes)
        return queries.get_member(actor, membership_id)


def remove_member(*, actor: Actor, clock: Clock, membership_id: UUID) -> None:
    """End a membership; the person stays. Raises NotFound, Forbidden, LastAdmin."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        admins = _lock_admins(actor)
        membership = queries.one(actor, Membership, membership_id, lock=True)
        _keep_an_admin(admins, membership)
        with ledger.change_set(actor, at=clock.now):
            membership.delete()


def _lock_admins(actor: Actor) -> set[UUID]:
    """The workspace's admins, locked in one order before any other membership, so that two cannot leave at once."""
    admins = Membership.objects.in_workspace(actor.workspace_id).filter(role=Role.ADMIN.value, active=True)
    return {admin.id for admin in admins.order_by("id").select_for_update()}


def _keep_an_admin(admins: set[UUID], leaving: Membership) -> None:
    """Raises LastAdmin when no other would be left."""
    if not admins - {leaving.id}:
        raise LastAdmin("A workspace keeps at least one admin.")
