"""Staged rows belong to an import and to its workspace; they are work in progress, so no crash need bring them back."""

from django.db import migrations

RULES = """
alter table integrations_stagedrow add constraint staged_row_in_workspace unique (workspace_id, id);
alter table integrations_stagedrow set unlogged;
alter table integrations_stagedrow add constraint staged_row_operation foreign key (workspace_id, operation_id)
  references core_operation (workspace_id, id) on delete cascade;
select ledger_scope('integrations_stagedrow', 'staged_row');

-- Only the owner may analyze, and an import fills the table faster than autovacuum looks.
create function integrations_measure_staged() returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  analyze integrations_stagedrow;
end $$;
revoke all on function integrations_measure_staged() from public;
grant execute on function integrations_measure_staged() to trimtab_app;
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial"), ("core", "0003_rules")]

    operations = [migrations.RunSQL(RULES, migrations.RunSQL.noop)]
