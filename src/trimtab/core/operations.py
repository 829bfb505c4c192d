"""Long work as one row: what it does, how far it is, how to stop it, and where to go on from.

Progress is written over a connection of its own, so that people see it while the work's transaction is still open.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import orjson
import psycopg
import structlog
from django.db import connection

from trimtab.core import scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Conflict, DomainError, NotFound
from trimtab.core.models import Operation, OperationState

log = structlog.get_logger(__name__)
OPEN: Final = (OperationState.QUEUED, OperationState.RUNNING)
REPORT_EVERY_S: Final = 0.25
LOG_LINES: Final = 500


class Cancelled(DomainError):
    """Somebody asked the work to stop, and it did."""

    code, status = "cancelled", 409


class OperationOver(Conflict):
    """It has ended already."""

    code = "operation_over"


def start(actor: Actor, clock: Clock, *, kind: str, label: str, given: Mapping[str, Any]) -> Operation:
    """A new operation, waiting for its turn. ``given`` is what it needs to run, as JSON."""
    with scope.workspace(actor.workspace_id):
        return Operation.objects.create(
            workspace_id=actor.workspace_id,
            created_at=clock.now,
            kind=kind,
            label=label[:300],
            input=dict(given),
            actor_id=actor.id,
            actor_name=actor.name,
        )


def get(actor: Actor, operation_id: UUID, *, lock: bool = False) -> Operation:
    """Raises NotFound, Forbidden."""
    actor.require(Permission.VIEW)
    with scope.workspace(actor.workspace_id):
        rows = Operation.objects.in_workspace(actor.workspace_id)
        found: Operation | None = (rows.select_for_update() if lock else rows).filter(id=operation_id).first()
    if found is None:
        raise NotFound("There is no such operation.")
    return found


def latest(actor: Actor, *, limit: int) -> list[Operation]:
    """The newest first."""
    actor.require(Permission.VIEW)
    with scope.workspace(actor.workspace_id):
        return list(Operation.objects.in_workspace(actor.workspace_id).order_by("-created_at", "-id")[:limit])


def request_cancel(actor: Actor, clock: Clock, operation_id: UUID) -> Operation:
    """Ask for a stop: at once if it waits, at its next step if it runs. Raises NotFound, Forbidden, OperationOver."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.EDIT)
        operation = get(actor, operation_id, lock=True)
        if operation.state not in OPEN:
            raise OperationOver("It has ended already.", state=operation.state)
        operation.cancel_requested = True
        if operation.state == OperationState.QUEUED:
            operation.state, operation.ended_at = OperationState.CANCELLED, clock.now
        operation.save(update_fields=["cancel_requested", "state", "ended_at", "updated_at"])
        return operation


class Report:
    """What running work says about itself. Use as a context manager; every method may raise ``Cancelled``."""

    def __init__(self, workspace_id: UUID, operation_id: UUID) -> None:
        self.workspace_id = workspace_id
        self.operation_id = operation_id
        self._said_at = float("-inf")
        self._began = monotonic()

    def __enter__(self) -> Self:
        self._connection = psycopg.connect(**connection.get_connection_params(), autocommit=True)
        self._connection.execute("select set_config('trimtab.workspace', %s, false)", [str(self.workspace_id)])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def progress(self, done: int, total: int | None = None, step: str = "") -> None:
        """``done`` of ``total`` pieces (None: nobody knows); written four times a second at most, always at the end."""
        now = monotonic()
        if now - self._said_at < REPORT_EVERY_S and done != total:
            return
        self._said_at = now
        self._update(done=done, total=total, step=step[:200], eta_at=self._eta(now, done, total))

    def _eta(self, now: float, done: int, total: int | None) -> datetime | None:
        if not total or not done:
            return None
        left_s = (now - self._began) / done * max(0, total - done)
        return datetime.now(UTC) + timedelta(seconds=left_s)

    def note(self, text: str) -> None:
        """Add a line to the log that people read; the last 500 are kept."""
        line = orjson.dumps([{"at": datetime.now(UTC), "text": text}]).decode()
        self._execute(
            "log = case when jsonb_array_length(log) >= %s then log - 0 else log end || %s::jsonb", [LOG_LINES, line]
        )

    def resume_from(self, **cursor: Any) -> None:
        """Keep where to go on from if this run ends here."""
        self._update(cursor=orjson.dumps(cursor, default=str).decode())

    def _update(self, **values: Any) -> None:
        self._execute(", ".join(f"{name} = %s" for name in values), list(values.values()))

    def _execute(self, assignments: str, params: list[Any]) -> None:
        sql = (
            f"update core_operation set {assignments}, updated_at = clock_timestamp()"  # noqa: S608 - our own names
            " where id = %s returning cancel_requested"
        )
        row = self._connection.execute(sql, [*params, self.operation_id]).fetchone()
        if row is not None and row[0]:
            raise Cancelled("It was stopped on request.")


@contextmanager
def running(workspace_id: UUID, operation_id: UUID) -> Iterator[tuple[Operation, Report]]:
    """Run one operation: gives its row (with ``input`` and ``cursor``) and the report to write progress to.

    The end is written down whatever it is: done, cancelled, or failed with a sentence. What nobody expected is raised
    again. Raises OperationOver for one that has ended; one whose worker died may run again.
    """
    operation = _begin(workspace_id, operation_id)
    try:
        with Report(workspace_id, operation_id) as report:
            yield operation, report
    except Cancelled:
        _end(workspace_id, operation_id, OperationState.CANCELLED, "")
    except DomainError as refused:
        _end(workspace_id, operation_id, OperationState.FAILED, refused.message)
    except BaseException:
        _end(workspace_id, operation_id, OperationState.FAILED, "Something went wrong on our side; the log says what.")
        raise
    else:
        _end(workspace_id, operation_id, OperationState.DONE, "")


def _begin(workspace_id: UUID, operation_id: UUID) -> Operation:
    with scope.workspace(workspace_id):
        operation: Operation = Operation.objects.in_workspace(workspace_id).select_for_update().get(id=operation_id)
        if operation.state not in OPEN:
            raise OperationOver("It has ended already.", state=operation.state)
        operation.state, operation.started_at = OperationState.RUNNING, operation.started_at or datetime.now(UTC)
        operation.save(update_fields=["state", "started_at", "updated_at"])
        return operation


def _end(workspace_id: UUID, operation_id: UUID, state: OperationState, error: str) -> None:
    with scope.workspace(workspace_id):
        Operation.objects.in_workspace(workspace_id).filter(id=operation_id).update(
            state=state, error=error, ended_at=datetime.now(UTC), eta_at=None
        )
    log.info("operation", operation=str(operation_id), state=state.value)


def abandon(workspace_id: UUID, operation_id: UUID) -> None:
    """Give up on an operation that took its process with it again and again."""
    _end(workspace_id, operation_id, OperationState.FAILED, "Its process died several times; it is not tried again.")


def save_result(workspace_id: UUID, operation_id: UUID, *, result: Mapping[str, Any], batch_id: UUID | None) -> None:
    """Keep what came out, and the batch by which it can be undone, in the transaction that did the work."""
    with scope.workspace(workspace_id):
        Operation.objects.in_workspace(workspace_id).filter(id=operation_id).update(
            result=dict(result), batch_id=batch_id
        )
