-- Opening a batch and a change set. A change set's row is written with its first change, so an idle one leaves none.

create function ledger_workspace() returns uuid language sql stable
as $$ select nullif(current_setting('trimtab.workspace', true), '')::uuid $$;

create function ledger_require_workspace(p_workspace uuid) returns void language plpgsql as $$
begin
  if ledger_workspace() is distinct from p_workspace then
    raise exception 'the transaction is not in this workspace' using errcode = 'TT003';
  end if;
end $$;

create function ledger_open_batch(
  p_id uuid, p_workspace uuid, p_kind text, p_label text, p_actor_id uuid, p_actor_name text, p_at timestamptz
) returns uuid language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform ledger_require_workspace(p_workspace);
  insert into ledger_batch (id, workspace_id, kind, label, actor_id, actor_name, opened_at)
  values (p_id, p_workspace, p_kind, p_label, p_actor_id, p_actor_name, p_at);
  return p_id;
end $$;

create function ledger_open(
  p_workspace uuid, p_at timestamptz, p_actor_kind text, p_actor_id uuid, p_actor_name text, p_origin text,
  p_cause jsonb default null, p_note text default '', p_batch uuid default null, p_request_id text default '',
  p_id uuid default gen_random_uuid()
) returns uuid language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform ledger_require_workspace(p_workspace);
  perform set_config('trimtab.change_set', p_id::text, true),
    set_config('trimtab.change_set_at', p_at::text, true),
    set_config('trimtab.change_set_new', jsonb_build_object(
      'id', p_id, 'workspace_id', p_workspace, 'batch_id', p_batch, 'at', p_at, 'actor_kind', p_actor_kind,
      'actor_id', p_actor_id, 'actor_name', p_actor_name, 'origin', p_origin, 'cause', p_cause, 'note', p_note,
      'request_id', p_request_id)::text, true);
  return p_id;
end $$;

-- The open change set, its row written if it was not yet; the screens are told when it is.
create function ledger_current() returns ledger_change_set language plpgsql as $$
declare
  pending text := current_setting('trimtab.change_set_new', true);
  mine ledger_change_set;
begin
  if pending <> '' then
    insert into ledger_change_set (id, workspace_id, batch_id, at, recorded_at, actor_kind, actor_id, actor_name,
      origin, cause, note, request_id, txid)
    select n.id, n.workspace_id, n.batch_id, n.at, clock_timestamp(), n.actor_kind, n.actor_id, n.actor_name,
      n.origin, nullif(n.cause, 'null'), n.note, n.request_id, pg_current_xact_id()
    from jsonb_populate_record(null::ledger_change_set, pending::jsonb) n
    returning * into mine;
    perform set_config('trimtab.change_set_new', '', true),
      pg_notify('trimtab_changes', mine.workspace_id || ':' || mine.id);
    return mine;
  end if;
  select * into mine from ledger_change_set
  where id = nullif(current_setting('trimtab.change_set', true), '')::uuid and txid = pg_current_xact_id();
  if not found then
    raise exception 'a write to a tracked table needs an open change set' using errcode = 'TT001';
  end if;
  return mine;
end $$;

create function ledger_refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'a tracked table is never truncated' using errcode = 'TT002';
end $$;
