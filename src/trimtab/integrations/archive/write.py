"""Writing an archive: one snapshot, table by table, as a stream."""

import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Any, Final
from uuid import UUID

import orjson
import psycopg
from django.db import connection
from psycopg import sql

import trimtab
from trimtab.collab.files import store
from trimtab.core import scope
from trimtab.core.errors import NotFound
from trimtab.integrations.archive import layout, schema
from trimtab.integrations.archive.layout import Layout, Table

Progress = Callable[[str, int, int | None], None]
"""Called now and then with the step, what is done and of how much; may raise, which stops the work."""

# Whole tables are read: rows that do not lie in the order of their keys are sorted, not fetched one by one.
_ROOM: Final = (
    "select set_config('work_mem', '64MB', true), set_config('jit', 'off', true),"
    " set_config('random_page_cost', '4', true)"
)
_PIECE: Final = 256 * 1024
_LEVEL: Final = 1
# What JSON never holds: so PostgreSQL quotes nothing, and a line is the row's JSON as it is.
_COPY = "copy ({query}) to stdout (format csv, quote e'\\x01', delimiter e'\\x02')"


def write_archive(workspace_id: UUID, target: IO[bytes], *, now: datetime, progress: Progress) -> dict[str, Any]:
    """Write the whole workspace to ``target`` and give the manifest. Outside of any transaction; memory stays flat.

    Raises NotFound, and whatever ``progress`` raises.
    """
    with scope.snapshot(workspace_id), connection.cursor() as cursor:
        cursor.execute(_ROOM)
        found = layout.read(cursor)
        workspace = _workspace(cursor)
        counts = {table.name: _count(cursor, table) for table in found.tables}
        told = _Told(progress, sum(counts.values()))
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL, allowZip64=True) as archive:
            users = _users(archive, cursor, found)
            for table in found.tables:
                _table(archive, table, workspace_id, told)
            files = _files(archive, cursor, workspace_id, told)
            manifest = _manifest(found, cursor, workspace, now) | {
                "tables": [
                    {"file": table.file, "table": table.name, "rows": counts[table.name], "columns": table.columns}
                    for table in found.tables
                ],
                "users": users,
                "files": files,
            }
            archive.writestr(layout.MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    return manifest


class _Told:
    """Adds up what was done."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def more(self, step: str, rows: int) -> None:
        self.done += rows
        self.progress(step, self.done, self.total)


def _workspace(cursor: Any) -> dict[str, Any]:
    cursor.execute("select id, slug, name from core_workspace where workspace_id = id")
    rows = cursor.fetchall()
    if not rows:
        raise NotFound("There is no such workspace.")
    return dict(zip(("id", "slug", "name"), rows[0], strict=True))


def _manifest(found: Layout, cursor: Any, workspace: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "format": layout.FORMAT,
        "format_version": layout.FORMAT_VERSION,
        "trimtab": trimtab.__version__,
        "schema": schema.applied(cursor),
        "exported_at": now,
        "workspace": workspace,
        "entities": found.entities,
    }


def _count(cursor: Any, table: Table) -> int:
    cursor.execute(f'select count(*) from "{table.name}" where workspace_id = ledger_workspace()')  # noqa: S608 - catalog
    count: int = cursor.fetchone()[0]
    return count


def _table(archive: zipfile.ZipFile, table: Table, workspace_id: UUID, told: _Told) -> None:
    with archive.open(table.file, "w", force_zip64=True) as entry:
        for lines, rows in _lines(table, workspace_id):
            entry.write(lines)
            told.more(table.name, rows)


def _lines(table: Table, workspace_id: UUID) -> Iterator[tuple[bytes, int]]:
    """The rows as lines of JSON, a quarter of a megabyte at a time, with their number."""
    query = sql.SQL("select row_to_json(q) from (select {} from {} where workspace_id = {} order by {}) q").format(
        sql.SQL(", ").join(map(sql.Identifier, table.columns)),
        sql.Identifier(table.name),
        sql.Literal(workspace_id),
        sql.SQL(", ").join(map(sql.Identifier, table.key)),
    )
    raw: psycopg.Connection[Any] = connection.connection
    pieces: list[bytes] = []
    size = 0
    with raw.cursor() as cursor, cursor.copy(sql.SQL(_COPY).format(query=query)) as rows:
        for row in rows:
            pieces.append(bytes(row))
            size += len(row)
            if size >= _PIECE:
                yield b"".join(pieces), len(pieces)
                pieces, size = [], 0
    yield b"".join(pieces), len(pieces)


def _users(archive: zipfile.ZipFile, cursor: Any, found: Layout) -> int:
    """Who signs in here and is named there, by what they are found again elsewhere. No password, no right."""
    named = [
        f'select "{column}" from "{table.name}" where workspace_id = ledger_workspace()'  # noqa: S608 - catalog
        for table in found.tables
        for column in table.people
    ]
    cursor.execute(
        f"select id, email, name from accounts_user where id in ({' union '.join(named)}) order by email"  # noqa: S608
    )
    rows = [dict(zip(("id", "email", "name"), row, strict=True)) for row in cursor.fetchall()]
    archive.writestr(layout.USERS, b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return len(rows)


def _files(archive: zipfile.ZipFile, cursor: Any, workspace_id: UUID, told: _Told) -> int:
    """What was attached, under the ids of its rows; bytes that are gone are left out."""
    cursor.execute("select id from collab_storedfile where workspace_id = ledger_workspace() order by id")
    written = 0
    for (file_id,) in cursor.fetchall():
        try:
            pieces = store.current().open(workspace_id, file_id)
        except NotFound:
            continue
        with archive.open(f"{layout.FILES}/{file_id}", "w", force_zip64=True) as entry:
            for piece in pieces:
                entry.write(piece)
        written += 1
        told.more("files", 0)
    return written
