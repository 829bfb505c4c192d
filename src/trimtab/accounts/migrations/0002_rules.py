"""What the tables of accounts must hold, their place in the history, and the doors to what no workspace owns."""

from django.db import migrations

KEYS = """
alter table accounts_person add constraint person_in_workspace unique (workspace_id, id);
alter table accounts_membership add constraint membership_in_workspace unique (workspace_id, id);
alter table accounts_team add constraint team_in_workspace unique (workspace_id, id);
alter table accounts_teammember add constraint team_member_in_workspace unique (workspace_id, id);
alter table accounts_apitoken add constraint api_token_in_workspace unique (workspace_id, id);

alter table accounts_person add constraint person_workspace foreign key (workspace_id)
  references core_workspace (id) deferrable initially immediate;
alter table accounts_membership add constraint membership_workspace foreign key (workspace_id)
  references core_workspace (id) deferrable initially immediate;
alter table accounts_team add constraint team_workspace foreign key (workspace_id)
  references core_workspace (id) deferrable initially immediate;
alter table accounts_apitoken add constraint api_token_workspace foreign key (workspace_id)
  references core_workspace (id) deferrable initially immediate;

alter table accounts_person add constraint person_user foreign key (user_id)
  references accounts_user (id) deferrable initially immediate;
alter table accounts_membership add constraint membership_user foreign key (user_id)
  references accounts_user (id) deferrable initially immediate;
alter table accounts_apitoken add constraint api_token_user foreign key (user_id)
  references accounts_user (id) deferrable initially immediate;
alter table accounts_membership add constraint membership_person foreign key (workspace_id, person_id)
  references accounts_person (workspace_id, id) deferrable initially immediate;
alter table accounts_team add constraint team_parent foreign key (workspace_id, parent_id)
  references accounts_team (workspace_id, id) deferrable initially immediate;
alter table accounts_teammember add constraint team_member_team foreign key (workspace_id, team_id)
  references accounts_team (workspace_id, id) deferrable initially immediate;
alter table accounts_teammember add constraint team_member_person foreign key (workspace_id, person_id)
  references accounts_person (workspace_id, id) deferrable initially immediate;
alter table core_customlink add constraint custom_link_person foreign key (workspace_id, person_id)
  references accounts_person (workspace_id, id) deferrable initially immediate;
alter table core_customlink add constraint custom_link_team foreign key (workspace_id, team_id)
  references accounts_team (workspace_id, id) deferrable initially immediate;

create index membership_of_person on accounts_membership (workspace_id, person_id);
create index membership_of_user on accounts_membership (user_id);
create index person_of_user on accounts_person (user_id) where user_id is not null;
create index person_email on accounts_person (workspace_id, lower(email));
create index team_children on accounts_team (workspace_id, parent_id);
create index team_member_of_team on accounts_teammember (workspace_id, team_id);
create index team_member_of_person on accounts_teammember (workspace_id, person_id);
create index api_token_of_user on accounts_apitoken (workspace_id, user_id);
"""

HISTORY = """
select ledger_track('accounts_person', 'person');
select ledger_track('accounts_membership', 'membership');
select ledger_track('accounts_team', 'team');
select ledger_track('accounts_teammember', 'team_member');
select ledger_scope('accounts_apitoken', 'api_token');
"""

# The only way to what lies outside a workspace: each answers one question about one caller.
DOORS = """
create function workspaces_of(member uuid)
returns table (workspace_id uuid, slug text, name text, timezone text, role text, person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select w.id, w.slug, w.name, w.timezone, m.role, m.person_id
  from accounts_membership m join core_workspace w on w.id = m.workspace_id
  where m.user_id = member and m.active
  order by w.name, w.id
$$;

create function member_of(member uuid, wanted_slug text, preferred_slug text)
returns table (workspace_id uuid, slug text, timezone text, role text, person_id uuid, person_name text)
language sql stable security definer set search_path = public, pg_temp as $$
  select w.id, w.slug, w.timezone, m.role, m.person_id, p.name
  from accounts_membership m
  join core_workspace w on w.id = m.workspace_id
  left join accounts_person p on p.workspace_id = m.workspace_id and p.id = m.person_id
  where m.user_id = member and m.active and (wanted_slug is null or w.slug = wanted_slug)
  order by w.slug = preferred_slug desc nulls last, w.name, w.id
  limit 1
$$;

create function resolve_token(secret bytea)
returns table (token_id uuid, user_id uuid, email text, user_name text, workspace_id uuid, slug text, timezone text,
               scope text, role text, person_id uuid, person_name text)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  used timestamptz;
begin
  select t.id, u.id, u.email, u.name, w.id, w.slug, w.timezone, t.scope, m.role, m.person_id, p.name, t.last_used_at
  into token_id, user_id, email, user_name, workspace_id, slug, timezone, scope, role, person_id, person_name, used
  from accounts_apitoken t
  join accounts_user u on u.id = t.user_id and u.is_active
  join core_workspace w on w.id = t.workspace_id
  join accounts_membership m on m.workspace_id = t.workspace_id and m.user_id = t.user_id and m.active
  left join accounts_person p on p.workspace_id = m.workspace_id and p.id = m.person_id
  where t.hash = secret and t.revoked_at is null and (t.expires_at is null or t.expires_at > now());
  if not found then
    return;
  end if;
  if used is null or used < now() - interval '1 minute' then
    -- Whoever holds the row is noting the same minute: nobody waits for a time stamp.
    update accounts_apitoken set last_used_at = now()
    where id = (select id from accounts_apitoken where hash = secret for no key update skip locked);
  end if;
  return next;
end
$$;

revoke all on function workspaces_of(uuid), member_of(uuid, text, text), resolve_token(bytea) from public;
grant execute on function workspaces_of(uuid), member_of(uuid, text, text), resolve_token(bytea) to trimtab_app;
"""

NO_DOORS = """
drop function workspaces_of(uuid);
drop function member_of(uuid, text, text);
drop function resolve_token(bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("core", "0003_rules")]

    operations = [
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
        migrations.RunSQL(DOORS, NO_DOORS),
    ]
