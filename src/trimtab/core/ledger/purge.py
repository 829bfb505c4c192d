"""Taking a value out of everything that remembers it."""

from uuid import UUID

from django.db import connection

from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.ledger.changes import change_set
from trimtab.core.ledger.refusals import refusals


def purge(actor: Actor, clock: Clock, entity: str, record_id: UUID, field: str, *, note: str = "") -> None:
    """Remove a field's present and past values from the table, the log and the past. That it was purged is recorded.

    ``field`` is a column or ``custom.<field id>``; the value becomes missing, or an empty text where it may not be.
    Cannot be undone. Raises NotFound (no such field), Invalid (the field cannot be empty), Forbidden (not an admin).
    """
    actor.require(Permission.ADMIN)
    with refusals(), change_set(actor, at=clock.now, note=note), connection.cursor() as cursor:
        cursor.execute("select ledger_purge(%s, %s, %s, %s)", [actor.workspace_id, entity, record_id, field])
