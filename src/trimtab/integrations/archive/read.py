"""A workspace from an archive: all of it in one transaction of the owner's, or nothing."""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final
from uuid import UUID

import orjson
import psycopg
from django.db import connections, transaction
from psycopg import sql

from trimtab.accounts import public as accounts
from trimtab.collab.files import store
from trimtab.core.actors import Clock
from trimtab.core.ids import new_id
from trimtab.integrations.archive import ids as renaming
from trimtab.integrations.archive import layout, schema
from trimtab.integrations.archive.ids import Ids, Line
from trimtab.integrations.archive.layout import Layout, Table
from trimtab.integrations.archive.write import Progress
from trimtab.integrations.errors import BadArchive

_PIECE: Final = 4 * 1024 * 1024
_LONGEST_LINE: Final = 256 * 1024 * 1024
_ROOM: Final = (
    "select set_config('work_mem', '64MB', true), set_config('jit', 'off', true),"
    " set_config('gin_pending_list_limit', '64MB', true), set_config('synchronous_commit', 'off', true)"
)
# Consumers that run here begin after what came in: it is no news.
_CONSUMERS: Final = """
insert into ledger_consumer (workspace_id, name, snapshot)
select %s, name, pg_current_snapshot() from (select distinct name from ledger_consumer) c
"""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A workspace that came in. ``users`` were made without a way in; ``waiting`` members are not let in yet."""

    workspace_id: UUID
    slug: str
    rows: int
    users: int
    waiting: int
    same_ids: bool


class Archive:
    """An opened archive whose manifest was checked."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self.zip = zipfile.ZipFile(file)
            self.manifest: dict[str, Any] = orjson.loads(self.zip.read(layout.MANIFEST))
        except (zipfile.BadZipFile, KeyError, orjson.JSONDecodeError, EOFError) as wrong:
            raise BadArchive("This is no archive of a workspace, or only a part of one.") from wrong
        if not isinstance(self.manifest, dict) or self.manifest.get("format") != layout.FORMAT:
            raise BadArchive("This is no archive of a workspace.")
        if self.manifest["format_version"] > layout.FORMAT_VERSION:
            schema.refuse_format("This archive", self.manifest["format_version"])
        schema.check(self.manifest["schema"], "This archive")

    @property
    def slug(self) -> str:
        """The address that the workspace had."""
        return str(self.manifest["workspace"]["slug"])

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table["rows"] for table in self.manifest["tables"])

    def users(self) -> list[dict[str, str]]:
        """Who is named in it."""
        return [orjson.loads(line) for line in self.zip.read(layout.USERS).splitlines()]

    def lines(self, file: str) -> Iterator[bytes]:
        """The lines of one table. Raises BadArchive where the file is damaged."""
        try:
            with self.zip.open(file) as entry:
                while line := entry.readline(_LONGEST_LINE):
                    yield line
        except (zipfile.BadZipFile, KeyError, EOFError) as wrong:
            raise BadArchive(f"{file} in the archive is damaged.") from wrong

    def files(self) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        """What was attached: the id of each, and where it lies."""
        for info in self.zip.infolist():
            folder, _, name = info.filename.partition("/")
            if folder == layout.FILES:
                yield name, info


def read_archive(
    file: IO[bytes], *, user: accounts.UserView, clock: Clock, slug: str, keep_members: bool, progress: Progress
) -> Arrived:
    """Make a workspace of what ``file`` holds, with ``user`` as an admin of it.

    ``slug`` is its address here, empty for the one it had. Other members wait until an admin lets them in, unless
    ``keep_members``; whoever has no account gets one without a way in. Memory stays flat.
    Raises BadArchive, NewerData, SlugTaken, Invalid, and whatever ``progress`` raises; then nothing is left.
    """
    archive = Archive(file)
    slug = accounts.check_address(slug or archive.slug)
    owner = connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute("select ledger_loadable()")
    with _loading() as cursor:
        found = layout.read(cursor)
        users, made = accounts.meet_users(cursor, archive.users())
        ids = _ids(cursor, archive, slug, users)
        cursor.execute("select set_config('trimtab.workspace', %s, true)", [ids.workspace[1]])
        rows = _load(archive, found, ids, progress)
        cursor.execute("select set_config('trimtab.loading', 'off', true)")
        cursor.execute(_CONSUMERS, [ids.workspace[1]])
        workspace_id = UUID(ids.workspace[1])
        progress("people", rows, None)
        waiting = accounts.settle_members(cursor, workspace_id, user, clock, keep=keep_members)
        _files(archive, ids, workspace_id, progress)
        cursor.execute("set constraints all immediate")
    _look(found)
    return Arrived(workspace_id, slug, rows, made, waiting, ids.alphabet is None)


@contextmanager
def _loading() -> Iterator[Any]:
    """One transaction of the owner's in which rows come in as they are."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(_ROOM)
        cursor.execute("set constraints all deferred")
        cursor.execute("select set_config('trimtab.loading', 'on', true)")
        yield cursor


def _ids(cursor: Any, archive: Archive, slug: str, users: Mapping[str, str]) -> Ids:
    """Record ids are kept in an installation that does not have this workspace."""
    old = str(archive.manifest["workspace"]["id"])
    cursor.execute("select 1 from core_workspace where id = %s", [old])
    taken = cursor.fetchone() is not None
    new = str(new_id()) if taken else old
    return Ids((old, new), (archive.slug, slug), users, renaming.another_alphabet() if taken else None)


def _load(archive: Archive, found: Layout, ids: Ids, progress: Progress) -> int:
    total, done = archive.rows, 0
    for told in archive.manifest["tables"]:
        table = found.find(told["table"])
        if table is None:
            raise BadArchive(f"The archive has a table that there is not any more: {told['table']}.")
        insert = _insert(table, told["columns"], ids.workspace[1])
        before = done
        for piece, lines in _pieces(archive.lines(told["file"]), ids.line(table, found)):
            _run(insert, piece)
            done += lines
            progress(table.name, done, total)
        if done - before != told["rows"]:
            raise BadArchive(f"{told['file']} should hold {told['rows']:,} rows and holds {done - before:,}.")
    return done


def _pieces(lines: Iterator[bytes], rewrite: Line) -> Iterator[tuple[str, int]]:
    """Lines as JSON arrays of four megabytes, with their number."""
    piece: list[bytes] = []
    size = 0
    for line in lines:
        piece.append(rewrite(line))
        size += len(line)
        if size >= _PIECE:
            yield f"[{b','.join(piece).decode()}]", len(piece)
            piece, size = [], 0
    if piece:
        yield f"[{b','.join(piece).decode()}]", len(piece)


def _insert(table: Table, columns: Mapping[str, str], workspace_id: str) -> sql.Composed:
    """The statement that takes an array of rows. Transaction ids of there mean nothing here: all of it is the past."""
    lost = [name for name in columns if name not in table.columns]
    missing = [name for name in table.needed if name not in columns]
    if lost or missing:
        raise BadArchive(
            f"{table.name} has changed since this archive was written ({', '.join([*lost, *missing])}). Import it with"
            " the version that wrote it, bring that installation up to date, and export again."
        )
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    past = table.name in {"ledger_change", "ledger_change_set"}
    return sql.SQL(
        "insert into {table} ({names}, workspace_id{txid}) select {names}, {workspace}::uuid{past}"
        " from json_populate_recordset(null::{table}, %s::json)"
    ).format(
        table=sql.Identifier(table.name),
        names=names,
        workspace=sql.Literal(workspace_id),
        txid=sql.SQL(", txid" if past else ""),
        past=sql.SQL(", '3'::xid8" if past else ""),
    )


def _run(insert: sql.Composed, piece: str) -> None:
    raw: psycopg.Connection[Any] = connections["owner"].connection
    try:
        with psycopg.Cursor(raw) as cursor:
            cursor.execute(insert, [piece])
    except (psycopg.DataError, psycopg.IntegrityError) as wrong:
        raise BadArchive(f"The archive holds a row that cannot be: {str(wrong).splitlines()[0]}") from wrong


def _files(archive: Archive, ids: Ids, workspace_id: UUID, progress: Progress) -> None:
    keeper = store.current()
    for place, (name, info) in enumerate(archive.files()):
        progress("files", place, None)
        with archive.zip.open(info) as data:
            keeper.put(workspace_id, UUID(ids.new(name)), data, info.file_size)


def _look(found: Layout) -> None:
    """Let the database see what is there now, so that its plans fit."""
    with connections["owner"].cursor() as cursor:
        for table in found.tables:
            cursor.execute(sql.SQL("analyze {}").format(sql.Identifier(table.name)).as_string(None))
