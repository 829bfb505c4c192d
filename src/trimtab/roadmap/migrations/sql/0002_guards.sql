-- A parent's level ranks higher than its child's; that the tree has no cycle follows from it. Whoever hangs an item
-- under another shares a lock, whoever changes what a level is worth takes it alone, so that each sees the other.
create function roadmap_tree_key(ws uuid) returns bigint language sql immutable as $$
  select hashtextextended('trimtab.tree.' || ws::text, 0)
$$;

-- Its plans are made once and walk indexes from row to row, however small the workspace was when they were made; old
-- and new rows are grouped, not joined, because a join planned for one row would be ruin for many.
create function roadmap_item_hung() returns trigger
language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  ws uuid;
  ids uuid[] := array(select id from written);
  relevelled boolean;
  rehung boolean;
  wrong text;
begin
  select workspace_id into ws from written limit 1;
  if tg_op = 'INSERT' then
    if current_setting('trimtab.tree_later', true) = 'on' then
      return null;
    end if;
    if not exists (select from written where parent_id is not null) and not exists (
      select from written w join roadmap_item c on c.workspace_id = w.workspace_id and c.parent_id = w.id) then
      return null;
    end if;
    perform pg_advisory_xact_lock_shared(roadmap_tree_key(ws));
  else
    select bool_or(q.levels > 1), bool_or(q.parents > 1 or q.hung = 1) into relevelled, rehung
    from (
      select count(distinct b.level_id) as levels, count(distinct b.parent_id) as parents, count(b.parent_id) as hung
      from (select id, level_id, parent_id from written union all select id, level_id, parent_id from previous) b
      group by b.id
    ) q;
    if relevelled then
      perform pg_advisory_xact_lock(roadmap_tree_key(ws));
    elsif rehung then
      perform pg_advisory_xact_lock_shared(roadmap_tree_key(ws));
    else
      return null;
    end if;
    if current_setting('trimtab.tree_later', true) = 'on' then
      return null;
    end if;
  end if;
  select format('%s cannot lie under %s.', c.id, p.id) into wrong
  from (
    select c.id, c.parent_id, c.level_id from roadmap_item c where c.id = any(ids)
    union all  -- each with its index: with "or" all items would be read, and from "written" in nested loops
    select c.id, c.parent_id, c.level_id from roadmap_item c where c.workspace_id = ws and c.parent_id = any(ids)
  ) c
  join roadmap_item p on p.id = c.parent_id
  join roadmap_level cl on cl.id = c.level_id
  join roadmap_level pl on pl.id = p.level_id
  where pl.rank <= cl.rank
  limit 1;
  if wrong is not null then
    raise exception using errcode = 'TT101', message = wrong, constraint = 'item_under_higher_level';
  end if;
  return null;
end
$$;
create trigger guard_tree_insert after insert on roadmap_item referencing new table as written
  for each statement execute function roadmap_item_hung();
create trigger guard_tree_update after update on roadmap_item
  referencing old table as previous new table as written
  for each statement execute function roadmap_item_hung();

-- For whoever sets trimtab.tree_later to write very many items: the tree is looked at once, at the end, and for new
-- items the lock is shared only then, not all the while.
create function roadmap_tree_check(ws uuid) returns void
language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
  wrong text;
begin
  perform ledger_require_workspace(ws), set_config('trimtab.tree_later', '', true),
    pg_advisory_xact_lock_shared(roadmap_tree_key(ws));
  select format('%s cannot lie under %s.', c.id, p.id) into wrong
  from roadmap_item c
  join roadmap_item p on p.workspace_id = ws and p.id = c.parent_id
  join roadmap_level cl on cl.id = c.level_id
  join roadmap_level pl on pl.id = p.level_id
  where c.workspace_id = ws and pl.rank <= cl.rank
  limit 1;
  if wrong is not null then
    raise exception using errcode = 'TT101', message = wrong, constraint = 'item_under_higher_level';
  end if;
end
$$;

create function roadmap_level_ranked() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(roadmap_tree_key(new.workspace_id));
  if exists (
    select from roadmap_item c
    join roadmap_item p on p.workspace_id = c.workspace_id and p.id = c.parent_id
    join roadmap_level cl on cl.id = c.level_id
    join roadmap_level pl on pl.id = p.level_id
    where c.workspace_id = new.workspace_id and pl.rank <= cl.rank
      and (c.level_id = new.id or p.level_id = new.id)
  ) then
    raise exception using errcode = 'TT101', message = 'Items of this level lie under items of a lower one.',
      constraint = 'item_under_higher_level';
  end if;
  return null;
end
$$;
-- Deferred, so that two levels can change places in one transaction.
create constraint trigger guard_level_rank after update on roadmap_level deferrable initially deferred
  for each row when (old.rank <> new.rank) execute function roadmap_level_ranked();

create function roadmap_dependency_key(ws uuid) returns bigint language sql immutable as $$
  select hashtextextended('trimtab.dependencies.' || ws::text, 0)
$$;

create function roadmap_dependency_hung() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  ws uuid;
  suspects uuid[];
  caught uuid;
begin
  select workspace_id into ws from written limit 1;
  if ws is null then
    return null;
  end if;
  if tg_op = 'UPDATE' then  -- an insert has no previous rows, and the whole condition is one statement
    if not exists (
      select from (select * from written union all select * from previous) b
      group by b.id, b.from_item_id, b.to_item_id having count(*) = 1
    ) then
      return null;
    end if;
  end if;
  perform pg_advisory_xact_lock(roadmap_dependency_key(ws));
  -- Only an edge that begins somewhere downstream of the written ones can close a circle.
  with recursive downstream as (
    select to_item_id as id from written
    union
    select d.to_item_id from downstream u
    join roadmap_dependency d on d.workspace_id = ws and d.from_item_id = u.id
  )
  select array_agg(w.id) into suspects from written w where w.from_item_id in (select id from downstream);
  if suspects is null then
    return null;
  end if;
  with recursive walk as (
    select d.from_item_id as start, d.to_item_id as id from roadmap_dependency d where d.id = any(suspects)
    union
    select w.start, d.to_item_id from walk w
    join roadmap_dependency d on d.workspace_id = ws and d.from_item_id = w.id
  )
  select start into caught from walk where id = start limit 1;
  if caught is not null then
    raise exception using errcode = 'TT102', message = format('%s would wait for itself.', caught),
      constraint = 'dependency_no_cycle';
  end if;
  return null;
end
$$;
create trigger guard_cycle_insert after insert on roadmap_dependency referencing new table as written
  for each statement execute function roadmap_dependency_hung();
create trigger guard_cycle_update after update on roadmap_dependency
  referencing old table as previous new table as written
  for each statement execute function roadmap_dependency_hung();
