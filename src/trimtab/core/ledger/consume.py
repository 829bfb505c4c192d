"""Reading the log in pieces, each change once: what is visible now and was not the last time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

_WHOLE = """
select c.seq, c.entity, c.entity_id, c.op, c.fields::text, c.version, c.at, c.recorded_at, c.change_set_id, s.batch_id,
  s.actor_kind, s.actor_id, s.actor_name, s.origin, s.note, s.backfill, s.cause::text
from ledger_change c join ledger_change_set s on s.id = c.change_set_id
where c.change_set_id = any(%s) and c.entity = any(%s) order by c.seq
"""
_NEXT = """
select seq, entity, entity_id, op, fields::text, version, at, recorded_at, change_set_id, batch_id, actor_kind,
  actor_id, actor_name, origin, note, backfill, cause::text
from ledger_consume(%s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A change as a consumer sees it. ``backfill`` is history from elsewhere: not news, never to be announced."""

    seq: int
    entity: str
    entity_id: UUID
    op: str
    fields: Mapping[str, tuple[object, object]]
    version: int
    at: datetime
    recorded_at: datetime
    change_set_id: UUID
    batch_id: UUID | None
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    origin: str
    note: str
    backfill: bool
    cause: Mapping[str, object] | None


def consume(name: str, limit: int = 1000, *, from_start: bool = True) -> list[LoggedChange]:
    """The next changes of the workspace in scope that the consumer ``name`` has not seen, at most ``limit``.

    They count as read when the transaction commits: do the work that follows from them in the same one. Fewer than
    ``limit`` means that all is read. A name that is new begins with the first change ever, or, without ``from_start``,
    with what comes from now on.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [name, limit, from_start])
        return [_logged(row) for row in cursor.fetchall()]


def whole(change_sets: Collection[UUID], entities: Collection[str]) -> list[LoggedChange]:
    """All changes that these change sets made to records of ``entities``: a page of ``consume`` may cut one in two."""
    if not change_sets:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE, [list(change_sets), list(entities)])
        return [_logged(row) for row in cursor.fetchall()]


def _logged(row: Sequence[Any]) -> LoggedChange:
    *front, fields, version, at, recorded_at, change_set, batch, kind, actor, name, origin, note, backfill, cause = row
    values = {field: (old, new) for field, (old, new) in orjson.loads(fields).items()}
    reason = None if cause is None else orjson.loads(cause)
    seq, entity, entity_id, op = front
    return LoggedChange(
        seq, entity, entity_id, op, values, version, at, recorded_at, change_set, batch, kind, actor, name, origin,
        note, backfill, reason,
    )  # fmt: skip
