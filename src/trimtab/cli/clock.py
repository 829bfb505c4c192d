"""The one place where a command reads the time."""

from datetime import UTC, datetime

from trimtab.core.actors import Clock


def now() -> Clock:
    """The clock of this command."""
    return Clock(now=datetime.now(UTC))
