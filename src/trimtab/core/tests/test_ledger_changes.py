"""What the database writes down of ordinary writes, and what it refuses."""

import threading

import pytest
from django.db import DatabaseError, connection, connections, transaction

from trimtab.core import ledger, scope
from trimtab.core.actors import Lens
from trimtab.core.errors import Forbidden
from trimtab.core.ids import new_id
from trimtab.core.tests.ledger_tables import World, instant, tables  # noqa: F401

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def world():
    return World()


@pytest.fixture
def record(world):
    with world.inside(), world.writing(0):
        return world.insert("test_parent", title="One", amount="1.50", custom={"k": 1})


def changes(world, record_id):
    with world.inside():
        return [(c.op, dict(c.fields)) for c in reversed(ledger.history(world.actor, "test_parent", record_id))]


class TestChanges:
    def test_a_creation_says_all_that_holds_something(self, world, record):
        assert changes(world, record) == [("I", {"title": (None, "One"), "amount": (None, 1.5), "custom.k": (None, 1)})]

    def test_an_update_says_what_differs_custom_fields_key_by_key(self, world, record):
        with world.inside(), world.writing(60):
            world.update("test_parent", record, title="Two", custom={"k": 1, "m": [2]})

        assert changes(world, record)[1:] == [("U", {"title": ("One", "Two"), "custom.m": (None, [2])})]

    def test_a_write_of_what_is_there_already_leaves_no_trace(self, world, record):
        with world.inside(), world.writing(60):
            world.update("test_parent", record, title="One", amount="1.5", custom={"k": 1.0})

        assert len(changes(world, record)) == 1
        with world.inside():
            assert world.run("select version, updated_at from test_parent") == [(1, instant(0))]
            assert world.run("select count(*) from ledger_change_set") == [(1,)]

    def test_the_database_sets_version_and_times(self, world, record):
        with world.inside(), world.writing(60):
            world.update("test_parent", record, title="Two", version=9, created_at=instant(5), updated_at=instant(5))
            assert world.run("select version, created_at, updated_at from test_parent") == [
                (2, instant(0), instant(60))
            ]

    def test_a_writer_whose_clock_is_behind_turns_no_time_back(self, world, record):
        with world.inside(), world.writing(-60):
            world.update("test_parent", record, title="Two")
            assert world.run("select version, updated_at from test_parent") == [(2, instant(0))]

    def test_json_null_is_missing(self, world, record):
        with world.inside(), world.writing(60):
            world.run("""update test_parent set review = 'null', custom = '{"k": null, "m": {"n": null}}'""")

        assert changes(world, record)[1:] == [("U", {"custom.k": (1, None), "custom.m": (None, {"n": None})})]

    def test_two_writes_at_one_instant_make_one_version(self, world, record):
        with world.inside(), world.writing(60):
            world.update("test_parent", record, title="Two")
            world.update("test_parent", record, title="Three")

        with world.inside():
            assert world.run("select title from test_parent_version where voided_at is null order by during") == [
                ("One",),
                ("Three",),
            ]

    def test_an_older_clock_does_not_write_before_what_is_there(self, world, record):
        with world.inside(), world.writing(60):
            world.update("test_parent", record, title="Two")
        with world.inside(), world.writing(30):
            world.update("test_parent", record, title="Three")

        assert world.lens("test_parent", instant(59))[record]["title"] == "One"
        assert world.lens("test_parent", instant(60))[record]["title"] == "Three"
        with world.inside():
            assert world.run("select updated_at from test_parent") == [(instant(60),)]

    def test_a_nested_change_set_gives_way_to_the_outer_one(self, world):
        with world.inside(), world.writing(0) as outer:
            with world.writing(1) as inner:
                first = world.insert("test_parent", title="Inner")
            second = world.insert("test_parent", title="Outer")
        with world.inside():
            sets = dict(world.run("select entity_id, change_set_id from ledger_change"))
        assert sets == {first: inner, second: outer}

    def test_a_writer_that_began_earlier_does_not_learn_before_what_it_builds_on(self, world, record):
        other = World()
        other.actor = world.actor
        with world.inside(), world.writing(1):
            early = world.insert("test_parent", title="Early")
            ((began,),) = world.run("select clock_timestamp()")
            overtaking(other, record, title="Two")
            world.update("test_parent", record, title="Three")

        assert world.lens("test_parent", instant(99), began)[record]["title"] == "One"
        assert early in world.lens("test_parent", instant(99), began)


def overtaking(world, record, **values):
    """Write and commit on another connection while a transaction is open on this one."""

    def write():
        with world.inside(), world.writing(2):
            world.update("test_parent", record, **values)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()


class TestRefusals:
    def test_a_write_without_a_change_set(self, world, record):
        for write in ("update test_parent set title = 'x'", "delete from test_parent"):
            with pytest.raises(DatabaseError, match="needs an open change set"), world.inside():
                world.run(write)
        with pytest.raises(DatabaseError, match="needs an open change set"), world.inside():
            world.insert("test_parent", title="x")

    def test_a_write_after_a_change_set_was_left_by_an_error(self, world):
        with world.inside():
            with pytest.raises(ZeroDivisionError), world.writing(0):
                raise ZeroDivisionError
            with pytest.raises(DatabaseError, match="needs an open change set"), transaction.atomic():
                world.insert("test_parent", title="x")

    @pytest.mark.parametrize(
        "sql",
        [
            "truncate test_parent",
            "insert into ledger_change_set (id) values (gen_random_uuid())",
            "update ledger_change set fields = '{}'",
            "delete from ledger_change",
            "delete from test_parent_version",
            "update ledger_batch set label = ''",
            "update ledger_consumer set after_seq = 0",
            "select ledger_track('test_parent', 'mine')",
            "select ledger_current()",
        ],
    )
    def test_the_application_writes_no_log(self, world, record, sql):
        with pytest.raises(DatabaseError, match="permission denied"), world.inside(), world.writing(60):
            world.run(sql)

    def test_truncate_is_refused_to_the_owner_too(self, world, record):
        with pytest.raises(DatabaseError, match="never truncated"), connections["owner"].cursor() as cursor:
            cursor.execute("truncate test_parent cascade")

    def test_a_record_keeps_its_id(self, world, record):
        with pytest.raises(DatabaseError, match="keeps its id"), world.inside(), world.writing(60):
            world.run("update test_parent set id = gen_random_uuid()")

    def test_the_past_is_read_only(self, world):
        actor = world.actor.with_lens(Lens(as_of=instant(0)))
        with pytest.raises(Forbidden), world.inside(), ledger.change_set(actor, at=instant(0)):
            pass


class TestScope:
    SEEN = "select (select count(*) from test_parent), (select count(*) from scoped.test_parent), "
    SEEN += "(select count(*) from test_parent_version), (select count(*) from scoped.test_parent_version), "
    SEEN += "(select count(*) from ledger_change), (select count(*) from ledger_change_set)"

    def test_another_workspace_is_invisible(self, world, record):
        stranger = World()
        with stranger.inside():
            assert stranger.run(self.SEEN) == [(0, 0, 0, 0, 0, 0)]
        with world.inside():
            assert world.run(self.SEEN) == [(1, 1, 1, 1, 1, 1)]

    def test_outside_of_a_workspace_there_is_nothing(self, world, record):
        with transaction.atomic():
            assert world.run(self.SEEN) == [(0, 0, 0, 0, 0, 0)]

    def test_writing_into_another_workspace_is_refused(self, world):
        with pytest.raises(DatabaseError, match="row-level security"), world.inside(), world.writing(0):
            world.insert("test_parent", workspace_id=new_id(), title="x")

    def test_a_change_set_of_another_workspace_is_refused(self, world):
        stranger = World()
        with pytest.raises(DatabaseError, match="not in this workspace"), world.inside(), stranger.writing(0):
            pass

    def test_not_even_the_owner_logs_into_another_workspace(self, world, record):
        strange = "insert into test_parent (id, workspace_id, title) values (gen_random_uuid(), gen_random_uuid(), '')"
        with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            cursor.execute("select set_config('trimtab.workspace', %s, true)", [str(world.id)])
            cursor.execute("select ledger_open(%s, now(), 'person', null, '', 'cli')", [world.id])
            with pytest.raises(DatabaseError, match="ledger_change_workspace_id_change_set_id_fkey"):
                cursor.execute(strange)
            transaction.set_rollback(True, using="owner")


class TestColumns:
    def test_a_column_added_later_is_tracked_after_tracking_again(self, world, record):
        with connections["owner"].cursor() as cursor:
            cursor.execute("alter table test_parent add column if not exists later text")
            cursor.execute("select ledger_track('test_parent', 'test_parent')")
        with world.inside(), world.writing(60):
            world.update("test_parent", record, later="x")

        assert changes(world, record)[1:] == [("U", {"later": (None, "x")})]
        assert world.lens("test_parent", instant(60))[record]["later"] == "x"

    def test_a_generated_column_is_in_the_past_but_not_in_the_log(self, world, record):
        with world.inside():
            assert world.run("select words::text from scoped.test_parent_version") == [("'one':1",)]


def test_notified_once_per_change_set(world):
    with connections["owner"].cursor() as cursor:
        cursor.execute("listen trimtab_changes")
        raw = connections["owner"].connection
        with scope.workspace(world.id), world.writing(0) as change_set:
            world.insert("test_parent", title="One")
            world.insert("test_parent", title="Two")
        told = [n.payload for n in raw.notifies(timeout=2, stop_after=1)]
        told += [n.payload for n in raw.notifies(timeout=0.2)]
        cursor.execute("unlisten trimtab_changes")
    assert told == [f"{world.id}:{change_set}"]
