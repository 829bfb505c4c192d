"""``trimtab restore``: a backup into a new place. All of the data in one transaction, or none."""

import json
import os
import zipfile
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

import psycopg
from psycopg import sql

from trimtab.ops import backup, schema
from trimtab.ops.cluster import DatabaseTrouble
from trimtab.ops.schema import Migration

_PIECE: Final = 1024 * 1024
_REFERENCES: Final = """
select c.conrelid::regclass::text, c.confrelid::regclass::text from pg_constraint c
where c.contype = 'f' and not c.condeferrable and c.conrelid <> c.confrelid and c.connamespace = 'public'::regnamespace
"""
# Built once the rows are there, which takes a part of the time. Those behind constraints stay.
_INDEXES: Final = """
select format('public.%I', i.relname), pg_get_indexdef(i.oid)
from pg_index x join pg_class i on i.oid = x.indexrelid
where i.relnamespace = 'public'::regnamespace and not exists (select from pg_constraint c where c.conindid = i.oid)
"""


class NoBackup(DatabaseTrouble):
    """The file is no backup, or a damaged one."""


class PlaceTaken(DatabaseTrouble):
    """There is data already where a backup was to go."""


class Backup:
    """An opened backup whose manifest was checked. Raises NoBackup, schema.NewerData."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self.zip = zipfile.ZipFile(file)
            self.manifest: dict[str, Any] = json.loads(self.zip.read(backup.MANIFEST))
            self.kind, version = self.manifest["format"], self.manifest["format_version"]
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as wrong:
            raise NoBackup("This file is no backup, or only a part of one.") from wrong
        if self.kind != backup.FORMAT:
            raise NoBackup("This file is no backup of an installation.")
        if version > backup.FORMAT_VERSION:
            raise schema.NewerData(schema.explain("This backup", [f"format {version}"]))
        names = schema.unknown(self.migrations)
        if names:
            raise schema.NewerData(schema.explain("This backup", names))

    @property
    def migrations(self) -> list[Migration]:
        """What its data had seen."""
        return [(app, name) for app, name in self.manifest["migrations"]]

    def bring_key(self, home: Path) -> bool:
        """Put the secret key into ``home`` unless one is there; False where another one is."""
        if backup.SECRET not in self.zip.namelist():
            return True
        key, path = self.zip.read(backup.SECRET).decode(), home / backup.SECRET
        if path.exists():
            return path.read_text().strip() == key.strip()
        home.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key)
        return True

    def bring_files(self, home: Path) -> int:
        """Unpack what was attached; gives how many files."""
        written = 0
        for info in self.zip.infolist():
            parts = PurePosixPath(info.filename).parts
            if parts[0] != backup.FILES or ".." in parts or info.is_dir():
                continue
            path = home.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with self.zip.open(info) as source, os.fdopen(descriptor, "wb") as target:
                while piece := source.read(_PIECE):
                    target.write(piece)
            written += 1
        return written


def check_place(owner_url: str, saved: Backup, home: Path) -> None:
    """Raises PlaceTaken where there are users, workspaces or files, or tables of another state than the backup's."""
    with psycopg.connect(owner_url) as connection:
        seen = schema.applied(connection)
        if seen:
            query = "select exists (select from accounts_user) or exists (select from core_workspace)"
            row = connection.execute(query).fetchone()
            if (row and row[0]) or set(seen) - set(saved.migrations):
                raise PlaceTaken(_TAKEN)
    if any((home / backup.FILES).glob("*/*/*")):
        raise PlaceTaken(_TAKEN)


_TAKEN: Final = (
    "There is data here already, or tables of another version. A backup goes into a new place: name another folder in"
    " TRIMTAB_HOME, or an empty database in DATABASE_URL and TRIMTAB_OWNER_URL, and run trimtab restore again. Nothing"
    " was changed."
)


def load(owner_url: str, saved: Backup, progress: backup.Progress) -> int:
    """Put the data into tables that stand as they stood then; gives how many rows. Raises NoBackup; then all is undone.

    The log's transaction numbers, which mean nothing here, are rewritten, and who reads the log goes on from there.
    """
    total = sum(table["rows"] for table in saved.manifest["tables"])
    with psycopg.connect(owner_url, application_name="trimtab restore") as connection:
        connection.execute("set local synchronous_commit = off")
        connection.execute("set local maintenance_work_mem = '256MB'")
        connection.execute("set constraints all deferred")
        tables = _in_order(connection, {table["table"]: table for table in saved.manifest["tables"]})
        indexes = connection.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"drop index {name}")
        for table in reversed(tables):
            connection.execute(sql.SQL("alter table {} disable trigger user").format(_table(table)))
            connection.execute(sql.SQL("delete from {}").format(_table(table)))
        done = 0
        for table in tables:
            for rows in _fill(connection, saved, table):
                progress(table["table"], done := done + rows, total)
        connection.execute("set constraints all immediate")
        for at, (_, definition) in enumerate(indexes):
            progress(f"index {at + 1} of {len(indexes)}", done, total)
            connection.execute(definition)
        for table in tables:
            connection.execute(sql.SQL("alter table {} enable trigger user").format(_table(table)))
        _settle(connection, saved)
    return done


def _table(table: dict[str, Any]) -> sql.Identifier:
    return sql.Identifier("public", table["table"])


def _in_order(connection: "psycopg.Connection[Any]", tables: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Referred ones first, where a reference cannot wait for the end."""
    there = {row[0] for row in connection.execute("select tablename from pg_tables where schemaname = 'public'")}
    if missing := sorted(tables.keys() - there):
        raise NoBackup(f"The backup has a table that there is not: {missing[0]}.")
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(tables, ()))
    for table, target in connection.execute(_REFERENCES):
        if table in tables and target in tables:
            sorter.add(table, target)
    return [tables[name] for name in sorter.static_order()]


def _fill(connection: "psycopg.Connection[Any]", saved: Backup, table: dict[str, Any]) -> Iterator[int]:
    columns = sql.SQL(", ").join(map(sql.Identifier, table["columns"]))
    statement = sql.SQL("copy {} ({}) from stdin").format(_table(table), columns)
    done = 0
    try:
        with connection.cursor() as cursor:
            with saved.zip.open(f"{backup.TABLES}/{table['table']}") as entry, cursor.copy(statement) as rows:
                while piece := entry.read(_PIECE):
                    rows.write(piece)
                    lines = piece.count(b"\n")
                    done += lines
                    yield lines
            found = cursor.rowcount
    except (zipfile.BadZipFile, KeyError, EOFError, psycopg.DataError, psycopg.IntegrityError) as wrong:
        raise NoBackup(f"{table['table']} in the backup is damaged: {str(wrong).splitlines()[0]}") from wrong
    if found != table["rows"]:
        raise NoBackup(f"{table['table']} in the backup should hold {table['rows']:,} rows and holds {found:,}.")


def _settle(connection: "psycopg.Connection[Any]", saved: Backup) -> None:
    for name, (value, called) in saved.manifest["sequences"].items():
        connection.execute("select setval(%s::regclass, %s, %s)", [f'public."{name}"', value, called])
    connection.execute("select ledger_restored()")
