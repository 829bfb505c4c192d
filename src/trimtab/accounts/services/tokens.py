"""Personal keys to the API. The secret is shown once; only its hash is kept."""

import hashlib
import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from trimtab.accounts import queries
from trimtab.accounts.errors import SignInNeeded
from trimtab.accounts.models import ApiToken, TokenScope
from trimtab.accounts.services.checks import check_name
from trimtab.core import scope
from trimtab.core.actors import Actor, Clock, Origin, Permission
from trimtab.core.errors import Forbidden, Invalid, NotFound

PREFIX: Final = "tt_"


def hash_of(secret: str) -> bytes:
    """What the database keeps. No salt and no slow hash: the secret is 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def create_token(
    *, actor: Actor, clock: Clock, name: str, token_scope: TokenScope, days: int | None = None
) -> tuple[ApiToken, str]:
    """A key for the actor, and its secret, which nobody can read again. ``days`` None: it does not expire.

    Raises SignInNeeded for an actor who came with a token, Forbidden (viewers get read tokens only), Invalid.
    """
    with scope.workspace(actor.workspace_id):
        if actor.origin is Origin.API:
            raise SignInNeeded("A token cannot make another: sign in.")
        actor.require(Permission.VIEW if token_scope is TokenScope.READ else Permission.CONTRIBUTE)
        if actor.id is None:
            raise Forbidden("Only somebody who signs in has tokens.")
        if days is not None and not 1 <= days <= 3660:
            raise Invalid("A token lives from 1 to 3660 days.", fields={"days": "is not from 1 to 3660"})
        secret = PREFIX + secrets.token_urlsafe(32)
        token = ApiToken.objects.create(
            workspace_id=actor.workspace_id,
            user_id=actor.id,
            name=check_name(name),
            hash=hash_of(secret),
            hint=secret[-4:],
            scope=token_scope.value,
            created_at=clock.now,
            expires_at=None if days is None else clock.now + timedelta(days=days),
        )
        return token, secret


def revoke_token(*, actor: Actor, clock: Clock, token_id: UUID) -> None:
    """End a token at once: one's own, or anybody's for an admin. Raises NotFound, Forbidden."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.VIEW)
        if actor.read_only:
            raise Forbidden("This token may only read.")
        token = queries.one(actor, ApiToken, token_id, lock=True)
        if token.user_id != actor.id and not actor.may(Permission.ADMIN):
            raise NotFound("There is no such token.")
        if token.revoked_at is None:
            token.revoked_at = clock.now
            token.save(update_fields=["revoked_at"])


def revoke_tokens_of(actor: Actor, clock: Clock, user_id: UUID) -> int:
    """End every token that somebody has here; gives how many. Raises Forbidden."""
    actor.require(Permission.ADMIN)
    theirs = ApiToken.objects.in_workspace(actor.workspace_id).filter(user_id=user_id, revoked_at=None)
    return theirs.update(revoked_at=clock.now)
