"""Tables from the changes alone: what the log says must be what the tables and the past say."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

Fields = dict[str, object]

_NOW = """
select c.entity_id, c.op, c.fields::text
from ledger_change c join ledger_change_set s on s.id = c.change_set_id
where c.workspace_id = %(workspace)s and c.entity = %(entity)s and c.op <> 'P' and not s.backfill
order by c.seq
"""
_THEN = """
select c.entity_id, c.op, c.fields::text
from ledger_change c join ledger_change_set s on s.id = c.change_set_id
where c.workspace_id = %(workspace)s and c.entity = %(entity)s and c.op <> 'P'
  and c.voided_at is null and c.at <= %(as_of)s
order by not s.backfill, case when s.backfill then c.at end, c.seq
"""


def replay(workspace_id: UUID, entity: str, *, as_of: datetime | None = None) -> dict[UUID, Fields]:
    """The records of ``entity`` by id, as the log alone tells them: fields that hold something, ``custom`` as a map.

    Live in the order of writing; ``as_of`` an instant in the order of truth, without what was undone. A purge took the
    value out of every change, so it needs no telling. Slow: for tests and the doctor.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NOW if as_of is None else _THEN, {"workspace": workspace_id, "entity": entity, "as_of": as_of})
        changes = ((entity_id, op, orjson.loads(fields)) for entity_id, op, fields in cursor.fetchall())
        return {entity_id: _nested(fields) for entity_id, fields in _fold(changes).items()}


def _fold(changes: Iterable[tuple[UUID, str, Mapping[str, Any]]]) -> dict[UUID, Fields]:
    records: dict[UUID, Fields] = {}
    for entity_id, op, fields in changes:
        if op == "D":
            records.pop(entity_id, None)
            continue
        if op == "I":
            records[entity_id] = {}
        for name, (_, new) in fields.items():
            records[entity_id][name] = new
    return records


def _nested(fields: Mapping[str, object]) -> Fields:
    record: Fields = {}
    custom: Fields = {}
    for name, value in fields.items():
        if value is None:
            continue
        if name.startswith("custom."):
            custom[name.removeprefix("custom.")] = value
        else:
            record[name] = value
    return record | {"custom": custom} if custom else record
