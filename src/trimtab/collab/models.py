"""Comments with what hangs on them, files, and who watches what."""

from django.db import models
from django.db.models import F, Q

from trimtab.core.models import Record, Scoped, reference

BODY_LENGTH = 50_000
"""Characters of a comment."""


class About(Record):
    """Base of what hangs on any record that has registered as a subject; the key behind it is declared in SQL."""

    subject_entity = models.CharField(max_length=40)
    subject_id = models.UUIDField()

    class Meta:
        abstract = True


class Comment(About):
    """Something said about a record, in Markdown. ``thread`` is the comment that began the conversation, null for that
    comment itself. ``author_name`` stands where nobody here is known to be the author, and outlives the person.

    Deleted while others had answered, it stays without its words (``deleted_at``). A conversation may be resolved.
    """

    thread = reference("collab.Comment", null=True)
    author = reference("accounts.Person", null=True)
    author_name = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField()
    posted_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = reference("accounts.Person", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="comment_not_its_thread", condition=~Q(thread=F("id"))),
            models.CheckConstraint(
                name="comment_says_something",
                condition=(Q(deleted_at__isnull=True) & ~Q(body="")) | Q(deleted_at__isnull=False, body=""),
            ),
            models.CheckConstraint(
                name="comment_resolved_whole", condition=Q(thread__isnull=True) | Q(resolved_at__isnull=True)
            ),
        ]


class Mention(Record):
    """Somebody named in a comment: a person or a team, as they were written after the @."""

    comment = reference("collab.Comment")
    person = reference("accounts.Person", null=True)
    team = reference("accounts.Team", null=True)
    handle = models.CharField(max_length=254)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mention_of_one",
                condition=Q(person__isnull=False, team__isnull=True) | Q(person__isnull=True, team__isnull=False),
            ),
            models.UniqueConstraint(
                name="mention_once", fields=["workspace_id", "comment", "person", "team"], nulls_distinct=False
            ),
        ]


class Reaction(Record):
    """A person's emoji on a comment."""

    comment = reference("collab.Comment")
    person = reference("accounts.Person")
    emoji = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reaction_once", fields=["workspace_id", "comment", "person", "emoji"]),
            models.CheckConstraint(name="reaction_emoji", condition=~Q(emoji="")),
        ]


class StoredFile(Scoped):
    """Bytes that were uploaded, under the row's id in the store. ``purged_at``: they are there no more; the row stays,
    so that what pointed at it can still be undone."""

    size = models.PositiveBigIntegerField(help_text="Bytes.")
    content_type = models.CharField(max_length=100, help_text="What the bytes are, whatever the uploader said.")
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.UUIDField(null=True, help_text="The user.")
    purged_at = models.DateTimeField(null=True)


class Attachment(About):
    """A file on a record, or on one of its comments. A ``draft`` is seen by whoever uploaded it alone, until it is
    posted with a comment."""

    comment = reference("collab.Comment", null=True)
    file = reference("collab.StoredFile")
    name = models.CharField(max_length=200)
    author = reference("accounts.Person", null=True)
    author_name = models.CharField(max_length=200, blank=True, default="")
    posted_at = models.DateTimeField()
    draft = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(name="attachment_named", condition=~Q(name=""))]


class WatchReason(models.TextChoices):
    """Why somebody watches: they asked to, they commented, they were mentioned."""

    MANUAL = "manual"
    COMMENTED = "commented"
    MENTIONED = "mentioned"


class Watcher(About):
    """Somebody who wants to hear of a record; ``muted``: who does not, whatever else would make them a watcher."""

    person = reference("accounts.Person")
    reason = models.CharField(max_length=20, choices=WatchReason, default=WatchReason.MANUAL)
    muted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="watcher_once", fields=["workspace_id", "subject_entity", "subject_id", "person"]
            ),
            models.CheckConstraint(name="watcher_reason", condition=Q(reason__in=WatchReason.values)),
        ]


class WatchPreference(Record):
    """What a person watches without asking. Who has none watches all of it."""

    person = reference("accounts.Person")
    owned = models.BooleanField(default=True)
    commented = models.BooleanField(default=True)
    mentioned = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="watch_preference_once", fields=["workspace_id", "person"])]


from trimtab.collab.notices.models import (  # noqa: E402, F401 - Django finds models here
    ChannelSecret,
    Delivery,
    Happening,
    Notice,
    NoticeChannel,
    NoticeSettings,
)
