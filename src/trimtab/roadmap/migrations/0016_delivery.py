"""Increments, launches, baselines; releases may belong to an area and say how exactly their day is meant."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import trimtab.core.ids

TABLES = (
    ("roadmap_increment", "increment"),
    ("roadmap_itemincrement", "item_increment"),
    ("roadmap_launch", "launch"),
    ("roadmap_launchcheck", "launch_check"),
    ("roadmap_launchready", "launch_ready"),
    ("roadmap_launchrelease", "launch_release"),
    ("roadmap_launchitem", "launch_item"),
    ("roadmap_snapshot", "snapshot"),
)
REFERENCES = (
    ("roadmap_release", "area_id", "roadmap_area"),
    ("roadmap_increment", "team_id", "accounts_team"),
    ("roadmap_itemincrement", "item_id", "roadmap_item"),
    ("roadmap_itemincrement", "increment_id", "roadmap_increment"),
    ("roadmap_launch", "area_id", "roadmap_area"),
    ("roadmap_launch", "owner_id", "accounts_person"),
    ("roadmap_launch", "decided_by_id", "accounts_person"),
    ("roadmap_launchcheck", "launch_id", "roadmap_launch"),
    ("roadmap_launchcheck", "owner_id", "accounts_person"),
    ("roadmap_launchready", "launch_id", "roadmap_launch"),
    ("roadmap_launchready", "person_id", "accounts_person"),
    ("roadmap_launchrelease", "launch_id", "roadmap_launch"),
    ("roadmap_launchrelease", "release_id", "roadmap_release"),
    ("roadmap_launchitem", "launch_id", "roadmap_launch"),
    ("roadmap_launchitem", "item_id", "roadmap_item"),
)
ROOTS = ("roadmap_increment", "roadmap_launch", "roadmap_snapshot")
REST = """
alter table roadmap_increment add constraint increment_no_overlap exclude using gist (workspace_id with =,
  kind with =, (coalesce(team_id, workspace_id)) with =, (daterange(starts_on, ends_on, '[]')) with &&)
  deferrable initially immediate;
create index item_increment_of on roadmap_itemincrement (workspace_id, increment_id);
create index launch_check_of on roadmap_launchcheck (workspace_id, launch_id);
create index launch_release_of on roadmap_launchrelease (workspace_id, release_id);
create index launch_item_of on roadmap_launchitem (workspace_id, item_id);
select ledger_track('roadmap_release', 'release');
select ledger_track('roadmap_dependencytold', 'dependency_told');
"""


def rules() -> str:
    """Keys that keep everything inside its workspace, then history; a table is tracked once its keys are there."""
    unique = [f"alter table {t} add constraint {e}_in_workspace unique (workspace_id, id);" for t, e in TABLES]
    foreign = [
        f"alter table {table} add constraint {table}_{column}_fk foreign key (workspace_id, {column})"
        f" references {target} (workspace_id, id) deferrable initially immediate;"
        for table, column, target in REFERENCES
    ]
    roots = [
        f"alter table {table} add constraint {table}_workspace_fk foreign key (workspace_id)"
        " references core_workspace (id) deferrable initially immediate;"
        for table in ROOTS
    ]
    tracked = [f"select ledger_track('{table}', '{entity}');" for table, entity in TABLES]
    talked = ["select collab_join('launch', 'roadmap_launch');"]
    return "\n".join([*unique, *foreign, *roots, *tracked, REST, *talked])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_invitations"),
        ("roadmap", "0015_rules_of_fields"),
    ]

    operations = [
        migrations.RunSQL("delete from roadmap_dependencytold", migrations.RunSQL.noop),
        migrations.AddField("dependencytold", "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddField(
            "dependencytold",
            "updated_at",
            models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.CreateModel(
            name="Increment",
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
                ("key", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[("sprint", "Sprint"), ("increment", "Programme increment")],
                        default="sprint",
                        max_length=20,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("goal", models.CharField(blank=True, default="", max_length=1000)),
            ],
        ),
        migrations.CreateModel(
            name="ItemIncrement",
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
            ],
        ),
        migrations.CreateModel(
            name="Launch",
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
                ("name", models.CharField(max_length=200)),
                ("tier", models.PositiveSmallIntegerField(default=2)),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "Planned"), ("launched", "Launched"), ("cancelled", "Cancelled")],
                        default="planned",
                        max_length=20,
                    ),
                ),
                ("start_on", models.DateField(null=True)),
                (
                    "start_precision",
                    models.CharField(
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
                ("end_on", models.DateField(null=True)),
                (
                    "end_precision",
                    models.CharField(
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
                (
                    "audiences",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), default=list, size=None
                    ),
                ),
                ("message", models.TextField(blank=True, default="")),
                ("faq", models.TextField(blank=True, default="")),
                ("verdict", models.CharField(choices=[("go", "Go"), ("no_go", "No go")], max_length=10, null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("verdict_reason", models.CharField(max_length=1000, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LaunchCheck",
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
                ("title", models.CharField(max_length=300)),
                ("due_on", models.DateField(null=True)),
                ("done", models.BooleanField(default=False)),
                ("position", models.PositiveIntegerField(default=0)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LaunchItem",
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
            ],
        ),
        migrations.CreateModel(
            name="LaunchReady",
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
                ("part", models.CharField(max_length=120)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="LaunchRelease",
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
            ],
        ),
        migrations.CreateModel(
            name="Snapshot",
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
                ("name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
            ],
        ),
        migrations.AddField(
            model_name="release",
            name="area",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="roadmap.area",
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="released_precision",
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
            model_name="release",
            name="state",
            field=models.CharField(
                choices=[("planned", "Planned"), ("released", "Released")], max_length=20, null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["planned", "released"])), name="release_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("released_precision__isnull", True),
                    models.Q(
                        ("released_on__isnull", False),
                        ("released_precision__in", ["day", "month", "quarter", "half", "year", "later"]),
                        models.Q(("released_precision", "later"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="release_precise",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "released"), _negated=True), ("released_on__isnull", False), _connector="OR"
                ),
                name="release_shipped_when",
            ),
        ),
        migrations.AddField(
            model_name="increment",
            name="team",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.team",
            ),
        ),
        migrations.AddField(
            model_name="itemincrement",
            name="increment",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="roadmap.increment",
            ),
        ),
        migrations.AddField(
            model_name="itemincrement",
            name="item",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="roadmap.item",
            ),
        ),
        migrations.AddField(
            model_name="launch",
            name="area",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="roadmap.area",
            ),
        ),
        migrations.AddField(
            model_name="launch",
            name="decided_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="launch",
            name="owner",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="launchcheck",
            name="launch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="roadmap.launch",
            ),
        ),
        migrations.AddField(
            model_name="launchcheck",
            name="owner",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="launchitem",
            name="item",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="roadmap.item",
            ),
        ),
        migrations.AddField(
            model_name="launchitem",
            name="launch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="roadmap.launch",
            ),
        ),
        migrations.AddField(
            model_name="launchready",
            name="launch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="roadmap.launch",
            ),
        ),
        migrations.AddField(
            model_name="launchready",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="launchrelease",
            name="launch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="roadmap.launch",
            ),
        ),
        migrations.AddField(
            model_name="launchrelease",
            name="release",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="roadmap.release",
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.UniqueConstraint(fields=("workspace_id", "name"), name="snapshot_name"),
        ),
        migrations.AddConstraint(
            model_name="increment",
            constraint=models.UniqueConstraint(fields=("workspace_id", "key"), name="increment_key"),
        ),
        migrations.AddConstraint(
            model_name="increment",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["sprint", "increment"])), name="increment_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="increment",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__lte", models.F("ends_on"))), name="increment_ordered"
            ),
        ),
        migrations.AddConstraint(
            model_name="itemincrement",
            constraint=models.UniqueConstraint(
                fields=("workspace_id", "item", "increment"), name="item_increment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="launch",
            constraint=models.CheckConstraint(condition=models.Q(("tier__range", (1, 4))), name="launch_tier"),
        ),
        migrations.AddConstraint(
            model_name="launch",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["planned", "launched", "cancelled"])), name="launch_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="launch",
            constraint=models.CheckConstraint(
                condition=models.Q(("start_on__lte", models.F("end_on"))), name="launch_dates_ordered"
            ),
        ),
        migrations.AddConstraint(
            model_name="launch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("start_on__isnull", True), ("start_precision__isnull", True)),
                    models.Q(("start_on__isnull", True), ("start_precision", "later")),
                    models.Q(
                        ("start_on__isnull", False),
                        ("start_precision__isnull", False),
                        models.Q(("start_precision", "later"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="launch_start_precise",
            ),
        ),
        migrations.AddConstraint(
            model_name="launch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end_on__isnull", True), ("end_precision__isnull", True)),
                    models.Q(("end_on__isnull", True), ("end_precision", "later")),
                    models.Q(
                        ("end_on__isnull", False),
                        ("end_precision__isnull", False),
                        models.Q(("end_precision", "later"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="launch_end_precise",
            ),
        ),
        migrations.AddConstraint(
            model_name="launch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("verdict__isnull", True), ("verdict_reason__isnull", True)),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("verdict__in", ["go", "no_go"]),
                        ("verdict_reason__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="launch_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="launchitem",
            constraint=models.UniqueConstraint(fields=("workspace_id", "launch", "item"), name="launch_item_once"),
        ),
        migrations.AddConstraint(
            model_name="launchready",
            constraint=models.UniqueConstraint(fields=("workspace_id", "launch", "part"), name="launch_ready_once"),
        ),
        migrations.AddConstraint(
            model_name="launchrelease",
            constraint=models.UniqueConstraint(
                fields=("workspace_id", "launch", "release"), name="launch_release_once"
            ),
        ),
        migrations.RunSQL(rules(), migrations.RunSQL.noop),
    ]
