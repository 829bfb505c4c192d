"""The work of a session in the background: try, apply, compare. Each may die at any moment and be run again."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from trimtab.core import operations, scope
from trimtab.core.actors import Actor, Clock, Origin
from trimtab.core.jobs import Job
from trimtab.core.models import Operation
from trimtab.core.operations import OPEN
from trimtab.integrations import queries
from trimtab.integrations.errors import FilesGone
from trimtab.integrations.files import recipe as recipes
from trimtab.integrations.files import staging
from trimtab.integrations.files.apply import Applied
from trimtab.integrations.files.report import Report
from trimtab.integrations.files.source import Source
from trimtab.integrations.files.tally import Tally
from trimtab.integrations.models import Conflicts, ImportSession
from trimtab.integrations.services import sessions
from trimtab.integrations.services.run import Run
from trimtab.integrations.services.uploads import folder_of
from trimtab.settings import ImportSettings

_WEIGHTS: Mapping[str, float] = {"names": 0.15, "items": 0.6, "history": 0.3, "changes": 1.0, "adding up": 0.3}
"""What a row costs in each step of an apply, against the others."""


def check(job: Job, settings: ImportSettings) -> None:
    """Read and check the files; what they come to stays on the operation, row by row in the staged rows."""
    actor, session = _session(job)
    run = _run(actor, job.clock, settings, session, job.operation.id)
    with scope.workspace(actor.workspace_id):
        seen = queries.last_change(actor)
        done = dict(job.operation.cursor) if queries.count_staged(job.operation.id) else {}
    run.stage(done, _silent)
    report = run.look_over()
    with scope.workspace(actor.workspace_id):
        _keep(actor, job.operation.id, report, change=seen)


def apply(job: Job, settings: ImportSettings) -> None:
    """Apply what was tried, all or nothing. If anything happened here since, the files are held against it anew."""
    if job.operation.batch_id is not None:  # it died after it was through
        return
    actor, session = _session(job)
    assert session.checked_id is not None
    run = _run(actor, job.clock, settings, session, session.checked_id)
    report = _look_again(run, job, session)
    steps = _Steps(job, report)

    def finish(applied: Applied) -> None:
        operations.save_result(actor.workspace_id, job.operation.id, result=_result(report), batch_id=applied.batch_id)
        staging.keep_special(run.operation_id)
        sessions.defer_compare(actor, job.clock, queries.get_session(actor, session.id))

    if report.changes_something:
        run.apply(f"{session.recipe_name}: {session.label}", report, steps, finish)
        return
    run.refuse_undecided(report)
    run.remember_only()
    with scope.workspace(actor.workspace_id):
        operations.save_result(actor.workspace_id, job.operation.id, result=_result(report), batch_id=None)
        sessions.defer_compare(actor, job.clock, queries.get_session(actor, session.id))


def compare(job: Job, settings: ImportSettings) -> None:
    """Hold the files against what is here, whoever changed it: sums on both sides, and every row that differs."""
    actor, session = _session(job)
    run = _run(actor, job.clock, settings, session, job.operation.id)
    with scope.workspace(actor.workspace_id):
        staging.discard(job.operation.id)
    tally = Tally()
    run.stage({}, _silent, tally)
    report = run.look_over(ask=False)
    with scope.workspace(actor.workspace_id):
        staging.keep_differences(job.operation.id)
        _keep(actor, job.operation.id, report, tally=tally.as_json())


def _session(job: Job) -> tuple[Actor, ImportSession]:
    actor = job.actor.through(Origin.IMPORT)
    with scope.workspace(actor.workspace_id):
        session = queries.get_session(actor, UUID(job.operation.input["session"]))
    if session.files_gone_at is not None:
        raise FilesGone("The files of this import are no longer kept.")
    return actor, session


def _run(actor: Actor, clock: Clock, settings: ImportSettings, session: ImportSession, operation_id: UUID) -> Run:
    return Run(
        actor,
        clock,
        operation_id,
        recipes.loads(session.recipe),
        source_of(settings, session),
        file_wins=session.conflicts == Conflicts.FILE,
    )


def source_of(settings: ImportSettings, session: ImportSession) -> Source:
    """The session's folder; its file, where it has one only."""
    with scope.workspace(session.workspace_id):
        files = queries.list_files([session.id])
    folder = folder_of(settings, session)
    return Source(folder / files[0].name if len(files) == 1 else folder)


def _look_again(run: Run, job: Job, session: ImportSession) -> Report:
    """What is to be applied: as it was tried, decisions included; read anew if anything happened here since."""
    with scope.workspace(run.actor.workspace_id):
        checked = Operation.objects.get(id=run.operation_id)
        same = queries.last_change(run.actor) == checked.result.get("change")
        whole = queries.count_staged(run.operation_id) == checked.result.get("staged")
        if not (same and whole):
            staging.discard(run.operation_id)
        seen = queries.last_change(run.actor)
    if not (same and whole):
        run.stage({}, _silent, shown=job.operation.id)
    report = run.look_over(ask=not (same and whole))
    with scope.workspace(run.actor.workspace_id):
        _keep(run.actor, run.operation_id, report, change=seen)
    return report


def _keep(actor: Actor, operation_id: UUID, report: Report, **more: Any) -> None:
    result = {**_result(report), "staged": queries.count_staged(operation_id), **more}
    operations.save_result(actor.workspace_id, operation_id, result=result, batch_id=None)


def _result(report: Report) -> dict[str, Any]:
    """A report as JSON, without its rows: those are asked for page by page."""
    return {name: value for name, value in asdict(report).items() if name not in {"rejected", "batch_id"}}


def _silent(step: str, rows: int) -> None:
    """Progress is on the operation already."""


class _Steps:
    """Turns the steps of an apply into progress; stops it where somebody asked for that."""

    def __init__(self, job: Job, report: Report) -> None:
        self._job, self._seen = job, -1
        rows = {
            "names": report.created, "items": report.created, "history": report.history, "changes": report.updated,
            "adding up": report.created + report.updated,
        }  # fmt: skip
        self._costs = [("teams, phases, fields", 1)] + [
            (step, max(1, round(rows[step] * weight))) for step, weight in _WEIGHTS.items()
        ]
        self._total = sum(cost for _, cost in self._costs)

    def __call__(self, step: str, rows: int) -> None:
        place = next((place for place, (name, _) in enumerate(self._costs) if name == step), self._seen)
        self._seen = max(self._seen, place)
        done = sum(cost for _, cost in self._costs[: self._seen]) + min(rows, self._costs[self._seen][1])
        self._job.report.progress(min(done, self._total - 1), self._total, step)


def is_running(operation: Operation | None) -> bool:
    """Whether it waits for its turn or is under way."""
    return operation is not None and operation.state in OPEN
