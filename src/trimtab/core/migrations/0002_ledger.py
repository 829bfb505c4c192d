"""The ledger: log tables, the one template for tracked tables, undo, history from elsewhere, purge, consumers."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"
PARTS = ("tables", "write", "track", "past", "undo", "backfill", "purge", "consume", "rights")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        *(migrations.RunSQL((SQL / f"ledger_{part}.sql").read_text()) for part in PARTS),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("workspace_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("label", models.TextField()),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.UUIDField(null=True)),
                ("undoes", models.UUIDField(null=True)),
                ("undoes_change_set", models.UUIDField(null=True)),
            ],
            options={"db_table": "ledger_batch", "managed": False},
        ),
        migrations.CreateModel(
            name="ChangeSet",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("workspace_id", models.UUIDField()),
                ("batch_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.TextField()),
                ("origin", models.TextField()),
                ("cause", models.JSONField(null=True)),
                ("note", models.TextField()),
                ("request_id", models.TextField()),
                ("backfill", models.BooleanField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.UUIDField(null=True)),
            ],
            options={"db_table": "ledger_change_set", "managed": False},
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("workspace_id", models.UUIDField()),
                ("entity", models.TextField()),
                ("entity_id", models.UUIDField()),
                ("op", models.CharField(max_length=1)),
                ("fields", models.JSONField()),
                ("version", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("voided_at", models.DateTimeField(null=True)),
                (
                    "change_set",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=models.DO_NOTHING,
                        related_name="+",
                        to="core.changeset",
                    ),
                ),
            ],
            options={"db_table": "ledger_change", "managed": False},
        ),
    ]
