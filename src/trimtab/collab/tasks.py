"""Clearing up after files, by the clock."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from trimtab.accounts import public as accounts
from trimtab.collab import queries
from trimtab.collab.files import store
from trimtab.collab.services import attachments, letters
from trimtab.core import jobs
from trimtab.core.actors import Clock, Origin

send_letter = jobs.task(letters.TASK)(letters.send)


@app.periodic(cron="41 * * * *")
@app.task(name="collab.sweep_files", queueing_lock="collab.sweep_files")
def sweep_files(timestamp: int) -> None:
    """Hourly: drop drafts that were never posted and the bytes of deleted files whose time is over; at night also bytes
    that no record knows."""
    clock = Clock(now=datetime.fromtimestamp(timestamp, UTC))
    for workspace_id in queries.list_workspace_ids():
        actor = accounts.system_actor(workspace_id, origin=Origin.SYSTEM)
        attachments.sweep(store.current(), actor, clock, leftovers=clock.now.hour == 3)
