alter table collab_notice add constraint notice_in_workspace unique (workspace_id, id);
alter table collab_happening add constraint happening_in_workspace unique (workspace_id, id);
alter table collab_delivery add constraint delivery_in_workspace unique (workspace_id, id);
alter table collab_noticesettings add constraint notice_settings_in_workspace unique (workspace_id, id);
alter table collab_noticechannel add constraint notice_channel_in_workspace unique (workspace_id, id);
alter table collab_channelsecret add constraint channel_secret_in_workspace unique (workspace_id, id);

-- What somebody was told goes with them, and with the channel that it was told to: it holds nobody back.
alter table collab_notice add constraint notice_person_fk foreign key (workspace_id, person_id)
  references accounts_person (workspace_id, id) on delete cascade deferrable initially immediate;
alter table collab_noticesettings
  add constraint notice_settings_person_fk foreign key (workspace_id, person_id)
    references accounts_person (workspace_id, id) on delete cascade deferrable initially immediate,
  add constraint notice_settings_stand_in_fk foreign key (workspace_id, stand_in_id)
    references accounts_person (workspace_id, id) on delete set null (stand_in_id) deferrable initially immediate;
alter table collab_noticechannel add constraint notice_channel_person_fk foreign key (workspace_id, person_id)
  references accounts_person (workspace_id, id) deferrable initially immediate;
alter table collab_channelsecret add constraint channel_secret_fk foreign key (workspace_id, id)
  references collab_noticechannel (workspace_id, id) on delete cascade deferrable initially immediate;
alter table collab_happening
  add constraint happening_notice_fk foreign key (workspace_id, notice_id)
    references collab_notice (workspace_id, id) on delete cascade deferrable initially immediate,
  add constraint happening_person_fk foreign key (workspace_id, person_id)
    references accounts_person (workspace_id, id) on delete cascade deferrable initially immediate,
  add constraint happening_channel_fk foreign key (workspace_id, channel_id)
    references collab_noticechannel (workspace_id, id) on delete cascade deferrable initially immediate;
alter table collab_delivery
  add constraint delivery_happening_fk foreign key (workspace_id, happening_id)
    references collab_happening (workspace_id, id) on delete cascade deferrable initially immediate,
  add constraint delivery_person_fk foreign key (workspace_id, person_id)
    references accounts_person (workspace_id, id) on delete cascade deferrable initially immediate,
  add constraint delivery_channel_fk foreign key (workspace_id, channel_id)
    references collab_noticechannel (workspace_id, id) on delete cascade deferrable initially immediate;

create index notice_inbox on collab_notice (workspace_id, person_id, last_at desc, id desc) where shown;
create index notice_unread on collab_notice (workspace_id, person_id, kind)
  where shown and read_at is null and done_at is null;
create index notice_open_line on collab_notice (workspace_id, record_id, person_id, last_at)
  where read_at is null and done_at is null;
create index happening_of_notice on collab_happening (workspace_id, notice_id, at desc, id desc);
create index happening_person on collab_happening (workspace_id, person_id);
create index happening_channel on collab_happening (workspace_id, channel_id) where channel_id is not null;
create index happening_source on collab_happening (workspace_id, source_id);
create index happening_record on collab_happening (workspace_id, record_id);
create index delivery_due on collab_delivery (workspace_id, not_before, id) where state in ('waiting', 'sending');
create index delivery_bundle on collab_delivery (workspace_id, bundle) where bundle is not null;
create index delivery_dead on collab_delivery (workspace_id, ended_at desc) where state = 'dead';
create index delivery_person on collab_delivery (workspace_id, person_id);
create index delivery_channel on collab_delivery (workspace_id, channel_id) where channel_id is not null;
create index notice_settings_stand_in on collab_noticesettings (workspace_id, stand_in_id)
  where stand_in_id is not null;

select ledger_scope('collab_notice', 'notice');
select ledger_scope('collab_happening', 'happening');
select ledger_scope('collab_delivery', 'delivery');
select ledger_scope('collab_noticesettings', 'notice_settings');
select ledger_scope('collab_channelsecret', 'channel_secret');
select ledger_track('collab_noticechannel', 'notice_channel');

-- Which workspaces have something to send: the one question that a sender asks outside of any of them.
create function notice_workspaces_due(p_at timestamptz) returns table (workspace_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select w.id from core_workspace w where exists (
    select from collab_delivery d where d.workspace_id = w.id and d.not_before <= p_at
      and (d.state = 'waiting' or d.state = 'sending' and d.claimed_until < p_at))
$$;
revoke all on function notice_workspaces_due(timestamptz) from public;
grant execute on function notice_workspaces_due(timestamptz) to trimtab_app;

-- What has happened before today is no news; workspaces made later begin with their first change.
insert into ledger_consumer (workspace_id, name, snapshot)
select id, 'notices', pg_current_snapshot() from core_workspace;
