"""What lies beside many items' rows, brought up to date in a few statements: text, effort, dimensions, links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.bulk import insert_rows
from trimtab.core.ids import new_id
from trimtab.core.models import CustomLink
from trimtab.roadmap.models import Estimate, ItemText, ItemValue
from trimtab.roadmap.services.common import refusals, require_write, rolled_up_once

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Beside:
    """What to make of an item; what is None or absent stays. ``effort`` (a tuple of one: its value, None takes it
    away) is the estimate of no team. ``dimensions``: by dimension, its values. ``links``: by custom field, the column
    of the link and its targets."""

    item_id: UUID
    description: str | None = None
    effort: tuple[Decimal | None] | None = None
    dimensions: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)
    links: Mapping[UUID, tuple[str, Sequence[UUID]]] = field(default_factory=dict)


def bulk_update_beside(
    *, actor: Actor, clock: Clock, changes: Iterable[Beside], batch: UUID | None = None, note: str = ""
) -> None:
    """Bring what lies beside items up to date. What stands already leaves no trace. Raises Forbidden, Invalid."""
    require_write(actor, Permission.EDIT)
    source = iter(changes)
    with refusals(), ledger.change_set(actor, at=clock.now, batch=batch, note=note), rolled_up_once(actor):
        while chunk := list(islice(source, CHUNK)):
            _texts(actor, [(one.item_id, one.description) for one in chunk if one.description is not None])
            _efforts(actor, [(one.item_id, one.effort[0]) for one in chunk if one.effort is not None])
            _values(actor, chunk)
            _links(actor, chunk)


def _run(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _texts(actor: Actor, rows: list[tuple[UUID, str]]) -> None:
    if not rows:
        return
    known = _run(
        "update roadmap_itemtext t set body = n.body from unnest(%s::uuid[], %s::text[]) n(id, body)"
        " where t.workspace_id = %s and t.id = n.id returning t.id",
        *_columns(rows), actor.workspace_id,
    )  # fmt: skip
    there = {row[0] for row in known}
    insert_rows(ItemText, actor.workspace_id, [{"id": i, "body": b} for i, b in rows if i not in there and b])


def _efforts(actor: Actor, rows: list[tuple[UUID, Decimal | None]]) -> None:
    if not rows:
        return
    gone = [item_id for item_id, effort in rows if effort is None]
    kept = [(item_id, effort) for item_id, effort in rows if effort is not None]
    _run(
        "delete from roadmap_estimate where workspace_id = %s and team_id is null and item_id = any(%s)",
        actor.workspace_id, gone,
    )  # fmt: skip
    if not kept:
        return
    known = _run(
        "update roadmap_estimate e"
        " set likely = n.likely, low = least(e.low, n.likely), high = greatest(e.high, n.likely)"
        " from unnest(%s::uuid[], %s::numeric[]) n(item_id, likely)"
        " where e.workspace_id = %s and e.item_id = n.item_id and e.team_id is null returning e.item_id",
        *_columns(kept), actor.workspace_id,
    )  # fmt: skip
    there = {row[0] for row in known}
    insert_rows(
        Estimate,
        actor.workspace_id,
        [{"id": new_id(), "item_id": item, "likely": effort} for item, effort in kept if item not in there],
    )


def _values(actor: Actor, chunk: Sequence[Beside]) -> None:
    asked = [(one.item_id, dimension) for one in chunk for dimension in one.dimensions]
    if not asked:
        return
    wanted = [
        (one.item_id, dimension, value)
        for one in chunk
        for dimension, values in one.dimensions.items()
        for value in dict.fromkeys(values)
    ]
    known = _run(
        "select v.id, v.item_id, v.dimension_id, v.value_id from roadmap_itemvalue v"
        " join unnest(%s::uuid[], %s::uuid[]) a(item_id, dimension_id) using (item_id, dimension_id)"
        " where v.workspace_id = %s",
        *_columns(asked), actor.workspace_id,
    )  # fmt: skip
    there = {row[1:]: row[0] for row in known}
    _delete(actor, "roadmap_itemvalue", set(there) - set(wanted), there)
    insert_rows(
        ItemValue,
        actor.workspace_id,
        [
            {"id": new_id(), "item_id": item, "dimension_id": dimension, "value_id": value}
            for item, dimension, value in wanted
            if (item, dimension, value) not in there
        ],
    )


def _links(actor: Actor, chunk: Sequence[Beside]) -> None:
    asked = [(one.item_id, field_id) for one in chunk for field_id in one.links]
    if not asked:
        return
    wanted = {
        (one.item_id, field_id, target): (column, place)
        for one in chunk
        for field_id, (column, targets) in one.links.items()
        for place, target in enumerate(dict.fromkeys(targets))
    }
    known = _run(
        "select l.id, l.record_id, l.field_id, coalesce(l.person_id, l.team_id, l.item_id) from core_customlink l"
        " join unnest(%s::uuid[], %s::uuid[]) a(record_id, field_id) using (record_id, field_id)"
        " where l.workspace_id = %s and l.entity = 'item'",
        *_columns(asked), actor.workspace_id,
    )  # fmt: skip
    there = {row[1:]: row[0] for row in known}
    _delete(actor, "core_customlink", set(there) - set(wanted), there)
    insert_rows(
        CustomLink,
        actor.workspace_id,
        [
            {"id": new_id(), "field_id": key[1], "record_id": key[0], column: key[2], "position": place}
            for key, (column, place) in wanted.items()
            if key not in there
        ],
    )


def _delete(actor: Actor, table: str, gone: Iterable[Any], ids: Mapping[Any, UUID]) -> None:
    """Delete the rows of these keys."""
    listed = [ids[key] for key in gone]
    if listed:
        _run(f"delete from {table} where workspace_id = %s and id = any(%s)", actor.workspace_id, listed)  # noqa: S608
