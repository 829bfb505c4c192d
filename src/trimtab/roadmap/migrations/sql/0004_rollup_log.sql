-- As before, but a version that is closed here says itself where the next one begins; only what was closed earlier by
-- the same change set is looked for among all versions of a roll-up, of which a busy ancestor has very many.
create or replace function roadmap_rollup_log(ws uuid, ids uuid[], since timestamptz) returns void
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
  with closed as (
    update roadmap_itemrollup_version v
    set during = case when lower(v.during) < instant then tstzrange(lower(v.during), instant) else v.during end,
        closed_recorded_at = clock.recorded_at,
        voided_at = case when lower(v.during) >= instant then clock.recorded_at end
    where v.id = any(ids) and upper_inf(v.during) and v.voided_at is null
    returning v.id, greatest(lower(v.during), instant) as ended
  )
  insert into roadmap_itemrollup_version
  select r.*,
         tstzrange(greatest(instant, coalesce((select c.ended from closed c where c.id = r.id), (
           select max(case when upper_inf(v.during) then lower(v.during) else upper(v.during) end)
           from roadmap_itemrollup_version v
           where v.workspace_id = ws and v.id = r.id and v.closed_recorded_at = clock.recorded_at
         ))), null), clock.recorded_at, null, null
  from roadmap_itemrollup r
  where r.id = any(ids) and (r.children > 0 or r.own_effort is not null);
end
$$;
