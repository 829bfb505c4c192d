"""Importing files at once, from the command line."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from trimtab.core import scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import DomainError
from trimtab.core.ids import new_id
from trimtab.core.models import Operation, OperationState
from trimtab.integrations import queries
from trimtab.integrations.errors import ImportCancelled, ImportRunning
from trimtab.integrations.files import staging
from trimtab.integrations.files.report import Report
from trimtab.integrations.files.rules import Recipe
from trimtab.integrations.files.source import Source
from trimtab.integrations.services import decisions
from trimtab.integrations.services.decisions import Decide
from trimtab.integrations.services.run import Progress, Run


def import_files(
    *,
    actor: Actor,
    clock: Clock,
    source: Source,
    recipe: Recipe,
    progress: Progress,
    dry_run: bool = False,
    resume: bool = False,
    decide: Decide | None = None,
) -> Report:
    """Import a folder or a file: all of it, but for the rows that the report lists as rejected, or nothing.

    Takes transactions of its own. ``dry_run`` stops before anything is written. ``resume`` goes on where an import of
    the same files by the same recipe was interrupted; without one it starts afresh. ``decide`` is asked about rows
    that may be items that are here already.
    Raises Forbidden, BadFile, Invalid, ImportRunning, ImportCancelled, Undecided, Conflict.
    """
    actor.require(Permission.EDIT)
    began = time.monotonic()
    operation = _begin(actor, source, recipe, resume)
    run = Run(actor, clock, operation.id, recipe, source)
    with _running(actor, operation):
        run.stage(dict(operation.cursor), progress)
        progress("checking", 0)
        report = run.look_over()
        if report.ambiguous and decide is not None:
            report = _decide(run, decide)
        report = replace(report, staging_s=time.monotonic() - began)
        if dry_run:
            _end(actor, operation.id, report)
            return report
        run.refuse_undecided(report)
        if report.changes_something:
            report = run.apply(
                operation.label,
                report,
                progress,
                lambda applied: _finish(operation.id, OperationState.DONE, batch_id=applied.batch_id),
            )
        else:
            run.remember_only()
        _end(actor, operation.id, report)
        return report


def _decide(run: Run, decide: Decide) -> Report:
    with scope.workspace(run.actor.workspace_id):
        decisions.settle(run, decide(queries.list_ambiguous(run.operation_id)))
    return run.look_over(ask=False)


def _fingerprint(source: Source, recipe: Recipe) -> str:
    digest = hashlib.sha256(recipe.text.encode())
    for path in source.files(recipe):
        digest.update(path.name.encode())
        if path.is_file():
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
    return digest.hexdigest()


def _begin(actor: Actor, source: Source, recipe: Recipe, resume: bool) -> Operation:
    """The operation to go on with, or a new one. What was left by imports that ended or died is cleared away."""
    fingerprint = _fingerprint(source, recipe)
    with scope.workspace(actor.workspace_id):
        found = queries.find_unfinished(actor, fingerprint) if resume else None
        operation = found or Operation(
            id=new_id(),
            workspace_id=actor.workspace_id,
            kind=queries.IMPORT,
            label=f"{recipe.name}: {source.path.name}",
            input={"fingerprint": fingerprint, "recipe": recipe.name, "path": str(source.path)},
            actor_id=actor.id,
            actor_name=actor.name,
        )
        _hold(operation.id)
        operation.state, operation.started_at, operation.cancel_requested = (
            OperationState.RUNNING,
            timezone.now(),
            False,
        )
        operation.save()
        for left in queries.list_left_behind(actor, operation.id):
            if _free(left):
                staging.discard(left)
                _finish(left, OperationState.FAILED, error="Interrupted.")
    return operation


def _hold(operation_id: UUID) -> None:
    """Keep the operation for this session, so that others can tell a running import from a dead one."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtextextended('trimtab.import.' || %s, 0))", [str(operation_id)])
        if not cursor.fetchone()[0]:
            raise ImportRunning("This import is running already, in another process.")


def _free(operation_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_try_advisory_xact_lock(hashtextextended('trimtab.import.' || %s, 0))", [str(operation_id)]
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def _running(actor: Actor, operation: Operation) -> Iterator[None]:
    """Whatever ends the import, its row says so and nobody takes it for a running one."""
    try:
        yield
    except (KeyboardInterrupt, ImportCancelled):
        with scope.workspace(actor.workspace_id):
            staging.discard(operation.id)
            _finish(operation.id, OperationState.CANCELLED)
        raise
    except DomainError as refusal:
        with scope.workspace(actor.workspace_id):
            staging.discard(operation.id)
            _finish(operation.id, OperationState.FAILED, error=refusal.message)
        raise
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_advisory_unlock(hashtextextended('trimtab.import.' || %s, 0))", [str(operation.id)]
            )


def _finish(operation_id: UUID, state: OperationState, **more: Any) -> None:
    Operation.objects.filter(id=operation_id).update(state=state, ended_at=timezone.now(), **more)


def _end(actor: Actor, operation_id: UUID, report: Report) -> None:
    """Keep the report and let go of what was staged."""
    with scope.workspace(actor.workspace_id):
        staging.discard(operation_id)
        result = asdict(report) | {"batch_id": report.batch_id and str(report.batch_id)}
        _finish(operation_id, OperationState.DONE, result=result)
