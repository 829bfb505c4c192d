"""Statements that run again and again: parsed and planned once per connection, their values bound by the server."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.utils import CursorWrapper

M = TypeVar("M", bound=models.Model)
Params = Sequence[Any] | Mapping[str, Any]


def fetch_prepared(statement: str, params: Params) -> list[tuple[Any, ...]]:
    """The rows of a statement whose plan is kept with the connection, for one whose plan no value changes.

    In the open transaction. Raises Django's errors, as its own cursors do.
    """
    database = connections[DEFAULT_DB_ALIAS]  # looked up once: the proxy does it at each turn
    database.ensure_connection()
    raw = cast("psycopg.Connection[tuple[Any, ...]]", database.connection)
    with CursorWrapper(psycopg.Cursor(raw), database) as cursor:
        raw.prepare_threshold = 0
        try:
            cursor.execute(statement, params)
        finally:
            raw.prepare_threshold = None
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def find_locked(model: type[M], record_id: object) -> M | None:
    """The record of this id in the transaction's workspace, locked against change; others may still refer to it."""
    rows = fetch_prepared(_lock_sql(model), [record_id])
    if not rows:
        return None
    fields = model._meta.concrete_fields
    values = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, rows[0], strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], values)


def insert(record: models.Model, returning: Iterable[str]) -> tuple[Any, ...]:
    """Insert ``record`` and give the columns ``returning``, as the database set them."""
    fields = _written(type(record))
    params = [field.get_db_prep_save(getattr(record, field.attname), connection) for field in fields]
    (row,) = fetch_prepared(_insert_sql(type(record), ", ".join(returning)), params)
    return row


def update(record: models.Model, columns: Mapping[str, object], returning: Iterable[str]) -> tuple[Any, ...] | None:
    """Write ``columns`` (by attribute name), and give the columns ``returning``; None when the record is gone."""
    fields = {field.attname: field for field in record._meta.concrete_fields}
    params = [fields[name].get_db_prep_save(value, connection) for name, value in columns.items()]
    statement = _update_sql(type(record), tuple(columns), ", ".join(returning))
    rows = fetch_prepared(statement, [*params, record.pk])
    return rows[0] if rows else None


def _written(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _column(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _placeholder(field: Any) -> str:
    """Where a value of this field goes; some say its type."""
    own = getattr(field, "get_placeholder", None)
    return "%s" if own is None else str(own(None, None, connection))


@cache
def _lock_sql(model: type[models.Model]) -> str:
    columns = ", ".join(_column(field) for field in model._meta.concrete_fields)
    return f"select {columns} from {model._meta.db_table} where id = %s for no key update"  # noqa: S608 - our names


@cache
def _insert_sql(model: type[models.Model], returning: str) -> str:
    fields = _written(model)
    columns, places = (", ".join(map(part, fields)) for part in (_column, _placeholder))
    table = model._meta.db_table
    return f"insert into {table} ({columns}) values ({places}) returning {returning}"  # noqa: S608 - our names


@cache
def _update_sql(model: type[models.Model], names: tuple[str, ...], returning: str) -> str:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    settings = ", ".join(f"{_column(fields[name])} = {_placeholder(fields[name])}" for name in names)
    return f"update {model._meta.db_table} set {settings} where id = %s returning {returning}"  # noqa: S608 - our names
