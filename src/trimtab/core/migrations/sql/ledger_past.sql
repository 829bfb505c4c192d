-- The past of records, made again from the changes that stand.

create aggregate ledger_merge(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');

-- A row as fields: the tracked columns that hold something, custom fields by "custom.<id>".
create function ledger_flat(p_row jsonb) returns jsonb language sql immutable as $$
  select coalesce(jsonb_object_agg(f.key, f.value), '{}') from (
    select key, value from jsonb_each(p_row - 'custom' - 'id' - 'workspace_id' - 'version' - 'created_at' - 'updated_at')
    where not key = any (ledger_version_columns())
    union all
    select 'custom.' || key, value from jsonb_each(case when jsonb_typeof(p_row -> 'custom') = 'object' then p_row -> 'custom' end)
  ) f where f.value <> 'null'
$$;

-- The reverse: fields as a row.
create function ledger_nest(p_fields jsonb) returns jsonb language sql immutable as $$
  select coalesce(jsonb_object_agg(key, value) filter (where key not like 'custom.%'), '{}') || jsonb_build_object('custom',
    coalesce(jsonb_object_agg(substr(key, 8), value) filter (where key like 'custom.%' and value <> 'null'), '{}'))
  from jsonb_each(p_fields)
$$;

create function ledger_table(p_entity text) returns regclass language plpgsql stable as $$
declare
  relation text := (select quote_ident(table_name) from ledger_entity where entity = p_entity);
begin
  if relation is null then
    raise exception 'no tracked entity is called %', p_entity using errcode = 'TT004';
  end if;
  return relation::regclass;
end $$;

-- Fills a text for one entity: {table}, {versions}, {stored} and {p_stored} (all columns but generated ones, the latter
-- of p), {tracked} and {p_tracked}, {generated} and {expressions} (each with a leading comma, or nothing).
create function ledger_for(p_entity text, p_template text) returns text language plpgsql stable as $$
declare
  source regclass := ledger_table(p_entity);
  relation text := ledger_relation(source);
  c record;
begin
  select string_agg(quote_ident(name), ', ') filter (where generated is null) as stored,
    string_agg('p.' || quote_ident(name), ', ') filter (where generated is null) as p_stored,
    string_agg(quote_ident(name), ', ') filter (where generated is null and not own) as tracked,
    string_agg('p.' || quote_ident(name), ', ') filter (where generated is null and not own) as p_tracked,
    coalesce(string_agg(', ' || quote_ident(name), '') filter (where generated is not null), '') as generated,
    coalesce(string_agg(', ' || generated, '') filter (where generated is not null), '') as expressions
  into c from ledger_columns(source);
  return ledger_fill(p_template, 'table', quote_ident(relation), 'versions', quote_ident(relation || '_version'),
    'stored', c.stored, 'p_stored', c.p_stored, 'tracked', c.tracked, 'p_tracked', c.p_tracked,
    'generated', c.generated, 'expressions', c.expressions);
end $$;

-- Voids the versions of the records that begin in [since, until) and writes those that the standing changes tell of.
create function ledger_rebuild(
  p_workspace uuid, p_entity text, p_ids uuid[], p_since timestamptz[], p_until timestamptz[], p_recorded timestamptz
) returns void language plpgsql as $fn$
declare
  since timestamptz[];
begin
  -- A version that began earlier and lasts into the interval is made again too.
  execute ledger_for(p_entity, $sql$
    select array_agg(coalesce((
      select lower(v.during) from {versions} v
      where v.workspace_id = $4 and v.id = w.id and v.voided_at is null
        and lower(v.during) < w.since and (upper_inf(v.during) or upper(v.during) > w.since)
    ), w.since) order by w.position)
    from unnest($1, $2, $3) with ordinality w (id, since, until, position)$sql$)
  into since using p_ids, p_since, p_until, p_workspace;
  execute ledger_for(p_entity, $sql$
    update {versions} v set voided_at = greatest($5, v.recorded_at)
    from unnest($1, $2, $3) w (id, since, until)
    where v.workspace_id = $4 and v.id = w.id and v.voided_at is null
      and lower(v.during) >= w.since and lower(v.during) < w.until$sql$)
  using p_ids, since, p_until, p_workspace, p_recorded;
  execute ledger_for(p_entity, $sql$
    with work as (
      select * from unnest($1, $2, $3) w (id, since, until)
    ), event as (
      select w.id, w.until, w.since as at, 0 as position, 'B' as op, ledger_flat(to_jsonb(b)) as fields, b.version,
        b.created_at, b.updated_at, b.change_set_id, b.batch_id
      from work w join {versions} b on b.workspace_id = $4 and b.id = w.id and b.voided_at is null
        and lower(b.during) < w.since and upper(b.during) = w.since
      union all
      select w.id, w.until, c.at,
        row_number() over (partition by w.id order by not s.backfill, case when s.backfill then c.at end, c.seq),
        c.op, (select coalesce(jsonb_object_agg(f.key, f.value -> 1), '{}') from jsonb_each(c.fields) f),
        case when s.backfill then 0 else c.version end, c.at, c.at, c.change_set_id, s.batch_id
      from work w
      join ledger_change c on c.workspace_id = $4 and c.entity_id = w.id and c.entity = $6
        and c.voided_at is null and c.at >= w.since and c.at < w.until
        and c.op <> 'P'  -- the value is gone from all changes, so a purge itself changes nothing
      join ledger_change_set s on s.id = c.change_set_id
    ), life as (
      select e.*, sum((e.op in ('B', 'I', 'D'))::int) over (partition by e.id order by e.position) as life,
        coalesce(lead(e.at) over (partition by e.id order by e.position), e.until) as next_at
      from event e
    ), state as (
      select l.at as ledger_at, l.next_at as ledger_next, l.op as ledger_op, l.change_set_id as ledger_set,
        l.batch_id as ledger_batch, ledger_nest(ledger_merge(l.fields) over span) || jsonb_build_object(
          'id', l.id, 'workspace_id', $4, 'version', l.version, 'updated_at', l.updated_at,
          'created_at', first_value(l.created_at) over span) as ledger_row
      from life l window span as (partition by l.id, l.life order by l.position)
    )
    insert into {versions} ({stored}{generated}, during, recorded_at, closed_recorded_at, change_set_id, batch_id)
    select {p_stored}{expressions}, tstzrange(ledger_at, ledger_next), $5, $5, ledger_set, ledger_batch
    from state, lateral jsonb_populate_record(null::{table}, ledger_row) p
    where ledger_op <> 'D' and ledger_at < ledger_next$sql$)
  using p_ids, since, p_until, p_workspace, p_recorded, p_entity;
end $fn$;
