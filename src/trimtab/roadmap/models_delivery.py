"""When work is done, ships and goes to market: increments, launches, and the instants that it is compared with."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from trimtab.core.models import Record, reference
from trimtab.roadmap.models import Precision, precise


class IncrementKind(models.TextChoices):
    SPRINT = "sprint"
    INCREMENT = "increment", "Programme increment"


class Increment(Record):
    """A sprint or a programme increment, of one team or of the whole workspace. Both ends included.

    Those of one kind and team do not overlap: a constraint of the table.
    """

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=IncrementKind, default=IncrementKind.SPRINT)
    team = reference("accounts.Team", null=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    goal = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="increment_key", fields=["workspace_id", "key"]),
            models.CheckConstraint(name="increment_kind", condition=Q(kind__in=IncrementKind.values)),
            models.CheckConstraint(name="increment_ordered", condition=Q(starts_on__lte=F("ends_on"))),
        ]

    def __str__(self) -> str:
        return self.name


class ItemIncrement(Record):
    """An item that is worked on in an increment; it may take several."""

    item = reference("roadmap.Item")
    increment = reference("roadmap.Increment")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="item_increment_once", fields=["workspace_id", "item", "increment"])
        ]


class LaunchState(models.TextChoices):
    PLANNED = "planned"
    LAUNCHED = "launched"
    CANCELLED = "cancelled"


class Verdict(models.TextChoices):
    GO = "go"
    NO_GO = "no_go", "No go"


class Launch(Record):
    """How something goes to market: record only. Not a release, but it may bind releases and items.

    ``tier`` 1 is the greatest. ``verdict`` is go or no-go, with who decided, when, and why.
    """

    name = models.CharField(max_length=200)
    tier = models.PositiveSmallIntegerField(default=2)
    state = models.CharField(max_length=20, choices=LaunchState, default=LaunchState.PLANNED)
    area = reference("roadmap.Area", null=True)
    owner = reference("accounts.Person", null=True)
    start_on = models.DateField(null=True)
    start_precision = models.CharField(max_length=10, choices=Precision, null=True)
    end_on = models.DateField(null=True)
    end_precision = models.CharField(max_length=10, choices=Precision, null=True)
    audiences = ArrayField(models.CharField(max_length=120), default=list)
    message = models.TextField(blank=True, default="")
    faq = models.TextField(blank=True, default="")
    verdict = models.CharField(max_length=10, choices=Verdict, null=True)
    decided_by = reference("accounts.Person", null=True)
    decided_at = models.DateTimeField(null=True)
    verdict_reason = models.CharField(max_length=1000, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="launch_tier", condition=Q(tier__range=(1, 4))),
            models.CheckConstraint(name="launch_state", condition=Q(state__in=LaunchState.values)),
            models.CheckConstraint(name="launch_dates_ordered", condition=Q(start_on__lte=F("end_on"))),
            precise("launch_start_precise", "start_on", "start_precision"),
            precise("launch_end_precise", "end_on", "end_precision"),
            models.CheckConstraint(
                name="launch_decided",
                condition=Q(verdict__isnull=True, decided_at__isnull=True, verdict_reason__isnull=True)
                | Q(verdict__in=Verdict.values, decided_at__isnull=False, verdict_reason__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LaunchCheck(Record):
    """One line of a launch's checklist."""

    launch = reference("roadmap.Launch")
    title = models.CharField(max_length=300)
    owner = reference("accounts.Person", null=True)
    due_on = models.DateField(null=True)
    done = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)


class LaunchReady(Record):
    """Who confirms that their part of the company (support, sales …) is ready, and when they did."""

    launch = reference("roadmap.Launch")
    part = models.CharField(max_length=120)
    person = reference("accounts.Person", null=True)
    confirmed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(name="launch_ready_once", fields=["workspace_id", "launch", "part"])]


class LaunchRelease(Record):
    """A release that a launch brings to market."""

    launch = reference("roadmap.Launch")
    release = reference("roadmap.Release")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="launch_release_once", fields=["workspace_id", "launch", "release"])
        ]


class LaunchItem(Record):
    """An item that a launch brings to market."""

    launch = reference("roadmap.Launch")
    item = reference("roadmap.Item")

    class Meta:
        constraints = [models.UniqueConstraint(name="launch_item_once", fields=["workspace_id", "launch", "item"])]


class Snapshot(Record):
    """A baseline: a named instant. What was true ``at`` it as known when it was made, so that it never changes."""

    name = models.CharField(max_length=200)
    at = models.DateTimeField()
    note = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(name="snapshot_name", fields=["workspace_id", "name"])]

    def __str__(self) -> str:
        return self.name
