"""History from elsewhere: before the record's own, chained, undone with its batch."""

import pytest

from trimtab.core import ledger
from trimtab.core.errors import Invalid
from trimtab.core.ledger import HistoryEntry, RecordHistory
from trimtab.core.tests.ledger_tables import World, instant, tables  # noqa: F401

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def world():
    return World()


def entry(at, field, old, new, who="Ada", **more):
    return HistoryEntry(instant(at), field, old, new, who, **more)


def import_(world, at=1000, **values):
    """A batch that creates one record."""
    batch = world.batch(at)
    with world.inside(), world.writing(at, batch):
        record = world.insert("test_parent", **{"title": "Now", "amount": "3", "custom": {"k": "b"}} | values)
    return batch, record


CHAIN = [
    entry(10, "title", None, "Old"),
    entry(10, "amount", None, 1),
    entry(20, "amount", 1, 2, None),
    entry(20, "title", "Old", "Older", "Ben"),
    entry(30, "title", "Older", "Now"),
    entry(30, "amount", 2, "3.00"),
    entry(40, "custom.k", "a", "b", cause={"commit": "c0ffee"}),
]


def tell(world, batch, record, entries=CHAIN, **constants):
    with world.inside():
        return ledger.backfill(
            world.actor, world.clock(1000), batch, "test_parent", record, entries=entries, constants=constants
        )


def seen(world, record, *ats):
    return [world.lens("test_parent", instant(at)).get(record) for at in ats]


class TestBackfill:
    def test_the_past_finds_what_was_told(self, world):
        batch, record = import_(world, note="Not told")
        tell(world, batch, record)

        assert seen(world, record, 5, 10, 20, 35, 999, 1000) == [
            None,
            {"title": "Old", "amount": 1, "custom": {"k": "a"}},
            {"title": "Older", "amount": 2, "custom": {"k": "a"}},
            {"title": "Now", "amount": 3, "custom": {"k": "a"}},
            {"title": "Now", "amount": 3, "custom": {"k": "b"}},
            {"title": "Now", "amount": 3, "custom": {"k": "b"}, "note": "Not told"},
        ]

    def test_constants_hold_all_along(self, world):
        batch, record = import_(world, note="Always")
        tell(world, batch, record, note="Always")
        assert seen(world, record, 10)[0]["note"] == "Always"

    def test_what_was_known_before_knows_nothing_of_it(self, world):
        batch, record = import_(world)
        with world.inside():
            ((before,),) = world.run("select clock_timestamp()")
        tell(world, batch, record)
        assert world.lens("test_parent", instant(500), before) == {}

    def test_each_entry_has_its_own_actor_and_cause(self, world):
        batch, record = import_(world)
        tell(world, batch, record)
        with world.inside():
            lines = ledger.history(world.actor, "test_parent", record)
        assert [(line.actor_name, line.backfill, dict(line.fields)) for line in lines[1:]] == [
            ("Ada", True, {"custom.k": ("a", "b")}),
            ("Ada", True, {"title": ("Older", "Now"), "amount": (2, 3)}),
            ("Ben", True, {"title": ("Old", "Older")}),
            ("", True, {"amount": (1, 2)}),
            ("Ada", True, {"title": (None, "Old"), "amount": (None, 1), "custom.k": (None, "a")}),
        ]
        assert lines[1].cause == {"commit": "c0ffee"}

    def test_replay_agrees(self, world):
        batch, record = import_(world)
        tell(world, batch, record)
        for at in (5, 10, 20, 35, 999, 1000):
            assert world.replay("test_parent", instant(at)) == world.lens("test_parent", instant(at))
        assert world.replay("test_parent") == world.live("test_parent")

    @pytest.mark.parametrize(
        ("entries", "problem"),
        [
            ([entry(10, "title", None, "Then")], "It ends with"),
            ([entry(10, "title", None, "A"), entry(20, "title", "B", "Now")], "the entry before left"),
            ([entry(2000, "title", None, "Now")], "not before the record's own history"),
            ([entry(10, "colour", None, "red"), entry(10, "title", None, "Now")], "no such field"),
            ([entry(10, "amount", None, 3)], "never empty"),
            ([entry(10, "amount", None, 3), entry(20, "title", None, "Now")], "never empty"),
        ],
    )
    def test_what_does_not_fit_is_refused_with_its_reason(self, world, entries, problem):
        batch, record = import_(world)
        with pytest.raises(Invalid, match=problem):
            tell(world, batch, record, entries)
        assert seen(world, record, 500) == [None]

    def test_a_constant_must_be_what_the_record_began_with(self, world):
        batch, record = import_(world)
        with pytest.raises(Invalid, match="constant"):
            tell(world, batch, record, note="Never")

    def test_a_second_time_is_refused(self, world):
        batch, record = import_(world)
        tell(world, batch, record)
        with pytest.raises(Invalid, match="told already"):
            tell(world, batch, record)

    def test_own_history_since_does_not_matter(self, world):
        batch, record = import_(world)
        with world.inside(), world.writing(1100):
            world.update("test_parent", record, title="Later")
        tell(world, batch, record)
        assert [r["title"] for r in seen(world, record, 30, 1050, 1100)] == ["Now", "Now", "Later"]
        assert world.replay("test_parent") == world.live("test_parent")

    def test_of_many_the_good_are_told_and_the_bad_listed(self, world):
        batch, good = import_(world)
        with world.inside(), world.writing(1000, batch):
            bad = world.insert("test_parent", title="Bad")
        with world.inside():
            result = ledger.backfill_many(
                world.actor, world.clock(1000), batch, "test_parent",
                [RecordHistory(good, CHAIN, {}), RecordHistory(bad, [entry(10, "title", None, "Good")], {})],
            )  # fmt: skip
        assert (result.records, result.entries) == (1, len(CHAIN))
        assert [(r.record_id, r.field, r.at) for r in result.rejected] == [(bad, "title", instant(10))]

    def test_import_undo_import_leaves_one_of_each(self, world):
        batch, record = import_(world)
        tell(world, batch, record)
        with world.inside():
            ledger.undo_batch(world.actor, world.clock(2000), batch)
        assert [world.lens("test_parent", instant(at)) for at in (15, 500, 1500)] == [{}, {}, {}]

        again, second = import_(world, 3000)
        tell(world, again, second)
        assert [set(world.lens("test_parent", instant(at))) for at in (15, 500, 3500)] == [{second}] * 3

    def test_undone_and_done_again_it_is_there_again(self, world):
        batch, record = import_(world)
        tell(world, batch, record)
        past = seen(world, record, 10, 20, 35, 999, 1000)
        with world.inside():
            undone = ledger.undo_batch(world.actor, world.clock(2000), batch)
        with world.inside():
            ledger.undo_batch(world.actor, world.clock(3000), undone.batch_id)
        assert seen(world, record, 10, 20, 35, 999, 1000) == past
        assert seen(world, record, 2500) == past[-1:]

    def test_ten_thousand_entries_in_seconds(self, world):
        batch = world.batch()
        with world.inside(), world.writing(10_000, batch):
            records = [world.insert("test_parent", title="15") for _ in range(600)]
        histories = [
            RecordHistory(record, [entry(n, "title", str(n - 1) if n else None, str(n)) for n in range(16)], {})
            for record in records
        ]
        with world.inside():
            result = ledger.backfill_many(world.actor, world.clock(10_000), batch, "test_parent", histories)
        assert (result.records, result.entries, result.rejected) == (600, 9600, ())
        assert {r["title"] for r in world.lens("test_parent", instant(7)).values()} == {"7"}


class TestValidFrom:
    def draw(self, world, batch, record, at):
        with world.inside():
            return ledger.valid_from(world.actor, world.clock(1000), batch, "test_parent", ids=[record], at=instant(at))

    def test_the_past_finds_it_as_it_first_was(self, world):
        batch, record = import_(world)
        with world.inside(), world.writing(1100):
            world.update("test_parent", record, title="Later")
        assert self.draw(world, batch, record, 100) == 1
        assert [r and r["title"] for r in seen(world, record, 99, 100, 1050, 1100)] == [None, "Now", "Now", "Later"]

    def test_what_holds_already_is_left_alone(self, world):
        batch, record = import_(world)
        self.draw(world, batch, record, 100)
        assert self.draw(world, batch, record, 200) == 0
        with world.inside():
            assert world.run("select count(*) from ledger_change_set") == [(2,)]

    def test_undoing_the_batch_that_used_it_takes_only_its_part(self, world):
        batch, record = import_(world)
        self.draw(world, batch, record, 100)
        user = world.batch()
        self.draw(world, user, record, 50)
        assert [bool(r) for r in seen(world, record, 49, 50, 100)] == [False, True, True]
        with world.inside():
            ledger.undo_batch(world.actor, world.clock(2000), user)
        assert [bool(r) for r in seen(world, record, 50, 99, 100, 1000)] == [False, False, True, True]
        assert world.live("test_parent").keys() == {record}
