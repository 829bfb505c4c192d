"""The connection, as the query engine uses it: parameters bound by the server, one statement at a time."""

from collections.abc import Mapping
from typing import Any, cast

import psycopg
from django.db import connection


def fetch(statement: str, params: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """The rows of one statement in the open transaction."""
    connection.ensure_connection()
    raw = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection)
    with psycopg.Cursor(raw) as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()
