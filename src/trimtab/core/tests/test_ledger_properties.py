"""Random histories on the real database: the log, the tables and the past tell the same story."""

import json
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from trimtab.core import ledger
from trimtab.core.errors import Conflict
from trimtab.core.ledger import HistoryEntry, RecordHistory
from trimtab.core.tests.ledger_tables import World, instant, tables  # noqa: F401

NIGHTLY = settings.get_current_profile_name() == "nightly"
pytestmark = pytest.mark.usefixtures("tables")
property_test = settings(
    max_examples=300 if NIGHTLY else 20,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a failing history is short as it is; making it shorter takes minutes
    suppress_health_check=list(HealthCheck),
)

PARENT, CHILD = "test_parent", "test_child"
TITLES = st.sampled_from(["", "a", 'b"}', "ü, [c]", "null"])
CUSTOM = st.dictionaries(
    st.sampled_from(["k", "m", "n'"]), st.sampled_from([1, 1.5, "x", True, ["p", "q"], {"z": None}]), max_size=2
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "title": TITLES,
        "note": st.none() | TITLES,
        "amount": st.none() | st.sampled_from(["0", "1.50", "99.99"]),
        "on_day": st.none() | st.dates(min_value=datetime(2020, 1, 1).date(), max_value=datetime(2030, 1, 1).date()),  # noqa: DTZ001
        "tags": st.none() | st.lists(st.sampled_from(["x", "y", "ü,"]), max_size=2),
        "custom": CUSTOM,
    },
)
PICK = st.integers(0, 20)
WRITES = st.one_of(
    st.tuples(st.just("insert"), VALUES),
    st.tuples(st.just("child"), PICK, TITLES),
    st.tuples(st.just("update"), PICK, VALUES),
    st.tuples(st.just("update"), PICK, VALUES),
    st.tuples(st.just("move"), PICK, PICK),
    st.tuples(st.just("delete"), PICK),
    st.tuples(st.just("revive"), PICK, TITLES),
    st.tuples(st.just("bulk"), st.sampled_from([1, 7])),
)
# What one transaction does: its clock's step (it may fall back), whether it belongs to a batch, its writes, its end.
STEPS = st.tuples(
    st.integers(-2, 5),
    st.sampled_from([None, None, 0, 1]),
    st.lists(WRITES, min_size=1, max_size=4),
    st.sampled_from(["commit", "commit", "commit", "rollback", "savepoint"]),
)
HISTORIES = st.lists(STEPS, min_size=1, max_size=8)


class Story:
    """Acts out what Hypothesis drew, in a workspace of its own."""

    def __init__(self) -> None:
        self.world = World()
        self.seconds = 0.0
        self.ids: dict[str, list[UUID]] = {PARENT: [], CHILD: []}
        self.batches: dict[int, UUID] = {}

    def pick(self, table: str, number: int, *, live: bool = True) -> UUID | None:
        alive = {row[0] for row in self.world.run(f"select id from {table}")}
        options = [i for i in self.ids[table] if (i in alive) is live]
        return options[number % len(options)] if options else None

    def batch(self, number: int | None) -> UUID | None:
        if number is None:
            return None
        if number not in self.batches:
            self.batches[number] = self.world.batch()
        return self.batches[number]

    def tell(self, steps) -> None:
        for step in steps:
            self.step(step)

    def step(self, step, batch: UUID | None = None) -> None:
        seconds, number, writes, end = step
        self.seconds = max(0.0, self.seconds + seconds)
        batch = batch or self.batch(number)
        with self.world.inside():
            with self.world.writing(self.seconds, batch):
                for write in writes[: 1 if end == "savepoint" else None]:
                    self.write(*write)
                if end == "savepoint":
                    with transaction.atomic():
                        for write in writes[1:]:
                            self.write(*write)
                        transaction.set_rollback(True)
            if end == "rollback":
                transaction.set_rollback(True)

    def write(self, kind: str, *args) -> None:
        getattr(self, f"do_{kind}")(*args)

    def do_insert(self, values) -> None:
        self.ids[PARENT].append(self.world.insert(PARENT, **{"title": "new"} | values))

    def do_child(self, number, name) -> None:
        self.ids[CHILD].append(self.world.insert(CHILD, parent_id=self.pick(PARENT, number), name=name))

    def do_update(self, number, values) -> None:
        record = self.pick(PARENT, number)
        if record and values:
            self.world.update(PARENT, record, **values)

    def do_move(self, child, parent) -> None:
        record = self.pick(CHILD, child)
        if record:
            self.world.update(CHILD, record, parent_id=self.pick(PARENT, parent))

    def do_delete(self, number) -> None:
        record = self.pick(PARENT, number)
        if record:
            self.world.run("delete from test_child where parent_id = %s", record)
            self.world.delete(PARENT, record)

    def do_revive(self, number, title) -> None:
        record = self.pick(PARENT, number, live=False)
        if record:
            self.world.insert(PARENT, record, title=title)

    def do_bulk(self, amount) -> None:
        self.world.run("update test_parent set amount = coalesce(amount, 0) + %s, note = title", amount)

    def undo(self, batch: UUID, seconds: float = 1) -> ledger.UndoResult:
        self.seconds += seconds
        with self.world.inside():
            return ledger.undo_batch(self.world.actor, self.world.clock(self.seconds), batch)

    def known(self) -> datetime:
        with self.world.inside():
            return self.world.run("select clock_timestamp()")[0][0]

    def instants(self) -> list[datetime]:
        """Every instant at which something changes, and one between each two."""
        with self.world.inside():
            ends = self.world.run(
                "select lower(during) from test_parent_version union select upper(during) from test_parent_version"
                " union select at from ledger_change"
            )
        known = sorted({row[0] for row in ends if row[0] is not None})
        return [moment for at in known for moment in (at - timedelta(milliseconds=1), at)] + [instant(self.seconds + 9)]

    def past(self, moments: list[datetime]):
        parents, children = self.world.lenses(PARENT, moments), self.world.lenses(CHILD, moments)
        return [(at, parents[at], children[at]) for at in moments]

    def live(self):
        return self.world.live(PARENT), self.world.live(CHILD)


def assert_consistent(story: Story) -> None:
    """The log alone gives the tables and, instant by instant, the past; one version of a record at a time."""
    world = story.world
    for table in (PARENT, CHILD):
        assert world.replay(table) == world.live(table)
        seen = world.lenses(table, story.instants())
        with world.inside():
            for at, records in seen.items():
                assert records == ledger.replay(world.id, table, as_of=at), (table, at)
        with world.inside():
            assert (
                world.run(
                    f"""select a.id from {table}_version a join {table}_version b
                on a.id = b.id and a.version_row < b.version_row and a.during && b.during
                where a.voided_at is null and b.voided_at is null"""
                )
                == []
            )
            assert (
                world.run(
                    f"""select t.id from {table} t full join (select * from {table}_version
                  where voided_at is null and upper_inf(during)) v
                on v.id = t.id and v.version = t.version and v.updated_at = t.updated_at
                where t.id is null or v.id is null"""
                )
                == []
            )


class TestRandomHistories:
    @property_test
    @given(HISTORIES)
    def test_log_tables_and_past_agree(self, steps):
        story = Story()
        story.tell(steps)
        assert_consistent(story)

    @property_test
    @given(HISTORIES, HISTORIES)
    def test_what_was_known_then_never_changes(self, before, after):
        story = Story()
        story.tell(before)
        known_on, moments = story.known(), story.instants()
        seen = story.past(moments)
        story.tell(after)
        for batch in story.batches.values():
            story.undo(batch)
        for at, parents, children in seen:
            assert story.world.lens(PARENT, at, known_on) == parents
            assert story.world.lens(CHILD, at, known_on) == children


class TestRandomUndo:
    @property_test
    @given(HISTORIES, HISTORIES)
    def test_undone_it_never_was_and_done_again_it_was(self, before, inside):
        story = Story()
        story.tell(before)
        batch = story.world.batch()
        live, moments = story.live(), story.instants()
        past = story.past(moments)
        for step in inside:
            story.step(step, batch)
        done, done_moments = story.live(), story.instants()
        done_past = story.past(done_moments)

        undo = story.undo(batch, 50)
        assert undo.refused == ()
        assert story.live() == live
        assert story.past(moments) == past
        assert_consistent(story)

        if undo.batch_id is None:
            assert done == live
            return
        again = story.undo(undo.batch_id, 50)
        assert again.refused == ()
        assert story.live() == done
        assert story.past(done_moments) == done_past
        assert_consistent(story)

        assert story.undo(again.batch_id, 50).refused == ()
        assert story.live() == live
        assert story.past(moments) == past

    @property_test
    @given(HISTORIES, st.lists(st.integers(0, 5), min_size=1, max_size=4), HISTORIES)
    def test_whatever_is_undone_in_whatever_order_all_agrees(self, before, undone, after):
        story = Story()
        story.tell(before)
        batches = [story.batch(0), story.batch(1)]
        for number in undone:
            target = batches[number % len(batches)]
            try:
                made = story.undo(target).batch_id
            except Conflict:
                continue
            batches += [made] if made else []
            assert_consistent(story)
        story.tell(after)
        assert_consistent(story)


class TestRandomPasts:
    @property_test
    @given(
        HISTORIES,
        st.lists(st.tuples(st.integers(-500, -1), st.sampled_from(["title", "note", "custom.k"]), TITLES), max_size=8),
        PICK,
        st.sampled_from(["none", "undo", "undo twice"]),
    )
    def test_told_history_lies_before_and_changes_nothing_after(self, steps, told, number, end):
        story = Story()
        story.tell(steps)
        with story.world.inside():
            record = story.pick(PARENT, number)
            first = (
                record
                and story.world.run(
                    """select title, note, custom -> 'k' from scoped.test_parent_version
                where id = %s and voided_at is null order by during limit 1""",
                    record,
                )[0]
            )
        if not record:
            return
        live, moments = story.live(), story.instants()
        past = story.past(moments)
        began = min(at for at, parents, _ in past if record in parents)
        title, note, value = first
        ends = {"title": title, "note": note, "custom.k": None if value is None else json.loads(value)}
        entries, constants = chain(told, ends)
        batch = story.world.batch()
        with story.world.inside():
            history = RecordHistory(record, entries, constants)
            result = ledger.backfill_many(story.world.actor, story.world.clock(0), batch, PARENT, [history])
        assert result.rejected == ()
        assert story.live() == live
        assert [p for p in story.past(moments) if p[0] >= began] == [p for p in past if p[0] >= began]
        assert_consistent(story)

        told_moments = story.instants()
        told_past = story.past(told_moments)
        if end != "none":
            undo = story.undo(batch)
            assert story.past(moments) == past
            assert_consistent(story)
        if end == "undo twice" and undo.batch_id:
            story.undo(undo.batch_id)
            assert story.past(told_moments) == told_past
            assert_consistent(story)

    @property_test
    @given(HISTORIES, PICK, st.integers(-100, -1), st.integers(-100, -1), st.booleans())
    def test_drawn_out_backwards_and_undone_in_any_order(self, steps, number, one, two, first_one):
        story = Story()
        story.tell(steps)
        with story.world.inside():
            record = story.pick(PARENT, number)
        if not record:
            return
        moments = story.instants()
        past = story.past(moments)
        batches = [story.world.batch(), story.world.batch()]
        for batch, at in zip(batches, (one, two), strict=True):
            with story.world.inside():
                ledger.valid_from(story.world.actor, story.world.clock(0), batch, PARENT, [record], instant(at))
            assert_consistent(story)
        assert record in story.world.lens(PARENT, instant(min(one, two)))
        for batch in batches if first_one else batches[::-1]:
            story.undo(batch)
            assert_consistent(story)
        assert story.past(moments) == past

    @property_test
    @given(HISTORIES, PICK, st.sampled_from(["title", "note", "amount", "custom.k"]), HISTORIES)
    def test_a_purged_value_is_nowhere_and_all_still_agrees(self, steps, number, field, after):
        story = Story()
        story.tell(steps)
        with story.world.inside():
            record = story.pick(PARENT, number)
            if not record:
                return
            ledger.purge(story.world.actor, story.world.clock(story.seconds + 1), PARENT, record, field)
        assert_consistent(story)
        name = field.split(".")[0]
        blank = "''" if field == "title" else "null"
        held = "custom ? 'k'" if name == "custom" else f"{field} is distinct from {blank}"
        with story.world.inside():
            assert story.world.run(f"select 1 from scoped.test_parent_version where id = %s and {held}", record) == []
            lines = ledger.history(story.world.actor, PARENT, record, limit=1000)
        assert {v for line in lines for v in line.fields.get(field, ())} <= {None, ""}
        assert lines[0].op == "P"
        story.seconds += 1
        story.tell(after)
        for batch in story.batches.values():
            story.undo(batch)
        assert_consistent(story)


def chain(told, ends) -> tuple[list[HistoryEntry], dict[str, object]]:
    """Entries that fit: each begins with what the one before left, the last ends with what the record began with."""
    entries: list[HistoryEntry] = []
    for name in ends:
        of_field = sorted((at, value) for at, field, value in told if field == name)
        previous: object = None
        for position, (at, value) in enumerate(of_field):
            new = ends[name] if position == len(of_field) - 1 else value
            entries.append(HistoryEntry(instant(at), name, previous, new, "Ada" if at % 2 else None))
            previous = new
    named = {entry.field for entry in entries}
    first_title = [e for e in entries if e.field == "title"]
    start = min((e.at for e in entries), default=None)
    constants: dict[str, object] = {}
    if "title" not in named:
        constants["title"] = ends["title"]
        if not entries:
            entries.append(HistoryEntry(instant(-1), "note", None, ends["note"]))
    elif first_title[0].at != start:
        entries[entries.index(first_title[0])] = HistoryEntry(
            first_title[0].at, "title", "before", first_title[0].new, first_title[0].actor_name
        )
    return entries, constants
