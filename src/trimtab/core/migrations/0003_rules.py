"""What the tables of core must hold, and their place in the history and in the scope of a workspace."""

from django.db import migrations

KEYS = """
alter table core_workspace add constraint workspace_in_workspace unique (workspace_id, id);
alter table core_customfield add constraint custom_field_in_workspace unique (workspace_id, id);
alter table core_customlink add constraint custom_link_in_workspace unique (workspace_id, id);
alter table core_externalkey add constraint external_key_in_workspace unique (workspace_id, id);
alter table core_operation add constraint operation_in_workspace unique (workspace_id, id);

alter table core_customlink add constraint custom_link_of_field foreign key (workspace_id, field_id)
  references core_customfield (workspace_id, id) deferrable initially immediate;
alter table core_customlink add constraint custom_link_once
  unique nulls not distinct (workspace_id, field_id, record_id, person_id, team_id, item_id);

create index custom_link_of_record on core_customlink (workspace_id, record_id);
create index custom_link_to_person on core_customlink (workspace_id, person_id) where person_id is not null;
create index custom_link_to_team on core_customlink (workspace_id, team_id) where team_id is not null;
create index custom_link_to_item on core_customlink (workspace_id, item_id) where item_id is not null;
create index external_key_of_record on core_externalkey (workspace_id, entity, record_id);
create index operation_newest on core_operation (workspace_id, created_at desc);
create index idempotency_key_age on core_idempotencykey (workspace_id, created_at);
"""

HISTORY = """
select ledger_track('core_workspace', 'workspace');
select ledger_track('core_customfield', 'custom_field');
select ledger_track('core_customlink', 'custom_link');
select ledger_track('core_externalkey', 'external_key');
select ledger_scope('core_operation', 'operation');
select ledger_scope('core_idempotencykey', 'idempotency_key');
select ledger_scope('core_counter', 'counter');
"""

# Sign-in limits are counted here, so that they hold across processes.
CACHE = """
create table core_cache (
  cache_key varchar(255) primary key,
  value text not null,
  expires timestamptz not null
);
create index core_cache_expires on core_cache (expires);
"""

WORKSPACES = """
create function list_workspaces() returns table (id uuid, slug text, name text, timezone text)
language sql stable security definer set search_path = public, pg_temp as $$
  select w.id, w.slug, w.name, w.timezone from core_workspace w order by w.name, w.id
$$;
revoke all on function list_workspaces() from public;
grant execute on function list_workspaces() to trimtab_app;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_ledger")]

    operations = [
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
        migrations.RunSQL(CACHE, "drop table core_cache"),
        migrations.RunSQL(WORKSPACES, "drop function list_workspaces()"),
    ]
