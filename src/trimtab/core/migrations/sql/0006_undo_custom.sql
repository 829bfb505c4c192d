-- An undo keeps a custom field under which some record still holds a value, as it keeps what a foreign key points at:
-- values lie in documents, by the field's id, and no key tells of them.

create function ledger_undo_valued(p_workspace uuid) returns jsonb language plpgsql as $fn$
declare
  fields text[] := array(
    select w.id::text from ledger_undo_work w where w.entity = 'custom_field' and w.action = 'D' and not w.refused);
  holder record;
  used text[] := '{}';
  found text[];
begin
  if fields = '{}' then
    return '[]';
  end if;
  for holder in select e.entity, quote_ident(e.table_name) as relation from ledger_entity e
    where exists (select from ledger_columns(quote_ident(e.table_name)::regclass) c
      where c.name = 'custom' and c.type = 'jsonb')
  loop
    execute format($sql$
      select array_agg(distinct k.key) from %s c, jsonb_object_keys(c.custom) k (key)
      where c.workspace_id = $1 and c.custom ?| $2 and k.key = any ($2)
        and not exists (select from ledger_undo_work x
          where x.entity = %L and x.id = c.id and x.action = 'D' and not x.refused)$sql$,
      holder.relation, holder.entity)
    into found using p_workspace, fields;
    used := used || found;
  end loop;
  return coalesce((select jsonb_agg(jsonb_build_object('entity', 'custom_field', 'id', u.id, 'reason', 'referred to'))
    from (select distinct unnest(used) as id) u), '[]');
end $fn$;

-- Writes, and writes again without what would dangle, until nothing does.
create or replace function ledger_undo_write(p_workspace uuid) returns void language plpgsql as $fn$
declare
  dangling jsonb;
begin
  set constraints all deferred;
  loop
    begin
      perform ledger_undo_put(p_workspace);
      dangling := ledger_undo_dangling(p_workspace) || ledger_undo_valued(p_workspace);
      if dangling <> '[]' then
        raise exception 'dangling' using errcode = 'TT019';
      end if;
      perform ledger_undo_take(p_workspace);
      set constraints all immediate;
      return;
    exception when sqlstate 'TT019' then
      perform ledger_undo_refuse(dangling);
    end;
  end loop;
end $fn$;

revoke all on function ledger_undo_valued(uuid) from public;
