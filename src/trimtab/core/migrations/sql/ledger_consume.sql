-- Reading the log: what is visible now and was not at the last reading. No place in the log is a number, since
-- transactions become visible in another order than they wrote.

-- The present snapshot. A transaction does not count itself as seen: what it still writes is read the next time.
create function ledger_snapshot() returns pg_snapshot language plpgsql as $$
declare
  seen pg_snapshot := pg_current_snapshot();
  own xid8 := pg_current_xact_id_if_assigned();
begin
  if own is null or not pg_visible_in_snapshot(own, seen) then
    return seen;
  end if;
  return (pg_snapshot_xmin(seen) || ':' || pg_snapshot_xmax(seen) || ':' || (
    select string_agg(x::text, ',' order by x) from (
      select pg_snapshot_xip(seen) as x union select own) running))::pg_snapshot;
end $$;

create function ledger_consume(p_name text, p_limit int, p_from_start boolean default true)
returns table (
  seq bigint, entity text, entity_id uuid, op text, fields jsonb, version int, at timestamptz, recorded_at timestamptz,
  change_set_id uuid, batch_id uuid, actor_kind text, actor_id uuid, actor_name text, origin text, cause jsonb,
  note text, backfill boolean
) language plpgsql security definer set search_path = public, pg_temp as $fn$
#variable_conflict use_column
declare
  workspace uuid := ledger_workspace();
  mine ledger_consumer;
  seqs bigint[];
begin
  if workspace is null then
    raise exception 'the transaction is in no workspace' using errcode = 'TT003';
  end if;
  -- One reader at a time under a name; the next one's statements begin after this one's end.
  perform pg_advisory_xact_lock(hashtextextended('ledger_consumer.' || workspace || '.' || p_name, 0));
  select * into mine from ledger_consumer c where c.workspace_id = workspace and c.name = p_name;
  if not found then
    insert into ledger_consumer (workspace_id, name, snapshot)
    values (workspace, p_name, case when p_from_start then '1:1:'::pg_snapshot else ledger_snapshot() end)
    returning * into mine;
  end if;
  if mine.until is null then
    mine.until := ledger_snapshot();
    mine.after_seq := 0;
  end if;
  select array_agg(r.seq order by r.seq) into seqs from (
    select c.seq from ledger_change_set s join ledger_change c on c.change_set_id = s.id
    where s.workspace_id = workspace and s.txid >= pg_snapshot_xmin(mine.snapshot)
      and not pg_visible_in_snapshot(s.txid, mine.snapshot) and pg_visible_in_snapshot(s.txid, mine.until)
      and c.seq > mine.after_seq
    order by c.seq limit p_limit
  ) r;
  if coalesce(array_length(seqs, 1), 0) < p_limit then
    update ledger_consumer c set snapshot = mine.until, until = null, after_seq = 0, read_at = clock_timestamp()
    where c.workspace_id = workspace and c.name = p_name;
  else
    update ledger_consumer c set until = mine.until, after_seq = seqs[p_limit], read_at = clock_timestamp()
    where c.workspace_id = workspace and c.name = p_name;
  end if;
  return query
    select c.seq, c.entity, c.entity_id, c.op::text, c.fields, c.version, c.at, c.recorded_at, c.change_set_id, s.batch_id,
      s.actor_kind, s.actor_id, s.actor_name, s.origin, s.cause, s.note, s.backfill
    from ledger_change c join ledger_change_set s on s.id = c.change_set_id
    where c.seq = any (seqs) order by c.seq;
end $fn$;
comment on function ledger_consume is
  'The next changes that the named consumer has not seen, in the order of writing; they count as read when the transaction commits.';

-- Transaction ids mean nothing in a restored database: all that it holds is the past, and consumers go on from there.
create function ledger_restored() returns void language sql as $$
  update ledger_change_set set txid = '3';
  update ledger_change set txid = '3';
  update ledger_consumer set snapshot = pg_current_snapshot(), until = null, after_seq = 0;
$$;
