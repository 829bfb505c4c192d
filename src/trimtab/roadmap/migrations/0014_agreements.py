"""What was stated about a dependency is kept apart from how it stands, which is computed when somebody looks."""

from pathlib import Path

import django.utils.timezone
from django.db import migrations, models

import trimtab.core.ids

SQL = Path(__file__).parent / "sql"
# Each entity that is written to opens a change set of its own workspace; what was computed by hand so far was agreed.
STATED = """
do $$
declare
  ws uuid;
begin
  for ws in select distinct workspace_id from roadmap_dependency
    where state in ('at_risk', 'broken', 'met') or (state = 'declined' and reason is null)
  loop
    perform set_config('trimtab.workspace', ws::text, true);
    perform ledger_open(ws, now(), 'system', null, 'Trimtab', 'system', null,
      'At risk, broken and met are computed from now on.');
    update roadmap_dependency set state = 'agreed'
    where workspace_id = ws and state in ('at_risk', 'broken', 'met');
    update roadmap_dependency set reason = 'No reason was kept.'
    where workspace_id = ws and state = 'declined' and reason is null;
  end loop;
  perform set_config('trimtab.workspace', '', true), set_config('trimtab.change_set', '', true),
    set_config('trimtab.change_set_at', '', true), set_config('trimtab.change_set_new', '', true);
end $$;
"""
TOLD = """
alter table roadmap_dependencytold add constraint roadmap_dependencytold_id_fk
  foreign key (workspace_id, id) references roadmap_dependency (workspace_id, id) on delete cascade
  deferrable initially immediate;
select ledger_scope('roadmap_dependencytold', 'dependency_told');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("roadmap", "0013_rank_of"),
    ]

    operations = [
        migrations.CreateModel(
            name="DependencyTold",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=trimtab.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("workspace_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("proposed", "Proposed"),
                            ("agreed", "Agreed"),
                            ("declined", "Declined"),
                            ("at_risk", "At Risk"),
                            ("broken", "Broken"),
                            ("met", "Met"),
                        ],
                        max_length=20,
                    ),
                ),
                ("since", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="dependency",
            name="needed_precision",
            field=models.CharField(
                choices=[
                    ("day", "Day"),
                    ("month", "Month"),
                    ("quarter", "Quarter"),
                    ("half", "Half"),
                    ("year", "Year"),
                    ("later", "Later"),
                ],
                max_length=10,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="dependency",
            name="promised_precision",
            field=models.CharField(
                choices=[
                    ("day", "Day"),
                    ("month", "Month"),
                    ("quarter", "Quarter"),
                    ("half", "Half"),
                    ("year", "Year"),
                    ("later", "Later"),
                ],
                max_length=10,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="dependency",
            name="proposed_by",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="dependency",
            name="proposed_precision",
            field=models.CharField(
                choices=[
                    ("day", "Day"),
                    ("month", "Month"),
                    ("quarter", "Quarter"),
                    ("half", "Half"),
                    ("year", "Year"),
                    ("later", "Later"),
                ],
                max_length=10,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="dependency",
            name="reason",
            field=models.CharField(
                help_text="Why it was declined, or another date proposed.", max_length=1000, null=True
            ),
        ),
        migrations.AlterField(
            model_name="dependency",
            name="state",
            field=models.CharField(
                choices=[("asked", "Asked"), ("proposed", "Proposed"), ("agreed", "Agreed"), ("declined", "Declined")],
                default="asked",
                max_length=20,
            ),
        ),
        migrations.RunSQL("select ledger_track('roadmap_dependency', 'dependency');", migrations.RunSQL.noop),
        migrations.RunSQL(STATED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["asked", "proposed", "agreed", "declined"])), name="dependency_stated"
            ),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "declined"), _negated=True), ("reason__isnull", False), _connector="OR"
                ),
                name="dependency_declined_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proposed_by__isnull", False), ("state", "proposed")),
                    models.Q(models.Q(("state", "proposed"), _negated=True), ("proposed_by__isnull", True)),
                    _connector="OR",
                ),
                name="dependency_proposed_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("needed_precision__isnull", True),
                    models.Q(
                        ("needed_by__isnull", False),
                        ("needed_precision__in", ["day", "month", "quarter", "half", "year", "later"]),
                        models.Q(("needed_precision", "later"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dependency_needed_precise",
            ),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("promised_precision__isnull", True),
                    models.Q(
                        ("promised_by__isnull", False),
                        ("promised_precision__in", ["day", "month", "quarter", "half", "year", "later"]),
                        models.Q(("promised_precision", "later"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dependency_promised_precise",
            ),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("proposed_precision__isnull", True),
                    models.Q(
                        ("proposed_by__isnull", False),
                        ("proposed_precision__in", ["day", "month", "quarter", "half", "year", "later"]),
                        models.Q(("proposed_precision", "later"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dependency_proposed_precise",
            ),
        ),
        migrations.RunSQL(TOLD, migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "0014_standing.sql").read_text(), migrations.RunSQL.noop),
    ]
