"""Reads for what comes in: the workspace's configuration by its names, items by their keys elsewhere, runs."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from trimtab.core.actors import Actor, Permission
from trimtab.core.models import Operation, OperationState
from trimtab.integrations.files import staging
from trimtab.integrations.files.plan import Current
from trimtab.integrations.files.recipe import Recipe
from trimtab.integrations.files.refs import Known
from trimtab.integrations.files.report import Rejection, Report
from trimtab.integrations.files.staging import select
from trimtab.integrations.models import StagedAction, StagedPart

IMPORT = "import"
MOST_REJECTIONS = 10_000
_KNOWN = """
with called as (
  select entity, record_id, key from scoped.external_key where source = %s
)
select k.kind, k.id, k.key, k.name, c.key as written, k.unsure, k.data
from (
  select 'level' as kind, id, key, name, false as unsure, jsonb_build_object('rank', rank) as data, 'level' as entity
  from scoped.level
  union all
  select 'phase', p.id, p.key, p.name, p.review is not null, '{}', 'phase'
  from scoped.phase p join scoped.track t on t.id = p.track_id where t.primary
  union all
  select 'team', id, key, name, review is not null, '{}', 'team' from scoped.team
  union all
  select 'person', id, coalesce(nullif(email, ''), name), name, false, '{}', 'person' from scoped.person
  union all
  select 'release', id, key, name, false, jsonb_build_object('released_on', released_on), 'release' from scoped.release
  union all
  select 'area', id, name, name, false, '{}', 'area' from scoped.area
  union all
  select 'dim.' || d.key, v.id, v.key, v.name, false, '{}', 'dimension_value'
  from scoped.dimension_value v join scoped.dimension d on d.id = v.dimension_id
  union all
  select 'dimension', id, key, name, false, jsonb_build_object('multiple', multiple), 'dimension' from scoped.dimension
  union all
  select 'custom_field', id, key, name, false, jsonb_build_object('type', type, 'options', options), 'custom_field'
  from scoped.custom_field where entity = 'item'
) k left join called c on c.entity = k.entity and c.record_id = k.id
order by k.kind, k.id
"""
_MATCH = """
select e.key, e.source, i.id, i.version, to_jsonb(i) as item,
  (select t.body from scoped.item_text t where t.id = i.id) as description,
  (select e.likely::text from scoped.estimate e where e.item_id = i.id and e.team_id is null) as effort,
  (select coalesce(jsonb_object_agg(d.dimension_id, d.ids), '{}') from (
    select v.dimension_id, jsonb_agg(v.value_id) as ids from scoped.item_value v where v.item_id = i.id
    group by v.dimension_id) d) as dims,
  (select coalesce(jsonb_object_agg(l.field_id, l.ids), '{}') from (
    select c.field_id, jsonb_agg(coalesce(c.team_id, c.person_id, c.item_id)) as ids from scoped.custom_link c
    where c.entity = 'item' and c.record_id = i.id group by c.field_id) l) as links
from scoped.external_key e join scoped.item i on i.id = e.record_id
where e.entity = 'item' and e.source = %s and e.key = any(%s)
"""


def list_known(source: str) -> Iterator[Known]:
    """The configuration, with the names that files of ``source`` gave it; ids in order. In the open transaction."""
    for row in select(_KNOWN, [source]):
        yield Known(row["kind"], row["id"], row["key"], row["name"], row["written"] or "", row["unsure"], row["data"])


def match_items(source: str, keys: Collection[str]) -> dict[str, Current]:
    """The items that ``source`` knows by these keys. In the open transaction."""
    return {row["key"]: _current(row) for row in select(_MATCH, [source, list(keys)])} if keys else {}


def _current(row: dict[str, Any]) -> Current:
    return Current(row["id"], row["version"], row["item"], row["description"], row["effort"], row["dims"], row["links"])


def find_unfinished(actor: Actor, fingerprint: str) -> Operation | None:
    """The last import of the same files by the same recipe that was interrupted before it was applied."""
    actor.require(Permission.EDIT)
    running = Operation.objects.in_workspace(actor.workspace_id).filter(kind=IMPORT, state=OperationState.RUNNING)
    found: Operation | None = running.filter(input__fingerprint=fingerprint).order_by("-created_at").first()
    return found


def list_left_behind(actor: Actor, but: UUID) -> list[UUID]:
    """Imports other than ``but`` that still have staged rows, or say that they run."""
    rows = select(
        "select distinct operation_id as id from integrations_stagedrow where operation_id <> %(but)s"
        " union select id from core_operation where workspace_id = %(workspace)s and kind = %(kind)s"
        " and state = 'running' and id <> %(but)s",
        {"workspace": actor.workspace_id, "kind": IMPORT, "but": but},
    )
    return [row["id"] for row in rows]


def report(operation_id: UUID, recipe: Recipe) -> Report:
    """What the staged rows come to. In the open transaction, after the check."""
    counts = {part: staging.count(operation_id, part) for part in StagedPart}
    items, history = counts[StagedPart.ITEMS], counts[StagedPart.HISTORY]
    made = select(
        "select data ->> 'kind' as kind, count(*) as n from integrations_stagedrow"
        " where operation_id = %s and part = 'setup' and action = 'create' group by 1 order by 1",
        [operation_id],
    )
    wrong = select(
        "select part, row, key, problem, count(*) over () as n from integrations_stagedrow"
        " where operation_id = %s and problem <> '' order by part, row limit %s",
        [operation_id, MOST_REJECTIONS],
    )
    marked = select(
        "select count(*) as n from integrations_stagedrow where operation_id = %s and part = 'items'"
        " and action in ('create', 'update') and review is not null and review <> '{}'",
        [operation_id],
    )
    return Report(
        batch_id=None,
        created=items.get(StagedAction.CREATE, 0),
        updated=items.get(StagedAction.UPDATE, 0),
        unchanged=items.get(StagedAction.KEEP, 0),
        review=marked[0]["n"],
        relations=counts[StagedPart.RELATIONS].get(StagedAction.CREATE, 0),
        dependencies=counts[StagedPart.DEPENDENCIES].get(StagedAction.CREATE, 0),
        history=history.get(StagedAction.CREATE, 0),
        history_known=history.get(StagedAction.KEEP, 0),
        made={row["kind"]: row["n"] for row in made},
        rejected_count=wrong[0]["n"] if wrong else 0,
        rejected=tuple(Rejection(row["part"], row["row"], row["key"], row["problem"]) for row in wrong),
    )


def cancel_requested(operation_id: UUID) -> bool:
    """Whether somebody asked for the operation to stop."""
    return bool(Operation.objects.filter(id=operation_id, cancel_requested=True).exists())
