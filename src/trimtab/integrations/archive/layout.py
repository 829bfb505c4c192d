"""Which tables make up a workspace, and what of their columns travels."""

from dataclasses import dataclass
from typing import Any, Final

from trimtab.core import portable

FORMAT: Final = "trimtab-workspace"
FORMAT_VERSION: Final = 1
MANIFEST, USERS, TABLES, FILES = "manifest.json", "users.ndjson", "tables", "files"

# Made by the database (an identity, a generated column), or true of one installation alone (its transactions).
_COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull and not a.atthasdef,
  coalesce(a.attname in (select x.attname from pg_index i join pg_attribute x on x.attrelid = i.indrelid
    and x.attnum = any (i.indkey) where i.indrelid = c.oid and i.indisprimary), false),
  a.attname = 'workspace_id' or a.attidentity <> '' or a.attgenerated <> '' or a.atttypid in ('xid8'::regtype,
    'pg_snapshot'::regtype),
  exists (select from pg_constraint f where f.conrelid = c.oid and f.contype = 'f' and a.attnum = any (f.conkey)
    and f.confrelid <> 'accounts_user'::regclass)
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and exists (
  select from pg_attribute w where w.attrelid = c.oid and w.attname = 'workspace_id' and not w.attisdropped)
order by c.relname, a.attnum
"""
_ENTITIES = "select entity, table_name from ledger_entity"
_FIRST = ("core_workspace", "ledger_batch", "ledger_change_set", "ledger_change")
_WITHOUT_KEY = ("id", "during", "recorded_at", "voided_at")
_RECORDS = {"id", "entity_id", "record_id", "subject_id", "change_set_id", "batch_id", "voided_by"}


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` are types by name, in order; ``needed`` those that have to be given; ``key`` puts rows in order.

    ``people`` are the columns that may name a user of the installation.
    """

    name: str
    columns: dict[str, str]
    needed: frozenset[str]
    key: tuple[str, ...]
    people: tuple[str, ...]

    @property
    def file(self) -> str:
        return f"{TABLES}/{self.name}.ndjson"


@dataclass(frozen=True, slots=True)
class Layout:
    """All tables, the workspace's own first, and the table of each tracked entity."""

    tables: tuple[Table, ...]
    entities: dict[str, str]

    def find(self, name: str) -> Table | None:
        """The table of that name."""
        return next((table for table in self.tables if table.name == name), None)


def read(cursor: Any) -> Layout:
    """What a workspace is made of in this database."""
    cursor.execute(_COLUMNS)
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name, *column in cursor.fetchall():
        if name not in portable.left_out():
            found.setdefault(name, []).append(tuple(column))
    cursor.execute(_ENTITIES)
    tables = [_table(name, columns, found.get(name.removesuffix("_version"))) for name, columns in found.items()]
    tables.sort(key=lambda table: (_FIRST.index(table.name) if table.name in _FIRST else len(_FIRST), table.name))
    return Layout(tuple(tables), dict(cursor.fetchall()))


def _table(name: str, columns: list[tuple[Any, ...]], live: list[tuple[Any, ...]] | None) -> Table:
    """``live`` are the columns of the table whose past this one holds, if it does, or its own."""
    travels = [(column, kind, needed) for column, kind, needed, _, stays, _ in columns if not stays]
    people = [
        column
        for column, kind, _, key, stays, refers in live or columns
        if kind == "uuid" and not key and not stays and not refers and column not in _RECORDS
    ]
    key = tuple(column for column, _, _, key, _, _ in columns if key)
    return Table(
        name,
        {column: kind for column, kind, _ in travels},
        frozenset(column for column, _, needed in travels if needed),
        key or tuple(column for column, *_ in columns if column in _WITHOUT_KEY),
        tuple(people),
    )
