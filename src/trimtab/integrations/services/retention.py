"""How long the files of an import are kept."""

from datetime import datetime
from uuid import UUID

from trimtab.core import scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.integrations import queries
from trimtab.integrations.errors import NotReady
from trimtab.integrations.files import staging
from trimtab.integrations.models import ImportSession
from trimtab.integrations.services.runs import is_running
from trimtab.integrations.services.uploads import remove_files
from trimtab.settings import ImportSettings


def discard_session(*, actor: Actor, clock: Clock, settings: ImportSettings, session_id: UUID) -> None:
    """Let go of an import's files and of what was staged; one that was applied stays listed.

    Raises NotFound, Forbidden, NotReady while it runs.
    """
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = queries.get_session(actor, session_id, lock=True)
        ran = queries.list_operations([session.checked_id, session.applied_id, session.compared_id])
        if any(is_running(operation) for operation in ran.values()):
            raise NotReady("This import is running. Cancel it first.")
        _forget(settings, session, clock.now)


def forget_files(workspace_id: UUID, settings: ImportSettings, now: datetime, *, before: datetime) -> int:
    """Let go of the files of imports last touched before then; gives how many imports."""
    with scope.workspace(workspace_id):
        old = list(
            ImportSession.objects.in_workspace(workspace_id).filter(files_gone_at__isnull=True, updated_at__lt=before)
        )
        for session in old:
            _forget(settings, session, now)
        return len(old)


def _forget(settings: ImportSettings, session: ImportSession, now: datetime) -> None:
    for operation_id in (session.checked_id, session.compared_id):
        if operation_id is not None:
            staging.discard(operation_id)
    session.files_gone_at, session.proposal = now, None
    session.save(update_fields=["files_gone_at", "proposal"])
    remove_files(settings, session)
