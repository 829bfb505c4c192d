"""What teams and areas became, when work was reorganised."""

import django.utils.timezone
from django.db import migrations, models

import trimtab.core.ids

RULES = """
alter table core_succession add constraint succession_in_workspace unique (workspace_id, id);
alter table core_succession add constraint succession_workspace foreign key (workspace_id)
  references core_workspace (id) deferrable initially immediate;
create index succession_of on core_succession (workspace_id, entity, old_id, record_id);
select ledger_track('core_succession', 'succession');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0013_loading"),
    ]

    operations = [
        migrations.CreateModel(
            name="Succession",
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
                ("entity", models.CharField(max_length=20)),
                ("old_id", models.UUIDField()),
                ("new_id", models.UUIDField()),
                ("record_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("old_id", models.F("new_id")), _negated=True), name="succession_elsewhere"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entity__in", ["team", "area"])), name="succession_entity"
                    ),
                ],
            },
        ),
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
    ]
