-- ledger_track(table, entity): everything that a tracked table needs, generated from one template.

create function ledger_columns(p_table regclass)
returns table (name text, type text, plain_type boolean, required boolean, generated text, own boolean)
language sql stable as $$
  select a.attname, format_type(a.atttypid, a.atttypmod)
      || case when a.attcollation <> t.typcollation then
           (select format(' collate %I.%I', n.nspname, c.collname) from pg_collation c
            join pg_namespace n on n.oid = c.collnamespace where c.oid = a.attcollation) else '' end,
    t.typtype = 'e' or a.atttypid = any (array['bool', 'int2', 'int4', 'int8', 'uuid', 'date', 'text', 'varchar',
      'timestamptz']::regtype[]),
    a.attnotnull, case when a.attgenerated = 's' then pg_get_expr(d.adbin, d.adrelid) end,
    a.attname in ('id', 'workspace_id', 'version', 'created_at', 'updated_at')
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped
  order by a.attnum
$$;
comment on function ledger_columns is
  'plain_type: equal values are identical. own: kept by the ledger itself, never part of a change.';

create function ledger_relation(p_table regclass) returns text language sql stable
as $$ select relname from pg_class where oid = p_table $$;

create function ledger_version_columns() returns text[] language sql immutable as $$
  select array['version_row', 'during', 'recorded_at', 'closed_recorded_at', 'voided_at', 'change_set_id', 'batch_id']
$$;

create function ledger_guard(p_relation text) returns void language plpgsql as $fn$
begin
  execute format('alter table %I enable row level security', p_relation);
  execute format('drop policy if exists workspace on %I', p_relation);
  execute format('create policy workspace on %I
    using (workspace_id = nullif(current_setting(''trimtab.workspace'', true), '''')::uuid)', p_relation);
end $fn$;

create function ledger_scope(p_table regclass, p_entity text) returns void language plpgsql as $fn$
declare
  relation text := ledger_relation(p_table);
  serial_column text;
begin
  perform ledger_guard(relation);
  execute format('grant select, insert, update, delete on %I to trimtab_app', relation);
  execute format('revoke truncate on %I from trimtab_app', relation);
  for serial_column in select a.attname from pg_attribute a where a.attrelid = p_table and a.attnum > 0
    and not a.attisdropped and pg_get_serial_sequence(quote_ident(relation), a.attname) is not null
  loop
    execute format('grant usage, select on sequence %s to trimtab_app',
      pg_get_serial_sequence(quote_ident(relation), serial_column));
  end loop;
  perform ledger_view(relation, p_entity);
end $fn$;

create function ledger_view(p_relation text, p_name text) returns void language plpgsql as $fn$
declare
  columns text;
  definition text;
begin
  select string_agg(quote_ident(name), ', ') into columns from ledger_columns(quote_ident(p_relation)::regclass);
  definition := format('view scoped.%I as select %s from public.%I
    where workspace_id = nullif(current_setting(''trimtab.workspace'', true), '''')::uuid', p_name, columns, p_relation);
  begin
    execute 'create or replace ' || definition;
  exception when invalid_table_definition then
    execute format('drop view scoped.%I', p_name);
    execute 'create ' || definition;
  end;
  execute format('grant select on scoped.%I to trimtab_app', p_name);
end $fn$;

create function ledger_version_table(p_table regclass) returns void language plpgsql as $fn$
declare
  relation text := ledger_relation(p_table);
  versions text := relation || '_version';
  col record;
  held text;
begin
  if to_regclass(quote_ident(versions)) is null then
    execute format('select 1 from %I limit 1', relation) into held;
    if held is not null then
      raise exception '% already has rows: a table is tracked before its first row', relation;
    end if;
    execute format('create table %I (
      version_row bigint generated always as identity primary key, during tstzrange not null,
      recorded_at timestamptz not null, closed_recorded_at timestamptz, voided_at timestamptz,
      change_set_id uuid not null, batch_id uuid)', versions);
  end if;
  for col in select c.name, c.type, v.type as held from ledger_columns(p_table) c
    left join ledger_columns(quote_ident(versions)::regclass) v using (name)
  loop
    if col.name = any (ledger_version_columns()) then
      raise exception '%.% has a name that the ledger keeps for itself', relation, col.name;
    elsif col.held is null then
      execute format('alter table %I add column %I %s', versions, col.name, col.type);
    elsif col.held <> col.type then
      execute format('drop view if exists scoped.%I',
        (select entity || '_version' from ledger_entity where table_name = relation));
      execute format('alter table %I alter column %I type %s using %I::%s', versions, col.name, col.type, col.name,
        split_part(col.type, ' collate ', 1));
    end if;
  end loop;
  execute format('create index if not exists %I on %I using gist (workspace_id, during) where voided_at is null',
    versions || '_during', versions);
  execute format('create index if not exists %I on %I (workspace_id, id, lower(during))', versions || '_record', versions);
  execute format('create unique index if not exists %I on %I (workspace_id, id) where voided_at is null and upper_inf(during)',
    versions || '_open', versions);
  perform ledger_guard(versions);
  execute format('revoke all on %I from trimtab_app', versions);
  execute format('grant select on %I to trimtab_app', versions);
  execute format('revoke all on sequence %s from trimtab_app',
    pg_get_serial_sequence(quote_ident(versions), 'version_row'));
end $fn$;

-- Replaces each {name} by its text, in the given order, so that a text may hold later names.
create function ledger_fill(p_template text, variadic p_pairs text[]) returns text language plpgsql immutable as $fn$
begin
  for i in 1 .. array_length(p_pairs, 1) by 2 loop
    p_template := replace(p_template, '{' || p_pairs[i] || '}', p_pairs[i + 1]);
  end loop;
  return p_template;
end $fn$;

-- One statement for few rows (its plan is kept) and the same text planned anew for many.
create function ledger_statement(p_sql text) returns text language sql immutable as $$
  select format(E'if n <= 16 then%s;\n  else\n    execute %L\n    using cs.id, cs.batch_id, cs.at, cs.recorded_at, cs.txid;\n  end if;',
    ledger_fill(p_sql, 'cs', 'cs.id', 'batch', 'cs.batch_id', 'at', 'cs.at', 'recorded', 'cs.recorded_at', 'txid', 'cs.txid'),
    ledger_fill(p_sql, 'cs', '$1', 'batch', '$2', 'at', '$3', 'recorded', '$4', 'txid', '$5'))
$$;

-- The text of a jsonb object {"column": [old, new]} over the tracked columns: p_old and p_new are row aliases, or null.
create function ledger_fields_sql(p_table regclass, p_old text, p_new text) returns text language sql stable as $$
  select '(''{'' || concat_ws('','', ' || string_agg(format(
    case
      when name = 'custom' and type = 'jsonb' then case
        when p_old is null or p_new is null then
          '(select string_agg(to_json(''custom.'' || key)::text || '':[%4$s'' || value::text || ''%5$s]'', '','') from jsonb_each(%6$s.custom))'
        else 'case when %1$s.custom is distinct from %2$s.custom then
          (select string_agg(to_json(''custom.'' || coalesce(a.key, b.key))::text || '':['' || coalesce(a.value::text, ''null'')
            || '','' || coalesce(b.value::text, ''null'') || '']'', '','')
           from jsonb_each(%1$s.custom) a full join jsonb_each(%2$s.custom) b on a.key = b.key
           where a.value is distinct from b.value) end' end
      when p_old is null or p_new is null then
        'case when %6$s.%3$I is not null then %7$L || to_json(%6$s.%3$I)::text || ''%5$s]'' end'
      else 'case when %1$s.%3$I is distinct from %2$s.%3$I then %7$L || coalesce(to_json(%1$s.%3$I)::text, ''null'')
        || '','' || coalesce(to_json(%2$s.%3$I)::text, ''null'') || '']'' end'
    end,
    p_old, p_new, name, case when p_old is null then 'null,' else '' end, case when p_new is null then ',null' else '' end,
    coalesce(p_new, p_old), to_json(name)::text || ':[' || case when p_old is null then 'null,' else '' end), E',\n      ')
    || E') || ''}'')::jsonb'
  from ledger_columns(p_table) where not own and generated is null
$$;

create function ledger_row_trigger(p_table regclass) returns void language plpgsql as $fn$
declare
  relation text := ledger_relation(p_table);
  tidy text := '';
  keep text := '';
  differs text;
  col record;
begin
  for col in select * from ledger_columns(p_table) where not own and generated is null loop
    if col.type = 'json' then
      raise exception '%.% is json: a tracked table has jsonb', relation, col.name;
    end if;
    if col.name = 'custom' and col.type = 'jsonb' then
      if not col.required then
        raise exception '%.custom may not be null', relation;
      end if;
      tidy := tidy || $t$
  if jsonb_path_exists(new.custom, 'strict $.* ? (@ == null)') then
    new.custom := (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(new.custom) where value <> 'null');
  end if;$t$;
    elsif col.type = 'jsonb' and not col.required then
      tidy := tidy || format($t$
  if new.%1$I = 'null' then new.%1$I := null; end if;$t$, col.name);
    end if;
    if not col.plain_type then
      keep := keep || format($t$
  if new.%1$I = old.%1$I then new.%1$I := old.%1$I; end if;$t$, col.name);
    end if;
  end loop;
  select format('(%s) is distinct from (%s)', string_agg(format('new.%I', name), ', '), string_agg(format('old.%I', name), ', '))
  into differs from ledger_columns(p_table) where not own and generated is null;
  execute ledger_fill($template$
create or replace function {table}_ledger_row() returns trigger language plpgsql as $body$
declare
  at timestamptz := nullif(current_setting('trimtab.change_set_at', true), '');
begin
  {tidy}
  if tg_op = 'INSERT' then
    if at is null then
      raise exception 'a write to a tracked table needs an open change set' using errcode = 'TT001';
    end if;
    if current_setting('trimtab.restoring', true) = 'on' then
      new.updated_at := at;
      return new;
    end if;
    new.version := 1;
    new.created_at := at;
    new.updated_at := at;
    return new;
  end if;
  if new.id <> old.id or new.workspace_id <> old.workspace_id then
    raise exception 'a record keeps its id and its workspace' using errcode = 'TT003';
  end if;
  {keep}
  if {differs} then
    if at is null then
      raise exception 'a write to a tracked table needs an open change set' using errcode = 'TT001';
    end if;
    new.version := old.version + 1;
    new.created_at := old.created_at;
    new.updated_at := greatest(at, old.updated_at);
    return new;
  end if;
  return old;
end $body$;
create or replace trigger zz_ledger_row before insert or update on {table}
  for each row execute function {table}_ledger_row();
create or replace trigger zz_ledger_truncate before truncate on {table}
  for each statement execute function ledger_refuse_truncate();
$template$, 'table', relation, 'tidy', tidy, 'keep', keep, 'differs', differs);
end $fn$;

-- The version that a write ends is shortened; where nothing of it remains, it is merged into the new one of the same
-- change set, else void, so that what was known in between stays known. {written}: when the write is true.
create function ledger_ending_sql() returns text language sql immutable as $$
  select $sql$ending as materialized (
    select v.version_row, v.id, v.since, greatest(v.since, v.written) as at,
      greatest({recorded}, v.recorded_at) as recorded_at, v.recorded_at as first_recorded_at,
      v.since >= v.written and v.change_set_id = {cs} as merges
    from (
      select v.version_row, v.id, lower(v.during) as since, v.recorded_at, v.change_set_id,
        {written} as written
      from {source} r join {table}_version v on v.workspace_id = r.workspace_id and v.id = r.id
        and v.voided_at is null and upper_inf(v.during)
    ) v
  ), merged as (
    delete from {table}_version t using ending e where e.merges and t.version_row = e.version_row
    returning e.id, e.at, e.first_recorded_at as recorded_at
  ), closed as (
    update {table}_version t set
      during = case when e.since < e.at then tstzrange(e.since, e.at) else t.during end,
      closed_recorded_at = case when e.since < e.at then e.recorded_at end,
      voided_at = case when e.since >= e.at then e.recorded_at end
    from ending e where not e.merges and t.version_row = e.version_row
    returning e.id, e.at, e.recorded_at
  ), ended as materialized (select * from merged union all select * from closed)$sql$
$$;

create function ledger_insert_sql() returns text language sql immutable as $$
  select $sql$
  with logged as (
    insert into ledger_change
      (workspace_id, change_set_id, entity, entity_id, op, fields, version, at, recorded_at, txid)
    select r.workspace_id, {cs}, '{entity}', r.id, 'I', {fields},
      r.version, greatest(r.updated_at, p.ended), greatest({recorded}, p.recorded_at), {txid}
    from new_rows r left join lateral (
      select max(upper(v.during)) as ended, max(v.closed_recorded_at) as recorded_at from {table}_version v
      where v.workspace_id = r.workspace_id and v.id = r.id and v.voided_at is null
    ) p on true
    returning entity_id, at, recorded_at
  )
  insert into {table}_version ({columns}, during, recorded_at, change_set_id, batch_id)
  select {r_columns}, tstzrange(l.at, null), l.recorded_at, {cs}, {batch}
  from new_rows r join logged l on l.entity_id = r.id$sql$
$$;

create function ledger_update_sql() returns text language sql immutable as $$
  select $sql$
  with r as materialized (
    select n.*, {fields} as ledger_fields
    from new_rows n join old_rows o on o.id = n.id where n.version <> o.version
  ), {ending}, written as (
    insert into {table}_version ({columns}, during, recorded_at, change_set_id, batch_id)
    select {r_columns}, tstzrange(coalesce(e.at, r.updated_at), null), coalesce(e.recorded_at, {recorded}), {cs}, {batch}
    from r left join ended e on e.id = r.id
  )
  insert into ledger_change
    (workspace_id, change_set_id, entity, entity_id, op, fields, version, at, recorded_at, txid)
  select r.workspace_id, {cs}, '{entity}', r.id, 'U', r.ledger_fields, r.version,
    coalesce(e.at, r.updated_at), {recorded}, {txid}
  from r left join ended e on e.id = r.id$sql$
$$;

create function ledger_delete_sql() returns text language sql immutable as $$
  select $sql$
  with {ending}
  insert into ledger_change
    (workspace_id, change_set_id, entity, entity_id, op, fields, version, at, recorded_at, txid)
  select r.workspace_id, {cs}, '{entity}', r.id, 'D', {fields}, r.version + 1,
    coalesce(e.at, {at}), {recorded}, {txid}
  from old_rows r left join ended e on e.id = r.id$sql$
$$;

create function ledger_statement_trigger(p_table regclass, p_entity text, p_event text, p_sql text) returns void
language plpgsql as $fn$
declare
  columns text;
  r_columns text;
  fields text := case p_event when 'insert' then ledger_fields_sql(p_table, null, 'r')
    when 'update' then ledger_fields_sql(p_table, 'o', 'n') else ledger_fields_sql(p_table, 'r', null) end;
  changed text := 'select count(*) from new_rows n join old_rows o on o.id = n.id where n.version <> o.version';
begin
  select string_agg(quote_ident(name), ', '), string_agg('r.' || quote_ident(name), ', ') into columns, r_columns
  from ledger_columns(p_table);
  execute ledger_fill($template$
create or replace function {table}_ledger_{event}() returns trigger language plpgsql security definer
  set search_path = public, pg_temp set timezone = 'UTC' as $body$
declare
  n bigint := (select count(*) from {rows});
  cs ledger_change_set;
begin
  {really}
  if n = 0 then
    return null;
  end if;
  cs := ledger_current();
  {statement}
  return null;
end $body$;
create or replace trigger zz_ledger_{event} after {event} on {table} referencing {transition}
  for each statement execute function {table}_ledger_{event}();
$template$,
    'statement', ledger_statement(ledger_fill(p_sql, 'ending', ledger_ending_sql(), 'fields', fields,
      'columns', columns, 'r_columns', r_columns, 'entity', p_entity,
      'source', case p_event when 'update' then 'r' else 'old_rows' end,
      'written', case p_event when 'update' then 'r.updated_at' else '{at}' end)),
    'really', case p_event when 'update' then format(E'if n <= 16 then\n    n := (%s);\n  else\n    execute %L into n;\n  end if;',
      changed, changed) else '' end,
    'rows', case p_event when 'delete' then 'old_rows' else 'new_rows' end,
    'transition', case p_event when 'insert' then 'new table as new_rows' when 'delete' then 'old table as old_rows'
      else 'old table as old_rows new table as new_rows' end,
    'event', p_event, 'table', ledger_relation(p_table));
end $fn$;

create function ledger_track(p_table regclass, p_entity text) returns void language plpgsql as $fn$
declare
  relation text := ledger_relation(p_table);
  reference record;
begin
  insert into ledger_entity (entity, table_name) values (p_entity, relation)
  on conflict (entity) do update set table_name = excluded.table_name;
  perform ledger_version_table(p_table);
  perform ledger_row_trigger(p_table);
  perform ledger_statement_trigger(p_table, p_entity, 'insert', ledger_insert_sql());
  perform ledger_statement_trigger(p_table, p_entity, 'update', ledger_update_sql());
  perform ledger_statement_trigger(p_table, p_entity, 'delete', ledger_delete_sql());
  perform ledger_scope(p_table, p_entity);
  perform ledger_view(relation || '_version', p_entity || '_version');
  for reference in select conname from pg_constraint where conrelid = p_table and contype = 'f' and not condeferrable loop
    execute format('alter table %I alter constraint %I deferrable initially immediate', relation, reference.conname);
  end loop;
end $fn$;
comment on function ledger_track is
  'Makes a table tracked, or brings it up to date after a column was added. Its foreign keys become deferrable, for undo.';

-- Before a column is dropped or renamed; ledger_track makes the views and triggers again.
create function ledger_untrack(p_table regclass) returns void language plpgsql as $fn$
declare
  relation text := ledger_relation(p_table);
  tracked text := (select entity from ledger_entity where table_name = relation);
  name text;
begin
  foreach name in array array['row', 'truncate', 'insert', 'update', 'delete'] loop
    execute format('drop trigger if exists %I on %I', 'zz_ledger_' || name, relation);
  end loop;
  execute format('drop view if exists scoped.%I, scoped.%I', tracked, tracked || '_version');
end $fn$;
