"""Files of an import, sent in pieces and written straight to the disk. Their names are ours."""

import re
import shutil
from pathlib import Path
from uuid import UUID

from trimtab.core import scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Conflict, Invalid, TooLarge, Unavailable
from trimtab.integrations import queries
from trimtab.integrations.models import ImportFile, ImportSession
from trimtab.integrations.services import sessions
from trimtab.settings import ImportSettings

MOST_FILES = 50
PIECE = 1024 * 1024
"""Bytes that a client should send at a time; a request may carry up to twice as many."""
_UNSAFE = re.compile(r"[^\w. ()&+,#=@-]+")
_LONGEST = 100


def folder_of(settings: ImportSettings, session: ImportSession) -> Path:
    """Where the files of a session lie. Made of ids alone."""
    return settings.folder / str(session.workspace_id) / str(session.id)


def announce_file(
    *, actor: Actor, clock: Clock, settings: ImportSettings, session_id: UUID, name: str, size: int
) -> ImportFile:
    """A file that will come in pieces. A file of the same name is replaced.

    Raises NotFound, Forbidden, TooLarge, Invalid (empty, too many), NotReady (the import runs, or is done).
    """
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = sessions.get_open(actor, session_id, lock=True)
        if size > settings.max_bytes:
            raise TooLarge(
                f"“{name[:_LONGEST]}” has {size >> 20:,} MB; {settings.max_bytes >> 20:,} MB is the most. Split it, or "
                "let whoever runs this server raise TRIMTAB_IMPORT_MAX_MB.",
                max_bytes=settings.max_bytes,
            )
        if size <= 0:
            raise Invalid(f"“{name[:_LONGEST]}” is empty.")
        safe = safe_name(name)
        others = ImportFile.objects.filter(session=session).exclude(name=safe)
        if others.count() >= MOST_FILES:
            raise Invalid(f"An import takes {MOST_FILES} files at most.")
        ImportFile.objects.filter(session=session, name=safe).delete()
        sessions.forget_mapping(actor, clock, session)
        if not session.label:
            sessions.touch(clock, session, label=safe)
        folder = folder_of(settings, session)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / safe).unlink(missing_ok=True)
        made: ImportFile = ImportFile.objects.create(
            workspace_id=actor.workspace_id, session=session, name=safe, size=size, created_at=clock.now
        )
        return made


def receive_piece(
    *, actor: Actor, settings: ImportSettings, session_id: UUID, file_id: UUID, offset: int, piece: bytes
) -> ImportFile:
    """Write a piece at ``offset``, in bytes. The same piece again does no harm; a gap is refused.

    Raises NotFound, Forbidden, Conflict (a gap; ``extra.received`` says where to go on), Invalid (more than announced),
    Unavailable (the disk is full).
    """
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = sessions.get_open(actor, session_id)
        file = queries.get_file(actor, session, file_id, lock=True)
        if offset > file.received:
            raise Conflict(f"Of “{file.name}”, {file.received:,} bytes are here: go on from there.",
                           received=file.received)  # fmt: skip
        if offset + len(piece) > file.size:
            raise Invalid(f"“{file.name}” was said to have {file.size:,} bytes, and now has more. Choose it again.")
        path = folder_of(settings, session) / file.name
        try:
            with path.open("r+b" if path.exists() else "wb") as out:
                out.seek(offset)
                out.write(piece)
        except OSError as full:
            raise Unavailable("The server cannot store the file: its disk may be full.") from full
        file.received = max(file.received, offset + len(piece))
        file.save(update_fields=["received"])
        return file


def remove_file(*, actor: Actor, clock: Clock, settings: ImportSettings, session_id: UUID, file_id: UUID) -> None:
    """Take a file out of the import. Raises NotFound, Forbidden, NotReady."""
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = sessions.get_open(actor, session_id, lock=True)
        file = queries.get_file(actor, session, file_id, lock=True)
        file.delete()
        sessions.forget_mapping(actor, clock, session)
        (folder_of(settings, session) / file.name).unlink(missing_ok=True)


def remove_files(settings: ImportSettings, session: ImportSession) -> None:
    """Let go of all files of a session."""
    shutil.rmtree(folder_of(settings, session), ignore_errors=True)


def safe_name(name: str) -> str:
    """A file name that can do no harm, still to be recognised by who sent it."""
    plain = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .") or "file"
    stem, dot, end = plain.rpartition(".")
    return f"{stem[: _LONGEST - len(end) - 1]}.{end}" if dot and stem and len(end) <= 10 else plain[:_LONGEST]
