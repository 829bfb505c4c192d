"""What people said elsewhere: comments and watchers of an import, with their true authors and dates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from trimtab.collab import queries
from trimtab.collab.models import BODY_LENGTH, Comment, Mention, Watcher, WatchReason
from trimtab.collab.rules import Directory, mentioned
from trimtab.collab.services.common import refusals, require_write
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.bulk import insert_rows
from trimtab.core.ids import new_id
from trimtab.core.ledger import HistoryEntry, RecordHistory
from trimtab.core.models import ExternalKey


@dataclass(frozen=True, slots=True)
class ImportedComment:
    """A comment as another tool has it. ``source`` and ``key`` are its name there, ``thread_key`` that of what it
    answers (one that is unknown, or about another record, begins a conversation of its own).

    ``author_id`` is the person here, if known; ``author_name`` the name there. ``url`` leads back to it.
    """

    source: str
    key: str
    entity: str
    record_id: UUID
    body: str
    posted_at: datetime
    author_id: UUID | None = None
    author_name: str = ""
    thread_key: str | None = None
    edited_at: datetime | None = None
    resolved_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class CommentRejection:
    """Why a comment was not taken over."""

    source: str
    key: str
    problem: str


@dataclass(frozen=True, slots=True)
class ImportedComments:
    created: int
    updated: int
    unchanged: int
    rejected: tuple[CommentRejection, ...]


def import_comments(actor: Actor, clock: Clock, batch: UUID, comments: Sequence[ImportedComment]) -> ImportedComments:
    """Take over comments, all in one batch; the same again changes nothing, changed words are changed here too.

    Each is seen from the day on which it was posted, through a lens on the past as well. Nobody is made a watcher.
    Raises Forbidden, PastIsReadOnly; what a comment itself does wrong rejects it alone.
    """
    require_write(actor, Permission.EDIT)
    fit, rejected = _checked(clock, comments)
    known = _known(actor, fit)
    fresh = [one for one in fit if (one.source, one.key) not in known]
    updated = _update(actor, clock, batch, {known[one.source, one.key]: one for one in fit if one not in fresh})
    if fresh:
        _create(actor, clock, batch, fresh, known)
    return ImportedComments(len(fresh), updated, len(fit) - len(fresh) - updated, tuple(rejected))


def import_watchers(actor: Actor, clock: Clock, batch: UUID, entity: str, watching: Iterable[tuple[UUID, UUID]]) -> int:
    """Let people watch records, as pairs (record, person); gives how many do not yet. Who muted one stays so.

    Raises Forbidden, PastIsReadOnly, Conflict (a record or a person that is not there).
    """
    require_write(actor, Permission.EDIT)
    wanted = dict.fromkeys(watching)
    standing = queries.watchers(actor, entity, {record for record, _ in wanted})
    missing = wanted.keys() - {(row.subject_id, row.person_id) for row in standing}
    rows = [
        {
            "id": new_id(),
            "subject_entity": entity,
            "subject_id": record,
            "person_id": person,
            "reason": WatchReason.MANUAL.value,
        }
        for record, person in wanted
        if (record, person) in missing
    ]
    with refusals(), ledger.change_set(actor, at=clock.now, batch=batch):
        return insert_rows(Watcher, actor.workspace_id, rows)


def _checked(clock: Clock, comments: Sequence[ImportedComment]) -> tuple[list[ImportedComment], list[CommentRejection]]:
    """Those that can be taken over, the last of each key, and why the others cannot."""
    fit: dict[tuple[str, str], ImportedComment] = {}
    rejected = []
    for one in comments:
        problem = _problem(clock, one)
        if problem:
            rejected.append(CommentRejection(one.source, one.key, problem))
        else:
            fit[one.source, one.key] = one
    return list(fit.values()), rejected


def _problem(clock: Clock, one: ImportedComment) -> str:
    words = _words(one)
    if not words:
        return "It is empty."
    if len(words) > BODY_LENGTH:
        return f"It has {len(words)} characters; {BODY_LENGTH} are allowed."
    if not one.key or len(one.key) > 300:
        return "It needs a key of up to 300 characters."
    if any(at is not None and at.tzinfo is None for at in (one.posted_at, one.edited_at, one.resolved_at)):
        return "Its dates do not say in which time zone they are."
    if one.posted_at >= clock.now:
        return "It was posted in the future."
    return ""


def _words(one: ImportedComment) -> str:
    return one.body.replace("\r\n", "\n").replace("\x00", "").strip()


def _known(actor: Actor, comments: Sequence[ImportedComment]) -> dict[tuple[str, str], UUID]:
    """The comments that are here already, those that others answer included, by source and key."""
    found = {}
    for source in {one.source for one in comments}:
        mine = [one for one in comments if one.source == source]
        keys = {one.key for one in mine} | {one.thread_key for one in mine if one.thread_key}
        for key, record_id in queries.find_by_key(actor, source, "comment", keys).items():
            found[source, key] = record_id
    return found


def _update(actor: Actor, clock: Clock, batch: UUID, known: Mapping[UUID, ImportedComment]) -> int:
    """Change what says something else by now; gives how many. One that was deleted here stays so."""
    changed = 0
    with refusals(), ledger.change_set(actor, at=clock.now, batch=batch):
        for comment in queries.rows(actor, Comment).filter(id__in=list(known), deleted_at=None).order_by("id"):
            one, before = known[comment.id], comment.version
            settled = {} if comment.thread_id else {"resolved_at": one.resolved_at}
            ledger.save(comment, body=_words(one), edited_at=one.edited_at, **settled)
            changed += comment.version != before
    return changed


def _create(
    actor: Actor,
    clock: Clock,
    batch: UUID,
    fresh: Sequence[ImportedComment],
    known: Mapping[tuple[str, str], UUID],
) -> None:
    ids = {(one.source, one.key): new_id() for one in sorted(fresh, key=lambda one: one.posted_at)}
    threads = _threads(actor, fresh, ids, known)
    rows = [_row(one, ids[one.source, one.key], threads[one.source, one.key]) for one in fresh]
    rows.sort(key=lambda row: row["thread_id"] is not None)
    directory = queries.directory(actor)
    with refusals(), ledger.change_set(actor, at=clock.now, batch=batch):
        insert_rows(Comment, actor.workspace_id, rows)
        insert_rows(Mention, actor.workspace_id, [named for row in rows for named in _mentions(row, directory)])
        insert_rows(ExternalKey, actor.workspace_id, [_key(one, ids[one.source, one.key]) for one in fresh])
    ledger.backfill_many(actor, clock, batch, "comment", [_history(row) for row in rows])


def _threads(
    actor: Actor,
    fresh: Sequence[ImportedComment],
    ids: Mapping[tuple[str, str], UUID],
    known: Mapping[tuple[str, str], UUID],
) -> dict[tuple[str, str], UUID | None]:
    """The comment that began the conversation of each, through answers to answers; None where it begins one."""
    here = {c.id: c for c in queries.rows(actor, Comment).filter(id__in=list(known.values()))}
    by_key = {(one.source, one.key): one for one in fresh}
    found: dict[tuple[str, str], UUID | None] = {}
    for one in fresh:
        at = _beginning(one, by_key)
        standing = here.get(known.get((at.source, at.thread_key or ""), at.record_id))
        if standing is not None and standing.subject_id == one.record_id:
            found[one.source, one.key] = standing.thread_id or standing.id
        else:
            found[one.source, one.key] = None if at is one else ids[at.source, at.key]
    return found


def _beginning(one: ImportedComment, by_key: Mapping[tuple[str, str], ImportedComment]) -> ImportedComment:
    """What began the conversation among those that come with it; of comments that answer each other, the oldest."""
    path = [one]
    while True:
        above = by_key.get((one.source, path[-1].thread_key or ""))
        if above is None or above.record_id != one.record_id:
            return path[-1]
        if above in path:
            return min(path[path.index(above) :], key=lambda each: (each.posted_at, each.key))
        path.append(above)


def _row(one: ImportedComment, comment_id: UUID, thread_id: UUID | None) -> dict[str, Any]:
    return {
        "id": comment_id,
        "subject_entity": one.entity,
        "subject_id": one.record_id,
        "thread_id": thread_id,
        "author_id": one.author_id,
        "author_name": one.author_name[:200],
        "body": _words(one),
        "posted_at": _written(one.posted_at),
        "edited_at": _written(one.edited_at),
        "resolved_at": _written(one.resolved_at) if thread_id is None else None,
    }


def _mentions(row: Mapping[str, Any], directory: Directory) -> list[dict[str, Any]]:
    return [
        {"id": new_id(), "comment_id": row["id"], f"{one.kind}_id": one.id, "handle": handle}
        for handle, one in mentioned(row["body"], directory).items()
    ]


def _key(one: ImportedComment, comment_id: UUID) -> dict[str, Any]:
    return {
        "id": new_id(),
        "source": one.source,
        "key": one.key,
        "entity": "comment",
        "record_id": comment_id,
        "url": one.url,
    }


def _history(row: Mapping[str, Any]) -> RecordHistory:
    """A comment was there from the day on which it was posted; what happened to it later, from then on."""
    said = [HistoryEntry(_instant(row["posted_at"]), "body", None, row["body"], row["author_name"] or None)]
    for field in ("edited_at", "resolved_at"):
        if row[field] is not None:
            said.append(HistoryEntry(_instant(row[field]), field, None, row[field], None))
    told = {entry.field for entry in said} | {"id"}
    constants = {
        name: str(value) if isinstance(value, UUID) else value
        for name, value in row.items()
        if name not in told and value is not None
    }
    return RecordHistory(row["id"], said, constants)


def _written(at: datetime | None) -> str | None:
    """An instant as the database writes it in JSON."""
    if at is None:
        return None
    plain, _, fraction = at.astimezone(UTC).replace(tzinfo=None).isoformat().partition(".")
    return f"{plain}.{fraction.rstrip('0')}+00:00" if fraction else f"{plain}+00:00"


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written)
