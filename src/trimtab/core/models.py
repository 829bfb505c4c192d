"""What every table shares, and the tables that belong to no domain."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from trimtab.core.ids import new_id


def reference(to: str, *, null: bool = False) -> Any:
    """A reference to another record of the same workspace; the composite key behind it is declared in SQL."""
    return models.ForeignKey(
        to, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False, null=null
    )


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows of one workspace. The database scopes every read; this says so where it is read."""

    def in_workspace(self, workspace_id: Any) -> "ScopedQuerySet":
        return self.filter(workspace_id=workspace_id)


class Record(models.Model):
    """Base of every tracked table. ``version``, ``created_at`` and ``updated_at`` are set by the database."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.UUIDField()
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


class Scoped(models.Model):
    """Base of the tables of a workspace that are not part of its history (work in progress, keys, counters)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


class FiscalPattern(models.TextChoices):
    CALENDAR = "calendar", "Calendar quarters"
    FOUR_FOUR_FIVE = "4-4-5", "4-4-5 weeks"
    FOUR_FIVE_FOUR = "4-5-4", "4-5-4 weeks"
    FIVE_FOUR_FOUR = "5-4-4", "5-4-4 weeks"
    INCREMENTS = "increments", "Increments of n weeks"


class Workspace(Record):
    """One organisation's portfolio: the tenant boundary. ``workspace_id`` is its own id."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    prefix = models.CharField(max_length=10, default="TT", help_text="Before every item's number.")
    timezone = models.CharField(max_length=60, default="UTC")
    currency = models.CharField(max_length=3, default="EUR")
    fiscal_start_month = models.PositiveSmallIntegerField(default=1)
    fiscal_pattern = models.CharField(max_length=20, choices=FiscalPattern, default=FiscalPattern.CALENDAR)
    increment_weeks = models.PositiveSmallIntegerField(null=True)
    increment_from = models.DateField(null=True, help_text="The day from which increments run on.")
    benefit_unit = models.CharField(max_length=40, default="points")

    class Meta:
        constraints = [
            models.CheckConstraint(name="workspace_owns_itself", condition=Q(workspace_id=models.F("id"))),
            models.CheckConstraint(name="workspace_fiscal_month", condition=Q(fiscal_start_month__range=(1, 12))),
            models.CheckConstraint(
                name="workspace_increment_weeks",
                condition=~Q(fiscal_pattern=FiscalPattern.INCREMENTS)
                | Q(increment_weeks__isnull=False, increment_weeks__range=(1, 26)),
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class FieldType(models.TextChoices):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOL = "bool"
    CHOICE = "choice"
    CHOICES = "choices"
    URL = "url"
    PERSON = "person"
    PEOPLE = "people"
    TEAM = "team"
    TEAMS = "teams"
    ITEMS = "items"
    FORMULA = "formula"


class CustomField(Record):
    """A field that a workspace adds to an entity. Its values lie in ``custom`` by the field's id, typed canonically:
    text, number, ISO day, true/false, option key; those of people, teams and items lie in ``CustomLink``."""

    entity = models.CharField(max_length=40, default="item")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=20, choices=FieldType)
    options = models.JSONField(default=list, help_text='[{"key": "low", "name": "Low"}]')
    unit = models.CharField(max_length=40, blank=True, default="")
    formula = models.TextField(blank=True, default="", help_text="What a field of this type is computed of.")
    rolls_up = models.JSONField(null=True, help_text='{"how": "sum", "of": "cost", "weight": "effort"}')
    indexed = models.BooleanField(default=False)
    confidential = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="custom_field_key", fields=["workspace_id", "entity", "key"]),
            models.CheckConstraint(name="custom_field_formula", condition=Q(type=FieldType.FORMULA) ^ Q(formula="")),
            models.CheckConstraint(
                name="custom_field_rolls_up",
                condition=Q(rolls_up__isnull=True) | Q(type__in=[FieldType.NUMBER, FieldType.DATE, FieldType.CHOICE]),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class FieldGroup(Record):
    """Fields that only named people and roles see, today and in the past; see ``core.guards``."""

    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(name="field_group_name", fields=["workspace_id", "name"])]

    def __str__(self) -> str:
        return self.name


class FieldGroupField(Record):
    """A field that a group keeps: ``field`` is the name of a guard, ``custom.<id>`` or ``dim.<id>``."""

    group = reference("core.FieldGroup")
    entity = models.CharField(max_length=40)
    field = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="field_group_field_once", fields=["workspace_id", "entity", "field"]),
        ]


class FieldGroupReader(Record):
    """Who sees the fields of a group: a person, or everybody of a role. Exactly one of the two."""

    group = reference("core.FieldGroup")
    person_id = models.UUIDField(null=True)
    role = models.CharField(max_length=20, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="field_group_reader_one",
                condition=Q(person_id__isnull=False, role__isnull=True) | Q(person_id__isnull=True, role__isnull=False),
            ),
            models.UniqueConstraint(
                name="field_group_reader_once",
                fields=["workspace_id", "group", "person_id", "role"],
                nulls_distinct=False,
            ),
        ]


class CustomLink(Record):
    """One value of a custom field that points at a record. Exactly one of ``person_id``, ``team_id``, ``item_id``."""

    field = reference("core.CustomField")
    entity = models.CharField(max_length=40, default="item")
    record_id = models.UUIDField()
    person_id = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    item_id = models.UUIDField(null=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="custom_link_one_target",
                condition=Q(person_id__isnull=False, team_id__isnull=True, item_id__isnull=True)
                | Q(person_id__isnull=True, team_id__isnull=False, item_id__isnull=True)
                | Q(person_id__isnull=True, team_id__isnull=True, item_id__isnull=False),
            ),
        ]


class Succession(Record):
    """What a team or an area became ``at`` some time: of all that it held, or of one record."""

    entity = models.CharField(max_length=20)
    old_id = models.UUIDField()
    new_id = models.UUIDField()
    record_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="succession_elsewhere", condition=~Q(old_id=models.F("new_id"))),
            models.CheckConstraint(name="succession_entity", condition=Q(entity__in=["team", "area"])),
        ]


class RetentionRule(Record):
    """For how many days a kind of thing is kept, where that is not left as it is usual; see ``core.retention``."""

    kind = models.CharField(max_length=60)
    days = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="retention_rule_once", fields=["workspace_id", "kind"]),
            models.CheckConstraint(name="retention_rule_days", condition=Q(days__range=(1, 36_500))),
        ]


class ExternalKey(Record):
    """The name under which another system or file knows a record; carries re-import and sync identity."""

    source = models.CharField(max_length=60)
    key = models.CharField(max_length=300)
    entity = models.CharField(max_length=40)
    record_id = models.UUIDField()
    url = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="external_key_once", fields=["workspace_id", "source", "entity", "key"]),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.key}"


class ExportRecord(Record):
    """An export that told of confidential fields: who took out what, as which kind of file. When: ``created_at``."""

    source = models.CharField(max_length=60)
    format = models.CharField(max_length=10)
    columns = models.JSONField(default=list)
    confidential = models.JSONField(default=list, help_text="The fields that not everybody may see.")
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200, blank=True, default="")


class Counter(models.Model):
    """The last number given out, per workspace and name. Not part of the history."""

    id = models.BigAutoField(primary_key=True)
    workspace_id = models.UUIDField()
    name = models.CharField(max_length=40)
    value = models.PositiveBigIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="counter_once", fields=["workspace_id", "name"])]


class OperationState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Operation(Scoped):
    """Any long work: what it does, how far it is, and how to stop it or go on."""

    kind = models.CharField(max_length=60)
    label = models.CharField(max_length=300)
    state = models.CharField(max_length=20, choices=OperationState, default=OperationState.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    step = models.CharField(max_length=200, blank=True, default="")
    eta_at = models.DateTimeField(null=True)
    input = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict, help_text="Where to go on from.")
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True, default="")
    log = models.JSONField(default=list)
    cancel_requested = models.BooleanField(default=False)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200, blank=True, default="")
    batch_id = models.UUIDField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.kind}: {self.label}"


class IdempotencyKey(Scoped):
    """The answer to a write that may be sent again: the same key and body give the same answer."""

    actor_id = models.UUIDField()
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="idempotency_key_once", fields=["workspace_id", "actor_id", "key"]),
        ]


from trimtab.core.ledger.models import Batch, Change, ChangeSet  # noqa: E402, F401 - Django finds models here
