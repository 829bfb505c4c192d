"""Roll-ups anew, of today and of the past, where something other than an ordinary write has changed them."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db import connection

from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock
from trimtab.roadmap import queries
from trimtab.roadmap.services.common import rolled_up_once

Undo = Callable[[Actor, Clock, UUID], ledger.UndoResult]


def rebuild_rollups(actor: Actor, item_ids: Iterable[UUID] | None = None) -> None:
    """Add up these items, or all, and what lies above them."""
    with connection.cursor() as cursor:
        ids = None if item_ids is None else list(item_ids)
        cursor.execute("select roadmap_rollup_rebuild(%s, %s)", [actor.workspace_id, ids])


def rebuild_rollups_of_the_past(actor: Actor, item_ids: Iterable[UUID]) -> None:
    """Add up the past of everything that these items ever lay under, from the rows' versions.

    To be called after a backfill of these items or their estimates; ``undo_batch`` does so itself.
    """
    with connection.cursor() as cursor:
        cursor.execute("select roadmap_rollup_rebuild_past(%s, %s)", [actor.workspace_id, list(item_ids)])


def undo_batch(actor: Actor, clock: Clock, batch_id: UUID) -> ledger.UndoResult:
    """Take back what a batch wrote, roll-ups included; see ``ledger.undo_batch``."""
    return _undo(actor, clock, batch_id, ledger.undo_batch)


def undo_change_set(actor: Actor, clock: Clock, change_set_id: UUID) -> ledger.UndoResult:
    """Take back one change set, roll-ups included; see ``ledger.undo_change_set``."""
    return _undo(actor, clock, change_set_id, ledger.undo_change_set)


def _undo(actor: Actor, clock: Clock, target: UUID, undo: Undo) -> ledger.UndoResult:
    with rolled_up_once(actor):
        result = undo(actor, clock, target)
    items = {
        *result.touched.get("item", ()),
        *queries.items_of_estimates(result.touched.get("estimate", ())),
        *queries.items_ever_in(result.touched.get("phase", ())),
    }
    if items:
        rebuild_rollups_of_the_past(actor, items)
    return result
