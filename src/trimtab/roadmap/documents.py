"""An item with everything that hangs on it, built by the database as JSON in one statement, live or past."""

from typing import Any
from uuid import UUID

import orjson

from trimtab.core.actors import Actor, Permission
from trimtab.core.errors import NotFound
from trimtab.core.query.database import fetch
from trimtab.core.query.lens import parameters, rel
from trimtab.roadmap.guards import seen_item

_RELATIONS = (
    "item", "item_text", "item_value", "item_phase", "item_rollup", "dimension", "estimate", "dependency", "relation",
    "custom_field", "custom_link", "phase", "item_increment", "launch_item",
)  # fmt: skip

_DOCUMENT = """
select json_build_object(
  'id', i.id, 'ref', w.prefix || '-' || i.number, 'key', i.key, 'version', i.version, 'title', i.title,
  'description', coalesce(t.body, ''), 'description_version', coalesce(t.version, 0),
  'level_id', i.level_id, 'area_id', i.area_id, 'parent_id', i.parent_id,
  'phase_id', i.phase_id, 'owner_id', i.owner_id, 'team_id', i.team_id, 'release_id', i.release_id,
  'start_on', i.start_on, 'start_precision', i.start_precision, 'end_on', i.end_on, 'end_precision', i.end_precision,
  'health', i.health, 'health_note', i.health_note, 'horizon', i.horizon, 'benefit', i.benefit,
  'progress', i.progress, 'tags', i.tags, 'rank', i.rank, 'review', i.review,
  'created_at', i.created_at, 'updated_at', i.updated_at,
  'dimensions', coalesce((
    select json_object_agg(q.key, q.ids) from (
      select d.key, json_agg(v.value_id order by v.id) as ids
      from {item_value} v join {dimension} d on d.id = v.dimension_id where v.item_id = i.id
      group by d.key) q), '{{}}'),
  'custom', coalesce((
    select json_object_agg(f.key, case when q.links is null then i.custom -> f.id::text
                                       when f.type in ('person', 'team') then q.links -> 0 else q.links end)
    from {custom_field} f
    left join (
      select l.field_id, jsonb_agg(coalesce(l.person_id, l.team_id, l.item_id) order by l.position, l.id) as links
      from {custom_link} l where l.record_id = i.id group by l.field_id) q
      on q.field_id = f.id and f.type in ('person', 'people', 'team', 'teams', 'items')
    where f.entity = 'item' and (i.custom ? f.id::text or q.links is not null)), '{{}}'),
  'estimates', coalesce((
    select json_agg(json_build_object('team_id', e.team_id, 'low', e.low, 'likely', e.likely, 'high', e.high)
                    order by e.id)
    from {estimate} e where e.item_id = i.id), '[]'),
  'dependencies', coalesce((
    select json_agg(json_build_object('id', d.id, 'version', d.version, 'from_id', d.from_item_id,
      'to_id', d.to_item_id, 'type', d.type, 'lag_days', d.lag_days, 'needed_by', d.needed_by,
      'needed_precision', d.needed_precision, 'promised_by', d.promised_by, 'promised_precision', d.promised_precision,
      'proposed_by', d.proposed_by, 'proposed_precision', d.proposed_precision, 'reason', d.reason,
      'state', case when d.state in ('at_risk', 'broken', 'met') then 'agreed' else d.state end) order by d.id)
    from (select * from {dependency} x where from_item_id = %(id)s
          union all select * from {dependency} x where to_item_id = %(id)s) d), '[]'),
  'relations', coalesce((
    select json_agg(json_build_object('id', r.id, 'from_id', r.from_item_id, 'to_id', r.to_item_id, 'type', r.type)
                    order by r.id)
    from (select * from {relation} x where from_item_id = %(id)s
          union all select * from {relation} x where to_item_id = %(id)s) r), '[]'),
  'increment_ids', coalesce((
    select json_agg(n.increment_id order by n.id) from {item_increment} n where n.item_id = i.id), '[]'),
  'launch_ids', coalesce((
    select json_agg(l.launch_id order by l.id) from {launch_item} l where l.item_id = i.id), '[]'),
  'phases', coalesce((
    select json_agg(json_build_object('track_id', p.track_id, 'phase_id', p.phase_id) order by p.id)
    from {item_phase} p where p.item_id = i.id), '[]'),
  'rolled', json_build_object(
    'effort', u.effort, 'start_on', u.start_on, 'start_precision', u.start_precision, 'end_on', u.end_on,
    'end_precision', u.end_precision, 'progress', u.progress, 'health', u.health,
    'children', coalesce(u.children, 0), 'missing', json_build_object(
      'effort', coalesce(u.missing_effort, 0), 'dates', coalesce(u.missing_dates, 0),
      'health', coalesce(u.missing_health, 0)))
)::text
from {item} i
cross join scoped.workspace w
left join {item_text} t on t.id = i.id
left join {item_rollup} u on u.id = i.id
where i.id = %(id)s
"""


def item_json(actor: Actor, item_id: UUID) -> bytes:
    """The item as JSON text (the shape of ``ItemOut``), through the actor's lens. Raises NotFound, Forbidden."""
    actor.require(Permission.VIEW)
    relations = {entity: rel(entity, actor.lens) for entity in _RELATIONS}
    rows = fetch(_DOCUMENT.format(**relations), {"id": item_id, **parameters(actor.lens)}, prepared=True)
    if not rows:
        raise NotFound("There is no such item.")
    text: str = rows[0][0]
    if not actor.hidden:
        return text.encode()
    return seen_item(actor, text, *_ids(actor))


def _ids(actor: Actor) -> tuple[dict[str, str], dict[str, str]]:
    """The ids of dimensions, and of the workspace's own fields, by key, as the actor's lens sees them."""
    dimension, field = rel("dimension", actor.lens), rel("custom_field", actor.lens)
    found = fetch(
        f"select 'd', key, id::text from {dimension} d union all"  # noqa: S608 - our own names
        f" select 'f', key, id::text from {field} f where entity = 'item'",
        parameters(actor.lens),
    )
    return {k: i for kind, k, i in found if kind == "d"}, {k: i for kind, k, i in found if kind == "f"}


def item_document(actor: Actor, item_id: UUID) -> dict[str, Any]:
    """The item as a document; see ``item_json``."""
    document: dict[str, Any] = orjson.loads(item_json(actor, item_id))
    return document
