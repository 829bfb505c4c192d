"""Indexes of the custom fields that are marked for one, made and dropped without locking anybody out."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connections
from django.db.backends.utils import CursorWrapper

from trimtab.core.fields import registry
from trimtab.core.fields.custom import beginning_sql, day_sql, number_sql, text_sql
from trimtab.core.models import FieldType

_PREFIX: Final = "by_custom_"
_LOCK: Final = 4_711_202_601
_EXPRESSIONS = {
    FieldType.TEXT: beginning_sql,
    FieldType.URL: beginning_sql,
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
            made, dropped = wanted.keys() - kept, kept - wanted.keys()
            for name in dropped | made:
                cursor.execute(f'drop index concurrently if exists "{name}"')
                cursor.execute(f'drop statistics if exists "{name}"')
            for name in made:
                for statement in wanted[name].statements(name):
                    cursor.execute(statement)
            for table in {wanted[name].table for name in made}:
                cursor.execute(f"analyze {table}")
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])
    return len(made), len(dropped)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An index on ``value`` over the rows of the field's own workspace, so that writes elsewhere do not pay for it."""

    table: str
    workspace_id: UUID
    value: str

    def statements(self, name: str) -> tuple[str, str]:
        """PostgreSQL keeps no statistics of an index over a part of the rows; it keeps them by name."""
        rows = f"where workspace_id = '{self.workspace_id}'"
        return (
            f'create index concurrently "{name}" on {self.table} ({self.value}, id) {rows}',
            f'create statistics "{name}" on ({self.value}) from {self.table}',
        )


def _wanted(cursor: CursorWrapper) -> dict[str, _Wanted]:
    cursor.execute("select id, workspace_id, entity, type from core_customfield where indexed")
    found = {}
    for field_id, workspace_id, entity, kind in cursor.fetchall():
        source, expression = registry.find(entity), _EXPRESSIONS.get(FieldType(kind))
        if source is not None and source.table and expression is not None:
            value = expression(field_id).replace("{r}.", "")
            found[index_name(field_id)] = _Wanted(source.table, workspace_id, value)
    return found


def _kept(cursor: CursorWrapper) -> set[str]:
    """Those that are there and whole; one that broke off half made, or has all workspaces in it, is made again."""
    cursor.execute(
        "select c.relname from pg_class c join pg_index i on i.indexrelid = c.oid"
        " join pg_statistic_ext s on s.stxname = c.relname"
        " where i.indisvalid and i.indpred is not null and c.relname ~ %s",
        [f"^{_PREFIX}[0-9a-f]{{32}}$"],
    )
    return {row[0] for row in cursor.fetchall()}


def index_name(field_id: UUID) -> str:
    """The name of a field's index."""
    return f"{_PREFIX}{field_id.hex}"
