"""What happened to a record, newest first: who, when, through what, why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import orjson
from django.db import connection

from trimtab.core.actors import Actor, Permission
from trimtab.core.ledger.models import Batch

_LINES = """
select c.seq, c.at, c.recorded_at, c.op, c.fields::text, c.version, s.actor_kind, s.actor_id, s.actor_name, s.origin,
  s.cause::text, s.note, s.batch_id, c.change_set_id, s.backfill, c.voided_at is not null
from ledger_change c join ledger_change_set s on s.id = c.change_set_id
where c.workspace_id = %(workspace)s and c.entity = %(entity)s and c.entity_id = %(record)s
  and (%(before)s::bigint is null
    or (c.at, c.seq) < (select b.at, b.seq from ledger_change b where b.seq = %(before)s))
order by c.at desc, c.seq desc
limit %(limit)s
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
    """One change of a record. ``fields`` maps a field to (old, new) as JSON values; a reference is its id.

    ``at`` is when it was true, ``recorded_at`` when it was learned; ``backfill`` marks history from elsewhere,
    ``undone`` what the past no longer counts. ``op``: I created, U changed, D deleted, P purged.
    """

    seq: int
    at: datetime
    recorded_at: datetime
    op: str
    fields: Mapping[str, tuple[object, object]]
    version: int
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    origin: str
    cause: Mapping[str, object] | None
    note: str
    batch_id: UUID | None
    change_set_id: UUID
    backfill: bool
    undone: bool


def history(
    actor: Actor, entity: str, record_id: UUID, *, before_seq: int | None = None, limit: int = 50
) -> list[HistoryLine]:
    """The record's changes by the time at which they were true, newest first; ``before_seq`` goes on after a line."""
    actor.require(Permission.VIEW)
    with connection.cursor() as cursor:
        cursor.execute(
            _LINES,
            {
                "workspace": actor.workspace_id,
                "entity": entity,
                "record": record_id,
                "before": before_seq,
                "limit": limit,
            },
        )
        return [
            HistoryLine(seq, at, recorded, op, _pairs(fields), *rest[:5], _cause(rest[5]), *rest[6:])  # type: ignore[call-arg]
            for seq, at, recorded, op, fields, *rest in cursor.fetchall()
        ]


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


def _pairs(fields: str) -> dict[str, tuple[object, object]]:
    return {name: (old, new) for name, (old, new) in orjson.loads(fields).items()}


def _cause(text: str | None) -> dict[str, object] | None:
    return None if text is None else orjson.loads(text)
