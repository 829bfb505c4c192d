"""Looks only at tables that became much larger since the last look: looking at a large one takes seconds."""

from django.db import migrations

MEASURE = """
create or replace function ledger_measure(p_entities text[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  relation text;
begin
  for relation in
    select c.relname from ledger_entity e join pg_class c on c.oid in (
      quote_ident(e.table_name)::regclass, quote_ident(e.table_name || '_version')::regclass)
    where e.entity = any (p_entities)
      and pg_relation_size(c.oid) >= 2 * c.relpages * current_setting('block_size')::bigint
  loop
    execute format('analyze %I', relation);
  end loop;
end $$;
comment on function ledger_measure is
  'Looks at those tables of these entities that doubled since the last look, so that plans know of what was written.';
"""
BACK = """
create or replace function ledger_measure(p_entities text[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  relation text;
begin
  for relation in select table_name from ledger_entity where entity = any (p_entities) loop
    execute format('analyze %I', relation);
    execute format('analyze %I', relation || '_version');
  end loop;
end $$;
comment on function ledger_measure is
  'Looks at the tables of these entities, so that plans made from here on know of the rows just written.';
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0006_undo_custom")]

    operations = [migrations.RunSQL(MEASURE, BACK)]
