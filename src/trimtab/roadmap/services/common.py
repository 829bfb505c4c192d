"""What every write of the roadmap begins and ends with."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from django.db import DatabaseError, connection

from trimtab.core.actors import Actor, Permission
from trimtab.core.errors import DomainError, Forbidden, Invalid
from trimtab.roadmap import queries
from trimtab.roadmap.errors import AlreadyExists, CircularDependency, InUse, Overlaps, PastIsReadOnly, WrongLevel
from trimtab.roadmap.models import Item


def require_write(actor: Actor, permission: Permission) -> None:
    """Raises Forbidden, and PastIsReadOnly for an actor who looks at anything but today's plan."""
    actor.require(permission)
    if not actor.lens.is_live:
        raise PastIsReadOnly("You are looking at another day or a draft. Go back to today to change the plan.")


def lock_item(actor: Actor, item_id: UUID) -> Item:
    """The item, locked, if the actor may change it: editors any, contributors their own.

    Raises NotFound, Forbidden, PastIsReadOnly.
    """
    require_write(actor, Permission.CONTRIBUTE)
    item = queries.lock_item(actor, item_id)
    if not actor.may(Permission.EDIT) and (actor.person_id is None or item.owner_id != actor.person_id):
        raise Forbidden("A contributor may change only items they own.", permission=Permission.EDIT.value)
    return item


_NOT_ALLOWED = frozenset({"23514", "22001", "22003", "23502"})
"""A check failed, a text is too long, a number too large, a value is missing."""


@contextmanager
def rolled_up_once(actor: Actor) -> Iterator[None]:
    """Let what the block writes be added up once at its end, with all rows that it locks locked before."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('trimtab.rollup', true)")
        if cursor.fetchone()[0]:
            yield
            return
        cursor.execute("select set_config('trimtab.rollup', '{}', true)")
        yield
        cursor.execute("select roadmap_rollup_flush(%s)", [actor.workspace_id])


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a constraint or a guard of the database refuses into what the roadmap says about it."""
    try:
        yield
    except DatabaseError as error:
        refusal = _refusal(error.__cause__)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(cause: BaseException | None) -> DomainError | None:
    if not isinstance(cause, psycopg.Error):
        return None
    constraint = cause.diag.constraint_name or ""
    if cause.sqlstate == "23503":
        return _dangling(constraint, held="still referenced" in (cause.diag.message_detail or ""))
    if cause.sqlstate in _NOT_ALLOWED:
        return Invalid("A value is not allowed.", constraint=constraint, fields={})
    return {
        "TT101": WrongLevel("A parent must be of a higher level than its child."),
        "TT102": CircularDependency("Something would wait for itself."),
        "23P01": Overlaps("It overlaps another one of its kind.", constraint=constraint),
        "23505": AlreadyExists("There is one like this already.", constraint=constraint),
    }.get(cause.sqlstate or "")


def _dangling(constraint: str, *, held: bool) -> DomainError:
    if held:
        return InUse("Something else still points to this.", counts={}, constraint=constraint)
    field = constraint.removesuffix("_fk").split("_", 2)[-1]
    return Invalid("It points to something that does not exist.", fields={field: "There is no such record."})
