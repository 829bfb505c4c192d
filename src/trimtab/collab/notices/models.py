"""Who was told of what, through which channel, and how each person wants to be told.

Not part of the history: a notice follows from the log and can be made again from it. What an admin sets up is.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from trimtab.core.models import Record, Scoped, reference


class Via(models.TextChoices):
    """How a notice leaves the product. The inbox needs no delivery."""

    MAIL = "mail"
    SLACK = "slack"
    TEAMS = "teams"


class State(models.TextChoices):
    """``sending``: claimed by a worker until ``claimed_until``; ``dead``: given up, an admin may try again;
    ``dropped``: its recipient may not or does not want to have it any more."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


class Digest(models.TextChoices):
    DAILY = "daily"
    WEEKLY = "weekly"


class Notice(Scoped):
    """A line of somebody's inbox: what happened to one record, of one kind, within a short time.

    ``happenings`` counts what it gathers. ``shown`` is false where the person wants no such line in the inbox.
    """

    person = reference("accounts.Person")
    kind = models.CharField(max_length=40)
    entity = models.CharField(max_length=40)
    record_id = models.UUIDField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    happenings = models.PositiveIntegerField(default=1)
    shown = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)


class Happening(Scoped):
    """One event, told to one person (in ``notice``) or to one channel: never both, and never twice.

    ``event`` names the event for good: the change set and the record, or the operation. ``text`` says what the actor
    did; ``lines`` holds values before and after; ``reasons`` says why this recipient was told.
    """

    event = models.CharField(max_length=140)
    person = reference("accounts.Person", null=True)
    channel = reference("collab.NoticeChannel", null=True)
    notice = reference("collab.Notice", null=True)
    kind = models.CharField(max_length=40)
    entity = models.CharField(max_length=40)
    record_id = models.UUIDField()
    source_id = models.UUIDField(help_text="The record that changed: the comment, where entity is what it is about.")
    change_set_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=200, blank=True, default="")
    text = models.CharField(max_length=500)
    lines = models.JSONField(default=list)
    reasons = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="happening_once", fields=["workspace_id", "event", "person", "channel"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="happening_for_one",
                condition=Q(person__isnull=False, notice__isnull=False, channel__isnull=True)
                | Q(person__isnull=True, notice__isnull=True, channel__isnull=False),
            ),
        ]


class Delivery(Scoped):
    """A happening on its way out through a channel. Those that go out in one message share ``bundle``, which names the
    message for good, so that a repeated one can be known as such. ``claim`` says which worker has it."""

    happening = reference("collab.Happening")
    person = reference("accounts.Person", null=True)
    via = models.CharField(max_length=10, choices=Via)
    channel = reference("collab.NoticeChannel", null=True)
    digest = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    not_before = models.DateTimeField()
    bundle = models.UUIDField(null=True)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="delivery_once", fields=["workspace_id", "happening", "via", "channel"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="delivery_through_its_channel",
                condition=Q(via=Via.MAIL, channel__isnull=True, person__isnull=False)
                | (~Q(via=Via.MAIL) & Q(channel__isnull=False)),
            ),
            models.CheckConstraint(
                name="delivery_claimed",
                condition=~Q(state=State.SENDING)
                | Q(bundle__isnull=False, claim__isnull=False, claimed_until__isnull=False),
            ),
        ]


class NoticeSettings(Scoped):
    """How one person wants to be told. ``choices``: kind → channel → off, now or digest, where it is not the default.

    Times of day are minutes after midnight in ``timezone`` (empty: the workspace's). Quiet from 22:00 until 7:00 is
    1320 and 420. ``stand_in`` is told too from ``away_from`` to ``away_until``, both days included.
    """

    person = reference("accounts.Person")
    choices = models.JSONField(default=dict)
    timezone = models.CharField(max_length=60, blank=True, default="")
    digest = models.CharField(max_length=10, choices=Digest, default=Digest.DAILY)
    digest_minute = models.PositiveSmallIntegerField(default=8 * 60)
    digest_weekday = models.PositiveSmallIntegerField(default=0, help_text="Of a weekly digest; Monday is 0.")
    quiet_from = models.PositiveSmallIntegerField(null=True)
    quiet_until = models.PositiveSmallIntegerField(null=True)
    quiet_weekends = models.BooleanField(default=False)
    stand_in = reference("accounts.Person", null=True)
    away_from = models.DateField(null=True)
    away_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="notice_settings_once", fields=["workspace_id", "person"]),
            models.CheckConstraint(name="notice_digest", condition=Q(digest__in=Digest.values)),
            models.CheckConstraint(name="notice_digest_at", condition=Q(digest_minute__lt=1440, digest_weekday__lt=7)),
            models.CheckConstraint(
                name="notice_quiet_whole",
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__lt=1440, quiet_until__lt=1440),
            ),
            models.CheckConstraint(
                name="notice_away_ordered",
                condition=Q(away_from__isnull=True, away_until__isnull=True) | Q(away_from__lte=models.F("away_until")),
            ),
            models.CheckConstraint(name="notice_stand_in_other", condition=~Q(stand_in=models.F("person"))),
        ]


class NoticeChannel(Record):
    """A webhook of Slack or Teams that an admin has set up: a person's own, or one that a group reads (no person).

    A group's channel is told of ``kinds``; a person's own follows that person's preferences. ``host`` is what of its
    address may be shown.
    """

    name = models.CharField(max_length=120)
    via = models.CharField(max_length=10, choices=Via)
    person = reference("accounts.Person", null=True)
    kinds = ArrayField(models.CharField(max_length=40), default=list)
    host = models.CharField(max_length=253)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="notice_channel_via", condition=Q(via__in=[Via.SLACK, Via.TEAMS])),
            models.UniqueConstraint(
                name="notice_channel_own",
                fields=["workspace_id", "person", "via"],
                condition=Q(person__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChannelSecret(Scoped):
    """The address of a channel, which whoever knows it may post to: sealed. ``id`` is the channel's."""

    sealed = models.BinaryField()
