"""A workspace leaves whole and comes back equal: the same answers today and before, the same history."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import DatabaseError, connection, connections

from trimtab.accounts import public as accounts
from trimtab.accounts.errors import SlugTaken
from trimtab.accounts.tests.factories import email_of, found_workspace, join, slug_of, unique_email
from trimtab.core import ledger, query, scope
from trimtab.core.actors import Actor, Clock, Origin, Role
from trimtab.core.ids import new_id
from trimtab.core.operations import Cancelled
from trimtab.core.tests.factories import NOON, inside, later
from trimtab.integrations.archive import layout
from trimtab.integrations.archive.ids import Ids, another_alphabet
from trimtab.integrations.archive.layout import Table
from trimtab.integrations.errors import BadArchive, NewerData
from trimtab.integrations.public import Arrived, read_archive, write_archive
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import make_custom_field, make_item, make_person, make_team

SOON = Clock(datetime.now(UTC))
COLUMNS = ["ref", "key", "title", "level", "phase", "owner", "team", "timeframe", "effort.rolled", "benefit", "risk",
           "note", "updated"]  # fmt: skip


def silent(_step: str, _done: int, _total: int | None) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def ana() -> Actor:
    """A workspace with a year of changes, an undone batch, deleted records and a value purged."""
    founder = found_workspace()
    with inside(founder):
        roadmap.create_defaults(actor=founder)
    team, bob = make_team(founder), make_person(founder, "Bob")
    risk = make_custom_field(founder, "risk", "choice", options=["low", "high"])
    note = make_custom_field(founder, "note", "text")
    parent = make_item(founder, level="initiative", title="Above", owner_id=bob.id)
    child = make_item(founder, title="Below", parent=parent, team_id=team.id, start_on=date(2026, 4, 1))
    gone = make_item(founder, title="Gone")
    lookalike = str(new_id())
    with inside(founder), ledger.change_set(founder, at=later(days=1).now):
        ledger.save(child, title="Below, renamed", custom={str(risk.id): "high", str(note.id): lookalike})
    gone_id = gone.id
    with inside(founder), ledger.change_set(founder, at=later(days=2).now):
        gone.delete()
    with inside(founder):
        batch = ledger.open_batch(founder, later(days=3), "test", "A batch to undo")
        with ledger.change_set(founder, at=later(days=3).now, batch=batch):
            ledger.save(Item.objects.get(id=parent.id), title="Undone soon")
    with inside(founder):
        ledger.undo_batch(founder, later(days=4), batch)
    with inside(founder):
        ledger.purge(founder, later(days=5), "item", gone_id, "title")
    return founder


def archived(actor: Actor) -> bytes:
    file = io.BytesIO()
    write_archive(actor.workspace_id, file, now=NOON.now, progress=silent)
    return file.getvalue()


def arrived(content: bytes, email: str, slug: str = "", **how: Any) -> Arrived:
    user = accounts.find_user(email)
    assert user is not None
    slug = slug or f"w-{new_id().hex[-12:]}"
    return read_archive(
        io.BytesIO(content), user=user, clock=SOON, slug=slug, progress=silent, **{"keep_members": True} | how
    )


def entered(slug: str, email: str) -> Actor:
    return accounts.actor_for(email=email, workspace_slug=slug, origin=Origin.CLI)


def answers(actor: Actor) -> list[Any]:
    """What questions give, today and at days of the past, and as known on one; by names."""
    asked = {"source": "item", "columns": COLUMNS, "sort": [{"field": "ref"}], "totals": [{"fn": "count"}]}
    lenses = [None, *({"as_of": str((NOON.now + timedelta(days=days)).date())} for days in range(7)),
              {"as_of": "2026-03-03", "known_on": datetime.now(UTC).date().isoformat()}]  # fmt: skip
    found = []
    for lens in lenses:
        answer = orjson.loads(query.run(actor, SOON, asked if lens is None else asked | {"lens": lens}))
        names = {key: name for kind in answer["refs"].values() for key, name in kind.items()}
        columns = {name: [str(names.get(str(v), v)) for v in values] for name, values in answer["columns"].items()}
        columns.pop("id")
        found.append((columns, answer["totals"]))
    return found


def told(actor: Actor) -> list[Any]:
    """The history of everything, without ids."""
    with inside(actor), connection.cursor() as cursor:
        cursor.execute(
            "select c.entity, c.op, c.version, c.at, c.recorded_at, c.voided_at, s.actor_name, s.origin, s.note,"
            " s.undone_at, (select count(*) from jsonb_object_keys(c.fields)), b.label from ledger_change c"
            " join ledger_change_set s on s.id = c.change_set_id left join ledger_batch b on b.id = s.batch_id"
            " where c.workspace_id = %s order by c.seq",
            [actor.workspace_id],
        )
        return cursor.fetchall()


def members(content: bytes) -> dict[str, list[bytes]]:
    """The lines of each table."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).splitlines() for name in archive.namelist() if name.endswith(".ndjson")}


def replayed(actor: Actor) -> dict[str, Any]:
    """Every tracked record as the log tells it."""
    with inside(actor), connection.cursor() as cursor:
        cursor.execute("select entity from ledger_entity")
        entities = [row[0] for row in cursor.fetchall()]
        return {entity: ledger.replay(actor.workspace_id, entity) for entity in entities}


def emptied(actor: Actor) -> None:
    """Take a workspace out of the installation, as if it had never been here."""
    with connections["owner"].cursor() as cursor:
        found = layout.read(cursor)
        tables = [table.name for table in found.tables] + ["ledger_consumer", "accounts_apitoken", "core_operation"]
        cursor.execute("begin; set constraints all deferred")
        for table in tables:
            cursor.execute(f'alter table "{table}" disable trigger user')
            cursor.execute(f'delete from "{table}" where workspace_id = %s', [actor.workspace_id])
        cursor.execute("set constraints all immediate")
        for table in tables:
            cursor.execute(f'alter table "{table}" enable trigger user')
        cursor.execute("commit")


class TestLosslessWayOut:
    def test_the_same_archive_comes_out_of_what_came_in(self, ana: Actor) -> None:
        other = found_workspace()
        content, email = archived(other), email_of(other)
        slug = slug_of(other)
        emptied(other)

        result = arrived(content, email, slug)
        again = archived(entered(slug, email))

        assert result.same_ids
        assert members(again) == members(content)

    def test_export_import_export_is_identical_with_a_history(self, ana: Actor) -> None:
        """Twice over: what came in under new ids goes out, is taken away, and comes in under the same ones."""
        email = email_of(ana)
        copy = entered(arrived(archived(ana), email).slug, email)
        content, slug, before = archived(copy), slug_of(copy), (answers(copy), replayed(copy))
        emptied(copy)

        result = arrived(content, email, slug)
        back = entered(slug, email)

        assert result.same_ids
        assert members(archived(back)) == members(content)
        assert (answers(back), replayed(back)) == before

    def test_beside_the_original_all_ids_are_new_and_all_else_is_equal(self, ana: Actor) -> None:
        email = email_of(ana)

        result = arrived(archived(ana), email)
        copy = entered(result.slug, email)

        assert not result.same_ids
        assert answers(copy) == answers(ana)
        assert told(copy) == told(ana)
        ours, theirs = replayed(ana), replayed(copy)
        assert {kind: len(records) for kind, records in theirs.items()} == {k: len(v) for k, v in ours.items()}
        assert not {str(key) for records in ours.values() for key in records} & {
            str(key) for records in theirs.values() for key in records
        }

    def test_replay_of_the_copy_equals_its_tables(self, ana: Actor) -> None:
        email = email_of(ana)
        copy = entered(arrived(archived(ana), email).slug, email)

        for entity, records in replayed(copy).items():
            with inside(copy), connection.cursor() as cursor:
                cursor.execute("select table_name from ledger_entity where entity = %s", [entity])
                cursor.execute(f'select id, row_to_json(t) from "{cursor.fetchone()[0]}" t')
                rows = dict(cursor.fetchall())
            assert rows.keys() == records.keys()
            for key, row in rows.items():
                assert all(_same(row[name], value) for name, value in records[key].items()), entity

    def test_texts_that_look_like_ids_stay(self, ana: Actor) -> None:
        email = email_of(ana)
        copy = entered(arrived(archived(ana), email).slug, email)

        notes = [
            query.rows(actor, SOON, {"source": "item", "text": "note:any", "columns": ["note"]})
            for actor in (ana, copy)
        ]

        assert notes[0][0]["note"] == notes[1][0]["note"]

    def test_it_goes_on_from_there(self, ana: Actor) -> None:
        email = email_of(ana)
        copy = entered(arrived(archived(ana), email).slug, email)

        item = make_item(copy, clock=SOON, title="New here")
        with inside(copy), ledger.change_set(copy, at=SOON.now):
            ledger.save(item, title="Renamed here")

        assert item.number == 4
        with inside(copy):
            assert len(ledger.history(copy, "item", item.id)) == 2

    def test_what_came_in_is_no_news(self, ana: Actor) -> None:
        with inside(ana):
            ledger.consume("test.reader")
        email = email_of(ana)
        copy = entered(arrived(archived(ana), email).slug, email)

        with inside(copy):
            assert ledger.consume("test.reader") == []


def _same(row: Any, logged: Any) -> bool:
    return row == logged or str(row) == str(logged) or isinstance(row, dict | list | float)


class TestPeople:
    def test_others_wait_and_nobody_gets_a_way_in(self) -> None:
        founder = found_workspace()
        editor = join(founder, Role.EDITOR)
        content, email = archived(founder), email_of(founder)

        result = arrived(content, email, keep_members=False)

        copy = entered(result.slug, email)
        assert result.waiting == 1
        with inside(copy):
            roles = {member.email: (member.role, member.active) for member in accounts.list_members(copy)}
        assert roles == {email: ("admin", True), email_of(editor): ("editor", False)}

    def test_somebody_else_may_import_and_is_an_admin(self, ana: Actor) -> None:
        email = unique_email("dora")
        accounts.create_user(email=email, name="Dora")

        result = arrived(archived(ana), email, keep_members=False)

        copy = entered(result.slug, email)
        assert (copy.role, copy.name) == (Role.ADMIN, "Dora")
        with inside(copy):
            line = ledger.history(copy, "person", copy.person_id)[0]
        assert line.note == "Came from another installation"

    def test_who_has_no_account_here_gets_one_without_a_way_in(self, ana: Actor) -> None:
        stranger, email = unique_email("eve"), email_of(ana)
        content = _changed(archived(ana), layout.USERS, email.encode(), stranger.encode())

        result = arrived(content, email)

        assert result.users == 1
        with connections["owner"].cursor() as cursor:
            cursor.execute("select is_active, password from accounts_user where email = %s", [stranger])
            active, password = cursor.fetchone()
        assert not active
        assert password.startswith("!")


def _changed(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The archive with one of its files changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w") as after:
        for each in before.namelist():
            data = before.read(each)
            after.writestr(each, data.replace(old, new) if each == name else data)
    return file.getvalue()


class TestRefusals:
    def refused(self, content: bytes, actor: Actor, error: type[Exception]) -> str:
        slug = f"w-{new_id().hex[-12:]}"
        with pytest.raises(error) as refusal:
            arrived(content, email_of(actor), slug)
        with connections["owner"].cursor() as cursor:
            cursor.execute("select count(*) from core_workspace where slug = %s", [slug])
            assert cursor.fetchone()[0] == 0
        return str(refusal.value)

    def test_what_is_no_archive(self, ana: Actor) -> None:
        assert "no archive" in self.refused(b"PK nothing", ana, BadArchive)
        empty = io.BytesIO()
        with zipfile.ZipFile(empty, "w") as archive:
            archive.writestr("manifest.json", "[]")
        assert "no archive" in self.refused(empty.getvalue(), ana, BadArchive)

    def test_a_row_that_is_missing_or_cannot_be(self, ana: Actor) -> None:
        content = archived(ana)
        lines = members(content)["tables/roadmap_item.ndjson"]

        short = _changed(content, "tables/roadmap_item.ndjson", lines[0] + b"\n", b"")
        wrong = _changed(content, "tables/roadmap_item.ndjson", b'"number":1,', b'"number":"x",')

        assert "should hold 2 rows and holds 1" in self.refused(short, ana, BadArchive)
        assert "a row that cannot be" in self.refused(wrong, ana, BadArchive)

    def test_a_newer_schema_with_a_way_out(self, ana: Actor) -> None:
        content = _changed(archived(ana), layout.MANIFEST, b'"0001_initial"', b'"0001_initial", "9999_later"')

        assert "newer Trimtab: this one does not know accounts.9999_later" in self.refused(content, ana, NewerData)

    def test_an_address_that_is_taken(self, ana: Actor) -> None:
        with pytest.raises(SlugTaken):
            arrived(archived(ana), email_of(ana), slug_of(ana))

    def test_one_that_is_stopped_leaves_nothing(self, ana: Actor) -> None:
        def stop(_step: str, _done: int, _total: int | None) -> None:
            raise Cancelled("It was stopped on request.")

        user = accounts.find_user(email_of(ana))
        slug = f"w-{new_id().hex[-12:]}"
        with pytest.raises(Cancelled):
            read_archive(io.BytesIO(archived(ana)), user=user, clock=SOON, slug=slug, keep_members=True, progress=stop)
        with pytest.raises(Cancelled):
            write_archive(ana.workspace_id, io.BytesIO(), now=NOON.now, progress=stop)

        with connections["owner"].cursor() as cursor:
            cursor.execute("select count(*) from core_workspace where slug = %s", [slug])
            assert cursor.fetchone()[0] == 0


class TestLoading:
    def test_the_applications_role_cannot_write_past_the_log(self, ana: Actor) -> None:
        insert = (
            "insert into roadmap_area (id, workspace_id, version, created_at, updated_at, name, rank)"
            " values (gen_random_uuid(), %s, 1, now(), now(), 'x', 'a')"
        )
        with scope.workspace(ana.workspace_id), connection.cursor() as cursor:
            cursor.execute("select set_config('trimtab.loading', 'on', true)")
            with pytest.raises(DatabaseError, match="needs an open change set"):
                cursor.execute(insert, [ana.workspace_id])
            connection.needs_rollback = True


class TestIds:
    TABLE = Table(
        "roadmap_item", {"id": "uuid", "title": "text", "custom": "jsonb", "cause": "jsonb"}, frozenset(), (), ()
    )

    def test_columns_of_ids_and_keys_of_fields_are_renamed_texts_and_numbers_are_not(self) -> None:
        old, field = str(new_id()), str(new_id())
        ids = Ids((str(new_id()), str(new_id())), ("a", "b"), {}, another_alphabet())
        line = f'{{"id":"{old}","title":"{field}x","custom":{{"{field}": 1.10}},"cause":["{old}"]}}'.encode()

        new = ids.line(self.TABLE, layout.Layout((), {}))(line)

        assert old.encode() not in new
        assert f'"{field}x"'.encode() in new
        assert f'{{"{ids.new(field)}": 1.10}}'.encode() in new

    def test_no_two_ids_become_one_and_none_stays(self) -> None:
        ids = Ids((str(new_id()), str(new_id())), ("a", "b"), {}, another_alphabet())
        old = {str(new_id()) for _ in range(2_000)}

        new = {ids.new(each) for each in old}

        assert len(new) == len(old)
        assert not new & old
        assert all(UUID(each).version == 7 for each in new)
