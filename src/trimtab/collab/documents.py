"""What was said about a record, built by the database as JSON in one statement, live or past."""

from typing import Any, Final
from uuid import UUID

import orjson

from trimtab.collab import subjects
from trimtab.core.actors import Actor
from trimtab.core.errors import NotFound
from trimtab.core.query.database import fetch
from trimtab.core.query.lens import parameters, rel

THREADS_AT_ONCE: Final = 100
_RELATIONS: Final = ("comment", "mention", "reaction", "attachment", "watcher", "person", "team")

_ATTACHMENT: Final = """json_build_object(
  'id', a.id, 'version', a.version, 'entity', a.subject_entity, 'subject_id', a.subject_id,
  'comment_id', a.comment_id, 'name', a.name, 'size', f.size, 'content_type', f.content_type,
  'gone', f.purged_at is not null, 'draft', a.draft, 'author_id', a.author_id,
  'author_name', coalesce((select p.name from {person} p where p.id = a.author_id), a.author_name),
  'posted_at', a.posted_at)"""

_COMMENT: Final = """json_build_object(
  'id', c.id, 'version', c.version, 'entity', c.subject_entity, 'subject_id', c.subject_id, 'thread_id', c.thread_id,
  'author_id', c.author_id,
  'author_name', coalesce((select p.name from {person} p where p.id = c.author_id), c.author_name),
  'body', c.body, 'posted_at', c.posted_at, 'edited_at', c.edited_at, 'deleted_at', c.deleted_at,
  'resolved_at', c.resolved_at,
  'resolved_by', (select p.name from {person} p where p.id = c.resolved_by_id),
  'mentions', coalesce((
    select json_agg(json_build_object('handle', m.handle,
      'kind', case when m.team_id is null then 'person' else 'team' end, 'id', coalesce(m.person_id, m.team_id),
      'name', coalesce(p.name, t.name, m.handle)) order by m.id)
    from {mention} m left join {person} p on p.id = m.person_id left join {team} t on t.id = m.team_id
    where m.comment_id = c.id), '[]'),
  'reactions', coalesce((
    select json_agg(json_build_object('emoji', g.emoji, 'count', g.count, 'mine', g.mine, 'people', g.people)
      order by g.first)
    from (
      select r.emoji, count(*) as count, min(r.id::text) as first,
        coalesce(bool_or(r.person_id = %(me)s::uuid), false) as mine,
        (array_agg(coalesce(p.name, '?') order by r.id))[:20] as people
      from {reaction} r left join {person} p on p.id = r.person_id
      where r.comment_id = c.id group by r.emoji) g), '[]'),
  'attachments', coalesce((
    select json_agg(<attachment> order by a.posted_at, a.id)
    from {attachment} a join scoped.stored_file f on f.id = a.file_id
    where a.comment_id = c.id and not a.draft), '[]'))"""

_COMMENTS: Final = """
with beginning as (
  select c.id, c.posted_at from {comment} c
  where c.subject_entity = %(entity)s and c.subject_id = %(id)s and c.thread_id is null
    and (%(after)s::uuid is null
      or (c.posted_at, c.id) > (select x.posted_at, x.id from {comment} x where x.id = %(after)s::uuid))
  order by c.posted_at, c.id limit %(limit)s
), page as (
  select * from beginning order by posted_at, id limit %(limit)s - 1
)
select json_build_object(
  'comments', coalesce((
    select json_agg(<comment> order by c.posted_at, c.id)
    from {comment} c
    where c.subject_entity = %(entity)s and c.subject_id = %(id)s
      and (c.id in (select id from page) or c.thread_id in (select id from page))), '[]'),
  'count', (select count(*) from {comment} c
    where c.subject_entity = %(entity)s and c.subject_id = %(id)s and c.deleted_at is null),
  'next', (select p.id from page p where (select count(*) from beginning) = %(limit)s
    order by p.posted_at desc, p.id desc limit 1)
)::text
"""

_ONE: Final = "select <comment>::text from {comment} c where c.id = %(id)s"

_ATTACHMENTS: Final = """
select json_build_object('attachments', coalesce(json_agg(<attachment> order by a.posted_at, a.id), '[]'))::text
from {attachment} a join scoped.stored_file f on f.id = a.file_id
where a.subject_entity = %(entity)s and a.subject_id = %(id)s and not a.draft
"""

_ATTACHED: Final = """
select <attachment>::text from {attachment} a join scoped.stored_file f on f.id = a.file_id where a.id = %(id)s
"""


def _told(actor: Actor, statement: str, **given: Any) -> bytes | None:
    relations = {entity: rel(entity, actor.lens) for entity in _RELATIONS}
    whole = statement.replace("<comment>", _COMMENT).replace("<attachment>", _ATTACHMENT)
    found = fetch(whole.format(**relations), {"me": actor.person_id, **given, **parameters(actor.lens)})
    text: str | None = found[0][0] if found else None
    return None if text is None else text.encode()


def comments_json(actor: Actor, entity: str, record_id: UUID, *, after: UUID | None = None) -> bytes:
    """What was said about a record (the shape of ``CommentsOut``), oldest first, through the actor's lens.

    A hundred conversations at a time; ``after`` is the ``next`` of the page before. Raises NotFound, Forbidden.
    """
    subjects.visible(actor, entity, record_id)
    told = _told(actor, _COMMENTS, entity=entity, id=record_id, after=after, limit=THREADS_AT_ONCE + 1)
    assert told is not None
    return told


def comment_json(actor: Actor, comment_id: UUID) -> bytes:
    """One comment (the shape of ``CommentOut``). Raises NotFound."""
    told = _told(actor, _ONE, id=comment_id)
    if told is None:
        raise NotFound("There is no such comment.")
    return told


def comment_document(actor: Actor, comment_id: UUID) -> dict[str, Any]:
    """One comment as a document; see ``comment_json``."""
    document: dict[str, Any] = orjson.loads(comment_json(actor, comment_id))
    return document


def attachments_json(actor: Actor, entity: str, record_id: UUID) -> bytes:
    """The files of a record and of its comments (the shape of ``AttachmentsOut``), oldest first.

    Raises NotFound, Forbidden.
    """
    subjects.visible(actor, entity, record_id)
    told = _told(actor, _ATTACHMENTS, entity=entity, id=record_id)
    assert told is not None
    return told


def attachment_json(actor: Actor, attachment_id: UUID) -> bytes:
    """One file's particulars (the shape of ``AttachmentOut``). Raises NotFound."""
    told = _told(actor, _ATTACHED, id=attachment_id)
    if told is None:
        raise NotFound("There is no such file.")
    return told
