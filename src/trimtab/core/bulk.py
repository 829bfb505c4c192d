"""Many records in one statement: what imports and sample data write with."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db import connection, models
from psycopg import sql

from trimtab.core.models import Record

S = TypeVar("S")
T = TypeVar("T")


def insert_rows(model: type[Record], workspace_id: UUID, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert records inside the open change set; gives how many. The ledger writes them down like any other.

    A row maps columns to JSON-safe values, ``id`` among them; what it leaves out gets the model's default. Nothing is
    checked but what the database checks. Raises what the database raises.
    """
    if not rows:
        return 0
    defaults = _defaults(model)
    table = sql.Identifier(model._meta.db_table)
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in defaults)
    statement = sql.SQL(
        "insert into {table} (workspace_id, {columns}) select {workspace}, {columns}"
        " from jsonb_populate_recordset(null::{table}, {rows}::jsonb)"
    ).format(table=table, columns=columns, workspace=sql.Placeholder(), rows=sql.Placeholder())
    payload = orjson.dumps([{**defaults, **row} for row in rows], default=str).decode()
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection), [workspace_id, payload])
        return int(cursor.rowcount)


FIRST_LOOK = 500


def plan_for_many() -> None:
    """For the rest of the transaction: room to sort and hash, no compiling, which costs more than it gives here, words
    go into their indexes very many at a time, and long texts are packed by what is quickest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('jit', 'off', true), set_config('work_mem', '32MB', true),"
            " set_config('gin_pending_list_limit', '8MB', true)"
        )
        cursor.execute(
            "select set_config(name, 'lz4', true) from pg_settings"
            " where name = 'default_toast_compression' and 'lz4' = any(enumvals)"
        )


class Measured:
    """Has the database look at tables while they fill, first early, then each time they are eight times as large.

    Without that, plans for a workspace that was empty yesterday are made for a handful of rows. Inside a transaction a
    look keeps other looks and changes of the tables' shape away until its end, but neither readers nor writers.
    """

    def __init__(self, *entities: str) -> None:
        self._entities, self._rows, self._next = list(entities), 0, FIRST_LOOK

    @property
    def room(self) -> int:
        """How many more rows may be written before the next look."""
        return max(self._next - self._rows, 1)

    def wrote(self, rows: int) -> None:
        """``rows`` more are there now."""
        self._rows += rows
        if self._rows >= self._next:
            self._next = self._rows * 8
            with connection.cursor() as cursor:
                cursor.execute("select ledger_measure(%s)", [self._entities])


def ahead(work: Callable[[S], T], source: Iterable[S]) -> Iterator[T]:
    """``work`` done on what ``source`` gives, in order, in a thread that is one ahead of the caller.

    So the next is prepared while the database is at work on the last. ``source`` runs in the caller's thread; ``work``
    must not touch the database, nor what its caller changes meanwhile.
    """
    with ThreadPoolExecutor(1) as pool:
        context = copy_context()
        waiting: list[Future[T]] = []
        for one in source:
            waiting.append(pool.submit(context.run, work, one))
            if len(waiting) > 1:
                yield waiting.pop(0).result()
        for last in waiting:
            yield last.result()


def insert_untracked(rows: Sequence[models.Model]) -> None:
    """Insert rows of one table that is not part of the history, every column as it stands, in one statement.

    Several times as fast as Django's own for hundreds of rows. Raises what the database raises.
    """
    if not rows:
        return
    meta = rows[0]._meta
    names = [field.attname for field in meta.concrete_fields]
    table, columns = sql.Identifier(meta.db_table), sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL(
        "insert into {table} ({columns}) select {columns} from jsonb_populate_recordset(null::{table}, {rows}::jsonb)"
    ).format(table=table, columns=columns, rows=sql.Placeholder())
    payload = orjson.dumps([{name: getattr(row, name) for name in names} for row in rows]).decode()
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection), [payload])


@cache
def _defaults(model: type[Record]) -> dict[str, Any]:
    """Every column that a row may fill, with what stands there otherwise."""
    kept = {"workspace_id", "version", "created_at", "updated_at"}
    fields = [field for field in model._meta.concrete_fields if not field.generated and field.attname not in kept]
    return {field.attname: _default(field) for field in fields}


def _default(field: "models.Field[Any, Any]") -> Any:
    return None if field.primary_key or not field.has_default() else field.get_default()
