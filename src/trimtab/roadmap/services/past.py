"""Roll-ups anew, of today and of the past, where something other than an ordinary write has changed them."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from trimtab.core.actors import Actor


def rebuild_rollups(actor: Actor, item_ids: Iterable[UUID] | None = None) -> None:
    """Add up these items, or all, and what lies above them."""
    with connection.cursor() as cursor:
        ids = None if item_ids is None else list(item_ids)
        cursor.execute("select roadmap_rollup_rebuild(%s, %s)", [actor.workspace_id, ids])


def rebuild_rollups_of_the_past(actor: Actor, item_ids: Iterable[UUID]) -> None:
    """Add up the past of everything that these items ever lay under, from the rows' versions.

    To be called after a backfill, or an undo, of these items or their estimates.
    """
    with connection.cursor() as cursor:
        cursor.execute("select roadmap_rollup_rebuild_past(%s, %s)", [actor.workspace_id, list(item_ids)])
