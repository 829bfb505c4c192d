"""Files on records: take in, give out, take away, clear up."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Final
from uuid import UUID

from django.db import connection

from trimtab.collab import queries, subjects
from trimtab.collab.errors import FileTooLarge, FileTypeRefused, QuotaReached
from trimtab.collab.files import names, sniff
from trimtab.collab.files.store import CHUNK, Store
from trimtab.collab.models import Attachment, StoredFile
from trimtab.collab.services.common import refusals, require_write
from trimtab.core import ledger, scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Forbidden, NotFound
from trimtab.core.ids import new_id
from trimtab.settings import FileSettings

DRAFTS_KEPT: Final = timedelta(days=1)
DELETED_KEPT: Final = timedelta(days=30)
"""How long a deleted file can be brought back by undo."""


@dataclass(slots=True)
class Upload:
    """Bytes that are in the store and belong to nothing yet. ``taken``: a record holds them now."""

    file_id: UUID
    size: int
    content_type: str
    sha256: str
    taken: bool = False


def admit(actor: Actor, *, entity: str, record_id: UUID, size: int, limits: FileSettings) -> None:
    """Whether the actor may put a file of that many bytes on a record, before any of them is sent.

    Raises NotFound, Forbidden, PastIsReadOnly, FileTooLarge, QuotaReached.
    """
    require_write(actor)
    subjects.visible(actor, entity, record_id)
    _check_size(actor, size, limits)


def _check_size(actor: Actor, size: int, limits: FileSettings) -> None:
    if size > limits.max_bytes:
        raise FileTooLarge(
            f"A file may have up to {limits.max_bytes // 1024 // 1024} MB.", limit_bytes=limits.max_bytes
        )
    used = queries.used_bytes(actor)
    if used + size > limits.quota_bytes:
        raise QuotaReached(
            "There is no more room for files in this workspace. Delete some, or ask for more room.",
            quota_bytes=limits.quota_bytes,
            used_bytes=used,
        )


def take_in(store: Store, workspace_id: UUID, data: IO[bytes], limits: FileSettings) -> Upload:
    """Look at bytes and put them into the store. Outside of any transaction; ``data`` is read from its start, twice.

    Raises FileTooLarge, FileTypeRefused, StoreUnavailable.
    """
    digest, size, head = hashlib.sha256(), 0, b""
    data.seek(0)
    while piece := data.read(CHUNK):
        digest.update(piece)
        size += len(piece)
        head = head or piece[: sniff.HEAD]
        if size > limits.max_bytes:
            raise FileTooLarge("This file is too large.", limit_bytes=limits.max_bytes)
    kind = sniff.sniff(head)
    if not sniff.allowed(kind, limits.types):
        raise FileTypeRefused("Files of this kind are not taken here.", content_type=kind, fields={})
    upload = Upload(new_id(), size, kind, digest.hexdigest())
    data.seek(0)
    store.put(workspace_id, upload.file_id, data, size)
    return upload


def attach(
    *,
    actor: Actor,
    clock: Clock,
    entity: str,
    record_id: UUID,
    name: str,
    upload: Upload,
    limits: FileSettings,
    draft: bool = False,
    comment_id: UUID | None = None,
) -> Attachment:
    """Make uploaded bytes a file of a record; as a ``draft`` it waits for its author's comment, for a day.

    Raises NotFound, Forbidden, PastIsReadOnly, FileTooLarge, QuotaReached.
    """
    require_write(actor)
    subjects.visible(actor, entity, record_id)
    with connection.cursor() as cursor:  # two uploads at once must not share the last room
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended('trimtab.files.' || %s, 0))", [actor.workspace_id]
        )
    _check_size(actor, upload.size, limits)
    StoredFile.objects.create(
        id=upload.file_id,
        workspace_id=actor.workspace_id,
        created_at=clock.now,
        size=upload.size,
        content_type=upload.content_type,
        sha256=upload.sha256,
        uploaded_by=actor.id,
    )
    attachment = Attachment(
        id=new_id(),
        workspace_id=actor.workspace_id,
        subject_entity=entity,
        subject_id=record_id,
        comment_id=comment_id,
        file_id=upload.file_id,
        name=names.clean(name),
        author_id=actor.person_id,
        author_name=actor.name,
        posted_at=clock.now,
        draft=draft,
    )
    with refusals(), ledger.change_set(actor, at=clock.now):
        ledger.add(attachment)
    upload.taken = True
    return attachment


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it is handed out."""

    file_id: UUID
    name: str
    size: int
    content_type: str
    sha256: str


def find_kept(actor: Actor, attachment_id: UUID) -> Kept:
    """The file of an attachment that the actor may see. Raises NotFound, also for one that was purged."""
    attachment = visible_attachment(actor, attachment_id)
    file = queries.one(actor, StoredFile, attachment.file_id)
    if file.purged_at is not None:
        raise NotFound("This file was purged.")
    return Kept(file.id, attachment.name, file.size, file.content_type, file.sha256)


def visible_attachment(actor: Actor, attachment_id: UUID, *, lock: bool = False) -> Attachment:
    """An attachment of a record that the actor may see; a draft is its author's alone. Raises NotFound, Forbidden."""
    attachment = queries.one(actor, Attachment, attachment_id, lock=lock)
    if attachment.draft and (actor.person_id is None or attachment.author_id != actor.person_id):
        raise NotFound("There is no such file.")
    subjects.visible(actor, attachment.subject_entity, attachment.subject_id)
    return attachment


def delete_attachment(*, actor: Actor, clock: Clock, attachment_id: UUID, purge: bool = False) -> None:
    """Take a file away: one's own, or, as an editor, anybody's. Undo brings it back for thirty days; an admin may
    ``purge`` it at once and for good. Raises NotFound, Forbidden, PastIsReadOnly.
    """
    require_write(actor, Permission.ADMIN if purge else Permission.CONTRIBUTE)
    attachment = visible_attachment(actor, attachment_id, lock=True)
    own = actor.person_id is not None and attachment.author_id == actor.person_id
    if not own and not actor.may(Permission.EDIT):
        raise Forbidden("Only who uploaded it or an editor may delete a file.", permission=Permission.EDIT.value)
    with refusals(), ledger.change_set(actor, at=clock.now):
        attachment.delete()
    if purge:
        queries.rows(actor, StoredFile).filter(id=attachment.file_id).update(purged_at=clock.now)


def sweep(store: Store, actor: Actor, clock: Clock, *, leftovers: bool = False) -> int:
    """Clear up a workspace, in transactions of its own: drafts that were never posted, files that nothing has held for
    thirty days, and the bytes of what was purged. With ``leftovers`` also bytes that no row knows: an upload that broke
    off. Gives how many files went from the store."""
    with scope.workspace(actor.workspace_id):
        stale = queries.rows(actor, Attachment).filter(draft=True, posted_at__lt=clock.now - DRAFTS_KEPT)
        with ledger.change_set(actor, at=clock.now, note="Never posted."):
            stale.delete()
        unheld = queries.unheld_files(
            actor, deleted_before=clock.now - DELETED_KEPT, made_before=clock.now - DRAFTS_KEPT
        )
        queries.rows(actor, StoredFile).filter(id__in=unheld).update(purged_at=clock.now)
        gone = set(unheld) | queries.purged_files(actor, since=clock.now - DRAFTS_KEPT)
    if leftovers:
        gone |= set(_unknown(store, actor, clock.now - DRAFTS_KEPT))
    for file_id in sorted(gone):
        store.delete(actor.workspace_id, file_id)
    return len(gone)


def _unknown(store: Store, actor: Actor, before: datetime) -> Iterator[UUID]:
    with scope.workspace(actor.workspace_id):
        known = queries.kept_files(actor)
    for file_id, since in store.kept(actor.workspace_id):
        if file_id not in known and since < before:
            yield file_id
