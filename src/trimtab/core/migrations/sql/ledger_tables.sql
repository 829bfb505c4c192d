-- The log: who wrote (change set), what was written (change), the unit of undo (batch), who reads it (consumer).
-- Only functions of the owner write here; the application's role reads its workspace.

create table ledger_entity (
  entity text primary key,
  table_name text not null unique,
  position int generated always as identity
);
comment on table ledger_entity is 'Which table holds the records of a tracked entity; position: in which order they were tracked, referred ones first.';

create table ledger_batch (
  id uuid primary key,
  workspace_id uuid not null,
  kind text not null,
  label text not null default '',
  actor_id uuid,
  actor_name text not null default '',
  opened_at timestamptz not null,
  undone_at timestamptz,
  undone_by uuid,
  undoes uuid,
  undoes_change_set uuid,
  unique (workspace_id, id),
  foreign key (workspace_id, undone_by) references ledger_batch (workspace_id, id),
  foreign key (workspace_id, undoes) references ledger_batch (workspace_id, id)
);
comment on table ledger_batch is 'An import, a sync pass, a bulk edit: the unit of undo.';
create index ledger_batch_latest on ledger_batch (workspace_id, opened_at desc, id);

create table ledger_change_set (
  id uuid primary key,
  workspace_id uuid not null,
  batch_id uuid,
  at timestamptz not null,
  recorded_at timestamptz not null,
  actor_kind text not null,
  actor_id uuid,
  actor_name text not null default '',
  origin text not null,
  cause jsonb,
  note text not null default '',
  request_id text not null default '',
  backfill boolean not null default false,
  txid xid8 not null,
  undone_at timestamptz,
  undone_by uuid,
  unique (workspace_id, id),
  foreign key (workspace_id, batch_id) references ledger_batch (workspace_id, id),
  foreign key (workspace_id, undone_by) references ledger_batch (workspace_id, id)
);
comment on table ledger_change_set is 'Who wrote, through what, why; at is when it was true, recorded_at when it was learned.';
alter table ledger_batch
  add foreign key (workspace_id, undoes_change_set) references ledger_change_set (workspace_id, id);
create index ledger_change_set_batch on ledger_change_set (workspace_id, batch_id);
create index ledger_change_set_unread on ledger_change_set (workspace_id, txid);

create table ledger_change (
  seq bigint generated always as identity primary key,
  workspace_id uuid not null,
  change_set_id uuid not null,
  entity text not null,
  entity_id uuid not null,
  op char(1) not null check (op in ('I', 'U', 'D', 'P')),
  fields jsonb not null,
  version int not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  voided_at timestamptz,
  voided_by uuid,
  txid xid8 not null,
  foreign key (workspace_id, change_set_id) references ledger_change_set (workspace_id, id)
);
comment on table ledger_change is 'One written record: fields holds {"field": [old, new]}, custom fields as "custom.<id>".';
comment on column ledger_change.voided_by is 'The change set whose undo took this change out of the past; its own, where it restores.';
create index ledger_change_record on ledger_change (workspace_id, entity_id, seq);
create index ledger_change_of_set on ledger_change (change_set_id);
create index ledger_change_at on ledger_change (workspace_id, at);

create table ledger_consumer (
  workspace_id uuid not null,
  name text not null,
  snapshot pg_snapshot not null,
  until pg_snapshot,
  after_seq bigint not null default 0,
  read_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, name)
);
comment on table ledger_consumer is
  'What a consumer has read: all of snapshot; where until is set, also what until sees up to after_seq.';

do $$
declare
  log text;
begin
  foreach log in array array['ledger_batch', 'ledger_change_set', 'ledger_change', 'ledger_consumer'] loop
    execute format('alter table %I enable row level security', log);
    execute format($p$create policy workspace on %I
      using (workspace_id = nullif(current_setting('trimtab.workspace', true), '')::uuid)$p$, log);
    execute format('revoke all on %I from trimtab_app', log);
    execute format('grant select on %I to trimtab_app', log);
  end loop;
end $$;
revoke all on ledger_entity from trimtab_app;
grant select on ledger_entity to trimtab_app;
revoke all on sequence ledger_change_seq_seq from trimtab_app;
