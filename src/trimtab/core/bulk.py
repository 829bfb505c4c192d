"""Many records in one statement: what imports and sample data write with."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg import sql

from trimtab.core.models import Record


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
    payload = json.dumps([{**defaults, **row} for row in rows], ensure_ascii=False, default=str)
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection), [workspace_id, payload])
        return int(cursor.rowcount)


@cache
def _defaults(model: type[Record]) -> dict[str, Any]:
    """Every column that a row may fill, with what stands there otherwise."""
    kept = {"workspace_id", "version", "created_at", "updated_at"}
    fields = [field for field in model._meta.concrete_fields if not field.generated and field.attname not in kept]
    return {field.attname: _default(field) for field in fields}


def _default(field: "models.Field[Any, Any]") -> Any:
    return None if field.primary_key or not field.has_default() else field.get_default()
