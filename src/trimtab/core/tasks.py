"""Housekeeping that runs by the clock."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from trimtab.core import jobs, operations, retention, scope
from trimtab.core.actors import Actor, ActorKind, Clock, Origin, Role
from trimtab.core.export import files
from trimtab.core.export.services import write_later
from trimtab.core.fields import indexes

FINISHED_JOBS_KEPT_H: Final = 72
DEAD_AFTER_S: Final = 30
ATTEMPTS: Final = 3
IDEMPOTENCY_KEPT_H: Final = 48


@app.periodic(cron="23 * * * *")
@app.task(name="core.prune", queueing_lock="core.prune", pass_context=True)
async def prune(context: JobContext, timestamp: int) -> None:
    """Hourly: forget finished jobs after three days and remembered answers after two."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=FINISHED_JOBS_KEPT_H, include_failed=True, include_cancelled=True, include_aborted=True
    )
    await sync_to_async(forget_answers)(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="17 2 * * *")
@app.task(name="core.retain", queueing_lock="core.retain")
def retain(timestamp: int) -> None:
    """Daily: remove what is older than each workspace keeps it."""
    clock = Clock(now=datetime.fromtimestamp(timestamp, UTC))
    for workspace in list_workspaces():
        with scope.workspace(workspace):
            actor = Actor(
                id=None, workspace_id=workspace, role=Role.ADMIN, name="Trimtab", kind=ActorKind.SYSTEM,
                origin=Origin.SYSTEM,
            )  # fmt: skip
            retention.sweep(actor, clock)


def list_workspaces() -> list[UUID]:
    """Every workspace, for work that belongs to none."""
    with connection.cursor() as cursor:
        cursor.execute("select id from list_workspaces()")
        return [row[0] for row in cursor.fetchall()]


@jobs.task("core.export")
def export(job: jobs.Job) -> None:
    """A query as a file to fetch later."""
    write_later(job)


@app.periodic(cron="41 * * * *")
@app.task(name="core.forget_exports", queueing_lock="core.forget_exports")
def forget_exports(timestamp: int) -> None:
    """Hourly: delete the files of exports after two days."""
    files.forget(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="*/5 * * * *")
@app.task(name="core.settle_indexes", queueing_lock="core.settle_indexes")
def settle_indexes(timestamp: int) -> None:
    """Every five minutes: make the indexes of custom fields that are marked for one, drop those no longer asked for."""
    indexes.settle()


@app.periodic(cron="* * * * *")
@app.task(name="core.revive", queueing_lock="core.revive", pass_context=True)
async def revive(context: JobContext, timestamp: int) -> None:
    """Every minute: run the jobs again whose worker died; one that has died three times ends as failed.

    Jobs are made to be run again: what they wrote in an open transaction is gone, and their operation says how far
    they were.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_S):
        if job.attempts < ATTEMPTS:
            await manager.retry_job(job)
        else:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)
            await sync_to_async(_give_up)(job.task_kwargs)


def _give_up(given: Mapping[str, Any]) -> None:
    workspace, operation = given.get("workspace_id"), given.get("operation_id")
    if workspace and operation:
        operations.abandon(UUID(workspace), UUID(operation))


def forget_answers(now: datetime) -> int:
    """Forget the answers kept for requests that are sent again, and spent sign-in counts; gives how many answers."""
    with connection.cursor() as cursor:
        cursor.execute("select id from list_workspaces()")
        workspaces = [row[0] for row in cursor.fetchall()]
        cursor.execute("delete from core_cache where expires < %s", [now])
    return sum(_forget_answers(workspace, now) for workspace in workspaces)


def _forget_answers(workspace: UUID, now: datetime) -> int:
    with scope.workspace(workspace), connection.cursor() as cursor:
        cursor.execute(
            "delete from core_idempotencykey where workspace_id = %s and created_at < %s",
            [workspace, now - timedelta(hours=IDEMPOTENCY_KEPT_H)],
        )
        return int(cursor.rowcount)
