"""Loading what another installation wrote: rows and their log come as they are, and nothing writes them down again."""

from django.db import migrations

LOADING = """
-- Whether the owner loads: the application's role cannot be believed to, whatever it sets.
create function ledger_loading() returns boolean language sql stable as $$
  select current_setting('trimtab.loading', true) = 'on' and pg_has_role(session_user, c.relowner, 'member')
  from pg_class c where c.oid = 'ledger_change'::regclass
$$;
comment on function ledger_loading is 'Triggers of workspaces'' tables rest while it is true.';

-- Triggers come with their tables, from many migrations: each import makes sure of all of them, in a moment.
create function ledger_loadable() returns void language plpgsql security definer
set search_path = public, pg_temp as $fn$
declare
  t record;
  definition text;
begin
  for t in
    select tg.tgname, c.relname, tg.tgconstraint <> 0 as bound, pg_get_triggerdef(tg.oid) as definition
    from pg_trigger tg join pg_class c on c.oid = tg.tgrelid
    where not tg.tgisinternal and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id')
      and tg.tgtype & 4 <> 0  -- of inserts: nothing else is done while loading
      and pg_get_triggerdef(tg.oid) !~ 'trimtab.loading'
  loop
    definition := regexp_replace(t.definition, '^CREATE TRIGGER', 'create or replace trigger');
    if t.bound then
      execute format('drop trigger %I on %I', t.tgname, t.relname);
    end if;
    if definition ~ ' WHEN \\(.*\\) EXECUTE FUNCTION ' then
      definition := regexp_replace(definition, ' WHEN \\((.*)\\) EXECUTE FUNCTION ',
        ' WHEN ((\\1) and {resting}) EXECUTE FUNCTION ');
    else
      definition := replace(definition, ' EXECUTE FUNCTION ', ' WHEN ({resting}) EXECUTE FUNCTION ');
    end if;
    execute replace(definition, '{resting}',
      '(current_setting(''trimtab.loading'', true) is distinct from ''on'' or not ledger_loading())');
  end loop;
  for t in
    select con.conname, con.conrelid::regclass as relation from pg_constraint con
    where con.contype = 'f' and not con.condeferrable and con.connamespace = 'public'::regnamespace
      and exists (select from pg_attribute a where a.attrelid = con.conrelid and a.attname = 'workspace_id')
  loop
    execute format('alter table %s alter constraint %I deferrable initially immediate', t.relation, t.conname);
  end loop;
end $fn$;
comment on function ledger_loadable is
  'Lets every trigger of a workspace''s table rest while the owner loads, and makes all references deferrable.';

revoke all on function ledger_loadable() from public;
revoke all on function ledger_loading() from public;
grant execute on function ledger_loading() to trimtab_app;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0012_field_groups")]

    operations = [
        migrations.RunSQL(LOADING, "drop function ledger_loadable(); drop function ledger_loading();"),
        migrations.RunSQL("select ledger_loadable();", migrations.RunSQL.noop),
    ]
