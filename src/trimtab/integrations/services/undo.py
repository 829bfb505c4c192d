"""Taking an import back, so that what stays behind is still known by its names."""

from collections.abc import Callable, Collection
from uuid import UUID

from django.db import connection

from trimtab.core import ledger, scope
from trimtab.core.actors import Actor, Clock
from trimtab.core.ledger import UndoResult
from trimtab.integrations.models import ImportedValue
from trimtab.roadmap import public as roadmap

# The undo took the names of items that it had to leave, because somebody had written to them or tied them since.
_KEEP = """
insert into core_externalkey (id, workspace_id, version, created_at, updated_at, source, entity, key, record_id, url)
select distinct on (v.id) v.id, v.workspace_id, 1, v.created_at, now(), v.source, v.entity, v.key, v.record_id, v.url
from scoped.external_key_version v
where v.id = any(%(keys)s) and v.entity = 'item' and v.record_id = any(%(items)s)
  and not exists (select from scoped.external_key k where k.id = v.id)
order by v.id, v.recorded_at desc
on conflict (workspace_id, source, entity, key) do nothing
"""
Undo = Callable[[Actor, Clock, UUID], UndoResult]


def undo_batch(*, actor: Actor, clock: Clock, batch_id: UUID) -> UndoResult:
    """Take back what a batch wrote: every record as before it. Raises NotFound, Conflict, Forbidden.

    An item that has to stay keeps the names under which files and trackers know it, and what they said of it: the
    next import finds it instead of making it again.
    """
    return _undo(actor, clock, batch_id, roadmap.undo_batch)


def undo_change_set(*, actor: Actor, clock: Clock, change_set_id: UUID) -> UndoResult:
    """Take back one change set, as ``undo_batch`` does a batch."""
    return _undo(actor, clock, change_set_id, roadmap.undo_change_set)


def _undo(actor: Actor, clock: Clock, target: UUID, undo: Undo) -> UndoResult:
    with scope.workspace(actor.workspace_id):
        result = undo(actor, clock, target)
        left = [one.id for one in result.refused if one.entity == "item" and one.field is None]
        if result.batch_id is not None and left:
            _keep(actor, clock, result, target, left)
        return result


def _keep(actor: Actor, clock: Clock, result: UndoResult, target: UUID, items: Collection[UUID]) -> None:
    keys = list(result.touched.get("external_key", ()))
    with ledger.change_set(actor, at=clock.now, batch=result.batch_id), connection.cursor() as cursor:
        cursor.execute(_KEEP, {"keys": keys, "items": list(items)})
    ImportedValue.objects.filter(batch_id=target, record_id__in=items).update(batch_id=None)
