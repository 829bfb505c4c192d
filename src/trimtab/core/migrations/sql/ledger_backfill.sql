-- History from elsewhere: what was true of a record before the ledger knew it. Told in change sets of its own actors,
-- never announced, and only about the time before the record's first own version.

create function ledger_open_past(p_workspace uuid, p_batch uuid, p_sets jsonb) returns void language plpgsql as $fn$
begin
  insert into ledger_change_set (id, workspace_id, batch_id, at, recorded_at, actor_kind, actor_id, actor_name, origin,
    cause, note, request_id, backfill, txid)
  select s.id, p_workspace, p_batch, s.at, now(), s.actor_kind, s.actor_id, s.actor_name, s.origin,
    nullif(s.cause, 'null'), coalesce(s.note, ''), coalesce(s.request_id, ''), true, pg_current_xact_id()
  from jsonb_populate_recordset(null::ledger_change_set, p_sets) s;
end $fn$;

create function ledger_backfill_stage(p_workspace uuid, p_entity text, p_entries jsonb, p_constants jsonb) returns void
language plpgsql as $fn$
begin
  create temp table if not exists ledger_backfill_entry (
    record_id uuid, position bigint, set_id uuid, at timestamptz, field text, old jsonb, new jsonb, run bigint
  ) on commit drop;
  create temp table if not exists ledger_backfill_record (
    record_id uuid primary key, since timestamptz, own_since timestamptz, own jsonb, told boolean, constants jsonb, problem jsonb
  ) on commit drop;
  delete from ledger_backfill_entry;
  delete from ledger_backfill_record;
  -- Values as the columns hold them, so that they compare with what the table says.
  execute ledger_for(p_entity, $sql$
    with entry as (
      select e.* from rows from (jsonb_to_recordset($1)
        as (record uuid, set uuid, at timestamptz, field text, old jsonb, new jsonb)) with ordinality
        e (record_id, set_id, at, field, old, new, position)
    ), given as (
      select field, old as value from entry union select field, new from entry
    ), canonical as materialized (
      select g.field, g.value, case when g.field like 'custom.%' then g.value else to_jsonb(p) -> g.field end as as_held
      from given g, lateral jsonb_populate_record(null::{table}, jsonb_build_object(g.field, g.value)) p
    )
    insert into ledger_backfill_entry (record_id, position, set_id, at, field, old, new, run)
    select record_id, position, set_id, at, field, old, new,
      sum(turns) over (partition by record_id, at order by position)
    from (
      select e.record_id, e.position, e.set_id, e.at, e.field, nullif(o.as_held, 'null') as old,
        nullif(n.as_held, 'null') as new,
        (e.set_id is distinct from lag(e.set_id) over (partition by e.record_id, e.at order by e.position))::int as turns
      from entry e
      left join canonical o on o.field = e.field and o.value = e.old
      left join canonical n on n.field = e.field and n.value = e.new
    ) turn$sql$)
  using p_entries;
  execute ledger_for(p_entity, $sql$
    insert into ledger_backfill_record (record_id, since, own_since, own, told, constants)
    select e.record_id, e.since, own.since, own.fields, told.found, c.fields
    from (select record_id, min(at) as since from ledger_backfill_entry group by record_id) e
    left join lateral (
      select lower(v.during) as since, ledger_flat(to_jsonb(v)) as fields from {versions} v
      where v.workspace_id = $1 and v.id = e.record_id and v.voided_at is null and v.version > 0
      order by lower(v.during) limit 1
    ) own on true
    left join lateral (
      select true as found from {versions} v
      where v.workspace_id = $1 and v.id = e.record_id and v.voided_at is null and v.version = 0 limit 1
    ) told on true
    left join lateral (
      select ledger_flat(to_jsonb(p)) as fields
      from jsonb_populate_record(null::{table}, ledger_nest(coalesce($2 -> e.record_id::text, '{}'))) p
    ) c on true$sql$)
  using p_workspace, p_constants;
  analyze ledger_backfill_entry, ledger_backfill_record;
end $fn$;

-- Why a record's history cannot be told; the first reason counts.
create function ledger_backfill_check(p_entity text) returns void language plpgsql as $fn$
declare
  known text[] := array(select name from ledger_columns(ledger_table(p_entity)) where not own and generated is null);
  required text[] := array(select name from ledger_columns(ledger_table(p_entity))
    where required and not own and generated is null and name <> 'custom');
begin
  update ledger_backfill_record r set problem = jsonb_build_object('field', p.field, 'at', p.at, 'problem', p.problem)
  from (
    with entry as (
      select e.*, lag(e.new) over f as previous, lag(e.position) over f is null as first,
        lead(e.position) over f is null as last
      from ledger_backfill_entry e window f as (partition by e.record_id, e.field order by e.at, e.position)
    )
    select distinct on (record_id) record_id, field, at, problem from (
      select 1 as rank, record_id, null as field, null::timestamptz as at, 'There is no such record.' as problem
      from ledger_backfill_record where own_since is null
      union all
      select 2, record_id, null, null, 'Its past is told already; undo that first.' from ledger_backfill_record where told
      union all
      select 3, record_id, field, at, 'There is no such field.' from entry
      where not (field = any (known) or field like 'custom.%' and 'custom' = any (known))
      union all
      select 4, r.record_id, e.field, e.at, 'It is not before the record''s own history, which begins at ' || r.own_since || '.'
      from ledger_backfill_record r join entry e using (record_id) where e.at >= r.own_since
      union all
      select 5, record_id, field, at, format('It says that the value was %s, but the entry before left %s.',
        coalesce(old::text, 'none'), coalesce(previous::text, 'none'))
      from entry where not first and old is distinct from previous
      union all
      select 6, r.record_id, e.field, e.at, format('It ends with %s, but the record began with %s.',
        coalesce(e.new::text, 'none'), coalesce((r.own -> e.field)::text, 'none'))
      from ledger_backfill_record r join entry e using (record_id) where e.last and e.new is distinct from r.own -> e.field
      union all
      select 7, r.record_id, c.key, null, 'It is constant, yet it has entries or differs from what the record began with.'
      from ledger_backfill_record r cross join jsonb_each(r.constants) c
      left join entry e on e.record_id = r.record_id and e.field = c.key and e.first
      where c.value is distinct from r.own -> c.key or e.field is not null
      union all
      select 8, r.record_id, n.field, r.since, 'It is never empty: give its value as a constant or from the first entry on.'
      from ledger_backfill_record r cross join unnest(required) n (field)
      left join entry e on e.record_id = r.record_id and e.field = n.field and e.first
        and (e.old is not null or e.at = r.since and e.new is not null)
      where not r.constants ? n.field and e.field is null
    ) every order by record_id, rank, at
  ) p where p.record_id = r.record_id;
end $fn$;

-- The changes as the log holds them: the first of a record says all that was so from then on.
create function ledger_backfill_log(p_workspace uuid, p_entity text, p_recorded timestamptz) returns void
language plpgsql as $fn$
begin
  insert into ledger_change (workspace_id, change_set_id, entity, entity_id, op, fields, version, at, recorded_at, txid)
  with entry as (
    select e.*, lag(e.position) over f is null as first,
      first_value(e.run) over r = e.run and e.at = b.since as opening
    from ledger_backfill_entry e join ledger_backfill_record b using (record_id)
    window f as (partition by e.record_id, e.field order by e.at, e.position),
      r as (partition by e.record_id order by e.at, e.position)
  ), pair as (
    select record_id, at, run, set_id, opening, field,
      (array_agg(old order by position))[1] as old, (array_agg(new order by position desc))[1] as new
    from entry group by record_id, at, run, set_id, opening, field
  ), told as (
    select record_id, at, run, set_id, opening,
      jsonb_object_agg(field, jsonb_build_array(case when not opening then old end, new)) as fields
    from pair group by record_id, at, run, set_id, opening
  ), outset as (
    select record_id, jsonb_object_agg(key, jsonb_build_array(null, value)) as fields from (
      select record_id, c.key, c.value from ledger_backfill_record, jsonb_each(constants) c
      union all
      select record_id, field, old from entry where first and not opening and old is not null
    ) held group by record_id
  )
  select p_workspace, t.set_id, p_entity, t.record_id, case when t.opening then 'I' else 'U' end,
    case when t.opening then coalesce(o.fields, '{}') else '{}' end || t.fields, 0, t.at, p_recorded, pg_current_xact_id()
  from told t left join outset o using (record_id)
  order by t.record_id, t.at, t.run;
end $fn$;

create function ledger_backfill(p_workspace uuid, p_batch uuid, p_entity text, p_sets jsonb, p_entries jsonb, p_constants jsonb)
returns jsonb language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $fn$
declare
  rejected jsonb;
begin
  perform ledger_require_workspace(p_workspace);
  perform ledger_backfill_stage(p_workspace, p_entity, p_entries, p_constants);
  perform ledger_backfill_check(p_entity);
  select jsonb_agg(problem || jsonb_build_object('record', record_id)) into rejected
  from ledger_backfill_record where problem is not null;
  delete from ledger_backfill_entry e using ledger_backfill_record r where r.record_id = e.record_id and r.problem is not null;
  delete from ledger_backfill_record where problem is not null;
  perform ledger_open_past(p_workspace, p_batch, (select jsonb_agg(s.value) from jsonb_array_elements(p_sets) s
    where (s.value ->> 'id')::uuid in (select set_id from ledger_backfill_entry)));
  perform ledger_backfill_log(p_workspace, p_entity, now());
  perform ledger_rebuild(p_workspace, p_entity, array_agg(record_id order by record_id), array_agg(since order by record_id),
    array_agg(own_since order by record_id), now())
  from ledger_backfill_record having count(*) > 0;
  return jsonb_build_object('records', (select count(*) from ledger_backfill_record),
    'entries', (select count(*) from ledger_backfill_entry), 'rejected', rejected);
end $fn$;
comment on function ledger_backfill is
  'Tells the past of records: whole, or not at all where something does not fit. Says which were rejected, and why.';

-- Configuration that a batch creates or uses holds from p_sets'' instant on: its first version is drawn out backwards.
create function ledger_valid_from(p_workspace uuid, p_batch uuid, p_entity text, p_ids uuid[], p_set jsonb) returns int
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $fn$
declare
  mine uuid := p_set ->> 'id';
  since timestamptz := p_set ->> 'at';
  ids uuid[];
  until timestamptz[];
begin
  perform ledger_require_workspace(p_workspace);
  perform ledger_open_past(p_workspace, p_batch, jsonb_build_array(p_set));
  execute ledger_for(p_entity, $sql$
    with first as (
      select w.id, v.* from (select distinct unnest($1) as id) w
      cross join lateral (
        select lower(v.during) as until, ledger_flat(to_jsonb(v)) as fields from {versions} v
        where v.workspace_id = $2 and v.id = w.id and v.voided_at is null order by lower(v.during) limit 1) v
      where v.until > $3
    ), told as (
      insert into ledger_change (workspace_id, change_set_id, entity, entity_id, op, fields, version, at, recorded_at, txid)
      select $2, $4, $5, f.id, 'I', coalesce((
          select jsonb_object_agg(e.key, jsonb_build_array(null, e.value)) from jsonb_each(f.fields) e
          where e.key like 'custom.%' or e.key = any ($6)), '{}'),
        0, $3, now(), pg_current_xact_id()
      from first f
    )
    select array_agg(id order by id), array_agg(until order by id) from first$sql$)
  into ids, until using p_ids, p_workspace, since, mine, p_entity,
    array(select name from ledger_columns(ledger_table(p_entity)) where not own and generated is null);
  if ids is null then
    delete from ledger_change_set where id = mine;
    return 0;
  end if;
  perform ledger_rebuild(p_workspace, p_entity, ids, array_fill(since, array[cardinality(ids)]), until, now());
  return cardinality(ids);
end $fn$;
