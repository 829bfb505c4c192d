"""Writing: batches, change sets, and saves that touch only what differs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import orjson
from django.db import connection, models
from psycopg.pq import TransactionStatus

from trimtab.core.actors import Actor, Clock
from trimtab.core.errors import Forbidden, NotFound, StaleVersion
from trimtab.core.ids import new_id
from trimtab.core.statements import fetch_prepared, insert, update

if TYPE_CHECKING:
    from trimtab.core.models import Record

R = TypeVar("R", bound="Record")
_OPEN = """
select current_setting('trimtab.change_set', true), current_setting('trimtab.change_set_at', true),
  current_setting('trimtab.change_set_new', true),
  ledger_open(%s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s)
"""
_RESTORE = """
select current_setting('trimtab.change_set_new', true), set_config('trimtab.change_set', %s, true),
  set_config('trimtab.change_set_at', %s, true), set_config('trimtab.change_set_new', %s, true)
"""


def open_batch(actor: Actor, clock: Clock, kind: str, label: str) -> UUID:
    """Start a unit of undo: an import, a sync pass, a bulk edit. Returns its id, to pass to ``change_set``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select ledger_open_batch(%s, %s, %s, %s, %s, %s, %s)",
            [new_id(), actor.workspace_id, kind, label, actor.id, actor.name, clock.now],
        )
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


@contextmanager
def change_set(
    actor: Actor,
    *,
    at: datetime,
    cause: Mapping[str, object] | None = None,
    note: str = "",
    batch: UUID | None = None,
) -> Iterator[UUID]:
    """Stamp every write inside with who, when, through what and why; yields the change set's id.

    Inside ``scope.workspace``. ``at`` is when the change is true. A block that writes nothing leaves no change set;
    a nested block is a change set of its own. Raises Forbidden through a lens on the past: it is read only.
    """
    if actor.lens.as_of is not None or actor.lens.known_on is not None:
        raise Forbidden("The past is read only.")
    identity = new_id()
    reason = None if cause is None else orjson.dumps(cause).decode()
    whence = [actor.kind.value, actor.id, actor.name, actor.origin.value]
    (row,) = fetch_prepared(_OPEN, [actor.workspace_id, at, *whence, reason, note, batch, actor.request_id, identity])
    outer = [value or "" for value in row[:3]]
    try:
        yield identity
    finally:
        _reopen(outer, identity)


def last_written() -> UUID | None:
    """The change set of this connection's last block that wrote something: what an answer names to its caller."""
    return getattr(connection, "trimtab_change_set", None)


def forget_written() -> None:
    """Begin anew: ``last_written`` is None until something is written."""
    connection.trimtab_change_set = None  # type: ignore[attr-defined]  # ours, on Django's connection


def _reopen(outer: list[str], identity: UUID) -> None:
    """Back to the change set around this one, or to none. A broken transaction takes it back by its own rollback."""
    if connection.needs_rollback or connection.connection.info.transaction_status != TransactionStatus.INTRANS:
        return
    ((pending, *_),) = fetch_prepared(_RESTORE, outer)
    if not pending:  # the first write took the pending row away
        connection.trimtab_change_set = identity  # type: ignore[attr-defined]  # ours, on Django's connection


def add(record: R) -> R:
    """Insert ``record`` and read back what the database set: version, created_at, updated_at."""
    record.version, record.created_at, record.updated_at = insert(record, ("version", "created_at", "updated_at"))
    record._state.adding, record._state.db = False, connection.alias
    return record


def save(record: R, **changes: object) -> R:
    """Update only the fields that differ, and read back version and updated_at; nothing that differs writes nothing.

    Raises NotFound if the record is gone.
    """
    columns: dict[str, object] = {}
    for name, value in changes.items():
        field = record._meta.get_field(name)
        wanted = value.pk if isinstance(value, models.Model) else value
        if getattr(record, field.attname) != wanted:  # type: ignore[union-attr]
            columns[field.attname] = wanted  # type: ignore[union-attr]
    if not columns:
        return record
    row = update(record, columns, ("version", "updated_at"))
    if row is None:
        raise NotFound("It is not there any more.")
    for name, value in columns.items():
        setattr(record, name, value)
    record.version, record.updated_at = row
    return record


def check_stale(record: "Record", *, version_read: int, changes: Mapping[str, object]) -> None:
    """Refuse where somebody has written one of the fields of ``changes`` since ``version_read``.

    Custom fields (``changes["custom"]``, by field id) are looked at one by one. Writing what is there already is never
    refused. Raises StaleVersion with ``extra.fields``: field → its current value, who wrote it, and when.
    """
    if record.version <= version_read:
        return
    wanted = {name: (_current(record, name), value) for name, value in _flat(record, changes)}
    differing = {name: current for name, (current, value) in wanted.items() if current != value}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (f.field) f.field, s.actor_name, c.at
            from ledger_change c
            join ledger_change_set s on s.id = c.change_set_id
            join ledger_entity e on e.entity = c.entity and e.table_name = %s
            join unnest(%s::text[]) f (field) on c.fields ? f.field
            where c.workspace_id = %s and c.entity_id = %s and c.version > %s and not s.backfill
            order by f.field, c.seq desc
            """,
            [record._meta.db_table, list(differing), record.workspace_id, record.pk, version_read],
        )
        stale = {
            name: {"current": _plain(differing[name]), "by": by, "at": at.isoformat()}
            for name, by, at in cursor.fetchall()
        }
    if stale:
        raise StaleVersion("This changed since you opened it.", current_version=record.version, fields=stale)


def _flat(record: "Record", changes: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Each written field by the name that the log gives it."""
    for name, value in changes.items():
        if name == "custom" and isinstance(value, Mapping):
            yield from ((f"custom.{key}", one) for key, one in value.items())
        else:
            wanted = value.pk if isinstance(value, models.Model) else value
            yield record._meta.get_field(name).attname, wanted  # type: ignore[union-attr]


def _current(record: Any, name: str) -> object:
    if name.startswith("custom."):
        return record.custom.get(name.removeprefix("custom."))
    return getattr(record, name)


def _plain(value: object) -> object:
    """As JSON can hold it."""
    return orjson.loads(orjson.dumps(value, default=str))
