"""``trimtab backup``: the whole installation in one file, from one snapshot, while everybody goes on working.

A zip: ``manifest.json``, every table as PostgreSQL's COPY text in ``tables/``, attached files in ``files/``, the secret
key. It needs no program of PostgreSQL's, and any newer PostgreSQL can take it.
"""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import psycopg
from psycopg import sql

import trimtab
from trimtab.ops import schema

FORMAT: Final = "trimtab-backup"
FORMAT_VERSION: Final = 1
MANIFEST, SECRET, TABLES, FILES = "manifest.json", "secret_key", "tables", "files"
Progress = Callable[[str, int, int], None]
"""Called now and then with the step, the rows done and all rows; may raise, which stops the work."""

_PIECE: Final = 256 * 1024
_COLUMNS: Final = """
select c.relname, array_agg(a.attname::text order by a.attnum)
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  and a.attgenerated = ''
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by c.relname order by c.relname
"""
_SEQUENCES: Final = "select relname from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace"


def write(owner_url: str, home: Path, target: IO[bytes], progress: Progress) -> dict[str, Any]:
    """Write everything to ``target``; gives the manifest. Memory stays flat. ``home`` holds files and the key."""
    with (
        psycopg.connect(owner_url, application_name="trimtab backup") as connection,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        tables = _tables(connection)
        total, done = sum(table["rows"] for table in tables), 0
        for table in tables:
            for rows in _copy(connection, archive, table):
                done += rows
                progress(table["table"], done, total)
        manifest = _manifest(connection, tables)
        manifest["files"] = _files(archive, home, lambda: progress("files", done, total))
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return manifest


def _tables(connection: "psycopg.Connection[Any]") -> list[dict[str, Any]]:
    found = []
    for name, columns in connection.execute(_COLUMNS).fetchall():
        ((rows,),) = connection.execute(sql.SQL("select count(*) from {}").format(_table(name))).fetchall()
        found.append({"table": name, "columns": columns, "rows": rows})
    return found


def _table(name: str) -> sql.Identifier:
    return sql.Identifier("public", name)


def _manifest(connection: "psycopg.Connection[Any]", tables: list[dict[str, Any]]) -> dict[str, Any]:
    names = [row[0] for row in connection.execute(_SEQUENCES).fetchall()]
    sequences = {
        name: connection.execute(sql.SQL("select last_value, is_called from {}").format(_table(name))).fetchone()
        for name in sorted(names)
    }
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "trimtab": trimtab.__version__,
        "server": connection.info.server_version,
        "made_at": datetime.now(UTC).isoformat(),
        "migrations": schema.applied(connection),
        "tables": tables,
        "sequences": sequences,
    }


def _copy(connection: "psycopg.Connection[Any]", archive: zipfile.ZipFile, table: dict[str, Any]) -> Iterator[int]:
    """Write one table; gives how many rows each piece has."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table["columns"]))
    statement = sql.SQL("copy {} ({}) to stdout").format(_table(table["table"]), columns)
    pieces: list[bytes] = []
    size = 0
    with (
        archive.open(f"{TABLES}/{table['table']}", "w", force_zip64=True) as entry,
        connection.cursor() as cursor,
        cursor.copy(statement) as rows,
    ):
        for row in rows:
            pieces.append(bytes(row))
            size += len(row)
            if size >= _PIECE:
                entry.write(b"".join(pieces))
                yield len(pieces)
                pieces, size = [], 0
        entry.write(b"".join(pieces))
        yield len(pieces)


def _files(archive: zipfile.ZipFile, home: Path, progress: Callable[[], None]) -> int:
    """What was attached, and the key that opens what is sealed. A file that goes meanwhile is left out."""
    written = 0
    for path in sorted((home / FILES).rglob("*")):
        if path.is_file() and path.suffix != ".part":
            with suppress(FileNotFoundError):
                archive.write(path, f"{FILES}/{path.relative_to(home / FILES)}")
                written += 1
                progress()
    with suppress(FileNotFoundError):
        archive.writestr(SECRET, (home / SECRET).read_text())
    return written
