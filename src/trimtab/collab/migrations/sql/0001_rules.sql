alter table collab_comment add constraint comment_in_workspace unique (workspace_id, id);
alter table collab_mention add constraint mention_in_workspace unique (workspace_id, id);
alter table collab_reaction add constraint reaction_in_workspace unique (workspace_id, id);
alter table collab_storedfile add constraint stored_file_in_workspace unique (workspace_id, id);
alter table collab_attachment add constraint attachment_in_workspace unique (workspace_id, id);
alter table collab_watcher add constraint watcher_in_workspace unique (workspace_id, id);
alter table collab_watchpreference add constraint watch_preference_in_workspace unique (workspace_id, id);

-- A reply belongs to a conversation about the same record, and what it replies to is no reply itself.
alter table collab_comment
  add column begins boolean generated always as (thread_id is null) stored,
  add column answers boolean generated always as (case when thread_id is not null then true end) stored,
  add constraint comment_beginning unique (workspace_id, id, subject_id, begins),
  add constraint comment_about unique (workspace_id, id, subject_id),
  add constraint comment_thread_fk foreign key (workspace_id, thread_id, subject_id, answers)
    references collab_comment (workspace_id, id, subject_id, begins) deferrable initially immediate,
  add constraint comment_author_fk foreign key (workspace_id, author_id)
    references accounts_person (workspace_id, id) deferrable initially immediate,
  add constraint comment_resolved_by_fk foreign key (workspace_id, resolved_by_id)
    references accounts_person (workspace_id, id) deferrable initially immediate;
alter table collab_mention
  add constraint mention_comment_fk foreign key (workspace_id, comment_id)
    references collab_comment (workspace_id, id) deferrable initially immediate,
  add constraint mention_person_fk foreign key (workspace_id, person_id)
    references accounts_person (workspace_id, id) deferrable initially immediate,
  add constraint mention_team_fk foreign key (workspace_id, team_id)
    references accounts_team (workspace_id, id) deferrable initially immediate;
alter table collab_reaction
  add constraint reaction_comment_fk foreign key (workspace_id, comment_id)
    references collab_comment (workspace_id, id) deferrable initially immediate,
  add constraint reaction_person_fk foreign key (workspace_id, person_id)
    references accounts_person (workspace_id, id) deferrable initially immediate;
alter table collab_storedfile
  add constraint stored_file_workspace foreign key (workspace_id) references core_workspace (id)
    deferrable initially immediate;
-- A file on a comment is on the record that the comment is about.
alter table collab_attachment
  add constraint attachment_comment_fk foreign key (workspace_id, comment_id, subject_id)
    references collab_comment (workspace_id, id, subject_id) deferrable initially immediate,
  add constraint attachment_file_fk foreign key (workspace_id, file_id)
    references collab_storedfile (workspace_id, id) deferrable initially immediate,
  add constraint attachment_author_fk foreign key (workspace_id, author_id)
    references accounts_person (workspace_id, id) deferrable initially immediate;
alter table collab_watcher
  add constraint watcher_person_fk foreign key (workspace_id, person_id)
    references accounts_person (workspace_id, id) deferrable initially immediate;
alter table collab_watchpreference
  add constraint watch_preference_person_fk foreign key (workspace_id, person_id)
    references accounts_person (workspace_id, id) deferrable initially immediate;

alter table collab_comment add column tsv tsvector
  generated always as (to_tsvector('public.trimtab', body)) stored;
create index comment_words on collab_comment using gin (workspace_id, tsv);
create index comment_author_words on collab_comment using gin (workspace_id, to_tsvector('public.trimtab', author_name));
create index comment_of_subject on collab_comment (workspace_id, subject_id, posted_at, id);
create index comment_replies on collab_comment (workspace_id, thread_id) where thread_id is not null;
create index comment_author on collab_comment (workspace_id, author_id);
create index comment_posted on collab_comment (workspace_id, posted_at desc, id);
create index comment_resolved_by on collab_comment (workspace_id, resolved_by_id) where resolved_by_id is not null;
create index mention_person on collab_mention (workspace_id, person_id) where person_id is not null;
create index mention_team on collab_mention (workspace_id, team_id) where team_id is not null;
create index reaction_person on collab_reaction (workspace_id, person_id);
create index attachment_of_subject on collab_attachment (workspace_id, subject_id, posted_at, id);
create index attachment_comment on collab_attachment (workspace_id, comment_id) where comment_id is not null;
create index attachment_file on collab_attachment (workspace_id, file_id);
create index attachment_author on collab_attachment (workspace_id, author_id);
create index watcher_of_subject on collab_watcher (workspace_id, subject_id);
create index watcher_person on collab_watcher (workspace_id, person_id);

select ledger_track('collab_comment', 'comment');
select ledger_track('collab_mention', 'mention');
select ledger_track('collab_reaction', 'reaction');
select ledger_scope('collab_storedfile', 'stored_file');
select ledger_track('collab_attachment', 'attachment');
select ledger_track('collab_watcher', 'watcher');
select ledger_track('collab_watchpreference', 'watch_preference');

-- What the history of a subject, and its past, read.
create index collab_comment_version_subject on collab_comment_version (workspace_id, subject_id);
create index collab_attachment_version_subject on collab_attachment_version (workspace_id, subject_id);
create index collab_watcher_version_subject on collab_watcher_version (workspace_id, subject_id);
create index collab_mention_version_comment on collab_mention_version (workspace_id, comment_id);
create index collab_reaction_version_comment on collab_reaction_version (workspace_id, comment_id);

-- collab_join(entity, table): from now on records of this table can be talked about. A column of their own in what
-- hangs on them carries the key, so that nothing hangs on what is not there, or in another workspace.
create function collab_join(p_entity text, p_table regclass) returns void language plpgsql as $fn$
declare
  hanging text;
  joined text[];
begin
  foreach hanging in array array['comment', 'attachment', 'watcher'] loop
    execute format($sql$
      alter table collab_%1$s
        add column %2$I uuid generated always as (case when subject_entity = %3$L then subject_id end) stored,
        add constraint %4$I foreign key (workspace_id, %2$I) references %5$s (workspace_id, id)
          deferrable initially immediate$sql$,
      hanging, 'about_' || p_entity, p_entity, hanging || '_about_' || p_entity || '_fk', p_table);
    execute format('create index %I on collab_%s (workspace_id, %I) where %3$I is not null',
      hanging || '_about_' || p_entity, hanging, 'about_' || p_entity);
    select array_agg(substr(attname, 7)) into joined from pg_attribute
    where attrelid = ('collab_' || hanging)::regclass and attname like 'about\_%' and not attisdropped;
    execute format('alter table collab_%s drop constraint if exists %I', hanging, hanging || '_subject_known');
    execute format('alter table collab_%s add constraint %I check (subject_entity = any (%L::text[]))',
      hanging, hanging || '_subject_known', joined);
    perform ledger_track(('collab_' || hanging)::regclass, hanging);
  end loop;
end $fn$;
comment on function collab_join is
  'Lets the records of a tracked table be talked about, watched and given files. Called once, in a migration.';
