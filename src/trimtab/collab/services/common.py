"""What every write of collaboration begins and ends with."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from django.db import DatabaseError

from trimtab.collab.errors import NoPerson, PastIsReadOnly
from trimtab.core.actors import Actor, Permission
from trimtab.core.errors import Conflict, Forbidden, Invalid


def require_write(actor: Actor, permission: Permission = Permission.CONTRIBUTE) -> None:
    """Raises Forbidden, and PastIsReadOnly for an actor who looks at anything but today."""
    actor.require(permission)
    if not actor.lens.is_live:
        raise PastIsReadOnly("You are looking at another day or a draft. Go back to today to take part.")


def require_personal(actor: Actor) -> UUID:
    """Who the actor is, for what is each person's own affair, a viewer's too.

    Raises Forbidden (a token that may only read), PastIsReadOnly, NoPerson.
    """
    actor.require(Permission.VIEW)
    if actor.read_only:
        raise Forbidden("This token may only read.", permission=Permission.VIEW.value)
    require_write(actor, Permission.VIEW)
    return person_of(actor)


def person_of(actor: Actor) -> UUID:
    """Who the actor is among the people of the workspace. Raises NoPerson."""
    if actor.person_id is None:
        raise NoPerson("You are no person of this workspace. An administrator can link your account to one.")
    return actor.person_id


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a constraint of the database refuses into what collaboration says about it."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        constraint = cause.diag.constraint_name or "" if isinstance(cause, psycopg.Error) else ""
        if isinstance(cause, psycopg.errors.ForeignKeyViolation):
            raise Conflict("It belongs to something that is not there any more.", constraint=constraint) from error
        if isinstance(cause, psycopg.errors.UniqueViolation):
            raise Conflict("There is one like this already.", constraint=constraint) from error
        if isinstance(cause, psycopg.errors.CheckViolation | psycopg.errors.StringDataRightTruncation):
            raise Invalid("A value is not allowed.", constraint=constraint, fields={}) from error
        raise
