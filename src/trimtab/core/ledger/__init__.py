"""The ledger: the database writes every change down; this is the door to it.

Open a change set, write to any tracked table, and the log and the past are kept by the database itself.
"""

from trimtab.core.ledger.backfill import (
    BackfillResult,
    HistoryEntry,
    HistoryRejection,
    RecordHistory,
    backfill,
    backfill_many,
    valid_from,
)
from trimtab.core.ledger.belongings import Part, belongs
from trimtab.core.ledger.changes import (
    add,
    change_set,
    check_stale,
    forget_written,
    last_written,
    open_batch,
    save,
)
from trimtab.core.ledger.consume import LoggedChange, consume, whole
from trimtab.core.ledger.history import HistoryLine, changes_per_day, first_day, history, latest_batches
from trimtab.core.ledger.purge import purge
from trimtab.core.ledger.replay import replay
from trimtab.core.ledger.undo import Refusal, UndoResult, undo_batch, undo_change_set

__all__ = [
    "BackfillResult",
    "HistoryEntry",
    "HistoryLine",
    "HistoryRejection",
    "LoggedChange",
    "Part",
    "RecordHistory",
    "Refusal",
    "UndoResult",
    "add",
    "backfill",
    "backfill_many",
    "belongs",
    "change_set",
    "changes_per_day",
    "check_stale",
    "consume",
    "first_day",
    "forget_written",
    "history",
    "last_written",
    "latest_batches",
    "open_batch",
    "purge",
    "replay",
    "save",
    "undo_batch",
    "undo_change_set",
    "valid_from",
    "whole",
]
