"""What follows the log as it is written: woken by each commit, and looking around by itself as well.

A domain registers what it follows with when it starts; the worker runs all of it in one thread::

    followers.follow("notices", read_on)

``read_on`` is given a workspace and the time, reads what is new there with ``ledger.consume`` in a transaction of its
own, and says whether there may be more. It can be killed at any instant: what did not commit is read again.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Final, Protocol
from uuid import UUID

import psycopg
import structlog
from django.db import Error, connection

from trimtab.core.actors import Clock

log = structlog.get_logger(__name__)
CHANNEL: Final = "trimtab_changes"
SWEEP_S: Final = 15.0
"""How often every workspace is looked at, whatever was heard."""
WAIT_S: Final = 0.5
"""How long it listens before it looks whether it should stop."""
_LONGEST_PAUSE_S: Final = 10.0

Read = Callable[[UUID, Clock], bool]


@dataclass(frozen=True, slots=True)
class Follower:
    name: str
    read: Read


class Companion(Protocol):
    """A thread that a worker runs beside its jobs, from its start to its end."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def join(self, timeout: float | None = None) -> None: ...


_followers: dict[str, Follower] = {}
_companions: dict[str, Callable[[], Companion]] = {}


def follow(name: str, read: Read) -> None:
    """Let ``read`` (workspace, clock) run whenever a workspace has something new; it says whether there may be more."""
    _followers[name] = Follower(name, read)


def beside(name: str, make: Callable[[], Companion]) -> None:
    """Let every worker run what ``make`` gives beside its jobs."""
    _companions[name] = make


@contextmanager
def running(*, grace_s: float = 20.0) -> Iterator[None]:
    """While inside, follow the log and run all companions; at the end each may finish what it does, for a while."""
    threads: list[Companion] = [Following(), *(make() for make in _companions.values())]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.stop()
        for thread in threads:
            thread.join(grace_s)


def read_all(workspace_id: UUID, clock: Clock) -> None:
    """Let every follower read all that is new in one workspace. Raises what a follower raises."""
    for follower in _followers.values():
        while follower.read(workspace_id, clock):
            pass


def workspaces() -> list[UUID]:
    """Every workspace there is."""
    with connection.cursor() as cursor:
        cursor.execute("select id from list_workspaces()")
        return [row[0] for row in cursor.fetchall()]


class Following(threading.Thread):
    """The thread in which a worker follows the log until ``stop`` is called; it outlives a database that goes away."""

    def __init__(self) -> None:
        super().__init__(name="followers", daemon=True)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask it to end after what it does just now."""
        self._stopping.set()

    def run(self) -> None:
        pause_s = WAIT_S
        while not self._stopping.is_set():
            try:
                self._listen()
                pause_s = WAIT_S
            except (psycopg.Error, Error, OSError) as lost:
                connection.close()
                log.warning("followers_lost_database", error=str(lost), retry_in_s=pause_s)
            self._stopping.wait(pause_s)
            pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)
        connection.close()

    def _listen(self) -> None:
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as listener:
            listener.execute(f"listen {CHANNEL}")
            swept_at = float("-inf")
            while not self._stopping.is_set():
                heard = {_workspace(notice.payload) for notice in listener.notifies(timeout=WAIT_S, stop_after=1)}
                heard |= {_workspace(notice.payload) for notice in listener.notifies(timeout=0)}
                if monotonic() - swept_at >= SWEEP_S:
                    swept_at = monotonic()
                    heard.update(workspaces())
                self._read(heard)

    def _read(self, wanted: Iterable[UUID]) -> None:
        for workspace_id in wanted:
            for follower in _followers.values():
                if self._stopping.is_set():
                    return
                self._read_one(follower, workspace_id)

    def _read_one(self, follower: Follower, workspace_id: UUID) -> None:
        """One follower in one workspace; its failure is written down, and it tries again at the next round."""
        try:
            while follower.read(workspace_id, Clock(datetime.now(UTC))) and not self._stopping.is_set():
                pass
        except Exception:
            log.exception("follower_failed", follower=follower.name, workspace=str(workspace_id))
            connection.close()


def _workspace(payload: str) -> UUID:
    return UUID(payload.partition(":")[0])
