"""What an import leaves for the next one: names in the tracker, and what the file said of each item."""

from uuid import UUID

from trimtab.integrations.files.staging import execute

# A name that outlived its item goes to the one that carries it now.
_FREE = """
delete from core_externalkey e using integrations_stagedrow s
where e.workspace_id = %(workspace)s and e.source = %(tracker)s and e.entity = 'item' and e.key = s.data ->> 'tracker'
  and s.operation_id = %(op)s and s.part = 'items' and s.action in ('create', 'update') and s.data ? 'tracker'
  and not exists (select from scoped.item i where i.id = e.record_id)
"""
# The key in the tracker comes with the row's own; their ids are told apart by what they are made of.
_TRACKED = """
insert into core_externalkey (id, workspace_id, version, created_at, updated_at, source, entity, key, record_id, url)
select gen_random_uuid(), %(workspace)s, 1, now(), now(), %(tracker)s, 'item', s.data ->> 'tracker', s.record_id, ''
from integrations_stagedrow s
where s.operation_id = %(op)s and s.part = 'items' and s.action in ('create', 'update') and s.data ? 'tracker'
order by s.row
on conflict (workspace_id, source, entity, key) do nothing
"""
_NEW = """
insert into integrations_importedvalue (id, workspace_id, created_at, source, record_id, batch_id, values)
select s.id, %(workspace)s, clock_timestamp(), %(source)s, s.record_id, %(batch)s,
  (s.data - '{url,tracker,decided,asked,born,description}'::text[]) || jsonb_strip_nulls(jsonb_build_object(
    'description', md5(nullif(s.data ->> 'description', '')), 'parent', nullif(s.parent_key, '')))
from integrations_stagedrow s where s.operation_id = %(op)s and s.part = 'items' and s.action = 'create'
"""
_KNOWN = """
insert into integrations_importedvalue (id, workspace_id, created_at, source, record_id, batch_id, values)
select s.id, %(workspace)s, clock_timestamp(), %(source)s, s.record_id, %(batch)s, s.data -> 'base'
from integrations_stagedrow s
where s.operation_id = %(op)s and s.part = 'items' and s.action in ('update', 'keep') and s.data ? 'base'
"""


def name_tracked(workspace_id: UUID, operation_id: UUID, tracker: str) -> None:
    """Let the tracker's keys of the staged rows name their items. Under the apply's change set."""
    values = {"workspace": workspace_id, "op": operation_id, "tracker": tracker}
    execute(_FREE, values)
    execute(_TRACKED, values)


def remember(workspace_id: UUID, operation_id: UUID, source: str, batch_id: UUID | None) -> None:
    """Keep what the file said, as long as ``batch_id`` is not undone; None: for good. In the open transaction."""
    values = {"workspace": workspace_id, "op": operation_id, "source": source, "batch": batch_id}
    execute(_NEW, values)
    execute(_KNOWN, values)
