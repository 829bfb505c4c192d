"""What keeps workspaces apart, looked at in raw SQL as the application's role, table by table and view by view."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql

from trimtab.accounts import public as accounts
from trimtab.accounts.services import data, field_groups, invitations
from trimtab.accounts.services.field_groups import GroupValues
from trimtab.accounts.tests.factories import found_workspace, join, make_token, unique_email
from trimtab.collab.models import Attachment, Comment, Mention, Reaction, StoredFile, Watcher, WatchPreference
from trimtab.core import operations
from trimtab.core.actors import Actor, Role
from trimtab.core.models import Counter, CustomLink, ExportRecord, ExternalKey, FieldType, IdempotencyKey, Succession
from trimtab.core.tests.factories import NOON, inside
from trimtab.integrations.models import (
    ImportDecision,
    ImportedValue,
    ImportFile,
    ImportSession,
    SavedRecipe,
    StagedRow,
)
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.tests.factories import (
    make_area,
    make_custom_field,
    make_item,
    make_record,
    make_release,
    make_team,
)
from trimtab.roadmap.tests.notices import fill_notices

GLOBAL = {
    "accounts_user": "people who sign in, in any number of workspaces",
    "account_emailaddress": "their addresses, as the sign-in library keeps them",
    "account_emailconfirmation": "the same",
    "auth_group": "unused part of the framework",
    "auth_group_permissions": "unused part of the framework",
    "auth_permission": "unused part of the framework",
    "core_cache": "counts of sign-in attempts",
    "django_content_type": "names of tables",
    "django_migrations": "which migrations ran",
    "django_session": "who is signed in",
    "ledger_entity": "which table holds which entity",
    "procrastinate_events": "background jobs",
    "procrastinate_jobs": "background jobs",
    "procrastinate_periodic_defers": "background jobs",
    "procrastinate_workers": "background jobs",
}
_TABLES = r"""
select c.relname, c.relrowsecurity, pg_get_userbyid(c.relowner),
  exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p')
  and c.relname not like 'test\_%'  -- what the ledger's own tests made in the same database
"""


def rows(statement: object, params: object = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def tables() -> list[tuple[str, bool, str, bool]]:
    return rows(_TABLES)


def scoped_tables() -> list[str]:
    return sorted(name for name, _, _, has_workspace in tables() if has_workspace)


def views() -> list[str]:
    return [name for (name,) in rows("select viewname from pg_views where schemaname = 'scoped' order by 1")]


@contextmanager
def looking_at(workspace_id: UUID | None) -> Iterator[None]:
    """A transaction of the application's role that sees one workspace, or none; rolled back."""
    with transaction.atomic():
        if workspace_id is not None:
            rows("select set_config('trimtab.workspace', %s, true)", [str(workspace_id)])
        yield
        transaction.set_rollback(True)


def fill(actor: Actor) -> None:
    """At least one row in every table of a workspace."""
    with inside(actor):
        roadmap.create_defaults(actor=actor)
    area, team, release = make_area(actor), make_team(actor), make_release(actor)
    parent = make_item(
        actor, level="initiative", area_id=area.id, team_id=team.id, release_id=release.id, health="on_track"
    )
    child = make_item(actor, parent=parent, description="Words.")
    field = make_custom_field(actor, "reviewers", FieldType.PEOPLE)
    viewer = join(actor, Role.VIEWER)
    fill_notices(actor, child.id)
    make_token(viewer, "read")
    make_record(actor, CustomLink, field_id=field.id, record_id=child.id, person_id=viewer.person_id)
    make_record(actor, ExternalKey, source="test", key=str(child.id), entity="item", record_id=child.id)
    with inside(actor):
        config = roadmap.get_config(actor)
        track = next(track for track in config.tracks if not track.primary)
        phase = next(phase for phase in config.phases if phase.track_id == track.id)
        dimension = next(d for d in config.dimensions if d.values)
        roadmap.set_estimates(
            actor=actor, clock=NOON, item_id=child.id, efforts=[roadmap.Effort(likely=3, team_id=team.id)]
        )
        roadmap.set_track_phase(actor=actor, clock=NOON, item_id=child.id, track_id=track.id, phase_id=phase.id)
        roadmap.set_dimensions(
            actor=actor, clock=NOON, item_id=child.id, values={dimension.key: [dimension.values[0].id]}
        )
        roadmap.add_relation(actor=actor, clock=NOON, from_id=parent.id, to_id=child.id, relation_type="relates_to")
        other = make_item(actor, level="initiative")
        roadmap.add_dependency(actor=actor, clock=NOON, from_id=parent.id, to_id=other.id)
        roadmap.notice_transitions(actor, NOON)
        roadmap.confirm_fields(actor=actor, clock=NOON, item_id=parent.id, fields=["health"])
        roadmap.add_setting(actor=actor, clock=NOON, kind="freshness_rule", values={"field": "health", "days": 9})
        roadmap.add_setting(actor=actor, clock=NOON, kind="layout", values={"sections": []})
        launch = roadmap.add_setting(actor=actor, clock=NOON, kind="launch", values={"name": "Spring"})
        roadmap.add_setting(actor=actor, clock=NOON, kind="launch_check", values={"launch_id": launch, "title": "List"})
        roadmap.add_setting(actor=actor, clock=NOON, kind="launch_ready", values={"launch_id": launch, "part": "Sales"})
        roadmap.bind_launch(actor=actor, clock=NOON, launch_id=launch, item_ids=[child.id], release_ids=[release.id])
        first = NOON.now.date()
        sprints = roadmap.generate_increments(
            actor=actor, clock=NOON, kind="sprint", starts_on=first, until=first, weeks=2
        )
        roadmap.set_increments(actor=actor, clock=NOON, item_id=child.id, increment_ids=[sprints[0]])
        roadmap.create_snapshot(actor=actor, clock=NOON, name="Before")
        accounts.add_team_member(actor=actor, clock=NOON, team_id=team.id, person_id=viewer.person_id)
        running = operations.start(actor, NOON, kind="test", label="test", given={})
        StagedRow.objects.create(
            workspace_id=actor.workspace_id, operation_id=running.id, part="items", row=1, action="keep"
        )
        IdempotencyKey.objects.create(workspace_id=actor.workspace_id, actor_id=uuid4(), key="k", fingerprint="f")
        make_record(actor, Succession, entity="team", old_id=uuid4(), new_id=team.id, at=NOON.now)
        data.keep_for(actor=actor, clock=NOON, kind="tokens", days=100)
        kept = GroupValues(name="Money", fields=[("item", "benefit")], people=[viewer.person_id])
        field_groups.create_group(actor=actor, clock=NOON, values=kept)
        invitations.invite(actor=actor, clock=NOON, email=unique_email(), role=Role.VIEWER)
        Counter.objects.get_or_create(workspace_id=actor.workspace_id, name="test")
        _talk(actor, child.id, viewer)
        _imports(actor.workspace_id, child.id)
    make_record(actor, ExportRecord, source="item", format="csv")


def _imports(workspace_id: UUID, item_id: UUID) -> None:
    session = ImportSession.objects.create(workspace_id=workspace_id, label="a.csv")
    ImportFile.objects.create(workspace_id=workspace_id, session_id=session.id, name="a.csv", size=1)
    SavedRecipe.objects.create(workspace_id=workspace_id, name="Ours", text="")
    ImportDecision.objects.create(workspace_id=workspace_id, source="ours", key="1", choice="new")
    ImportedValue.objects.create(workspace_id=workspace_id, source="ours", record_id=item_id)


def _talk(actor: Actor, item_id: UUID, reader: Actor) -> None:
    about = {"subject_entity": "item", "subject_id": item_id}
    comment = make_record(actor, Comment, **about, body="Why?", posted_at=NOON.now, author_id=actor.person_id)
    make_record(actor, Mention, comment_id=comment.id, person_id=reader.person_id, handle="viewer")
    make_record(actor, Reaction, comment_id=comment.id, person_id=reader.person_id, emoji="👍")
    file = StoredFile.objects.create(
        workspace_id=actor.workspace_id, size=1, content_type="text/plain", sha256="0" * 64
    )
    make_record(actor, Attachment, **about, comment_id=comment.id, file_id=file.id, name="a.txt", posted_at=NOON.now)
    make_record(actor, Watcher, **about, person_id=reader.person_id)
    make_record(actor, WatchPreference, person_id=reader.person_id)


@pytest.fixture(scope="module")
def workspaces() -> tuple[UUID, UUID]:
    """Two workspaces with something in every table."""
    ours, theirs = found_workspace(), found_workspace()
    for actor in (ours, theirs):
        fill(actor)
    return ours.workspace_id, theirs.workspace_id


class TestTables:
    def test_the_application_owns_nothing_and_bypasses_nothing(self):
        assert rows("select rolsuper, rolbypassrls from pg_roles where rolname = current_user") == [(False, False)]
        assert "trimtab_app" not in {owner for _, _, owner, _ in tables()}

    def test_every_table_with_a_workspace_has_row_level_security(self):
        assert [name for name, secured, _, has_workspace in tables() if has_workspace and not secured] == []

    def test_the_tables_of_no_workspace_are_exactly_those_that_we_know(self):
        assert {name for name, _, _, has_workspace in tables() if not has_workspace} == set(GLOBAL)

    def test_no_owner_function_can_be_led_astray_by_a_search_path(self):
        open_ones = rows(
            "select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
            " where p.prosecdef and n.nspname = 'public'"
            " and not coalesce(array_to_string(p.proconfig, ','), '') like '%%search_path%%'"
        )

        assert open_ones == []

    def test_every_reference_between_records_carries_the_workspace(self):
        lone = rows(
            "select c.conrelid::regclass::text, c.conname from pg_constraint c"
            " join pg_attribute a on a.attrelid = c.confrelid and a.attname = 'workspace_id'"
            " join pg_attribute b on b.attrelid = c.conrelid and b.attname = 'workspace_id'"
            " where c.contype = 'f' and c.confrelid <> 'core_workspace'::regclass and not b.attnum = any(c.conkey)"
        )

        assert lone == []


class TestOneWorkspaceSet:
    def test_both_have_something_in_every_table(self, workspaces):
        empty = [
            name
            for workspace in workspaces
            for name in scoped_tables()
            if name not in MAY_BE_EMPTY and _count(name, workspace) == 0
        ]

        assert empty == []

    @pytest.mark.parametrize("where", ["public", "scoped"])
    def test_nothing_of_another_is_seen(self, workspaces, where):
        ours, theirs = workspaces
        relations = scoped_tables() if where == "public" else views()
        with looking_at(ours):
            seen = [name for name in relations if _sees(where, name, theirs)]

        assert relations
        assert seen == []

    def test_nothing_of_another_is_written(self, workspaces):
        ours, theirs = workspaces
        touched = []
        for name in scoped_tables():
            for statement in ("update {} set workspace_id = workspace_id", "delete from {}"):
                if _writes(statement + " where workspace_id = {}", name, ours, theirs):
                    touched.append((name, statement))

        assert touched == []

    def test_no_row_is_slipped_into_another(self, workspaces):
        ours, theirs = workspaces
        slipped = [name for name in scoped_tables() if _slips(name, ours, theirs)]

        assert slipped == []


class TestNoWorkspaceSet:
    @pytest.mark.parametrize("where", ["public", "scoped"])
    def test_nothing_at_all_is_seen(self, workspaces, where):
        relations = scoped_tables() if where == "public" else views()
        with looking_at(None):
            seen = [name for name in relations if _any(where, name)]

        assert seen == []

    def test_nothing_at_all_is_written(self, workspaces):
        deleted = [
            name for name in scoped_tables() if _writes("delete from {} where {} is not null", name, None, uuid4())
        ]

        assert deleted == []


class TestDoors:
    def test_a_user_is_told_of_their_own_workspaces_alone(self):
        ours, _ = found_workspace(), found_workspace()

        assert [place.workspace_id for place in accounts.list_places(ours.id)] == [ours.workspace_id]

    def test_an_unknown_token_opens_nothing(self):
        assert rows("select * from resolve_token(%s)", [b"\x00" * 32]) == []

    def test_the_hashes_of_tokens_cannot_be_read_outside_their_workspace(self, workspaces):
        with looking_at(None):
            assert rows("select hash from accounts_apitoken") == []


EVERYTHING = "delete from {} where {} is not null"
MAY_BE_EMPTY = {"ledger_batch", "ledger_consumer"}
"""Written by undo, imports and consumers, which these workspaces have not seen."""


def _count(name: str, workspace: UUID) -> int:
    with looking_at(workspace):
        return rows(sql.SQL("select count(*) from {}").format(sql.Identifier("public", name)))[0][0]


def _sees(schema: str, name: str, theirs: UUID) -> bool:
    statement = sql.SQL("select exists (select from {} where workspace_id = {})")
    return rows(statement.format(sql.Identifier(schema, name), sql.Literal(theirs)))[0][0]


def _any(schema: str, name: str) -> bool:
    return rows(sql.SQL("select exists (select from {})").format(sql.Identifier(schema, name)))[0][0]


def _writes(statement: str, name: str, ours: UUID | None, theirs: UUID) -> bool:
    """Whether the statement touches a row; a table that the application may not write refuses it outright."""
    try:
        with looking_at(ours), connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Literal(theirs)))
            return cursor.rowcount > 0
    except Exception as refused:
        return not isinstance(refused.__cause__, psycopg.errors.InsufficientPrivilege)


REASONS = ("row-level security", "permission denied", "needs an open change set", "not in this workspace")


def _slips(name: str, ours: UUID, theirs: UUID) -> bool:
    """Whether one of our own rows, given to them, is accepted."""
    columns = [
        column
        for (column,) in rows(
            "select column_name from information_schema.columns where table_schema = 'public' and table_name = %s"
            " and is_generated = 'NEVER' and is_identity = 'NO' and column_name <> 'workspace_id'",
            [name],
        )
    ]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("insert into {} (workspace_id, {}) select {}, {} from {} limit 1").format(
        sql.Identifier(name), names, sql.Literal(theirs), names, sql.Identifier(name)
    )
    try:
        with looking_at(ours), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.rowcount > 0
    except Exception as refused:
        return not any(reason in str(refused) for reason in REASONS)
