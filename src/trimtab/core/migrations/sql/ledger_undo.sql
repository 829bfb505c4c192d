-- Undo: inverse writes in a new batch. A record on which nobody has written since is restored wholly and its past reads
-- as though the undone changes never were (they and the restoring ones are void); elsewhere field by field, or refused.
-- The undo of an undo is the same walked backwards.

create function ledger_undo_open(p_workspace uuid, p_batch uuid, p_change_set uuid, p_undo uuid,
  out batch uuid, out sets uuid[], out undo_sets uuid[], out backwards boolean, out root_batch uuid,
  out root_change_set uuid)
language plpgsql as $fn$
#variable_conflict use_variable
declare
  step ledger_batch;
  depth int := 0;
  undone uuid;
begin
  batch := coalesce(p_batch, (
    select b.id from ledger_change_set s join ledger_batch b on b.id = s.batch_id
    where s.workspace_id = p_workspace and s.id = p_change_set and coalesce(b.undoes, b.undoes_change_set) is not null));
  if batch is not null then
    select * into step from ledger_batch where workspace_id = p_workspace and id = batch;
    while step.undoes is not null loop
      depth := depth + 1;
      select * into step from ledger_batch where id = step.undoes;
    end loop;
    if step.id is null then
      raise exception 'no such batch' using errcode = 'TT004';
    end if;
    if step.undoes_change_set is not null then
      depth := depth + 1;
      root_change_set := step.undoes_change_set;
    else
      root_batch := step.id;
    end if;
  else
    root_change_set := p_change_set;
  end if;
  if root_batch is not null then
    undone := step.undone_by;
    sets := array(select id from ledger_change_set
      where workspace_id = p_workspace and batch_id = root_batch and undone_by is null);
  else
    select coalesce(s.undone_by, b.undone_by) into undone from ledger_change_set s
    left join ledger_batch b on b.id = s.batch_id
    where s.workspace_id = p_workspace and s.id = root_change_set;
    if not found then
      raise exception 'no such change set' using errcode = 'TT004';
    end if;
    sets := array[root_change_set];
  end if;
  backwards := depth % 2 = 1;
  if undone is distinct from (case when backwards then batch end) then
    raise exception 'this is undone already' using errcode = 'TT010';
  end if;
  undo_sets := array(select id from ledger_change_set
    where workspace_id = p_workspace and depth > 0 and batch_id = batch and undone_by is null);
  update ledger_batch set undoes = batch, undoes_change_set = case when batch is null then p_change_set end
  where id = p_undo;
end $fn$;

-- What the change sets did to each record, net: which fields stand where and where they go back to.
create function ledger_undo_collect(p_workspace uuid, p_sets uuid[], p_voided_by uuid[], p_backwards boolean)
returns void language plpgsql as $fn$
begin
  insert into ledger_undo_work (entity, id, sets, backwards, own, since, first_seq, was, becomes, expected, target)
  with change as materialized (
    select c.*, s.backfill from ledger_change c join ledger_change_set s on s.id = c.change_set_id
    where c.workspace_id = p_workspace and c.change_set_id = any (p_sets) and c.op <> 'P'
      and case when p_backwards then c.voided_by = any (p_voided_by) else c.voided_at is null end
  ), record as (
    select entity, entity_id, bool_or(not backfill) as own, min(at) as since,
      min(seq) filter (where not backfill) as first_seq,
      (array_agg(op order by seq) filter (where not backfill))[1] <> 'I' as before,
      (array_agg(op order by seq desc) filter (where not backfill))[1] <> 'D' as after
    from change group by entity, entity_id
  ), field as (
    select c.entity, c.entity_id, f.key, (array_agg(f.value -> 0 order by c.seq))[1] as old,
      (array_agg(f.value -> 1 order by c.seq desc))[1] as new
    from change c, jsonb_each(c.fields) f where not c.backfill group by c.entity, c.entity_id, f.key
  ), net as (
    select entity, entity_id, jsonb_object_agg(key, old) as olds, jsonb_object_agg(key, new) as news
    from field group by entity, entity_id
  )
  select r.entity, r.entity_id, p_sets, p_backwards, r.own, r.since, r.first_seq,
    case when p_backwards then r.before else r.after end, case when p_backwards then r.after else r.before end,
    coalesce(case when p_backwards then n.olds else n.news end, '{}'),
    coalesce(case when p_backwards then n.news else n.olds end, '{}')
  from record r left join net n using (entity, entity_id)
  on conflict do nothing;
end $fn$;

-- Locks the records and compares them with what the change sets left behind: refuses what stands otherwise.
create function ledger_undo_compare(p_workspace uuid, p_mine uuid[]) returns void language plpgsql as $fn$
declare
  tracked text;
begin
  for tracked in select e.entity from ledger_entity e
    where e.entity in (select w.entity from ledger_undo_work w) order by e.position
  loop
    execute ledger_for(tracked, $sql$
      with locked as (
        select t.* from {table} t where t.workspace_id = $1
          and t.id in (select w.id from ledger_undo_work w where w.entity = $2 and w.own) order by t.id for update
      )
      update ledger_undo_work w set live = ledger_flat(to_jsonb(l)) from locked l where w.entity = $2 and w.id = l.id$sql$)
    using p_workspace, tracked;
  end loop;
  update ledger_undo_work w set
    action = case when w.was and w.becomes then 'U' when w.was then 'D' when w.becomes then 'I' end,
    later = l.fields, later_by = l.latest
  from ledger_undo_work self left join lateral (
    select jsonb_object_agg(f.key, jsonb_build_object('by', s.actor_name, 'at', c.at) order by c.seq) as fields,
      (array_agg(jsonb_build_object('by', s.actor_name, 'at', c.at) order by c.seq desc))[1] as latest
    from ledger_change c join ledger_change_set s on s.id = c.change_set_id
    left join lateral jsonb_each(c.fields) f on true
    where c.workspace_id = p_workspace and c.entity_id = self.id and c.entity = self.entity and c.seq > self.first_seq
      and c.voided_at is null and not c.change_set_id = any (p_mine || self.sets)
      and (not s.backfill or self.was and not self.becomes)
      and f.key is not null
  ) l on true
  where w.entity = self.entity and w.id = self.id and w.own;
  update ledger_undo_work w set
    blocked = array(
      select e.key from jsonb_each(w.expected) e
      where w.later ? e.key or coalesce(w.live -> e.key, 'null') <> e.value)
  where w.own and w.live is not null;
  update ledger_undo_work w set whole = false
  where w.own and (w.later is not null or w.was <> (w.live is not null) or cardinality(w.blocked) > 0);
  -- A record that is not as it was left is neither deleted nor made again.
  update ledger_undo_work w set refused = true, reason = case
    when w.was and w.live is null then 'deleted' when not w.was and w.live is not null then 'exists' else 'changed' end
  where not w.whole and (w.action is distinct from 'U' or w.live is null);
end $fn$;

-- One round of writing: inserts and updates in the order in which entities refer to each other.
create function ledger_undo_put(p_workspace uuid) returns void language plpgsql as $fn$
declare
  tracked text;
begin
  for tracked in select e.entity from ledger_entity e
    where e.entity in (select w.entity from ledger_undo_work w where w.own and not w.refused) order by e.position
  loop
    perform set_config('trimtab.restoring', 'on', true);
    execute ledger_for(tracked, $sql$
      insert into {table} ({stored})
      select {p_stored} from ledger_undo_work w, lateral jsonb_populate_record(null::{table},
        ledger_nest(w.target) || jsonb_build_object('id', w.id, 'workspace_id', $1, 'updated_at', now(),
          'version', 1 + coalesce((select max(c.version) from ledger_change c
            where c.workspace_id = $1 and c.entity_id = w.id and c.entity = w.entity), 0),
          'created_at', coalesce((select max(v.created_at) from {versions} v
            where v.workspace_id = $1 and v.id = w.id and v.version > 0), now()))) p
      where w.entity = $2 and w.action = 'I' and not w.refused$sql$)
    using p_workspace, tracked;
    perform set_config('trimtab.restoring', '', true);
    execute ledger_for(tracked, $sql$
      update {table} t set ({tracked}) = (
        select {p_tracked} from jsonb_populate_record(null::{table}, ledger_nest(w.live || w.target - w.blocked)) p)
      from ledger_undo_work w
      where w.entity = $2 and w.action = 'U' and not w.refused and t.workspace_id = $1 and t.id = w.id$sql$)
    using p_workspace, tracked;
  end loop;
end $fn$;

create function ledger_undo_take(p_workspace uuid) returns void language plpgsql as $fn$
declare
  tracked text;
begin
  for tracked in select e.entity from ledger_entity e
    where e.entity in (select w.entity from ledger_undo_work w where w.action = 'D') order by e.position desc
  loop
    execute ledger_for(tracked, $sql$
      delete from {table} t using ledger_undo_work w
      where w.entity = $2 and w.action = 'D' and not w.refused and t.workspace_id = $1 and t.id = w.id$sql$)
    using p_workspace, tracked;
  end loop;
end $fn$;

-- Foreign keys among which an undo can leave something dangling, with the entities on either side (null: not tracked).
create function ledger_undo_references()
returns table (child text, child_table text, parent text, parent_table text, columns text[], matches text, cascades boolean)
language sql stable as $$
  select ce.entity, quote_ident(c.relname), pe.entity, quote_ident(p.relname), k.columns, k.matches, f.confdeltype in ('c', 'n', 'd')
  from pg_constraint f
  join pg_class c on c.oid = f.conrelid
  join pg_class p on p.oid = f.confrelid
  join ledger_entity pe on pe.table_name = p.relname
  left join ledger_entity ce on ce.table_name = c.relname
  cross join lateral (
    select array_agg(ca.attname::text) as columns, string_agg(format('p.%I = c.%I', pa.attname, ca.attname), ' and ') as matches
    from unnest(f.conkey, f.confkey) u (child, parent)
    join pg_attribute ca on ca.attrelid = f.conrelid and ca.attnum = u.child
    join pg_attribute pa on pa.attrelid = f.confrelid and pa.attnum = u.parent
  ) k
  where f.contype = 'f' and (ce.entity is not null or f.confdeltype not in ('c', 'n', 'd'))
$$;

-- What would dangle after the deletes: a list of {"entity", "id", "reason", "fields"}, empty if nothing.
create function ledger_undo_dangling(p_workspace uuid) returns jsonb language plpgsql as $fn$
declare
  key record;
  found jsonb;
  dangling jsonb := '[]';
begin
  for key in select * from ledger_undo_references() loop
    if exists (select from ledger_undo_work w where w.entity = key.parent and w.action = 'D' and not w.refused) then
      execute format($sql$
        select jsonb_agg(distinct jsonb_build_object('entity', %L, 'id', p.id, 'reason', 'referred to'))
        from ledger_undo_work w join %s p on p.workspace_id = $1 and p.id = w.id join %s c on %s
        where w.entity = %L and w.action = 'D' and not w.refused and not %s$sql$,
        key.parent, key.parent_table, key.child_table, key.matches, key.parent,
        case when key.child is null then 'false' else format('exists (select from ledger_undo_work x
          where x.entity = %L and x.id = c.id and x.action = ''D'' and not x.refused)', key.child) end)
      into found using p_workspace;
      dangling := dangling || coalesce(found, '[]');
    end if;
    if exists (select from ledger_undo_work w where w.entity = key.child and w.action in ('I', 'U') and not w.refused) then
      execute format($sql$
        select jsonb_agg(jsonb_build_object('entity', %L, 'id', c.id, 'reason', 'refers to what is gone', 'fields', $2))
        from ledger_undo_work w join %s c on c.workspace_id = $1 and c.id = w.id
        where w.entity = %L and w.action in ('I', 'U') and not w.refused and (%s)
          and not exists (select from %s p where %s)$sql$,
        key.child, key.child_table, key.child,
        (select string_agg(format('c.%I is not null', col), ' and ') from unnest(key.columns) col),
        key.parent_table, key.matches)
      into found using p_workspace, to_jsonb(array_remove(key.columns, 'workspace_id'));
      dangling := dangling || coalesce(found, '[]');
    end if;
  end loop;
  return dangling;
end $fn$;

create function ledger_undo_refuse(p_dangling jsonb) returns void language plpgsql as $fn$
begin
  update ledger_undo_work w set whole = false, blocked = w.blocked || d.fields, reason = d.reason,
    refused = w.refused or w.action <> 'U' or not w.target ?| d.fields
  from (
    select r.entity, r.id, max(r.reason) as reason,
      coalesce(array_agg(f.field) filter (where f.field is not null), '{}') as fields
    from jsonb_to_recordset(p_dangling) r (entity text, id uuid, reason text, fields jsonb)
    left join lateral jsonb_array_elements_text(r.fields) f (field) on true
    group by r.entity, r.id
  ) d
  where w.entity = d.entity and w.id = d.id;
end $fn$;

-- Writes, and writes again without what would dangle, until nothing does.
create function ledger_undo_write(p_workspace uuid) returns void language plpgsql as $fn$
declare
  dangling jsonb;
begin
  set constraints all deferred;
  loop
    begin
      perform ledger_undo_put(p_workspace);
      dangling := ledger_undo_dangling(p_workspace);
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

-- The past of wholly restored records: their undone and restoring changes are void, their versions are made again.
create function ledger_undo_past(p_workspace uuid, p_undo_sets uuid[], p_mine uuid, p_recorded timestamptz) returns void
language plpgsql as $fn$
declare
  tracked text;
  ids uuid[];
  since timestamptz[];
  until timestamptz[];
begin
  update ledger_change c set voided_at = p_recorded, voided_by = p_mine
  from ledger_undo_work w
  where w.whole and c.workspace_id = p_workspace and c.entity_id = w.id and c.entity = w.entity and c.op <> 'P'
    and (c.change_set_id = p_mine or not w.backwards and c.change_set_id = any (w.sets) and c.voided_at is null);
  update ledger_change c set voided_at = null, voided_by = null
  from ledger_undo_work w
  where w.whole and w.backwards and c.workspace_id = p_workspace and c.entity_id = w.id and c.entity = w.entity
    and c.change_set_id = any (w.sets) and c.voided_by = any (p_undo_sets);
  for tracked in select distinct w.entity from ledger_undo_work w where w.whole loop
    execute ledger_for(tracked, $sql$
      select array_agg(w.id), array_agg(w.since), array_agg(coalesce(case when w.own then open.since else own.since end, 'infinity'))
      from ledger_undo_work w
      left join lateral (
        select lower(v.during) as since from {versions} v
        where v.workspace_id = $1 and v.id = w.id and v.voided_at is null and upper_inf(v.during)
      ) open on true
      left join lateral (
        select min(lower(v.during)) as since from {versions} v
        where v.workspace_id = $1 and v.id = w.id and v.voided_at is null and v.version > 0
      ) own on true
      where w.entity = $2 and w.whole$sql$)
    into ids, since, until using p_workspace, tracked;
    perform ledger_rebuild(p_workspace, tracked, ids, since, until, p_recorded);
  end loop;
end $fn$;

create function ledger_undo(p_batch uuid, p_change_set uuid, p_undo uuid) returns jsonb
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $fn$
declare
  workspace uuid := ledger_workspace();
  target record;
  mine ledger_change_set;
  restored int;
begin
  perform pg_advisory_xact_lock(hashtextextended('ledger_undo.' || workspace, 0));
  target := ledger_undo_open(workspace, p_batch, p_change_set, p_undo);
  mine := ledger_current();
  create temp table if not exists ledger_undo_work (
    entity text, id uuid, sets uuid[], backwards boolean, own boolean, since timestamptz, first_seq bigint,
    was boolean, becomes boolean, expected jsonb, target jsonb, live jsonb, action text,
    later jsonb, later_by jsonb, blocked text[] not null default '{}',
    whole boolean not null default true, refused boolean not null default false, reason text,
    primary key (entity, id)
  ) on commit drop;
  delete from ledger_undo_work;
  perform ledger_undo_collect(workspace, target.sets, target.undo_sets, target.backwards);
  perform ledger_undo_collect(workspace, target.undo_sets, null, false);
  analyze ledger_undo_work;
  perform ledger_undo_compare(workspace, target.sets || target.undo_sets);
  perform ledger_undo_write(workspace);
  perform ledger_undo_past(workspace, target.undo_sets, mine.id, mine.recorded_at);
  select count(*) into restored from ledger_undo_work w
  where w.whole or not w.refused and w.target - w.blocked <> '{}';
  if restored > 0 or not exists (select from ledger_undo_work) then
    update ledger_batch set undone_at = mine.at, undone_by = p_undo where id = target.batch;
    update ledger_batch set undone_at = case when not target.backwards then mine.at end,
      undone_by = case when not target.backwards then p_undo end where id = target.root_batch;
    update ledger_change_set set undone_at = case when not target.backwards then mine.at end,
      undone_by = case when not target.backwards then p_undo end where id = target.root_change_set;
  end if;
  return jsonb_build_object('restored', restored,
    'touched', (select jsonb_object_agg(t.entity, t.ids) from (
      select w.entity, jsonb_agg(w.id) as ids from ledger_undo_work w where not w.refused group by w.entity) t),
    'refused', (select jsonb_agg(jsonb_build_object('entity', w.entity, 'id', w.id, 'field', b.field,
        'reason', coalesce(w.reason, 'changed'), 'current', w.live -> b.field,
        'by', coalesce(w.later -> b.field, w.later_by) -> 'by', 'at', coalesce(w.later -> b.field, w.later_by) -> 'at'))
      from ledger_undo_work w left join lateral unnest(case when not w.refused then w.blocked end) b (field) on true
      where w.refused or b.field is not null));
end $fn$;
comment on function ledger_undo is
  'Undoes a batch or a change set under an open change set whose batch is p_undo; says what was restored and what refused.';
