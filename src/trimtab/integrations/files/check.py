"""Looks over what was staged as a whole: doubles, parents, both ends of links, chains of the history. Locks nothing.

Only rows with something wrong are written again.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from trimtab.core.actors import Actor
from trimtab.integrations.files import bring
from trimtab.integrations.files.history import Birth, Broken, Entry, Event, chains
from trimtab.integrations.files.rules import Recipe
from trimtab.integrations.files.staging import execute, select
from trimtab.integrations.models import StagedPart

KEYS_AT_A_TIME = 200
_DOUBLES = """
with seen as (
  select id, row, first_value(row) over (partition by key order by row) as first,
    first_value(row) over (partition by record_id order by row) as first_record
  from integrations_stagedrow where operation_id = %(op)s and part = 'items' and action <> 'reject'
)
update integrations_stagedrow s
set action = 'reject', problem = format('names the same item as row %%s', least(d.first, d.first_record))
from seen d where d.id = s.id and (d.row > d.first or d.row > d.first_record)
"""
_SAME_TRACKED = """
with seen as (
  select id, row, data ->> 'tracker' as tracker, first_value(row) over (partition by data ->> 'tracker' order by row)
    as first
  from integrations_stagedrow
  where operation_id = %(op)s and part = 'items' and action <> 'reject' and data ? 'tracker'
)
update integrations_stagedrow s
set action = 'reject', problem = format('is %%s, as row %%s is', d.tracker, d.first)
from seen d where d.id = s.id and d.row > d.first
"""
# An item of the same title, in the same area where both have one, that this source (or the tracker) does not know by
# another name yet and that no other row is: whether it is the same, only a person can say.
_ASK = """
with fresh as (
  select s.id, lower(s.data -> 'item' ->> 'title') as title, (s.data -> 'item' ->> 'area_id')::uuid as area_id,
    (array[%(source)s] || case when s.data ? 'tracker' then array[%(tracker)s] else '{}' end)::text[] as sources
  from integrations_stagedrow s
  where s.operation_id = %(op)s and s.part = 'items' and s.action = 'create' and not s.data ? 'decided'
), found as (
  select f.id, jsonb_agg(i.id order by i.number) as candidates
  from fresh f join scoped.item i on lower(i.title) = f.title
    and (i.area_id = f.area_id or i.area_id is null or f.area_id is null)
  where not exists (select from scoped.external_key k
      where k.entity = 'item' and k.record_id = i.id and k.source = any(f.sources))
    and not exists (select from integrations_stagedrow o
      where o.operation_id = %(op)s and o.part = 'items' and o.record_id = i.id and o.action <> 'reject')
  group by f.id
)
update integrations_stagedrow s
set action = 'ask', data = s.data || jsonb_build_object('asked', jsonb_build_object('candidates', f.candidates))
from found f where f.id = s.id
"""
# Where each item of the file will be: the item above it (by the file, else by what is here) and what both are worth.
_PLACES = """
places as (
  select s.id, s.record_id, s.action, s.parent_key, coalesce(p.record_id, pi.id) as parent_id,
    own.rank as rank, above.rank as parent_rank
  from integrations_stagedrow s
  left join integrations_stagedrow p on p.operation_id = s.operation_id and p.part = 'items'
    and p.key = s.parent_key and p.action <> 'reject'
  left join scoped.external_key k on p.id is null and k.source = %(source)s and k.entity = 'item'
    and k.key = s.parent_key
  left join scoped.item pi
    on pi.id = coalesce(k.record_id, case when p.action in ('update', 'keep') then p.record_id end)
  left join scoped.item i on s.action in ('update', 'keep') and i.id = s.record_id
  left join scoped.level own on own.id = coalesce((s.data -> 'item' ->> 'level_id')::uuid, i.level_id)
  left join scoped.level above on above.id = coalesce((p.data -> 'item' ->> 'level_id')::uuid, pi.level_id)
  where s.operation_id = %(op)s and s.part = 'items' and s.action <> 'reject' and s.parent_key is not null
)
"""
# A new level that what lies above or below the item, and is not in the file, does not allow stays away.
_BAD_LEVELS = """
update integrations_stagedrow s
set data = s.data #- '{item,level_id}', review = coalesce(s.review, i.review, '{}') || jsonb_build_object('level',
  jsonb_build_object('raw', l.name, 'why', 'not_between_parent_and_children'))
from scoped.item i, scoped.level l
where s.operation_id = %(op)s and s.part = 'items' and s.action = 'update' and s.data -> 'item' ? 'level_id'
  and i.id = s.record_id and l.id = (s.data -> 'item' ->> 'level_id')::uuid
  and (
    s.parent_key is null and exists (
      select from scoped.item p join scoped.level above on above.id = p.level_id
      where p.id = i.parent_id and above.rank <= l.rank)
    or exists (
      select from scoped.item c join scoped.level below on below.id = c.level_id
      where c.parent_id = i.id and below.rank >= l.rank and not exists (
        select from integrations_stagedrow o where o.operation_id = s.operation_id and o.part = 'items'
          and o.record_id = c.id and o.action <> 'reject'))
  )
"""
_BAD_PARENTS = f"""
with {_PLACES}
update integrations_stagedrow s
set parent_key = case when s.action in ('create', 'ask') then '' end, data = s.data #- '{{base,parent}}',
  review = coalesce(s.review, '{{}}') || jsonb_build_object('parent', jsonb_build_object(
  'raw', s.parent_key, 'why', case when b.parent_id is null then 'unknown_parent' else 'parent_not_higher' end))
from places b
where b.id = s.id and s.parent_key <> '' and (b.parent_id is null or b.parent_rank <= b.rank)
"""  # noqa: S608 - built from constants
# The file says what it said last time, and somebody here has moved the item since: it stays where it is.
_STAYED = f"""
with {_PLACES}
update integrations_stagedrow s set parent_key = null
from places m join scoped.item i on i.id = m.record_id
where m.id = s.id and s.data ? 'stay' and i.parent_id is distinct from m.parent_id
"""  # noqa: S608 - built from constants
_NOT_YET = """
update integrations_stagedrow set data = data #- '{item,parent_id}'
where operation_id = %(op)s and part = 'items' and action = 'update' and data -> 'item' ? 'parent_id'
"""
_MOVED = f"""
with {_PLACES}
update integrations_stagedrow s
set action = 'update', data = s.data || jsonb_build_object('item',
  coalesce(s.data -> 'item', '{{}}') || jsonb_build_object('parent_id', m.parent_id))
from places m join scoped.item i on i.id = m.record_id
where m.id = s.id and m.action in ('update', 'keep') and i.parent_id is distinct from m.parent_id
"""  # noqa: S608 - built from constants
_ENDS = """
with ends as (
  select s.id, s.row, s.data ->> 'type' as type, s.data ? 'mutual' as mutual, s.key, s.parent_key,
    coalesce(a.record_id, ka.record_id) as from_id, coalesce(b.record_id, kb.record_id) as to_id
  from integrations_stagedrow s
  left join integrations_stagedrow a on a.operation_id = s.operation_id and a.part = 'items' and a.key = s.key
    and a.action <> 'reject'
  left join integrations_stagedrow b on b.operation_id = s.operation_id and b.part = 'items'
    and b.key = s.parent_key and b.action <> 'reject'
  left join scoped.external_key ka on a.id is null and ka.source = %(source)s and ka.entity = 'item' and ka.key = s.key
  left join scoped.external_key kb on b.id is null and kb.source = %(source)s and kb.entity = 'item'
    and kb.key = s.parent_key
  where s.operation_id = %(op)s and s.part = %(part)s and s.action = 'create'
), known as (
  select e.*, first_value(e.row) over (partition by e.type,
      case when e.mutual then least(e.from_id, e.to_id) else e.from_id end,
      case when e.mutual then greatest(e.from_id, e.to_id) else e.to_id end order by e.row) as first,
    exists (select from {present} r where r.type = e.type and (r.from_item_id = e.from_id and r.to_item_id = e.to_id
      or e.mutual and r.from_item_id = e.to_id and r.to_item_id = e.from_id)) as present
  from ends e
)
update integrations_stagedrow s
set action = case when k.from_id is null or k.to_id is null or k.from_id = k.to_id then 'reject'
                  when k.present or k.row > k.first then 'keep' else 'create' end,
    problem = case when k.from_id is null then format('there is no item “%%s”', k.key)
                   when k.to_id is null then format('there is no item “%%s”', k.parent_key)
                   when k.from_id = k.to_id then 'ties an item to itself' else '' end,
    data = s.data || jsonb_build_object('from', k.from_id, 'to', k.to_id)
from known k where k.id = s.id
"""
_STRANGERS = """
update integrations_stagedrow s
set action = case when i.id is not null or k.id is not null then 'keep' else 'reject' end,
    problem = case when i.id is null and k.id is null then format('there is no item “%%s”', s.key) else '' end
from integrations_stagedrow h
left join integrations_stagedrow i on i.operation_id = h.operation_id and i.part = 'items' and i.key = h.key
  and i.action <> 'reject'
left join scoped.external_key k on i.id is null and k.source = %(source)s and k.entity = 'item' and k.key = h.key
where h.id = s.id and s.operation_id = %(op)s and s.part = 'history' and s.action = 'create'
  and i.action is distinct from 'create'
"""
_CIRCLES = """
with recursive edge as (
  select null::uuid as id, from_item_id as start, to_item_id as stop from scoped.dependency
  union all
  select id, (data ->> 'from')::uuid, (data ->> 'to')::uuid from integrations_stagedrow
  where operation_id = %(op)s and part = 'dependencies' and action = 'create'
), walk as (
  select e.id, e.start, e.stop from edge e where e.id is not null
  union
  select w.id, w.start, e.stop from walk w join edge e on e.start = w.stop
)
update integrations_stagedrow s set action = 'reject', problem = 'would let an item wait for itself'
where s.id in (select w.id from walk w where w.stop = w.start)
"""
_BREAK = """
update integrations_stagedrow s
set action = case when (s.data -> 'fields') - %(gone)s::text[] = '{}' then 'reject' else s.action end,
    problem = concat_ws('; ', nullif(s.problem, ''), %(problem)s),
    data = jsonb_set(s.data, '{fields}', (s.data -> 'fields') - %(gone)s::text[])
where s.operation_id = %(op)s and s.part = 'history' and s.row = any(%(rows)s)
"""


def check(actor: Actor, operation_id: UUID, recipe: Recipe, now: datetime, *, ask: bool = True) -> None:
    """Settle every staged row: what becomes of it, and why not. In the open transaction; doing it twice is the same.

    Without ``ask`` no row is held against items of the same title.
    """
    values = {"op": operation_id, "source": recipe.source, "tracker": recipe.items.tracker_source}
    execute(_DOUBLES, values)
    if recipe.items.tracker_source:
        execute(_SAME_TRACKED, values)
    if ask:
        execute(_ASK, values)
    if recipe.rule("parent") is not None:
        execute(_STAYED, values)
    execute(_BAD_LEVELS, values)
    if recipe.rule("parent") is not None:
        execute(_BAD_PARENTS, values)
        execute(_NOT_YET, values)
        execute(_MOVED, values)
    if recipe.ties or recipe.items.links:
        execute(_ENDS.replace("{present}", "scoped.relation"), values | {"part": StagedPart.RELATIONS.value})
        execute(_ENDS.replace("{present}", "scoped.dependency"), values | {"part": StagedPart.DEPENDENCIES.value})
        execute(_CIRCLES, values)
    if recipe.records:
        bring.check(actor, operation_id, recipe.source)
    if recipe.history is not None:
        execute(_STRANGERS, values)
        _chains(operation_id, now)


def _chains(operation_id: UUID, now: datetime) -> None:
    for _, _, broken in histories(operation_id, now):
        for part in broken:
            execute(
                _BREAK,
                {
                    "op": operation_id,
                    "gone": [part.field],
                    "problem": f"{part.field} {part.problem}" + (f" (row {part.row})" if len(part.rows) > 1 else ""),
                    "rows": list(part.rows),
                },
            )


_TOLD = """
with told as (
  select key from integrations_stagedrow
  where operation_id = %(op)s and part = 'history' and action = 'create' and key > %(after)s
  union
  select key from integrations_stagedrow
  where operation_id = %(op)s and part = 'items' and action = 'create' and data ? 'born' and key > %(after)s
  order by key limit %(size)s
)
select i.key, i.row as item_row, i.record_id, i.data -> 'item' as item, i.data -> 'born' as born,
  h.row, h.at, h.data
from told t
join integrations_stagedrow i on i.operation_id = %(op)s and i.part = 'items' and i.key = t.key and i.action = 'create'
left join integrations_stagedrow h on h.operation_id = %(op)s and h.part = 'history' and h.key = t.key
  and h.action = 'create'
order by i.key, h.row
"""
_LAST_TOLD = """
select max(key) as key, count(*) as n from (
  select key from integrations_stagedrow
  where operation_id = %(op)s and part = 'history' and action = 'create' and key > %(after)s
  union
  select key from integrations_stagedrow
  where operation_id = %(op)s and part = 'items' and action = 'create' and data ? 'born' and key > %(after)s
  order by key limit %(size)s
) told
"""


def histories(operation_id: UUID, now: datetime) -> Iterator[tuple[UUID, list[Entry], list[Broken]]]:
    """The past of each new item that has one: its id, its entries in order, and what does not fit together."""
    values = {"op": operation_id, "after": "", "size": KEYS_AT_A_TIME}
    while (last := select(_LAST_TOLD, values)[0])["n"]:
        for _, events in groupby(select(_TOLD, values), key=lambda row: row["key"]):
            listed = list(events)
            first = listed[0]
            told = [_event(row) for row in listed if row["row"] is not None]
            entries, broken = chains(told, _today(first["item"]), now, _birth(first))
            yield first["record_id"], entries, broken
        values["after"] = last["key"]


def _birth(row: Mapping[str, Any]) -> Birth | None:
    born = row["born"]
    return Birth(row["item_row"], datetime.fromisoformat(born["at"]), tuple(born["fields"])) if born else None


def _event(row: Mapping[str, Any]) -> Event:
    data = row["data"]
    return Event(row["row"], row["at"], data["fields"], data["actor"], data["cause"])


def _today(item: Mapping[str, Any]) -> dict[str, Any]:
    values = {**item, **{f"custom.{key}": value for key, value in item["custom"].items()}}
    return {column: None if value in ("", []) else value for column, value in values.items()}
