"""What the layers above may ask of collaboration. Takes ids, gives frozen values.

A domain lets its records be talked about in two steps: a migration with ``select collab_join('release',
'roadmap_release')``, and ``register_subject`` when its app is ready. Before it deletes a record it calls
``delete_about``. Every function runs inside ``scope.workspace``.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO
from uuid import UUID

from trimtab.collab import errors, queries, sources, subjects
from trimtab.collab.files import store
from trimtab.collab.notices.kinds import (
    Line,
    Mode,
    NoticeKind,
    SeenSet,
    Tell,
    Why,
    register_kind,
    register_notice,
    register_operation,
)
from trimtab.collab.notices.wording import leads_to
from trimtab.collab.rules import REACTIONS, Mentionable
from trimtab.collab.services import attachments, bulk, comments, watching
from trimtab.collab.services.attachments import Upload
from trimtab.collab.services.bulk import CommentRejection, ImportedComment, ImportedComments
from trimtab.collab.services.watching import Watching
from trimtab.collab.subjects import About, Describe, Owners, Subject
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock
from trimtab.core.ledger import Part
from trimtab.settings import FileSettings

__all__ = [
    "REACTIONS",
    "About",
    "CommentRejection",
    "CommentView",
    "Describe",
    "ImportedComment",
    "ImportedComments",
    "Line",
    "Mentionable",
    "Mode",
    "NoticeKind",
    "Owners",
    "SeenSet",
    "Tell",
    "Upload",
    "Watching",
    "Why",
    "about",
    "admit_file",
    "attach_file",
    "delete_about",
    "delete_comment",
    "drop_file",
    "edit_comment",
    "errors",
    "get_comment",
    "import_comments",
    "import_watchers",
    "leads_to",
    "mentioned_in",
    "post_comment",
    "react",
    "register_kind",
    "register_notice",
    "register_operation",
    "register_subject",
    "resolve_thread",
    "set_watching",
    "take_in_file",
    "watchers_of",
]
_PARTS = (
    Part("comment", by=("subject_id",), told_by=("author_id", "author_name", "thread_id")),
    Part("attachment", by=("subject_id",), told_by=("name", "draft")),
)


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment as it stands. ``thread_id`` is the comment that began its conversation, None for that one itself."""

    id: UUID
    version: int
    entity: str
    subject_id: UUID
    thread_id: UUID | None
    author_id: UUID | None
    author_name: str
    body: str


def register_subject(entity: str, *, label: str, describe: Describe, owners: Owners) -> None:
    """Let records of a kind be talked about; see ``subjects.Subject``. Their history tells of comments and files."""
    subjects.register(Subject(entity, label, describe, owners))
    ledger.belongs(entity, *_PARTS)
    sources.register()


def about(actor: Actor, entity: str, ids: Collection[UUID]) -> dict[UUID, About]:
    """What people call these records; those that the actor may not see are absent. Raises NotFound (the kind)."""
    return dict(subjects.kind(entity).describe(actor, ids))


def watchers_of(actor: Actor, entity: str, ids: Collection[UUID]) -> dict[UUID, tuple[Watching, ...]]:
    """See ``services.watching.watchers_of``."""
    return watching.watchers_of(actor, entity, ids)


def set_watching(*, actor: Actor, clock: Clock, entity: str, record_id: UUID, on: bool = True) -> None:
    """See ``services.watching.watch``."""
    watching.watch(actor=actor, clock=clock, entity=entity, record_id=record_id, watching=on)


def post_comment(
    *,
    actor: Actor,
    clock: Clock,
    entity: str,
    record_id: UUID,
    body: str,
    thread_id: UUID | None = None,
    attachment_ids: Iterable[UUID] = (),
    comment_id: UUID | None = None,
) -> UUID:
    """See ``services.comments.post_comment``."""
    made: UUID = comments.post_comment(
        actor=actor,
        clock=clock,
        entity=entity,
        record_id=record_id,
        body=body,
        thread_id=thread_id,
        attachment_ids=attachment_ids,
        comment_id=comment_id,
    ).id
    return made


def get_comment(actor: Actor, comment_id: UUID) -> CommentView:
    """A comment on a record that the actor may see. Raises NotFound, Forbidden."""
    found = queries.visible_comment(actor, comment_id)
    return CommentView(
        id=found.id,
        version=found.version,
        entity=found.subject_entity,
        subject_id=found.subject_id,
        thread_id=found.thread_id,
        author_id=found.author_id,
        author_name=found.author_name,
        body=found.body,
    )


def mentioned_in(actor: Actor, comment_ids: Iterable[UUID]) -> dict[UUID, tuple[Mentionable, ...]]:
    """The people and teams named in each of these comments; comments that name nobody are absent."""
    return queries.list_mentioned(actor, comment_ids)


def edit_comment(*, actor: Actor, clock: Clock, comment_id: UUID, body: str) -> None:
    """See ``services.comments.edit_comment``; made on whatever stands."""
    version = queries.visible_comment(actor, comment_id).version
    comments.edit_comment(actor=actor, clock=clock, comment_id=comment_id, version=version, body=body)


def delete_comment(*, actor: Actor, clock: Clock, comment_id: UUID) -> None:
    """See ``services.comments.delete_comment``."""
    comments.delete_comment(actor=actor, clock=clock, comment_id=comment_id)


def resolve_thread(*, actor: Actor, clock: Clock, comment_id: UUID, resolved: bool = True) -> None:
    """See ``services.comments.resolve_thread``."""
    comments.resolve_thread(actor=actor, clock=clock, comment_id=comment_id, resolved=resolved)


def react(*, actor: Actor, clock: Clock, comment_id: UUID, emoji: str, on: bool = True) -> None:
    """See ``services.comments.react``."""
    comments.react(actor=actor, clock=clock, comment_id=comment_id, emoji=emoji, on=on)


def delete_about(actor: Actor, entity: str, ids: Iterable[UUID]) -> None:
    """Delete what hangs on records that are about to go: comments, files, watchers. Inside the open change set, so
    that undoing it brings all of it back."""
    comments.delete_about(actor, entity, ids)


def import_comments(actor: Actor, clock: Clock, batch: UUID, imported: Sequence[ImportedComment]) -> ImportedComments:
    """See ``services.bulk.import_comments``."""
    return bulk.import_comments(actor, clock, batch, imported)


def import_watchers(actor: Actor, clock: Clock, batch: UUID, entity: str, pairs: Iterable[tuple[UUID, UUID]]) -> int:
    """See ``services.bulk.import_watchers``."""
    return bulk.import_watchers(actor, clock, batch, entity, pairs)


def admit_file(actor: Actor, *, entity: str, record_id: UUID, size: int, limits: FileSettings) -> None:
    """See ``services.attachments.admit``."""
    attachments.admit(actor, entity=entity, record_id=record_id, size=size, limits=limits)


def take_in_file(workspace_id: UUID, data: IO[bytes], limits: FileSettings) -> Upload:
    """Put bytes into the store that the settings name; see ``services.attachments.take_in``. No transaction is open."""
    return attachments.take_in(store.current(), workspace_id, data, limits)


def drop_file(workspace_id: UUID, upload: Upload) -> None:
    """Remove bytes that no record came to hold. No transaction is open."""
    store.current().delete(workspace_id, upload.file_id)


def attach_file(
    *,
    actor: Actor,
    clock: Clock,
    entity: str,
    record_id: UUID,
    name: str,
    content: bytes,
    limits: FileSettings,
    comment_id: UUID | None = None,
) -> UUID:
    """Put small content that is at hand on a record, or on a comment about it. For the sample and for imports, which
    may keep a transaction open over a store on this machine. See ``services.attachments.attach``.
    """
    upload = attachments.take_in(store.current(), actor.workspace_id, BytesIO(content), limits)
    made: UUID = attachments.attach(
        actor=actor,
        clock=clock,
        entity=entity,
        record_id=record_id,
        name=name,
        upload=upload,
        limits=limits,
        comment_id=comment_id,
    ).id
    return made
