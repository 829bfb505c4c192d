-- What the application's role may call: everything else is the owner's.

do $$
declare
  f regprocedure;
begin
  for f in select oid::regprocedure from pg_proc
    where pronamespace = 'public'::regnamespace and proname like 'ledger\_%'
  loop
    execute format('revoke all on function %s from public', f);
  end loop;
  for f in select oid::regprocedure from pg_proc
    where pronamespace = 'public'::regnamespace and proname in ('ledger_workspace', 'ledger_open_batch',
      'ledger_open', 'ledger_undo', 'ledger_backfill', 'ledger_valid_from', 'ledger_purge', 'ledger_consume')
  loop
    execute format('grant execute on function %s to trimtab_app', f);
  end loop;
end $$;
