"""What happened to a record and all that belongs to it, newest first: who, when, through what, why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from trimtab.core import guards
from trimtab.core.actors import Actor, Permission
from trimtab.core.ledger.belongings import records_sql
from trimtab.core.ledger.models import Batch

_LINES = """
with record as materialized ({records}), line as (
  select c.*, r.told
  from record r join ledger_change c
    on c.workspace_id = %(workspace)s and c.entity_id = r.id and c.entity = r.entity
  where %(before)s::bigint is null
    or (c.at, c.seq) < (select b.at, b.seq from ledger_change b where b.seq = %(before)s)
  order by c.at desc, c.seq desc
  limit %(limit)s
)
select c.fields::text, c.told::text, s.cause::text, c.seq, c.entity, c.entity_id, c.at, c.recorded_at, c.op, c.version,
  s.actor_kind, s.actor_id, s.actor_name, s.origin, s.note, s.batch_id, c.change_set_id, s.backfill,
  c.voided_at is not null
from line c join ledger_change_set s on s.id = c.change_set_id
order by c.at desc, c.seq desc
"""
_DAYS = """
select (at at time zone %(zone)s)::date as day, count(*)
from ledger_change
where workspace_id = %(workspace)s and at >= (%(first)s::date)::timestamp at time zone %(zone)s
  and at < (%(last)s::date + 1)::timestamp at time zone %(zone)s
group by day order by day
"""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change of a record, or of one that belongs to it: ``entity`` and ``record_id`` say of which.

    ``fields`` maps a field to (old, new) as JSON values; a reference is its id. ``told`` has what says which part this
    is, as it was last, whether or not the line changes it; it is empty for the record itself. ``at`` is when it was
    true, ``recorded_at`` when it was learned; ``backfill`` marks history from elsewhere, ``undone`` what the past no
    longer counts. ``op``: I created, U changed, D deleted, P purged.
    """

    fields: Mapping[str, tuple[object, object]]
    told: Mapping[str, object]
    cause: Mapping[str, object] | None
    seq: int
    entity: str
    record_id: UUID
    at: datetime
    recorded_at: datetime
    op: str
    version: int
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    origin: str
    note: str
    batch_id: UUID | None
    change_set_id: UUID
    backfill: bool
    undone: bool


def history(
    actor: Actor, entity: str, record_id: UUID, *, before_seq: int | None = None, limit: int = 50
) -> list[HistoryLine]:
    """The changes of a record and of what belongs to it, deleted parts included, by the time at which they were true,
    newest first; ``before_seq`` goes on after a line."""
    actor.require(Permission.VIEW)
    found: list[HistoryLine] = []
    while len(found) < limit:
        lines = _lines(actor, entity, record_id, before_seq, limit)
        found += [seen for line in lines if (seen := _seen(actor, line)) is not None]
        if len(lines) < limit:
            break
        before_seq = lines[-1].seq
    return found[:limit]


def _seen(actor: Actor, line: HistoryLine) -> HistoryLine | None:
    """The line without what is kept from the actor; None where nothing is left of it."""
    if not actor.hidden:
        return line
    about = dict(line.told) | {name: new if new is not None else old for name, (old, new) in line.fields.items()}
    fields = {k: v for k, v in line.fields.items() if not guards.is_hidden(actor, line.entity, k, about)}
    if len(fields) == len(line.fields):
        return line
    told = {k: v for k, v in line.told.items() if not guards.is_hidden(actor, line.entity, k, about)}
    return replace(line, fields=fields, told=told) if fields else None


def _lines(actor: Actor, entity: str, record_id: UUID, before_seq: int | None, limit: int) -> list[HistoryLine]:
    with connection.cursor() as cursor:
        cursor.execute(
            _LINES.format(records=records_sql(entity)),
            {
                "workspace": actor.workspace_id,
                "entity": entity,
                "record": record_id,
                "before": before_seq,
                "limit": limit,
            },
        )
        return [_line(*row) for row in cursor.fetchall()]


def changes_per_day(actor: Actor, first: date, last: date, timezone: str) -> list[tuple[date, int]]:
    """How many changes each day from ``first`` to ``last`` has, both included; days without any are left out."""
    actor.require(Permission.VIEW)
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"workspace": actor.workspace_id, "first": first, "last": last, "zone": timezone})
        return list(cursor.fetchall())


def latest_batches(actor: Actor, *, limit: int) -> list[Batch]:
    """Imports, bulk edits, undos: the newest first."""
    actor.require(Permission.VIEW)
    return list(Batch.objects.filter(workspace_id=actor.workspace_id).order_by("-opened_at", "id")[:limit])


def first_day(actor: Actor, timezone: str) -> date | None:
    """The day of the earliest change that is known of; None in an empty workspace."""
    actor.require(Permission.VIEW)
    with connection.cursor() as cursor:
        cursor.execute(
            "select (min(at) at time zone %s)::date from ledger_change where workspace_id = %s",
            [timezone, actor.workspace_id],
        )
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def _line(fields: str, told: str, cause: str | None, *rest: Any) -> HistoryLine:
    pairs = {name: (old, new) for name, (old, new) in orjson.loads(fields).items()}
    return HistoryLine(pairs, orjson.loads(told), None if cause is None else orjson.loads(cause), *rest)
