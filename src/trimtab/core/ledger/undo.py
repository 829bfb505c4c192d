"""Undo of a batch or of one change set; the undo of an undo brings it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from trimtab.core import guards
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.ids import new_id
from trimtab.core.ledger.changes import change_set
from trimtab.core.ledger.refusals import refusals


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an undo left as it is. ``field`` is None where it concerns the whole record.

    ``reason``: ``changed`` (written since, ``by`` whom and ``at`` when), ``deleted``, ``exists``, ``referred to``
    (other records point at it), ``refers to what is gone``.
    """

    entity: str
    id: UUID
    field: str | None
    reason: str
    current: object
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class UndoResult:
    """``batch_id`` is the undo, itself undoable; None where nothing was restored, for then none is kept.

    ``restored`` counts records; ``touched`` maps entity → record ids.
    """

    batch_id: UUID | None
    restored: int
    refused: tuple[Refusal, ...]
    touched: Mapping[str, tuple[UUID, ...]]


def undo_batch(actor: Actor, clock: Clock, batch_id: UUID) -> UndoResult:
    """Take back what a batch wrote, record by record, field by field where somebody has written since.

    Records that nobody touched since are restored wholly, id included, and their past reads as though the batch never
    was. If nothing at all can be restored, nothing is, and the batch stays as it was.
    Raises NotFound, Conflict (undone already, or another record stands in the way), Forbidden.
    """
    return _undo(actor, clock, batch_id, None)


def undo_change_set(actor: Actor, clock: Clock, change_set_id: UUID) -> UndoResult:
    """Take back one change set, as ``undo_batch`` does a batch."""
    return _undo(actor, clock, None, change_set_id)


def _undo(actor: Actor, clock: Clock, batch_id: UUID | None, change_set_id: UUID | None) -> UndoResult:
    actor.require(Permission.EDIT)
    undo = new_id()
    with refusals(), connection.cursor() as cursor:
        label = _label(actor, batch_id, change_set_id)
        cursor.execute(
            "select ledger_open_batch(%s, %s, 'undo', %s, %s, %s, %s)",
            [undo, actor.workspace_id, label, actor.id, actor.name, clock.now],
        )
        cause = {"undo": str(batch_id or change_set_id)}
        with change_set(actor, at=clock.now, cause=cause, note=label, batch=undo):
            cursor.execute("select ledger_undo(%s, %s, %s)::text", [batch_id, change_set_id, undo])
            answer: dict[str, Any] = orjson.loads(cursor.fetchone()[0])
            if not answer["restored"]:
                transaction.set_rollback(True)  # to before the undo's own batch
    refused = tuple(_refusal(actor, row) for row in answer["refused"] or ())
    if not answer["restored"]:
        return UndoResult(None, 0, refused, {})
    touched = {entity: tuple(map(UUID, ids)) for entity, ids in (answer["touched"] or {}).items()}
    return UndoResult(undo, answer["restored"], refused, touched)


def _label(actor: Actor, batch_id: UUID | None, change_set_id: UUID | None) -> str:
    """The label of what is undone; "" if it has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select label from ledger_batch where workspace_id = %s and id = %s union all"
            " select note from ledger_change_set where workspace_id = %s and id = %s",
            [actor.workspace_id, batch_id, actor.workspace_id, change_set_id],
        )
        row = cursor.fetchone()
    return row[0] if row else ""


def _refusal(actor: Actor, row: Mapping[str, Any]) -> Refusal:
    """What stands there now is kept from whom the field is."""
    at = row["at"] and datetime.fromisoformat(row["at"])
    kept = bool(row["field"]) and guards.may_be_hidden(actor, row["entity"], row["field"])
    current = None if kept else row["current"]
    return Refusal(row["entity"], UUID(row["id"]), row["field"], row["reason"], current, row["by"], at)
