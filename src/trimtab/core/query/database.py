"""The connection, as the query engine uses it: parameters bound by the server, one statement at a time."""

from collections.abc import Mapping
from typing import Any, cast

import psycopg
from django.db import connection
from psycopg.types.string import TextLoader

from trimtab.core.statements import fetch_prepared


def fetch(statement: str, params: Mapping[str, object], *, prepared: bool = False) -> list[tuple[Any, ...]]:
    """The rows of one statement in the open transaction.

    ``prepared`` keeps its plan with the connection: for the same text again and again, where no value changes the plan.
    """
    if prepared:
        return fetch_prepared(statement, params)
    connection.ensure_connection()
    raw = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection)
    with psycopg.Cursor(raw) as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def fetch_texts(statement: str, params: Mapping[str, object]) -> tuple[list[int], list[tuple[Any, ...]]]:
    """The type (its number in PostgreSQL) of each column, and the rows; what is no number or truth is text as it came.

    Making an object of each of a hundred thousand ids and days, to write them as text again, would cost more than the
    statement.
    """
    connection.ensure_connection()
    raw = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection)
    with psycopg.Cursor(raw) as cursor:
        for name in _AS_TEXT:
            cursor.adapters.register_loader(name, TextLoader)
        cursor.execute(statement, params)
        result = cursor.pgresult
        assert result is not None
        return [result.ftype(at) for at in range(result.nfields)], cursor.fetchall()


_AS_TEXT = ("uuid", "date", "timestamptz", "numeric", "json", "jsonb")
