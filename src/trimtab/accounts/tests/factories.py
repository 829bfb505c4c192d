"""Real members of a real workspace, each with a password and, if wished, a token."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from django.test import Client

from trimtab.accounts import public
from trimtab.accounts.services import members, tokens
from trimtab.core.actors import Actor, Clock, Origin, Role
from trimtab.core.ids import new_id
from trimtab.core.tests.factories import NOON, inside

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody who calls the API: with a token, or as nobody at all."""

    actor: Actor | None
    headers: dict[str, str]

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        extra = {"content_type": "application/json"} | ({} if body is None else {"data": body})
        return Client().generic(method.upper(), f"/api/v1{path}", **_body(extra), headers=self.headers | headers)


def _body(extra: dict[str, Any]) -> dict[str, Any]:
    data = extra.pop("data", None)
    return extra | {"data": b"" if data is None else orjson.dumps(data, default=str)}


NOBODY = Call(None, {})


def unique_email(name: str = "ana") -> str:
    return f"{name}-{new_id().hex[-12:]}@example.com"


def found_workspace(clock: Clock = NOON, **settings: Any) -> Actor:
    """A workspace whose admin can sign in with ``PASSWORD``; nothing is configured in it."""
    email = unique_email()
    public.create_user(email=email, name="Ana Lima", password=PASSWORD)
    values = {"slug": f"w-{new_id().hex[-12:]}", "name": "Acme"} | settings
    return public.create_workspace(creator_email=email, clock=clock, origin=Origin.UI, **values)


def email_of(actor: Actor) -> str:
    with inside(actor):
        return next(m.email for m in public.list_members(actor) if m.user_id == actor.id)


def slug_of(actor: Actor) -> str:
    with inside(actor):
        return public.get_workspace(actor).slug


def join(admin: Actor, role: Role) -> Actor:
    """Somebody new of ``role`` beside ``admin``."""
    email = unique_email(role.value)
    with inside(admin):
        public.add_member(actor=admin, clock=NOON, email=email, role=role, name=role.value.title(), password=PASSWORD)
    return public.actor_for(email=email, workspace_slug=slug_of(admin), origin=Origin.UI)


def make_token(actor: Actor, scope: str = "write", clock: Clock = NOON, days: int | None = None) -> tuple[UUID, str]:
    """A token's id and secret, past the rule that viewers get read tokens only."""
    holder = replace(actor, role=Role.ADMIN, read_only=False, origin=Origin.UI)
    with inside(actor):
        return public.create_token(
            actor=holder, clock=clock, name="test", token_scope=public.TokenScope(scope), days=days
        )


def call_as(actor: Actor, scope: str = "write") -> Call:
    """``actor`` over HTTP, with a token of their own."""
    return Call(actor, {"Authorization": f"Bearer {make_token(actor, scope)[1]}"})


def revoke(actor: Actor, token_id: UUID) -> None:
    """End a token of ``actor``'s."""
    tokens.revoke_token(actor=actor, clock=NOON, token_id=token_id)


def shut_out(admin: Actor, user_id: UUID | None) -> None:
    """Let a member in no more."""
    with inside(admin):
        member = next(m for m in public.list_members(admin) if m.user_id == user_id)
        members.update_member(actor=admin, clock=NOON, membership_id=member.id, version=member.version, active=False)


def hash_of(secret: str) -> bytes:
    """Under which a token is kept."""
    return tokens.hash_of(secret)
