"""What people said of an item's health and freshness, and the rules of a workspace about fields."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import trimtab.core.ids

RULES = """
alter table roadmap_healthstatement add constraint health_statement_in_workspace unique (workspace_id, id);
alter table roadmap_confirmation add constraint confirmation_in_workspace unique (workspace_id, id);
alter table roadmap_freshnessrule add constraint freshness_rule_in_workspace unique (workspace_id, id);
alter table roadmap_layout add constraint layout_in_workspace unique (workspace_id, id);

alter table roadmap_healthstatement add constraint roadmap_healthstatement_id_fk
  foreign key (workspace_id, id) references roadmap_item (workspace_id, id) deferrable initially immediate;
alter table roadmap_healthstatement add constraint roadmap_healthstatement_author_id_fk
  foreign key (workspace_id, author_id) references accounts_person (workspace_id, id) deferrable initially immediate;
alter table roadmap_confirmation add constraint roadmap_confirmation_item_id_fk
  foreign key (workspace_id, item_id) references roadmap_item (workspace_id, id) deferrable initially immediate;
alter table roadmap_confirmation add constraint roadmap_confirmation_author_id_fk
  foreign key (workspace_id, author_id) references accounts_person (workspace_id, id) deferrable initially immediate;
alter table roadmap_freshnessrule add constraint roadmap_freshnessrule_level_id_fk
  foreign key (workspace_id, level_id) references roadmap_level (workspace_id, id) deferrable initially immediate;
alter table roadmap_freshnessrule add constraint roadmap_freshnessrule_workspace_fk
  foreign key (workspace_id) references core_workspace (id) deferrable initially immediate;
alter table roadmap_layout add constraint roadmap_layout_level_id_fk
  foreign key (workspace_id, level_id) references roadmap_level (workspace_id, id) deferrable initially immediate;
alter table roadmap_layout add constraint roadmap_layout_area_id_fk
  foreign key (workspace_id, area_id) references roadmap_area (workspace_id, id) deferrable initially immediate;
alter table roadmap_layout add constraint roadmap_layout_workspace_fk
  foreign key (workspace_id) references core_workspace (id) deferrable initially immediate;

select ledger_track('roadmap_healthstatement', 'health_statement');
select ledger_track('roadmap_confirmation', 'confirmation');
select ledger_track('roadmap_freshnessrule', 'freshness_rule');
select ledger_track('roadmap_layout', 'layout');
"""
CHANGES = """
create view scoped.change as select seq, workspace_id, entity, entity_id, op, fields, at, recorded_at, voided_at
  from public.ledger_change where workspace_id = nullif(current_setting('trimtab.workspace', true), '')::uuid;
grant select on scoped.change to trimtab_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_invitations"),
        ("roadmap", "0014_agreements"),
    ]

    operations = [
        migrations.CreateModel(
            name="HealthStatement",
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
                ("stated_at", models.DateTimeField()),
                ("author_name", models.CharField(blank=True, default="", max_length=200)),
                ("expires_on", models.DateField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
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
                ("field", models.CharField(help_text="As a query names it.", max_length=120)),
                ("confirmed_at", models.DateTimeField()),
                ("author_name", models.CharField(blank=True, default="", max_length=200)),
                (
                    "author",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="roadmap.item",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace_id", "item", "field"), name="confirmation_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FreshnessRule",
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
                ("field", models.CharField(help_text="As a query names it.", max_length=120)),
                ("days", models.PositiveIntegerField()),
                (
                    "level",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="roadmap.level",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace_id", "field", "level"), name="freshness_rule_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(condition=models.Q(("days__range", (1, 3650))), name="freshness_rule_days"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Layout",
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
                (
                    "sections",
                    models.JSONField(
                        default=list,
                        help_text='[{"name": "Plan", "fields": [{"field": "owner", "required": "doing", "hidden": false}]}]',  # noqa: E501
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="roadmap.area",
                    ),
                ),
                (
                    "level",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="roadmap.level",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace_id", "level", "area"), name="layout_once", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
        migrations.RunSQL(CHANGES, "drop view scoped.change"),
    ]
