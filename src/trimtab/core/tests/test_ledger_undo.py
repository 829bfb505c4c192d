"""Undo: everything as before, the past too; what others wrote since stays."""

from dataclasses import replace

import pytest

from trimtab.core import ledger
from trimtab.core.actors import Role
from trimtab.core.errors import Conflict, Forbidden, NotFound
from trimtab.core.ids import new_id
from trimtab.core.tests.ledger_tables import World, instant, tables  # noqa: F401

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def world():
    return World()


def undo(world, batch, at=1000):
    with world.inside():
        return ledger.undo_batch(world.actor, world.clock(at), batch)


def make(world, at=0, batch=None, **values):
    with world.inside(), world.writing(at, batch):
        return world.insert("test_parent", **{"title": "One"} | values)


def write(world, at, record, batch=None, actor=None, **values):
    with world.inside(), world.writing(at, batch, actor):
        world.update("test_parent", record, **values)


def title(world, record, at):
    return world.lens("test_parent", instant(at)).get(record, {}).get("title")


class TestUndoBatch:
    def test_what_was_created_is_gone_from_the_past_too(self, world):
        batch = world.batch()
        with world.inside(), world.writing(10, batch):
            parent = world.insert("test_parent", title="Parent")
            world.insert("test_child", parent_id=parent, name="Child")

        result = undo(world, batch)

        assert (result.restored, result.refused) == (2, ())
        assert world.live("test_parent") == world.live("test_child") == {}
        assert world.lens("test_parent", instant(500)) == world.lens("test_child", instant(500)) == {}

    def test_what_was_deleted_comes_back_with_its_id_and_creation(self, world):
        record = make(world, amount="2.00", custom={"k": [1]})
        with world.inside(), world.writing(5):
            child = world.insert("test_child", parent_id=record, name="Child")
        before = world.live("test_parent"), world.live("test_child")
        batch = world.batch()
        with world.inside(), world.writing(10, batch):
            world.delete("test_child", child)
            world.delete("test_parent", record)

        undo(world, batch)

        assert (world.live("test_parent"), world.live("test_child")) == before
        with world.inside():
            assert world.run("select version, created_at from test_parent") == [(3, instant(0))]
        assert title(world, record, 500) == "One"

    def test_what_was_changed_reads_as_though_it_never_was(self, world):
        record = make(world)
        batch = world.batch()
        write(world, 10, record, batch, title="Two", amount="1")
        write(world, 20, record, batch, title="Three")

        undo(world, batch)

        assert world.live("test_parent")[record] == {"title": "One"}
        assert [title(world, record, at) for at in (5, 15, 25, 2000)] == ["One"] * 4

    def test_what_was_known_in_between_stays_known(self, world):
        record = make(world)
        batch = world.batch()
        write(world, 10, record, batch, title="Two")
        with world.inside():
            ((between,),) = world.run("select clock_timestamp()")

        undo(world, batch)

        assert world.lens("test_parent", instant(500), between)[record]["title"] == "Two"
        assert world.lens("test_parent", instant(2000), between)[record]["title"] == "Two"

    def test_a_later_change_of_another_field_stays(self, world):
        record = make(world)
        batch = world.batch()
        write(world, 10, record, batch, title="Two")
        write(world, 20, record, note="Later")

        result = undo(world, batch)

        assert (result.restored, result.refused) == (1, ())
        assert world.live("test_parent")[record] == {"title": "One", "note": "Later"}
        assert title(world, record, 15) == "Two"

    def test_a_later_change_of_the_same_field_is_refused_by_name(self, world):
        record = make(world)
        batch = world.batch()
        write(world, 10, record, batch, title="Two", amount="1", custom={"k": 1})
        write(world, 20, record, actor=replace(world.actor, name="Ben"), title="Three", custom={"k": 1, "m": 2})

        result = undo(world, batch)

        (refusal,) = result.refused
        assert (refusal.id, refusal.field, refusal.reason, refusal.current, refusal.by, refusal.at) == (
            record, "title", "changed", "Three", "Ben", instant(20),
        )  # fmt: skip
        assert world.live("test_parent")[record] == {"title": "Three", "custom": {"m": 2}}

    def test_a_value_that_others_changed_and_changed_back_is_theirs(self, world):
        record = make(world)
        batch = world.batch()
        write(world, 10, record, batch, title="Two", amount="1")
        write(world, 20, record, title="Three")
        write(world, 30, record, title="Two")

        assert [r.field for r in undo(world, batch).refused] == ["title"]
        assert world.live("test_parent")[record] == {"title": "Two"}

    def test_a_created_record_that_somebody_changed_stays(self, world):
        batch = world.batch()
        record = make(world, 10, batch)
        other = make(world, 10, batch)
        write(world, 20, record, title="Two")

        result = undo(world, batch)

        assert [(r.id, r.field, r.reason) for r in result.refused] == [(record, None, "changed")]
        assert set(world.live("test_parent")) == {record}
        assert other not in world.lens("test_parent", instant(500))

    def test_a_created_record_that_others_point_at_stays(self, world):
        batch = world.batch()
        record = make(world, 10, batch)
        make(world, 10, batch, title="Goes")
        with world.inside(), world.writing(20):
            world.insert("test_child", parent_id=record, name="Child")

        result = undo(world, batch)

        assert result.restored == 1
        assert [(r.id, r.reason) for r in result.refused] == [(record, "referred to")]
        assert set(world.live("test_parent")) == {record}

    def test_a_reference_to_what_somebody_deleted_is_not_restored(self, world):
        record = make(world)
        with world.inside(), world.writing(1):
            child = world.insert("test_child", parent_id=record, name="Child")
        batch = world.batch()
        with world.inside(), world.writing(10, batch):
            world.update("test_child", child, parent_id=None, name="Alone")
        with world.inside(), world.writing(20):
            world.delete("test_parent", record)

        result = undo(world, batch)

        assert [(r.id, r.field, r.reason) for r in result.refused] == [(child, "parent_id", "refers to what is gone")]
        assert world.live("test_child")[child] == {"name": "Child"}

    def test_a_record_deleted_since_is_refused(self, world):
        record = make(world)
        keeps = make(world)
        batch = world.batch()
        write(world, 10, record, batch, title="Two")
        write(world, 10, keeps, batch, title="Two")
        with world.inside(), world.writing(20):
            world.delete("test_parent", record)

        assert [(r.id, r.field, r.reason) for r in undo(world, batch).refused] == [(record, None, "deleted")]

    def test_where_nothing_can_be_restored_the_batch_stays(self, world):
        record = make(world)
        batch = world.batch()
        write(world, 10, record, batch, title="Two")
        write(world, 20, record, title="Three")

        results = [undo(world, batch) for _ in range(2)]

        assert [(result.restored, result.batch_id, len(result.refused)) for result in results] == [(0, None, 1)] * 2

    def test_an_undo_that_restores_nothing_leaves_no_batch_and_what_follows_is_written(self, world):
        batch = world.batch()
        with world.inside():
            result = ledger.undo_batch(world.actor, world.clock(20), batch)
            with world.writing(30):
                record = world.insert("test_parent", title="After")
            kept = ledger.latest_batches(world.actor, limit=10)

        assert (result.restored, result.batch_id) == (0, None)
        assert [each.id for each in kept] == [batch]
        assert title(world, record, 40) == "After"

    def test_undo_back_and_forth(self, world):
        record = make(world)
        batch = world.batch()
        write(world, 10, record, batch, title="Two")
        made = make(world, 10, batch, title="Made")
        done = world.live("test_parent")
        first = undo(world, batch, 100)
        undone = world.live("test_parent")

        second = undo(world, first.batch_id, 200)
        assert world.live("test_parent") == done
        assert [title(world, record, at) for at in (5, 50, 150, 500)] == ["One", "Two", "Two", "Two"]
        assert [title(world, made, at) for at in (5, 50, 150, 500)] == [None, "Made", "Made", "Made"]

        undo(world, second.batch_id, 300)
        assert world.live("test_parent") == undone
        assert [title(world, record, at) for at in (5, 50, 150, 500)] == ["One"] * 4
        assert title(world, made, 150) is None

    def test_twice_is_refused(self, world):
        batch = world.batch()
        make(world, 10, batch)
        first = undo(world, batch)
        with pytest.raises(Conflict):
            undo(world, batch)
        undo(world, first.batch_id)
        with pytest.raises(Conflict):
            undo(world, first.batch_id)

    def test_two_undone_batches_leave_no_trace_of_either(self, world):
        record = make(world)
        early, late = world.batch(), world.batch()
        write(world, 10, record, early, title="Two")
        write(world, 20, record, late, title="Three")
        undo_late = undo(world, late, 100)
        undo(world, early, 200)
        assert [title(world, record, at) for at in (15, 25, 150, 500)] == ["One"] * 4
        with pytest.raises(AssertionError):
            assert undo(world, undo_late.batch_id, 300).refused == ()

    def test_brought_back_into_a_past_that_another_undo_has_rewritten(self, world):
        record = make(world)
        early, late = world.batch(), world.batch()
        write(world, 10, record, early, title="Two")
        write(world, 20, record, late, note="Late")
        undo_late = undo(world, late, 100)
        undo(world, early, 200)

        undo(world, undo_late.batch_id, 300)

        rows = [world.lens("test_parent", instant(at))[record] for at in (15, 25, 150, 250, 350)]
        assert rows == [{"title": "One"}, *[{"title": "One", "note": "Late"}] * 4]

    def test_batches_of_others_are_not_there(self, world):
        batch = world.batch()
        with pytest.raises(NotFound):
            undo(World(), batch)
        with pytest.raises(NotFound):
            undo(world, new_id())

    def test_a_viewer_may_not(self, world):
        batch = world.batch()
        world.actor = replace(world.actor, role=Role.VIEWER)
        with pytest.raises(Forbidden):
            undo(world, batch)


class TestUndoChangeSet:
    def test_one_change_set_and_back(self, world):
        record = make(world)
        with world.inside(), world.writing(10) as change_set:
            world.update("test_parent", record, title="Two")
        with world.inside():
            result = ledger.undo_change_set(world.actor, world.clock(100), change_set)
        assert world.live("test_parent")[record]["title"] == "One"
        with pytest.raises(Conflict), world.inside():
            ledger.undo_change_set(world.actor, world.clock(110), change_set)

        undo(world, result.batch_id, 200)
        assert world.live("test_parent")[record]["title"] == "Two"
        assert title(world, record, 50) == "Two"
