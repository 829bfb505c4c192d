"""What comes from outside, on its way into the plan."""

from django.db import models

from trimtab.core.models import Scoped, reference


class StagedPart(models.TextChoices):
    """Which part of an import a staged row belongs to. ``setup``: configuration that the apply will make."""

    SETUP = "setup"
    ITEMS = "items"
    RELATIONS = "relations"
    DEPENDENCIES = "dependencies"
    HISTORY = "history"


class StagedAction(models.TextChoices):
    """What the apply does with a staged row."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"
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
