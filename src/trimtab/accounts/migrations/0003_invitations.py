"""Invitations: a way in for one person, once; its link is looked up before any workspace is known."""

import django.utils.timezone
from django.db import migrations, models

import trimtab.core.ids

RULES = """
alter table accounts_invitation add constraint invitation_in_workspace unique (workspace_id, id);
alter table accounts_invitation add constraint invitation_workspace foreign key (workspace_id)
  references core_workspace (id) deferrable initially immediate;
select ledger_scope('accounts_invitation', 'invitation');

create function find_invitation(secret bytea, at timestamptz)
returns table (id uuid, workspace_id uuid, slug text, workspace text, email text, name text, role text,
               invited_by text, expires_at timestamptz, has_user boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.id, i.workspace_id, w.slug, w.name, i.email, i.name, i.role, i.invited_by, i.expires_at,
    exists (select from accounts_user u where u.email = i.email)
  from accounts_invitation i join core_workspace w on w.id = i.workspace_id
  where i.hash = secret and i.accepted_at is null and i.expires_at > at
$$;
revoke all on function find_invitation(bytea, timestamptz) from public;
grant execute on function find_invitation(bytea, timestamptz) to trimtab_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=trimtab.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("workspace_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("viewer", "viewer"),
                            ("contributor", "contributor"),
                            ("editor", "editor"),
                            ("area_owner", "area owner"),
                            ("admin", "admin"),
                        ],
                        max_length=20,
                    ),
                ),
                ("hash", models.BinaryField(max_length=32, unique=True)),
                ("invited_by", models.CharField(blank=True, default="", max_length=200)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at__isnull", True)),
                        fields=("workspace_id", "email"),
                        name="invitation_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["viewer", "contributor", "editor", "area_owner", "admin"])),
                        name="invitation_role",
                    ),
                ],
            },
        ),
        migrations.RunSQL(RULES, "drop function find_invitation(bytea, timestamptz)"),
    ]
