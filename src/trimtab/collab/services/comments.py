"""Comments: say, mend, take back, settle, react."""

from collections.abc import Iterable
from uuid import UUID

from trimtab.collab import queries, subjects
from trimtab.collab.models import BODY_LENGTH, Attachment, Comment, Mention, Reaction, WatchReason
from trimtab.collab.rules import REACTIONS, attachments_in, mentioned
from trimtab.collab.services import watching
from trimtab.collab.services.common import person_of, refusals, require_write
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Forbidden, Invalid
from trimtab.core.ids import new_id
from trimtab.core.models import ExternalKey


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
) -> Comment:
    """Say something about a record, or answer in a conversation; an answer to an answer joins its conversation.

    Who is mentioned is found in the text; the author's drafts among ``attachment_ids`` and in the text are posted
    with it. The author and the people mentioned watch the record from now on, unless they prefer not to.
    Raises NotFound, Forbidden, PastIsReadOnly, Invalid.
    """
    require_write(actor)
    subjects.visible(actor, entity, record_id)
    thread = None if thread_id is None else _conversation(actor, entity, record_id, thread_id)
    comment = Comment(
        id=comment_id or new_id(),
        workspace_id=actor.workspace_id,
        subject_entity=entity,
        subject_id=record_id,
        thread_id=thread,
        author_id=actor.person_id,
        author_name=actor.name,
        body=said(body),
        posted_at=clock.now,
    )
    with refusals(), ledger.change_set(actor, at=clock.now):
        ledger.add(comment)
        _post_drafts(actor, comment, [*attachment_ids, *attachments_in(comment.body)])
        people = _name(actor, comment)
        watching.begin(actor, entity, record_id, {actor.person_id}, WatchReason.COMMENTED)
        watching.begin(actor, entity, record_id, people, WatchReason.MENTIONED)
    return comment


def said(body: str) -> str:
    """A text as it is kept. Raises Invalid for an empty or an endless one."""
    kept = body.replace("\r\n", "\n").replace("\x00", "").strip()
    if not kept:
        raise Invalid("Say something.", fields={"body": "It is empty."})
    if len(kept) > BODY_LENGTH:
        raise Invalid(
            "This is too long for a comment. Put it into a file and attach that.",
            fields={"body": f"It has {len(kept)} characters; {BODY_LENGTH} are allowed."},
        )
    return kept


def _conversation(actor: Actor, entity: str, record_id: UUID, comment_id: UUID) -> UUID:
    """The comment that began the conversation of ``comment_id``. Raises NotFound, Invalid."""
    comment = queries.one(actor, Comment, comment_id)
    if (comment.subject_entity, comment.subject_id) != (entity, record_id):
        raise Invalid("This conversation is about something else.", fields={"thread_id": "It belongs elsewhere."})
    beginning: UUID = comment.thread_id or comment.id
    return beginning


def edit_comment(*, actor: Actor, clock: Clock, comment_id: UUID, version: int, body: str) -> Comment:
    """Put one's own comment in other words; the history keeps the old ones. The same words again leave no trace.

    Raises NotFound, Forbidden, PastIsReadOnly, StaleVersion, Invalid.
    """
    require_write(actor)
    comment = queries.visible_comment(actor, comment_id, lock=True)
    if not _is_own(actor, comment):
        raise Forbidden("Only its author may change a comment.", permission=Permission.ADMIN.value)
    if comment.deleted_at is not None:
        raise Invalid("This comment was deleted.", fields={"body": "It was deleted."})
    words = said(body)
    ledger.check_stale(comment, version_read=version, changes={"body": words})
    if words == comment.body:
        return comment
    with refusals(), ledger.change_set(actor, at=clock.now):
        ledger.save(comment, body=words, edited_at=clock.now)
        _post_drafts(actor, comment, attachments_in(words))
        people = _name(actor, comment)
        watching.begin(actor, comment.subject_entity, comment.subject_id, people, WatchReason.MENTIONED)
    return comment


def delete_comment(*, actor: Actor, clock: Clock, comment_id: UUID) -> None:
    """Take a comment back: one's own, or, as an admin, anybody's. What was answered to stays as an empty place, and
    goes with the last answer. Raises NotFound, Forbidden, PastIsReadOnly.
    """
    require_write(actor)
    comment = queries.visible_comment(actor, comment_id, lock=True)
    if not _is_own(actor, comment) and not actor.may(Permission.ADMIN):
        raise Forbidden("Only its author or an administrator may delete a comment.", permission="admin")
    with refusals(), ledger.change_set(actor, at=clock.now):
        if queries.replies(actor, comment.id).exists():
            _take_off(actor, [comment.id])
            ledger.save(comment, body="", deleted_at=comment.deleted_at or clock.now)
            return
        gone = [comment.id]
        beginning = comment.thread_id and queries.one(actor, Comment, comment.thread_id, lock=True)
        others = beginning and queries.replies(actor, beginning.id).exclude(id=comment.id).exists()
        if beginning and beginning.deleted_at is not None and not others:
            gone.append(beginning.id)
        _take_off(actor, gone)
        queries.rows(actor, Comment).filter(id__in=gone).delete()


def resolve_thread(*, actor: Actor, clock: Clock, comment_id: UUID, resolved: bool) -> Comment:
    """Settle a conversation, or take it up again. Raises NotFound, Forbidden, PastIsReadOnly, Invalid."""
    require_write(actor)
    comment = queries.visible_comment(actor, comment_id, lock=True)
    if comment.thread_id is not None:
        raise Invalid("A conversation is resolved as a whole.", fields={"comment_id": "This is an answer in one."})
    if resolved == (comment.resolved_at is not None):
        return comment
    with ledger.change_set(actor, at=clock.now):
        at, by = (clock.now, actor.person_id) if resolved else (None, None)
        return ledger.save(comment, resolved_at=at, resolved_by_id=by)


def react(*, actor: Actor, clock: Clock, comment_id: UUID, emoji: str, on: bool = True) -> Comment:
    """Put one of the known emoji on a comment, once, or take it off again.

    Raises NotFound, Forbidden, PastIsReadOnly, NoPerson, Invalid.
    """
    require_write(actor)
    person_id = person_of(actor)
    if emoji not in REACTIONS:
        raise Invalid(f"Reactions are {' '.join(REACTIONS)}.", fields={"emoji": "This is none of them."})
    comment = queries.visible_comment(actor, comment_id, lock=True)
    mine = queries.rows(actor, Reaction).filter(comment_id=comment.id, person_id=person_id, emoji=emoji)
    if mine.exists() == on:
        return comment
    if on and comment.deleted_at is not None:
        raise Invalid("This comment was deleted.", fields={"emoji": "It was deleted."})
    with refusals(), ledger.change_set(actor, at=clock.now):
        if on:
            reaction = Reaction(id=new_id(), workspace_id=actor.workspace_id, comment_id=comment.id)
            reaction.person_id, reaction.emoji = person_id, emoji
            ledger.add(reaction)
        else:
            mine.delete()
    return comment


def delete_about(actor: Actor, entity: str, ids: Iterable[UUID]) -> None:
    """Delete all that hangs on records that are about to go, inside the open change set."""
    records = list(ids)
    gone = {"subject_entity": entity, "subject_id__in": records}
    about = list(queries.rows(actor, Comment).filter(**gone).values_list("id", flat=True))
    _take_off(actor, about)
    queries.rows(actor, Attachment).filter(**gone).delete()
    queries.rows(actor, Comment).filter(id__in=about).delete()
    watching.forget(actor, entity, records)


def _is_own(actor: Actor, comment: Comment) -> bool:
    return actor.person_id is not None and comment.author_id == actor.person_id


def _take_off(actor: Actor, comment_ids: list[UUID]) -> None:
    """Delete what hangs on comments: mentions, reactions, files, and their names elsewhere."""
    for model in (Mention, Reaction, Attachment):
        queries.rows(actor, model).filter(comment_id__in=comment_ids).delete()
    queries.rows(actor, ExternalKey).filter(entity="comment", record_id__in=comment_ids).delete()


def _post_drafts(actor: Actor, comment: Comment, attachment_ids: Iterable[UUID]) -> None:
    """The author's own drafts among these become files of the comment."""
    drafts = queries.rows(actor, Attachment).filter(id__in=list(attachment_ids), draft=True)
    drafts = drafts.filter(subject_id=comment.subject_id, author_id=actor.person_id)
    for attachment in drafts.order_by("id").select_for_update():
        ledger.save(attachment, draft=False, comment_id=comment.id)


def _name(actor: Actor, comment: Comment) -> set[UUID]:
    """Keep who is mentioned in the comment as rows; gives the people who were not before."""
    standing = queries.mentions_of(actor, comment.id)
    before = {mention.handle: queries.meant(mention) for mention in standing}
    wanted = mentioned(comment.body, queries.directory(actor), before)
    held = {mention.person_id or mention.team_id: mention for mention in standing}
    fresh: set[UUID] = set()
    for gone in held.keys() - {one.id for one in wanted.values()}:
        held[gone].delete()
    for handle, one in wanted.items():
        if one.id in held:
            ledger.save(held[one.id], handle=handle)
            continue
        mention = Mention(id=new_id(), workspace_id=actor.workspace_id, comment_id=comment.id, handle=handle)
        setattr(mention, f"{one.kind}_id", one.id)
        ledger.add(mention)
        if one.kind == "person":
            fresh.add(one.id)
    return fresh
