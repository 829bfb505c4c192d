"""Lets whoever writes very much tell the database to look at it: only the owner may analyze."""

from django.db import migrations

MEASURE = """
create function ledger_measure(p_entities text[]) returns void
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
revoke all on function ledger_measure(text[]) from public;
grant execute on function ledger_measure(text[]) to trimtab_app;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_rules")]

    operations = [migrations.RunSQL(MEASURE, "drop function ledger_measure(text[])")]
