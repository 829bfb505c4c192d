"""Importing files, and taking an import back."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from trimtab.accounts import public as accounts
from trimtab.core import ledger, scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.bulk import plan_for_many
from trimtab.core.errors import DomainError
from trimtab.core.ids import new_id
from trimtab.core.models import Operation, OperationState
from trimtab.integrations import queries
from trimtab.integrations.errors import ImportCancelled, ImportRunning
from trimtab.integrations.files import staging
from trimtab.integrations.files.apply import Applied, Apply
from trimtab.integrations.files.check import check
from trimtab.integrations.files.parse import Periods
from trimtab.integrations.files.recipe import Recipe
from trimtab.integrations.files.report import Report
from trimtab.integrations.files.stage import Source, Stage
from trimtab.integrations.models import StagedPart
from trimtab.roadmap import public as roadmap

Progress = Callable[[str, int], None]
"""Called now and then with what is done and how many rows of it so far."""


def import_files(
    *,
    actor: Actor,
    clock: Clock,
    source: Source,
    recipe: Recipe,
    progress: Progress,
    dry_run: bool = False,
    resume: bool = False,
) -> Report:
    """Import a folder or a file: all of it, but for the rows that the report lists as rejected, or nothing.

    Takes transactions of its own. ``dry_run`` stops before anything is written. ``resume`` goes on where an import of
    the same files by the same recipe was interrupted; without one it starts afresh.
    Raises Forbidden, BadFile, Invalid, ImportRunning, ImportCancelled, Conflict.
    """
    actor.require(Permission.EDIT)
    began = time.monotonic()
    operation = _begin(actor, source, recipe, resume)
    with _running(actor, operation):
        done: dict[str, int] = dict(operation.cursor)
        staged = Stage(
            actor,
            operation.id,
            recipe,
            source,
            _checkpoint(operation.id, done, _lines(source, recipe), progress),
            _periods(actor),
        )
        staged.run(done)
        progress("checking", 0)
        with scope.workspace(actor.workspace_id):
            plan_for_many()
            staging.measure()
            check(operation.id, recipe, clock.now)
            report = queries.report(operation.id, recipe)
        report = replace(report, staging_s=time.monotonic() - began)
        if dry_run or not report.changes_something:
            _end(actor, operation.id, report)
            return report
        return _apply(actor=actor, clock=clock, operation=operation, recipe=recipe, report=report, progress=progress)


def undo_import(*, actor: Actor, clock: Clock, batch_id: UUID) -> ledger.UndoResult:
    """Take an import back: every record as before it. Raises NotFound, Conflict, Forbidden."""
    with scope.workspace(actor.workspace_id):
        return roadmap.undo_batch(actor, clock, batch_id)


def _apply(
    *, actor: Actor, clock: Clock, operation: Operation, recipe: Recipe, report: Report, progress: Progress
) -> Report:
    with scope.workspace(actor.workspace_id):
        first = roadmap.reserve_numbers(actor, report.created) if report.created else 0
    began = time.monotonic()
    apply = Apply(actor, clock, operation.id, recipe, first, lambda step: progress(step, 0))
    with scope.workspace(actor.workspace_id):
        plan_for_many()
        applied: Applied = apply.run(operation.label)
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
        _finish(operation.id, OperationState.DONE, batch_id=applied.batch_id)
    ended = time.monotonic()
    report = replace(
        report,
        batch_id=applied.batch_id,
        history=applied.history,
        apply_s=ended - began,
        locked_s=ended - (applied.locked_from or ended),
    )
    _end(actor, operation.id, report)
    return report


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


def _checkpoint(
    operation_id: UUID, done: dict[str, int], total: int, progress: Progress
) -> Callable[[StagedPart, int], None]:
    began, already = timezone.now(), sum(done.values())

    def keep(part: StagedPart, row: int) -> None:
        if queries.cancel_requested(operation_id):
            raise ImportCancelled("The import was cancelled; nothing was changed.")
        done[part.value] = row
        now, rows = timezone.now(), sum(done.values())
        eta = now + (now - began) / max(rows - already, 1) * max(total - rows, 0)
        Operation.objects.filter(id=operation_id).update(
            cursor=done, done=rows, total=max(total, rows), eta_at=eta, step=part.value
        )
        progress(f"reading {part.value}", row - 1)

    return keep


def _lines(source: Source, recipe: Recipe) -> int:
    """About how many rows there are to read: a cell may hold several lines."""
    total = 0
    for path in source.files(recipe):
        if path.is_file():
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    total += block.count(b"\n")
    return total


def _periods(actor: Actor) -> Periods:
    """The fiscal periods of the workspace; a month is the one in whose middle its calendar month lies."""
    with scope.workspace(actor.workspace_id):
        calendar = accounts.fiscal_calendar(accounts.get_workspace(actor))

    def of(kind: str, year: int, number: int) -> tuple[date, date]:
        if kind == "month":
            period = accounts.period_of(calendar, date(year, number, 15), accounts.Kind.MONTH)
        else:
            period = accounts.periods(calendar, year, accounts.Kind(kind))[number - 1]
        return period.starts_on, period.ends_on

    return of
