-- Takes a value out of the table, the log and the past; what stays is that it was purged, when and by whom.
create function ledger_purge(p_workspace uuid, p_entity text, p_id uuid, p_field text) returns void
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $fn$
declare
  mine ledger_change_set;
  col record;
  blank jsonb := 'null';
  emptied text;
  held text := format('%I is not null', p_field);
begin
  perform ledger_require_workspace(p_workspace);
  mine := ledger_current();
  if p_field like 'custom.%' then
    emptied := format('custom = custom - %L', substr(p_field, 8));
    held := format('custom ? %L', substr(p_field, 8));
  else
    select * into col from ledger_columns(ledger_table(p_entity)) c
    where c.name = p_field and not c.own and c.generated is null;
    if not found then
      raise exception '% has no field %', p_entity, p_field using errcode = 'TT004';
    elsif col.required and col.type not like 'text%' and col.type not like 'character varying%' then
      raise exception '% cannot be left empty', p_field using errcode = 'TT030';
    end if;
    if col.required then
      blank := '""';
    end if;
    emptied := format('%I = %s', p_field, case when col.required then '''''' else 'null' end);
  end if;
  execute ledger_for(p_entity, format('update {table} set %s where workspace_id = $1 and id = $2', emptied))
  using p_workspace, p_id;
  update ledger_change c set op = 'P'
  where c.change_set_id = mine.id and c.entity_id = p_id and c.entity = p_entity and c.op = 'U' and c.fields ? p_field;
  if not found then
    insert into ledger_change (workspace_id, change_set_id, entity, entity_id, op, fields, version, at, recorded_at, txid)
    select p_workspace, mine.id, p_entity, p_id, 'P', jsonb_build_object(p_field, jsonb_build_array(null, null)),
      coalesce(max(c.version), 0), mine.at, mine.recorded_at, mine.txid
    from ledger_change c where c.workspace_id = p_workspace and c.entity_id = p_id and c.entity = p_entity;
  end if;
  update ledger_change c set fields = jsonb_set(c.fields, array[p_field], jsonb_build_array(
    case when c.fields -> p_field -> 0 <> 'null' then blank end, case when c.fields -> p_field -> 1 <> 'null' then blank end))
  where c.workspace_id = p_workspace and c.entity_id = p_id and c.entity = p_entity and c.fields ? p_field;
  execute ledger_for(p_entity, format('update {versions} set %s where workspace_id = $1 and id = $2 and %s', emptied, held))
  using p_workspace, p_id;
  if ledger_for(p_entity, '{generated}') <> '' then
    execute ledger_fill(ledger_for(p_entity, $sql$
      update {versions} v set ({derived}) = (
        select {expressed} from {versions} p where p.version_row = v.version_row)
      where workspace_id = $1 and id = $2$sql$),
      'derived', substr(ledger_for(p_entity, '{generated}'), 3),
      'expressed', substr(ledger_for(p_entity, '{expressions}'), 3))
    using p_workspace, p_id;
  end if;
end $fn$;
