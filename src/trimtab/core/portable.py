"""What of a workspace travels when it moves as a whole: every table that has one, but for those named here."""

_left_out: dict[str, str] = {}


def leave_out(table: str, why: str) -> None:
    """Keep ``table`` out of archives: keys, and work that is under way. Called when an app is ready."""
    _left_out[table] = why


def left_out() -> dict[str, str]:
    """The tables that stay, and why."""
    return dict(_left_out)


leave_out("ledger_consumer", "what was read of the log is counted in this installation's transactions")
leave_out("core_idempotencykey", "answers kept for two days")
leave_out("core_operation", "work of this installation")
