"""Ways in: an invitation is a link for one address, that works once and for a while."""

import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from trimtab import settings
from trimtab.accounts import queries
from trimtab.accounts.errors import AlreadyMember, SignInNeeded
from trimtab.accounts.models import Invitation, Membership, User
from trimtab.accounts.services.members import enter
from trimtab.accounts.services.tokens import hash_of
from trimtab.accounts.services.users import check_email, create_user
from trimtab.core import ledger, letters, scope
from trimtab.core.actors import Actor, Clock, Origin, Permission, Role
from trimtab.core.errors import Invalid, NotFound

PREFIX: Final = "tti_"
DAYS: Final = 7
_LETTER: Final = """{inviter} invites you to {workspace} on Trimtab, as {role}.

Open this link to join. It works once, until {until}:

{link}

If you do not know what this is about, leave it: nothing happens without you.
"""


def invite(
    *, actor: Actor, clock: Clock, email: str, role: Role, name: str = "", days: int = DAYS
) -> tuple[Invitation, str, bool]:
    """Invite somebody: the invitation, its link, which nobody can read again, and whether it went out by mail.

    An open invitation of the same address gives way to the new one. ``days`` (1 to 60) is how long it works.
    Raises Forbidden, AlreadyMember, Invalid.
    """
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        check_email(email)
        if not 1 <= days <= 60:
            raise Invalid("An invitation works for 1 to 60 days.", fields={"days": "is not from 1 to 60"})
        address = email.strip().lower()
        user = queries.find_user(address)
        if user is not None and _is_member(actor, user):
            raise AlreadyMember(f"{address} is a member already.")
        secret = PREFIX + secrets.token_urlsafe(32)
        Invitation.objects.in_workspace(actor.workspace_id).filter(email=address, accepted_at=None).delete()
        invitation = Invitation.objects.create(
            workspace_id=actor.workspace_id,
            email=address,
            name=name.strip(),
            role=role.value,
            hash=hash_of(secret),
            invited_by=actor.name,
            created_at=clock.now,
            expires_at=clock.now + timedelta(days=days),
        )
        link = f"{settings.CURRENT.public_url}/join#{secret}"
        return invitation, link, letters.send(actor, clock, _letter(actor, invitation, link))


def _is_member(actor: Actor, user: User) -> bool:
    return Membership.objects.in_workspace(actor.workspace_id).filter(user_id=user.id).exists()


def _letter(actor: Actor, invitation: Invitation, link: str) -> letters.Letter:
    workspace = queries.get_workspace(actor)
    text = _LETTER.format(
        inviter=actor.name,
        workspace=workspace.name,
        role=invitation.role.replace("_", " "),
        until=f"{invitation.expires_at:%d %B %Y}",
        link=link,
    )
    return letters.Letter(invitation.email, f"{actor.name} invites you to {workspace.name}", text)


def withdraw(*, actor: Actor, clock: Clock, invitation_id: UUID) -> None:
    """Take an invitation back: its link works no more. Raises NotFound, Forbidden."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        queries.one(actor, Invitation, invitation_id, lock=True).delete()


def sign_up(*, clock: Clock, secret: str, name: str, password: str) -> User:
    """Become somebody who can sign in, and a member, by a link. Raises NotFound, UserExists, WeakPassword, Invalid."""
    found = queries.get_open_invitation(hash_of(secret), clock.now)
    with scope.workspace(found.workspace_id):
        user = create_user(email=found.email, name=name or found.name, password=password)
        _accept(user, clock, found)
        return user


def accept(*, user_id: UUID, clock: Clock, secret: str, signed_in: bool) -> queries.OpenInvitation:
    """Join as whoever is signed in. Raises NotFound (no such link, or one for another address), SignInNeeded."""
    if not signed_in:
        raise SignInNeeded("A token cannot join a workspace: sign in.")
    found = queries.get_open_invitation(hash_of(secret), clock.now)
    user = User.objects.get(id=user_id)
    if user.email != found.email:
        raise NotFound(
            "There is no invitation for you behind this link: it is for another address. Sign in with that one."
        )
    with scope.workspace(found.workspace_id):
        _accept(user, clock, found)
    return found


def _accept(user: User, clock: Clock, found: queries.OpenInvitation) -> None:
    """Inside the invitation's workspace; whoever comes second with the same link finds it used."""
    rows = Invitation.objects.in_workspace(found.workspace_id)
    if not rows.filter(id=found.id, accepted_at=None).update(accepted_at=clock.now):
        raise queries.no_invitation()
    actor = Actor(
        id=user.id,
        workspace_id=found.workspace_id,
        role=found.role,
        name=user.name or user.email,
        origin=Origin.UI,
    )
    if _is_member(actor, user):
        raise AlreadyMember("You are a member already.")
    with ledger.change_set(actor, at=clock.now, note=f"Invited by {found.invited_by}"):
        enter(actor, user, found.role)
