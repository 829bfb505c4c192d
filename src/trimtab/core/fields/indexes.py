"""Indexes of the custom fields that are marked for one, made and dropped without locking anybody out."""

from typing import Final
from uuid import UUID

from django.db import connections
from django.db.backends.utils import CursorWrapper

from trimtab.core.fields import registry
from trimtab.core.fields.custom import day_sql, number_sql, text_sql
from trimtab.core.models import FieldType

_PREFIX: Final = "by_custom_"
_LOCK: Final = 4_711_202_601
_EXPRESSIONS = {
    FieldType.TEXT: text_sql,
    FieldType.URL: text_sql,
    FieldType.CHOICE: text_sql,
    FieldType.NUMBER: number_sql,
    FieldType.DATE: day_sql,
}


def settle() -> tuple[int, int]:
    """Make what indexed fields lack, drop what no field asks for, in every workspace; gives how many of each.

    Runs as the owner of the tables, outside of any transaction, one at a time: a second call returns at once.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0, 0
        try:
            wanted = _wanted(cursor)
            kept = _kept(cursor)
            for name in kept - wanted.keys():
                cursor.execute(f'drop index concurrently if exists "{name}"')
            for name in wanted.keys() - kept:
                cursor.execute(f'drop index concurrently if exists "{name}"')
                cursor.execute(wanted[name])
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])
    return len(wanted.keys() - kept), len(kept - wanted.keys())


def _wanted(cursor: CursorWrapper) -> dict[str, str]:
    cursor.execute("select id, entity, type from core_customfield where indexed")
    statements = {}
    for field_id, entity, kind in cursor.fetchall():
        source, expression = registry.find(entity), _EXPRESSIONS.get(FieldType(kind))
        if source is not None and source.table and expression is not None:
            name = index_name(field_id)
            value = expression(field_id).replace("{r}.", "")
            statements[name] = f'create index concurrently "{name}" on {source.table} (workspace_id, {value}, id)'
    return statements


def _kept(cursor: CursorWrapper) -> set[str]:
    """Those that are there and whole; one that broke off half made is made again."""
    cursor.execute(
        "select c.relname from pg_class c join pg_index i on i.indexrelid = c.oid"
        " where i.indisvalid and c.relname ~ %s",
        [f"^{_PREFIX}[0-9a-f]{{32}}$"],
    )
    return {row[0] for row in cursor.fetchall()}


def index_name(field_id: UUID) -> str:
    """The name of a field's index."""
    return f"{_PREFIX}{field_id.hex}"
