"""The thread of a worker that sends what is due. Slow servers hold up nobody but it."""

import threading
from datetime import UTC, datetime
from typing import Final

import structlog
from django.db import connection

from trimtab.collab.notices.services import sending
from trimtab.core.actors import Clock

log = structlog.get_logger(__name__)
LOOK_S: Final = 1.0
TROUBLE_S: Final = 10.0


class Sender(threading.Thread):
    """Sends until ``stop`` is called; it outlives a database that goes away."""

    def __init__(self) -> None:
        super().__init__(name="notices-sender", daemon=True)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask it to end after what it sends just now."""
        self._stopping.set()

    def run(self) -> None:
        wait_s = 0.0
        while not self._stopping.wait(wait_s):
            try:
                self._send()
                wait_s = LOOK_S
            except Exception:
                log.exception("notices_not_sent")
                connection.close()
                wait_s = TROUBLE_S
        connection.close()

    def _send(self) -> None:
        for workspace_id in sending.workspaces_due(Clock(datetime.now(UTC))):
            while not self._stopping.is_set() and sending.send_due(workspace_id, Clock(datetime.now(UTC))):
                pass
