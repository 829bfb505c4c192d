"""How long things are kept, and forgetting who somebody was."""

import django.utils.timezone
from django.db import migrations, models

import trimtab.core.ids

RULES = """
alter table core_retentionrule add constraint retention_rule_in_workspace unique (workspace_id, id);
alter table core_retentionrule add constraint retention_rule_workspace foreign key (workspace_id)
  references core_workspace (id) deferrable initially immediate;
select ledger_track('core_retentionrule', 'retention_rule');

create function ledger_forget_actor(p_workspace uuid, p_actor uuid, p_name text) returns void
language plpgsql security definer set search_path = public, pg_temp as $fn$
begin
  perform ledger_require_workspace(p_workspace);
  update ledger_change_set set actor_name = p_name where workspace_id = p_workspace and actor_id = p_actor;
  update ledger_batch set actor_name = p_name where workspace_id = p_workspace and actor_id = p_actor;
end $fn$;
comment on function ledger_forget_actor is 'What somebody did stays; who they were is not told any more.';
revoke all on function ledger_forget_actor(uuid, uuid, text) from public;
grant execute on function ledger_forget_actor(uuid, uuid, text) to trimtab_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0014_successions"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionRule",
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
                ("kind", models.CharField(max_length=60)),
                ("days", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace_id", "kind"), name="retention_rule_once"),
                    models.CheckConstraint(condition=models.Q(("days__range", (1, 36500))), name="retention_rule_days"),
                ],
            },
        ),
        migrations.RunSQL(RULES, "drop function ledger_forget_actor(uuid, uuid, text)"),
    ]
