"""Groups of fields that only named people and roles see, and the door that says what is kept from somebody."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import trimtab.core.ids

RULES = """
alter table core_fieldgroup add constraint field_group_in_workspace unique (workspace_id, id);
alter table core_fieldgroupfield add constraint field_group_field_in_workspace unique (workspace_id, id);
alter table core_fieldgroupreader add constraint field_group_reader_in_workspace unique (workspace_id, id);
alter table core_fieldgroup add constraint field_group_workspace foreign key (workspace_id)
  references core_workspace (id) deferrable initially immediate;
alter table core_fieldgroupfield add constraint field_group_field_group foreign key (workspace_id, group_id)
  references core_fieldgroup (workspace_id, id) deferrable initially immediate;
alter table core_fieldgroupreader add constraint field_group_reader_group foreign key (workspace_id, group_id)
  references core_fieldgroup (workspace_id, id) deferrable initially immediate;
create index field_group_field_of_group on core_fieldgroupfield (workspace_id, group_id);
create index field_group_reader_of_group on core_fieldgroupreader (workspace_id, group_id);
select ledger_track('core_fieldgroup', 'field_group');
select ledger_track('core_fieldgroupfield', 'field_group_field');
select ledger_track('core_fieldgroupreader', 'field_group_reader');

create function hidden_from(workspace uuid, person uuid, member_role text) returns text[]
language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(array_agg(q.field), '{}') from (
    select f.entity || '.' || f.field as field
    from core_fieldgroupfield f
    where f.workspace_id = workspace and not exists (
      select from core_fieldgroupreader r
      where r.workspace_id = workspace and r.group_id = f.group_id and (r.person_id = person or r.role = member_role))
    union all
    select c.entity || '.custom.' || c.id
    from core_customfield c
    where c.workspace_id = workspace and c.confidential and member_role <> 'admin' and not exists (
      select from core_fieldgroupfield f
      where f.workspace_id = workspace and f.entity = c.entity and f.field = 'custom.' || c.id)
  ) q
$$;
comment on function hidden_from is 'The fields that are kept from somebody: <entity>.<guard>.';
revoke all on function hidden_from(uuid, uuid, text) from public;
grant execute on function hidden_from(uuid, uuid, text) to trimtab_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_exports"),
    ]

    operations = [
        migrations.CreateModel(
            name="FieldGroup",
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
                ("name", models.CharField(max_length=120)),
                ("description", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("workspace_id", "name"), name="field_group_name")],
            },
        ),
        migrations.CreateModel(
            name="FieldGroupField",
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
                ("entity", models.CharField(max_length=40)),
                ("field", models.CharField(max_length=80)),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="core.fieldgroup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace_id", "entity", "field"), name="field_group_field_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldGroupReader",
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
                ("person_id", models.UUIDField(null=True)),
                ("role", models.CharField(max_length=20, null=True)),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="core.fieldgroup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person_id__isnull", False), ("role__isnull", True)),
                            models.Q(("person_id__isnull", True), ("role__isnull", False)),
                            _connector="OR",
                        ),
                        name="field_group_reader_one",
                    ),
                    models.UniqueConstraint(
                        fields=("workspace_id", "group", "person_id", "role"),
                        name="field_group_reader_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.RunSQL(RULES, "drop function hidden_from(uuid, uuid, text)"),
    ]
