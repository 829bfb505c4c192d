"""Taking back a batch or a change set, roll-ups included. For the endpoints and the command line alike."""

from uuid import UUID

from trimtab.core import ledger, scope
from trimtab.core.actors import Actor, Clock
from trimtab.roadmap import public as roadmap


def undo_batch(actor: Actor, clock: Clock, batch_id: UUID) -> ledger.UndoResult:
    """Take back what a batch wrote; see ``ledger.undo_batch``."""
    with scope.workspace(actor.workspace_id):
        return roadmap.undo_batch(actor, clock, batch_id)


def undo_change_set(actor: Actor, clock: Clock, change_set_id: UUID) -> ledger.UndoResult:
    """Take back one change set; see ``ledger.undo_change_set``."""
    with scope.workspace(actor.workspace_id):
        return roadmap.undo_change_set(actor, clock, change_set_id)
