-- What children add up to. The rule, everywhere: an item gives its parent what it states itself, else what its own
-- children add up to. Cancelled items give nothing. docs: explanation of roll-ups.
create table roadmap_itemrollup_version (
  like roadmap_itemrollup,
  during tstzrange not null,
  recorded_at timestamptz not null,
  closed_recorded_at timestamptz,
  voided_at timestamptz
);
alter table roadmap_itemrollup add constraint item_rollup_in_workspace unique (workspace_id, id);
create index item_rollup_version_of on roadmap_itemrollup_version (workspace_id, id);
create unique index item_rollup_version_open on roadmap_itemrollup_version (id)
  where upper_inf(during) and voided_at is null;
create index item_rollup_version_during on roadmap_itemrollup_version using gist (workspace_id, during)
  where voided_at is null;
select ledger_scope('roadmap_itemrollup', 'item_rollup');
select ledger_scope('roadmap_itemrollup_version', 'item_rollup_version');
revoke insert, update, delete on roadmap_itemrollup, roadmap_itemrollup_version from trimtab_app;

-- Close the open versions of these items' roll-ups and open new ones that say what is true now.
create function roadmap_rollup_log(ws uuid, ids uuid[], since timestamptz) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  clock record;
  instant timestamptz;
begin
  -- Outside a change set, as after an undo, nothing is written but what was true already.
  select max(cs.at) as at, coalesce(max(cs.recorded_at), clock_timestamp()) as recorded_at into clock
  from ledger_change_set cs where cs.id = nullif(current_setting('trimtab.change_set', true), '')::uuid;
  -- A writer that waited carries an older clock than what it ends; what its write adds up to is no older than that.
  instant := coalesce(greatest(clock.at, since), now());
  -- A second write of the same transaction at the same instant takes the place of the first.
  delete from roadmap_itemrollup_version v
  where v.id = any(ids) and upper_inf(v.during) and v.voided_at is null
    and lower(v.during) >= instant and v.recorded_at = clock.recorded_at;
  update roadmap_itemrollup_version v
  set during = case when lower(v.during) < instant then tstzrange(lower(v.during), instant) else v.during end,
      closed_recorded_at = clock.recorded_at,
      voided_at = case when lower(v.during) >= instant then clock.recorded_at end
  where v.id = any(ids) and upper_inf(v.during) and v.voided_at is null;
  insert into roadmap_itemrollup_version
  select r.*,
         tstzrange(greatest(instant, (
           select max(case when upper_inf(v.during) then lower(v.during) else upper(v.during) end)
           from roadmap_itemrollup_version v where v.workspace_id = ws and v.id = r.id and v.closed_recorded_at = clock.recorded_at
         )), null), clock.recorded_at, null, null
  from roadmap_itemrollup r
  where r.id = any(ids) and (r.children > 0 or r.own_effort is not null);
end
$$;

-- Add up these items and, as far as something changes, those above them. Levels are done from the lowest up and rows
-- locked in the order of their ids within each, so that two writers meet in the same order.
-- Its plans are made once and walk indexes from row to row, however few rows the tables had when they were made.
create function roadmap_rollup(ws uuid, ids uuid[], since timestamptz default null) returns void
language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  pending uuid[] := ids;
  step uuid[];
  changed uuid[];
  touched uuid[] := '{}';
  held int;
begin
  loop
    select array_agg(q.id order by q.id) filter (where q.rank = q.lowest),
           array_agg(q.id) filter (where q.rank > q.lowest)
    into step, pending
    from (select i.id, l.rank, min(l.rank) over () as lowest
          from roadmap_item i join roadmap_level l on l.id = i.level_id
          where i.id = any(pending) and i.workspace_id = ws) q;
    exit when step is null;
    loop
      select count(*) into held
      from (select from roadmap_itemrollup r where r.id = any(step) order by r.id for update) h;
      exit when held = cardinality(step);
      insert into roadmap_itemrollup (id, workspace_id, created_at, children, missing_effort, missing_dates, missing_health)
      select s.id, ws, now(), 0, 0, 0, 0 from unnest(step) with ordinality s(id, n) order by s.n
      on conflict (id) do nothing;
    end loop;
    with fresh as (
      select n.id, agg.*,
             (select sum(e.likely) from roadmap_estimate e where e.workspace_id = ws and e.item_id = n.id) as own_effort
      from unnest(step) n(id)
      cross join lateral (
        with children as (
          select ph.category, i.start_on, i.start_precision, i.end_on, i.end_precision, i.progress, i.health,
                 r.own_effort, r.effort as r_effort, r.start_on as r_start_on, r.start_precision as r_start_precision,
                 r.end_on as r_end_on, r.end_precision as r_end_precision, r.progress as r_progress,
                 r.health as r_health, r.missing_effort as r_missing_effort, r.missing_dates as r_missing_dates,
                 r.missing_health as r_missing_health
          from roadmap_item i
          left join roadmap_phase ph on ph.id = i.phase_id
          left join roadmap_itemrollup r on r.id = i.id
          where i.workspace_id = ws and i.parent_id = n.id
        )
--AGGREGATE--
      ) agg
    ), written as (
      update roadmap_itemrollup r
      set children = f.children, effort = f.effort, start_on = f.start_on, start_precision = f.start_precision,
          end_on = f.end_on, end_precision = f.end_precision, progress = f.progress, health = f.health,
          missing_effort = f.missing_effort, missing_dates = f.missing_dates, missing_health = f.missing_health,
          own_effort = f.own_effort
      from fresh f
      where r.id = f.id
        and (r.children, r.effort, r.start_on, r.start_precision, r.end_on, r.end_precision, r.progress, r.health,
             r.missing_effort, r.missing_dates, r.missing_health, r.own_effort)
            is distinct from
            (f.children, f.effort, f.start_on, f.start_precision, f.end_on, f.end_precision, f.progress, f.health,
             f.missing_effort, f.missing_dates, f.missing_health, f.own_effort)
      returning r.id
    )
    select array_agg(w.id) into changed from written w;
    if changed is not null then
      touched := touched || changed;
      select pending || array_agg(distinct i.parent_id) into pending
      from roadmap_item i where i.id = any(changed) and i.parent_id is not null;
    end if;
    exit when pending is null;
  end loop;
  if touched <> '{}' then
    perform roadmap_rollup_log(ws, touched, since);
  end if;
end
$$;

-- Add up now, or, inside a service that writes much, once at its end: then the ids wait in a setting of the transaction.
create function roadmap_rollup_due(ws uuid, ids uuid[], since timestamptz) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  waiting text := current_setting('trimtab.rollup', true);
  known uuid[];
begin
  if coalesce(waiting, '') = '' then
    perform roadmap_rollup(ws, ids, since);
    return;
  end if;
  known := waiting::uuid[];
  perform set_config('trimtab.rollup', (known || array(select unnest(ids) except select unnest(known)))::text, true),
    set_config('trimtab.rollup_since',
      coalesce(greatest(since, nullif(current_setting('trimtab.rollup_since', true), '')::timestamptz)::text, ''), true);
end
$$;

-- Add up all that waited since the setting was made '{}'.
create function roadmap_rollup_flush(ws uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  waiting text := current_setting('trimtab.rollup', true);
  since timestamptz := nullif(current_setting('trimtab.rollup_since', true), '');
begin
  perform set_config('trimtab.rollup', '', true), set_config('trimtab.rollup_since', '', true);
  if coalesce(waiting, '') not in ('', '{}') then
    perform roadmap_rollup(ws, waiting::uuid[], since);
  end if;
end
$$;

-- Whose children's values were written: unchanged rows are there twice and fall out, without a join, whose plan for one
-- row would be ruin for many.
create function roadmap_item_rolls() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  ws uuid;
  ids uuid[];
  since timestamptz;
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct q.id), (array_agg(q.workspace_id))[1], max(q.updated_at) into ids, ws, since from (
      select parent_id as id, workspace_id, updated_at from written where parent_id is not null
      union all
      select w.id, w.workspace_id, w.updated_at from written w
      where exists (select from roadmap_item c where c.workspace_id = w.workspace_id and c.parent_id = w.id)
         or exists (select from roadmap_estimate e where e.workspace_id = w.workspace_id and e.item_id = w.id)
    ) q;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct parent_id) filter (where parent_id is not null), (array_agg(workspace_id))[1],
           max(updated_at)
    into ids, ws, since from previous;
    if ws is null then
      return null;
    end if;
    perform roadmap_rollup_drop(ws, array(select id from previous), since);
  else
    select array_agg(distinct q.parent_id) filter (where q.parent_id is not null), (array_agg(q.workspace_id))[1],
           max(q.updated_at)
    into ids, ws, since
    from (
      select b.workspace_id, b.parent_id, max(b.updated_at) as updated_at
      from (select * from written union all select * from previous) b
      group by b.id, b.workspace_id, b.parent_id, b.level_id, b.phase_id, b.start_on, b.start_precision, b.end_on,
               b.end_precision, b.health, b.progress
      having count(*) = 1
    ) q;
  end if;
  if ids is not null then
    perform roadmap_rollup_due(ws, ids, since);
  end if;
  return null;
end
$$;

create function roadmap_rollup_drop(ws uuid, ids uuid[], since timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  gone uuid[];
begin
  with dropped as (delete from roadmap_itemrollup r where r.id = any(ids) and r.workspace_id = ws returning r.id)
  select array_agg(id) into gone from dropped;
  if gone is not null then
    perform roadmap_rollup_log(ws, gone, since);
  end if;
end
$$;

create function roadmap_estimate_rolls() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  ws uuid;
  ids uuid[];
  since timestamptz;
begin
  if tg_op = 'DELETE' then
    select array_agg(distinct item_id), (array_agg(workspace_id))[1], max(updated_at) into ids, ws, since from previous;
  elsif tg_op = 'INSERT' then
    select array_agg(distinct item_id), (array_agg(workspace_id))[1], max(updated_at) into ids, ws, since from written;
  else
    select array_agg(distinct item_id), (array_agg(workspace_id))[1], max(updated_at) into ids, ws, since
    from (select * from written union all select * from previous) q;
  end if;
  if ids is not null then
    perform roadmap_rollup_due(ws, ids, since);
  end if;
  return null;
end
$$;

create function roadmap_phase_rolls() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  ids uuid[];
begin
  select array_agg(distinct i.parent_id) into ids from roadmap_item i
  where i.workspace_id = new.workspace_id and i.phase_id = new.id and i.parent_id is not null;
  if ids is not null then
    perform roadmap_rollup_due(new.workspace_id, ids, new.updated_at);
  end if;
  return null;
end
$$;

-- Named to run after the history is written.
create trigger zzz_rollup_insert after insert on roadmap_item referencing new table as written
  for each statement execute function roadmap_item_rolls();
create trigger zzz_rollup_update after update on roadmap_item
  referencing old table as previous new table as written
  for each statement execute function roadmap_item_rolls();
create trigger zzz_rollup_delete after delete on roadmap_item referencing old table as previous
  for each statement execute function roadmap_item_rolls();
create trigger zzz_rollup_insert after insert on roadmap_estimate referencing new table as written
  for each statement execute function roadmap_estimate_rolls();
create trigger zzz_rollup_update after update on roadmap_estimate
  referencing old table as previous new table as written
  for each statement execute function roadmap_estimate_rolls();
create trigger zzz_rollup_delete after delete on roadmap_estimate referencing old table as previous
  for each statement execute function roadmap_estimate_rolls();
create trigger zzz_rollup_category after update on roadmap_phase
  for each row when (old.category <> new.category) execute function roadmap_phase_rolls();

-- Add everything of a workspace up again, or these items.
create function roadmap_rollup_rebuild(ws uuid, ids uuid[] default null) returns void
language sql security definer set search_path = public, pg_temp as $$
  select roadmap_rollup(ws, coalesce(ids, array(
    select parent_id from roadmap_item where workspace_id = ws and parent_id is not null
    union select item_id from roadmap_estimate where workspace_id = ws
    union select id from roadmap_itemrollup where workspace_id = ws)))
$$;

-- Add up the past of everything that these items ever lay under, from the rows' versions: after a backfill, an undo.
-- What was known before stays, void. A node is added up anew at each instant at which something below it changed;
-- levels are done from the lowest up, each node while it was of that level.
create function roadmap_rollup_rebuild_past(ws uuid, ids uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  nodes uuid[];
  height int;
  learned timestamptz := clock_timestamp();
begin
  with recursive above as (
    select unnest(ids) as id
    union
    select v.parent_id from above a
    join roadmap_item_version v on v.workspace_id = ws and v.id = a.id and v.parent_id is not null
  )
  select array_agg(a.id) into nodes from above a
  where exists (select from roadmap_item_version c where c.workspace_id = ws and c.parent_id = a.id)
     or exists (select from roadmap_estimate_version e where e.workspace_id = ws and e.item_id = a.id);
  if nodes is null then
    return;
  end if;
  perform from roadmap_itemrollup r where r.id = any(nodes) order by r.id for update;
  update roadmap_itemrollup_version v set voided_at = learned
  where v.workspace_id = ws and v.id = any(nodes) and v.voided_at is null;
  for height in select l.rank from roadmap_level l where l.workspace_id = ws order by l.rank loop
    insert into roadmap_itemrollup_version
    with alive as materialized (
      select v.id, v.during from roadmap_item_version v join roadmap_level l on l.id = v.level_id
      where v.workspace_id = ws and v.id = any(nodes) and v.voided_at is null and l.rank = height
    ), below as materialized (
      select distinct c.parent_id as id, c.id as child, c.phase_id from roadmap_item_version c
      where c.workspace_id = ws and c.parent_id in (select id from alive) and c.voided_at is null
    ), turn as (
      select id, lower(during) as at from alive
      union
      select c.parent_id, b.at from roadmap_item_version c, lateral (values (lower(c.during)), (upper(c.during))) b(at)
      where c.workspace_id = ws and c.parent_id in (select id from alive) and c.voided_at is null
      union
      select n.id, b.at from (select distinct id, child from below) n
      join roadmap_itemrollup_version r on r.workspace_id = ws and r.id = n.child and r.voided_at is null,
        lateral (values (lower(r.during)), (upper(r.during))) b(at)
      union
      select n.id, lower(p.during) from (select distinct id, phase_id from below where phase_id is not null) n
      join roadmap_phase_version p on p.workspace_id = ws and p.id = n.phase_id and p.voided_at is null
      union
      select e.item_id, b.at from roadmap_estimate_version e, lateral (values (lower(e.during)), (upper(e.during))) b(at)
      where e.workspace_id = ws and e.item_id in (select id from alive) and e.voided_at is null
    ), stretch as (
      select t.id, t.at, least(lead(t.at) over (partition by t.id order by t.at), upper(a.during)) as until
      from turn t join alive a on a.id = t.id and a.during @> t.at
    ), added as (
      select s.id, s.at, s.until,
             row(s.id, ws, learned, agg.children, agg.effort, agg.start_on, agg.start_precision, agg.end_on,
                 agg.end_precision, agg.progress, agg.health, agg.missing_effort, agg.missing_dates, agg.missing_health,
                 (select sum(e.likely) from roadmap_estimate_version e
                  where e.workspace_id = ws and e.item_id = s.id and e.during @> s.at and e.voided_at is null)
             )::roadmap_itemrollup as what
      from stretch s
      cross join lateral (
        with children as (
          select coalesce(pv.category, ph.category) as category, i.start_on, i.start_precision, i.end_on,
                 i.end_precision, i.progress, i.health,
                 r.own_effort, r.effort as r_effort, r.start_on as r_start_on, r.start_precision as r_start_precision,
                 r.end_on as r_end_on, r.end_precision as r_end_precision, r.progress as r_progress,
                 r.health as r_health, r.missing_effort as r_missing_effort, r.missing_dates as r_missing_dates,
                 r.missing_health as r_missing_health
          from roadmap_item_version i
          left join roadmap_phase ph on ph.id = i.phase_id
          left join roadmap_phase_version pv on pv.workspace_id = ws and pv.id = i.phase_id and pv.voided_at is null
            and pv.during @> s.at
          left join roadmap_itemrollup_version r on r.workspace_id = ws and r.id = i.id and r.voided_at is null
            and r.during @> s.at
          where i.workspace_id = ws and i.parent_id = s.id and i.voided_at is null and i.during @> s.at
        )
--AGGREGATE--
      ) agg
    ), marked as (
      select a.*, count(*) filter (where a.fresh) over (partition by a.id order by a.at) as run
      from (select *, what is distinct from lag(what) over w or at is distinct from lag(until) over w as fresh
            from added window w as (partition by id order by at)) a
    )
    select ((array_agg(m.what))[1]).*,
           tstzrange(min(m.at), case when bool_and(m.until is not null) then max(m.until) end),
           learned, case when bool_and(m.until is not null) then learned end, null
    from marked m
    where (m.what).children > 0 or (m.what).own_effort is not null
    group by m.id, m.run;
  end loop;
end
$$;
