"""The ledger: the database writes every change down; this is the door to it.

Open a change set, write to any tracked table, and the log and the past are kept by the database itself.
"""

from trimtab.core.ledger.changes import (
    add,
    change_set,
    check_stale,
    forget_written,
    last_written,
    open_batch,
    save,
)

__all__ = ["add", "change_set", "check_stale", "forget_written", "last_written", "open_batch", "save"]
