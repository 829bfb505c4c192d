"""Shapes of collaboration on the wire. Outputs have no defaults."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from trimtab.collab.models import BODY_LENGTH
from trimtab.collab.rules import REACTIONS

Entity = Annotated[str, Field(min_length=1, max_length=40)]
Body = Annotated[str, Field(min_length=1, max_length=BODY_LENGTH)]


class RecordOf(Schema):
    """The record that is talked about: ``entity`` is item, dependency, release, area …"""

    entity: Entity
    id: UUID


class UploadOf(RecordOf):
    """``name`` as people call the file. A ``draft`` waits, for a day, for a comment of its author's."""

    name: Annotated[str, Field(min_length=1, max_length=1000)]
    draft: bool = False


class SeenOf(RecordOf):
    """A day, or an instant, through which to look at the past."""

    as_of: str | None = None
    known_on: str | None = None


class CommentsOf(SeenOf):
    """``after``: the ``next`` of the page before."""

    after: UUID | None = None


class CommentIn(Schema):
    """Markdown. An answer names a comment of its conversation as ``thread_id``; ``attachment_ids`` are own drafts."""

    entity: Entity
    id: UUID
    body: Body
    thread_id: UUID | None = None
    attachment_ids: Annotated[list[UUID], Field(max_length=50)] = []


class CommentChange(Schema):
    """``version`` is the one that was read."""

    version: int
    body: Body


class ResolvedIn(Schema):
    resolved: bool


class ReactionIn(Schema):
    """``on`` false takes it off again."""

    emoji: Annotated[str, Field(max_length=16, json_schema_extra={"examples": list(REACTIONS)})]
    on: bool = True


class MentionOut(Schema):
    """``handle`` stands in the text after an @."""

    handle: str
    kind: Literal["person", "team"]
    id: UUID
    name: str


class ReactionOut(Schema):
    """``people`` names the first twenty."""

    emoji: str
    count: int
    mine: bool
    people: list[str]


class AttachmentOut(Schema):
    """``content_type`` is what the bytes are; ``gone``: they were purged. ``size`` in bytes."""

    id: UUID
    version: int
    entity: str
    subject_id: UUID
    comment_id: UUID | None
    name: str
    size: int
    content_type: str
    gone: bool
    draft: bool
    author_id: UUID | None
    author_name: str
    posted_at: datetime


class CommentOut(Schema):
    """``thread_id`` is the comment that began the conversation, null for that one itself. Deleted, it has no words."""

    id: UUID
    version: int
    entity: str
    subject_id: UUID
    thread_id: UUID | None
    author_id: UUID | None
    author_name: str
    body: str
    posted_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    resolved_at: datetime | None
    resolved_by: str | None
    mentions: list[MentionOut]
    reactions: list[ReactionOut]
    attachments: list[AttachmentOut]


class CommentsOut(Schema):
    """Oldest first, answers among them; a hundred conversations at a time. ``count`` is of all that are not deleted."""

    comments: list[CommentOut]
    count: int
    next: UUID | None


class AttachmentsOut(Schema):
    attachments: list[AttachmentOut]


class MentionablesOf(Schema):
    """The beginning of a name, a key or an address."""

    text: Annotated[str, Field(max_length=100)] = ""


class MentionableOut(Schema):
    """``handle`` is what to write after the @."""

    handle: str
    kind: Literal["person", "team"]
    id: UUID
    name: str


class WatcherOut(Schema):
    """``reason``: manual, commented, mentioned or owner."""

    person_id: UUID
    name: str
    reason: Literal["manual", "commented", "mentioned", "owner"]


class WatchersOut(Schema):
    """``watching``: whether the caller does."""

    watchers: list[WatcherOut]
    watching: bool


class WatchIn(Schema):
    entity: Entity
    id: UUID
    watching: bool


class WatchPreferenceIn(Schema):
    """What one watches without asking: what one owns, has commented on, is mentioned in."""

    owned: bool
    commented: bool
    mentioned: bool


class WatchPreferenceOut(Schema):
    owned: bool
    commented: bool
    mentioned: bool
