"""A workspace's archive as work in the background, and who took it."""

from typing import Final

from trimtab.accounts import public as accounts
from trimtab.core import export, jobs, operations, scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.export import files
from trimtab.core.jobs import Job
from trimtab.core.models import Operation
from trimtab.integrations.archive.write import write_archive

ARCHIVE: Final = "integrations.archive"
EVERYTHING: Final = "everything"


def note_archive(actor: Actor, clock: Clock) -> None:
    """Write down that all of the workspace leaves, confidential fields included. Raises Forbidden."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        export.record(actor, clock, source="workspace", extension="archive", columns=[], confidential=[EVERYTHING])


def ask_for_archive(actor: Actor, clock: Clock) -> Operation:
    """Have the archive of the actor's workspace made; whoever asked may fetch it for two days. Raises Forbidden."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        label = f"Archive of {accounts.get_workspace(actor).name}"
        return jobs.defer(actor=actor, clock=clock, task=ARCHIVE, label=label, lock=f"archive.{actor.workspace_id}")


def make_archive(job: Job) -> None:
    """Write the archive, with progress, until it is done or stopped."""
    note_archive(job.actor, job.clock)
    with scope.workspace(job.actor.workspace_id):
        slug = accounts.get_workspace(job.actor).slug
    with files.making(job.operation.id) as file:
        write_archive(
            job.actor.workspace_id,
            file,
            now=job.clock.now,
            progress=lambda step, done, total: job.report.progress(done, total, step),
        )
    name = f"{slug}-{job.clock.now.date().isoformat()}.trimtab.zip"
    told = files.result(job.operation.id, name=name, content_type="application/zip", now=job.clock.now)
    operations.save_result(job.actor.workspace_id, job.operation.id, result=told, batch_id=None)
