"""What comes from outside, on its way into the plan."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from trimtab.core.models import Scoped, reference


class StagedPart(models.TextChoices):
    """Which part of an import a staged row belongs to. ``setup``: configuration that the apply will make.

    ``links``: how far files of links are read, whose rows become relations and dependencies. ``records``: what belongs
    to items in other domains.
    """

    SETUP = "setup"
    ITEMS = "items"
    RELATIONS = "relations"
    DEPENDENCIES = "dependencies"
    HISTORY = "history"
    LINKS = "links"
    RECORDS = "records"


class StagedAction(models.TextChoices):
    """What the apply does with a staged row. ``ask``: a person has to say whether it is something that is here."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"
    ASK = "ask"
    REJECT = "reject"


class StagedRow(Scoped):
    """A row of a file, read and understood but not applied. Not part of the history; gone when the import ends.

    ``row`` is the spreadsheet's row number. ``record_id`` is the record it becomes or changes. ``data`` holds what
    to write; ``review`` what could not be used; ``problem`` why the row is rejected. ``seen_version`` is the version
    of the record that ``data`` was worked out against. ``parent_key`` names the item above it; empty: none.
    """

    operation = reference("core.Operation")
    part = models.CharField(max_length=20, choices=StagedPart)
    row = models.PositiveIntegerField()
    key = models.CharField(max_length=300, blank=True, default="")
    action = models.CharField(max_length=10, choices=StagedAction)
    record_id = models.UUIDField(null=True)
    parent_key = models.CharField(max_length=300, null=True)
    seen_version = models.PositiveIntegerField(null=True)
    at = models.DateTimeField(null=True)
    data = models.JSONField(default=dict)
    review = models.JSONField(null=True)
    problem = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(name="staged_row_order", fields=["operation", "part", "row"]),
            models.Index(name="staged_row_key", fields=["operation", "part", "key"]),
        ]


class Conflicts(models.TextChoices):
    """Whose value counts where the file and somebody here changed the same field since the last import."""

    FILE = "file"
    HERE = "here"


class ImportSession(Scoped):
    """One import on its way: its files, what their columns mean, and the operations that tried, applied, compared it.

    ``recipe`` is TOML; empty: not settled yet. ``proposal`` is what was recognised. ``checked_id``, ``applied_id`` and
    ``compared_id`` name operations. ``decided_at``: when somebody last settled an ambiguous row. ``files_gone_at``:
    from when on the files are no longer kept; the session itself stays as the record of what was imported.
    """

    label = models.CharField(max_length=200, blank=True, default="")
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200, blank=True, default="")
    updated_at = models.DateTimeField(default=timezone.now)
    recipe = models.TextField(blank=True, default="")
    recipe_name = models.CharField(max_length=200, blank=True, default="")
    proposal = models.JSONField(null=True)
    conflicts = models.CharField(max_length=10, choices=Conflicts, default=Conflicts.FILE)
    checked_id = models.UUIDField(null=True)
    applied_id = models.UUIDField(null=True)
    compared_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    files_gone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="import_session_newest", fields=["workspace_id", "-created_at"])]

    def __str__(self) -> str:
        return self.label


class ImportFile(Scoped):
    """A file of an import. ``name`` is ours, made from the one it came with; ``size`` and ``received`` are bytes."""

    session = reference("integrations.ImportSession")
    name = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="import_file_name", fields=["workspace_id", "session", "name"]),
            models.CheckConstraint(name="import_file_within_size", condition=Q(received__lte=models.F("size"))),
        ]

    def __str__(self) -> str:
        return self.name


class SavedRecipe(Scoped):
    """A recipe that somebody kept for the next import of the same kind. ``text`` is TOML."""

    name = models.CharField(max_length=120)
    text = models.TextField()
    actor_name = models.CharField(max_length=200, blank=True, default="")
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(name="saved_recipe_name", fields=["workspace_id", "name"])]

    def __str__(self) -> str:
        return self.name


class Choice(models.TextChoices):
    """What somebody said of an ambiguous row: it is that item, it is a new one, it stays out."""

    MATCH = "match"
    NEW = "new"
    SKIP = "skip"


class ImportDecision(Scoped):
    """Remembered for every later import: what the row ``key`` of ``source`` is. ``record_id`` goes with ``match``."""

    source = models.CharField(max_length=60)
    key = models.CharField(max_length=300)
    choice = models.CharField(max_length=10, choices=Choice)
    record_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="import_decision_once", fields=["workspace_id", "source", "key"]),
            models.CheckConstraint(
                name="import_decision_match",
                condition=Q(choice="match", record_id__isnull=False) | (~Q(choice="match") & Q(record_id__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.key}"


class ImportedValue(Scoped):
    """What a source last said of an item: a later import tells by it what the file changed, and what somebody here.

    ``values`` is shaped like a staged row's ``data``, the description as a hash. A row counts as long as its batch is
    not undone; the newest of a source counts.
    """

    source = models.CharField(max_length=60)
    record_id = models.UUIDField()
    batch_id = models.UUIDField(null=True)
    values = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(name="imported_value_record", fields=["record_id"])]
