"""What of the plan changes with the clock alone."""

from datetime import UTC, datetime

from django.db import connection
from procrastinate.contrib.django import app

from trimtab.accounts import public as accounts
from trimtab.core import scope
from trimtab.core.actors import Clock, Origin
from trimtab.roadmap.services import dependency_watch


@app.periodic(cron="11 * * * *")
@app.task(name="roadmap.watch_dependencies", queueing_lock="roadmap.watch_dependencies")
def watch_dependencies(timestamp: int) -> None:
    """Hourly, so that it is soon after midnight wherever a workspace is: notice which dependencies came to stand
    otherwise, by an edit or because a day has passed."""
    clock = Clock(now=datetime.fromtimestamp(timestamp, UTC))
    with connection.cursor() as cursor:
        cursor.execute("select id from list_workspaces()")
        workspaces = [row[0] for row in cursor.fetchall()]
    for workspace_id in workspaces:
        with scope.workspace(workspace_id):
            dependency_watch.notice_transitions(accounts.system_actor(workspace_id, origin=Origin.SYSTEM), clock)
