"""Who took what out."""

from trimtab.core import scope
from trimtab.core.actors import Actor, Permission
from trimtab.core.models import ExportRecord


def list_records(actor: Actor, *, limit: int = 200) -> list[ExportRecord]:
    """Exports of confidential fields, the newest first. Raises Forbidden for all but admins."""
    actor.require(Permission.ADMIN)
    with scope.workspace(actor.workspace_id):
        rows = ExportRecord.objects.in_workspace(actor.workspace_id)
        return list(rows.order_by("-created_at", "-id")[:limit])
