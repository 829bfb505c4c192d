"""Background work. A job's row commits with the change that asked for it; a job's caller and clock are its own.

A domain declares what it does in its ``tasks.py``::

    @jobs.task("roadmap.renumber")
    def renumber(job: Job) -> None:
        for done, item in enumerate(...):
            job.report.progress(done, total)

and asks for it with ``jobs.defer(...)``, which gives the operation that people can watch and stop.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import structlog
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from trimtab.core import operations, scope
from trimtab.core.actors import Actor, ActorKind, Clock, Origin, Role
from trimtab.core.models import Operation

log = structlog.get_logger(__name__)
ActorSource = Callable[[UUID, UUID], Actor]
# The worker's own connector writes at once and over another connection; this one writes in the open transaction.
_outbox: Final = JobManager(DjangoConnector())
_sources: list[ActorSource] = []


@dataclass(frozen=True, slots=True)
class Job:
    """One run: as whom, when, on what (``operation.input``; ``operation.cursor`` to go on from), and the report."""

    actor: Actor
    clock: Clock
    operation: Operation
    report: operations.Report


Work = Callable[[Job], None]


def actors_come_from(source: ActorSource) -> None:
    """Let ``source`` (user id, workspace id) say who a user is today. Registered once, by accounts."""
    _sources[:] = [source]


def task(name: str, *, queue: str = "default") -> Callable[[Work], Work]:
    """Declare the work that ``defer(task=name)`` asks for. Its failure is written on its operation."""

    def declare(work: Work) -> Work:
        @app.task(name=name, queue=queue)
        def run(*, workspace_id: str, operation_id: str, request_id: str = "") -> None:
            _run(work, UUID(workspace_id), UUID(operation_id), request_id)

        return work

    return declare


def _run(work: Work, workspace_id: UUID, operation_id: UUID, request_id: str) -> None:
    structlog.contextvars.bind_contextvars(request_id=request_id, operation=str(operation_id))
    try:
        with operations.running(workspace_id, operation_id) as (operation, report):
            actor = _actor(workspace_id, operation, request_id)
            work(Job(actor=actor, clock=Clock(now=datetime.now(UTC)), operation=operation, report=report))
    except operations.OperationOver:
        log.info("job_skipped")
    finally:
        structlog.contextvars.clear_contextvars()


def _actor(workspace_id: UUID, operation: Operation, request_id: str) -> Actor:
    """Whoever asked for the work, with the rights they have now; the product itself when nobody did."""
    if operation.actor_id is not None:
        return _sources[0](operation.actor_id, workspace_id)
    return Actor(
        id=None,
        workspace_id=workspace_id,
        role=Role.ADMIN,
        name="Trimtab",
        kind=ActorKind.SYSTEM,
        origin=Origin.SYSTEM,
        request_id=request_id,
    )


def defer(
    *,
    actor: Actor,
    clock: Clock,
    task: str,
    label: str,
    given: Mapping[str, Any] | None = None,
    lock: str | None = None,
) -> Operation:
    """Ask for work in the background; it begins after the open transaction commits, or never if it does not.

    Jobs with the same ``lock`` run one after the other. Gives the operation to watch.
    """
    with scope.workspace(actor.workspace_id):
        operation = operations.start(actor, clock, kind=task, label=label, given=given or {})
        configure_task(name=task, job_manager=_outbox, lock=lock, queue=_queue(task)).defer(
            workspace_id=str(actor.workspace_id), operation_id=str(operation.id), request_id=actor.request_id
        )
    return operation


def _queue(task: str) -> str:
    known = app.tasks.get(task)
    return known.queue if known is not None else "default"
