"""Very many items out of rows that lie in the database already: they never leave it on their way.

The caller has checked the values, which are canonical; the database refuses what it must.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import connection

from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.bulk import Measured
from trimtab.roadmap.services.bulk import ITEM_COLUMNS, tree_checked_last
from trimtab.roadmap.services.common import refusals, require_write

CHUNK: Final = 5_000
_RECORD: Final = {
    name: kind for name, kind in ITEM_COLUMNS.items() if name not in {"number", "key", "rank", "parent_id", "review"}
}
_EMPTY: Final = {"tags": "'{}'", "custom": "'{}'"}
_TAKE: Final = """
create temporary table taken on commit drop as
select (%(first)s + row_number() over (order by place) - 1)::int as number, s.*
from ({source}) s order by place
"""
_ITEMS: Final = f"""
insert into roadmap_item (id, workspace_id, version, created_at, updated_at, number, key, rank, parent_id, review,
  {", ".join(_RECORD)})
select t.id, %(workspace)s, 1, now(), now(), t.number, t.key, roadmap_rank_of(t.number), t.parent_id, t.review,
  {", ".join(f"coalesce(r.{name}, {_EMPTY[name]})" if name in _EMPTY else f"r.{name}" for name in _RECORD)}
from taken t, jsonb_to_record(t.data -> 'item') as r({", ".join(f"{name} {kind}" for name, kind in _RECORD.items())})
order by t.place
"""  # noqa: S608 - built from constants
_BESIDE: Final = (
    """
    insert into roadmap_itemtext (id, workspace_id, version, created_at, updated_at, body)
    select id, %(workspace)s, 1, now(), now(), data ->> 'description' from taken
    where data ->> 'description' <> '' order by place
    """,
    """
    insert into roadmap_itemvalue
      (id, workspace_id, version, created_at, updated_at, item_id, dimension_id, value_id)
    select new_id(), %(workspace)s, 1, now(), now(), t.id, d.key::uuid, v.value::uuid
    from taken t, jsonb_each(t.data -> 'dims') d, jsonb_array_elements_text(d.value) with ordinality v(value, at)
    order by t.place, d.key, v.at
    """,
    """
    insert into roadmap_estimate (id, workspace_id, version, created_at, updated_at, item_id, likely)
    select new_id(), %(workspace)s, 1, now(), now(), id, (data ->> 'effort')::numeric from taken
    where (data ->> 'effort')::numeric <> 0 order by place
    """,
    """
    insert into core_customlink (id, workspace_id, version, created_at, updated_at, entity, field_id, record_id,
      person_id, team_id, item_id, position)
    select new_id(), %(workspace)s, 1, now(), now(), 'item', l.key::uuid, t.id,
      case when l.value ->> 0 = 'person' then e.value::uuid end,
      case when l.value ->> 0 = 'team' then e.value::uuid end,
      case when l.value ->> 0 = 'item' then e.value::uuid end,
      row_number() over (partition by t.id order by l.key, e.at) - 1
    from taken t, jsonb_each(t.data -> 'links') l, jsonb_array_elements_text(l.value -> 1) with ordinality e(value, at)
    order by t.place
    """,
)


def bulk_create_staged(
    *,
    actor: Actor,
    clock: Clock,
    source: str,
    given: Mapping[str, Any],
    first_number: int,
    batch: UUID | None = None,
    told: Callable[[int], None] = lambda count: None,
) -> int:
    """Create the items that ``source`` selects, in its order, numbered from ``first_number`` on; gives how many.

    ``source`` is SQL over ``given`` that also takes ``%(after)s`` and ``%(size)s``: the rows behind that ``place``, at
    most so many. It selects ``place`` (rising), ``id``, ``key``, ``parent_id``, ``review`` and ``data``, an object of
    ``item`` (columns of the item), ``description``, ``dims`` ({dimension: [value]}), ``links`` ({field: [kind, [id]]})
    and ``effort`` (person-days). ``told`` hears how many are made.
    Raises Forbidden, PastIsReadOnly, Invalid, AlreadyExists, WrongLevel.
    """
    require_write(actor, Permission.EDIT)
    measured, made, after = Measured("item", "item_text", "item_value", "estimate", "custom_link"), 0, -1
    with (
        refusals(),
        ledger.change_set(actor, at=clock.now, batch=batch),
        tree_checked_last(actor),
        connection.cursor() as cursor,
    ):
        while True:
            values: dict[str, Any] = {"workspace": actor.workspace_id, "first": first_number + made, "after": after}
            cursor.execute(_TAKE.format(source=source), {**given, **values, "size": min(CHUNK, measured.room)})
            if not (count := cursor.rowcount):
                cursor.execute("drop table taken")
                return made
            for statement in (_ITEMS, *_BESIDE):
                cursor.execute(statement, values)
            cursor.execute("select max(place) from taken")
            (after,) = cursor.fetchone()
            cursor.execute("drop table taken")
            measured.wrote(count)
            made += count
            told(made)
