"""Taking back a batch or a change set, roll-ups included. For the endpoints and the command line alike."""

from collections.abc import Callable
from uuid import UUID

from django.db import connection

from trimtab.core import ledger, scope
from trimtab.core.actors import Actor, Clock
from trimtab.roadmap import public as roadmap

Undo = Callable[[Actor, Clock, UUID], ledger.UndoResult]


def undo_batch(actor: Actor, clock: Clock, batch_id: UUID) -> ledger.UndoResult:
    """Take back what a batch wrote; see ``ledger.undo_batch``."""
    return _undo(actor, clock, batch_id, ledger.undo_batch)


def undo_change_set(actor: Actor, clock: Clock, change_set_id: UUID) -> ledger.UndoResult:
    """Take back one change set; see ``ledger.undo_change_set``."""
    return _undo(actor, clock, change_set_id, ledger.undo_change_set)


def _undo(actor: Actor, clock: Clock, target: UUID, undo: Undo) -> ledger.UndoResult:
    with scope.workspace(actor.workspace_id):
        with roadmap.rolled_up_once(actor):
            result = undo(actor, clock, target)
        items = set(result.touched.get("item", ())) | _items_of(result.touched.get("estimate", ()))
        if items:
            roadmap.rebuild_rollups_of_the_past(actor, items)
        return result


def _items_of(estimate_ids: tuple[UUID, ...]) -> set[UUID]:
    if not estimate_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("select distinct item_id from scoped.estimate_version where id = any(%s)", [list(estimate_ids)])
        return {item_id for (item_id,) in cursor.fetchall()}
