"""Who took confidential figures out: a record like any other, in the history."""

import django.utils.timezone
from django.db import migrations, models

import trimtab.core.ids

HISTORY = """
alter table core_exportrecord add constraint export_record_in_workspace unique (workspace_id, id);
alter table core_exportrecord add constraint export_record_workspace foreign key (workspace_id)
  references core_workspace (id) deferrable initially immediate;
create index export_record_newest on core_exportrecord (workspace_id, created_at desc);
select ledger_track('core_exportrecord', 'export_record');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_computed_fields"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=trimtab.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("workspace_id", models.UUIDField()),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("source", models.CharField(max_length=60)),
                ("format", models.CharField(max_length=10)),
                ("columns", models.JSONField(default=list)),
                ("confidential", models.JSONField(default=list, help_text="The fields that not everybody may see.")),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
    ]
