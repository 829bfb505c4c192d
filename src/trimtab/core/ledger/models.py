"""The log as Django sees it. Read only: its rows are written by the database alone."""

from django.db import models


class Batch(models.Model):
    """An import, a sync pass, a bulk edit: the unit of undo."""

    id = models.UUIDField(primary_key=True)
    workspace_id = models.UUIDField()
    kind = models.TextField()
    label = models.TextField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.TextField()
    opened_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)
    undoes = models.UUIDField(null=True)
    undoes_change_set = models.UUIDField(null=True)

    class Meta:
        app_label = "core"
        managed = False
        db_table = "ledger_batch"

    def __str__(self) -> str:
        return f"{self.kind}: {self.label}"


class ChangeSet(models.Model):
    """Who wrote, through what, why. ``at`` is when it was true, ``recorded_at`` when it was learned."""

    id = models.UUIDField(primary_key=True)
    workspace_id = models.UUIDField()
    batch_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.TextField()
    origin = models.TextField()
    cause = models.JSONField(null=True)
    note = models.TextField()
    request_id = models.TextField()
    backfill = models.BooleanField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)

    class Meta:
        app_label = "core"
        managed = False
        db_table = "ledger_change_set"

    def __str__(self) -> str:
        return f"{self.actor_name} at {self.at}"


class Change(models.Model):
    """One written record; ``fields`` maps a field to [old, new], a custom field as ``custom.<id>``."""

    seq = models.BigIntegerField(primary_key=True)
    workspace_id = models.UUIDField()
    change_set = models.ForeignKey(ChangeSet, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    entity = models.TextField()
    entity_id = models.UUIDField()
    op = models.CharField(max_length=1)
    fields = models.JSONField()
    version = models.IntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "core"
        managed = False
        db_table = "ledger_change"

    def __str__(self) -> str:
        return f"{self.op} {self.entity} {self.entity_id}"
