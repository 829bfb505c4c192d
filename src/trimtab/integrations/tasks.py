"""What the integrations do in the background."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from procrastinate.contrib.django import app

from trimtab.core import jobs
from trimtab.core.jobs import Job
from trimtab.integrations.archive import take_out
from trimtab.integrations.services import retention, runs, sessions
from trimtab.settings import CURRENT


@jobs.task(take_out.ARCHIVE)
def archive_workspace(job: Job) -> None:
    """Write a whole workspace to a file."""
    take_out.make_archive(job)


@jobs.task(sessions.CHECK)
def check_import(job: Job) -> None:
    """Try an import."""
    runs.check(job, CURRENT.imports)


@jobs.task(sessions.APPLY)
def apply_import(job: Job) -> None:
    """Apply an import."""
    runs.apply(job, CURRENT.imports)


@jobs.task(sessions.COMPARE)
def compare_import(job: Job) -> None:
    """Hold an import's files against what is here."""
    runs.compare(job, CURRENT.imports)


@app.periodic(cron="41 3 * * *")
@app.task(name="integrations.forget_files", queueing_lock="integrations.forget_files")
def forget_files(timestamp: int) -> None:
    """Daily: let go of the files of old imports, and of what was staged of them."""
    now = datetime.fromtimestamp(timestamp, UTC)
    with connection.cursor() as cursor:
        cursor.execute("select id from list_workspaces()")
        workspaces = [row[0] for row in cursor.fetchall()]
    for workspace in workspaces:
        retention.forget_files(workspace, CURRENT.imports, now, before=now - timedelta(days=CURRENT.imports.kept_days))
