"""The connection, as the query engine uses it: parameters bound by the server, one statement at a time."""

from collections.abc import Mapping
from typing import Any, cast

import psycopg
from django.db import connection

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
