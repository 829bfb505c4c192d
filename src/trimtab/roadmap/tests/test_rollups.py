"""Roll-ups: the rule by example, then against a slow reference over random histories, in the past, and side by side."""

import random
import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trimtab.core import ledger
from trimtab.core.actors import Clock
from trimtab.core.errors import DomainError
from trimtab.roadmap import documents
from trimtab.roadmap.models import Estimate, Item, Level, Phase
from trimtab.roadmap.services import config, estimates, items, past, tree
from trimtab.roadmap.services.estimates import Effort
from trimtab.roadmap.tests import reference
from trimtab.roadmap.tests.factories import NOON, inside, later, make_item, make_team, make_workspace, phase

COLUMNS = (
    "id, children, effort, start_on, start_precision, end_on, end_precision, progress, health, missing_effort,"
    " missing_dates, missing_health, own_effort"
)
LIVE = (
    "select i.id, i.parent_id, p.category, i.start_on, i.start_precision, i.end_on, i.end_precision, i.progress,"
    " i.health, (select sum(likely) from scoped.estimate e where e.item_id = i.id)"
    " from scoped.item i left join scoped.phase p on p.id = i.phase_id"
)
THEN = (
    "select i.id, i.parent_id, p.category, i.start_on, i.start_precision, i.end_on, i.end_precision, i.progress,"
    " i.health, (select sum(likely) from scoped.estimate_version e"
    "   where e.item_id = i.id and e.during @> %(at)s::timestamptz and e.voided_at is null)"
    " from scoped.item_version i left join scoped.phase_version p"
    "   on p.id = i.phase_id and p.during @> %(at)s::timestamptz and p.voided_at is null"
    " where i.during @> %(at)s::timestamptz and i.voided_at is null"
)


def fetch(statement, **params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def kept(at=None):
    """The roll-ups as the database keeps them, by item; rows with nothing in them left out."""
    statement = f"select {COLUMNS} from scoped.item_rollup"
    if at is not None:
        statement += "_version where during @> %(at)s::timestamptz and voided_at is null"
    rows = fetch(statement, at=at)
    assert len({row[0] for row in rows}) == len(rows)
    return {
        row[0]: {
            "children": row[1], "effort": row[2], "start": (row[3], row[4]), "end": (row[5], row[6]),
            "progress": row[7], "health": row[8], "missing_effort": row[9], "missing_dates": row[10],
            "missing_health": row[11], "own_effort": row[12],
        }
        for row in rows
        if row[1] > 0 or row[12] is not None
    }  # fmt: skip


def expected(at=None):
    rows = fetch(LIVE if at is None else THEN, at=at)
    nodes = reference.tree(
        [reference.Node(r[0], r[1], r[2], (r[3], r[4]), (r[5], r[6]), r[7], r[8], r[9]) for r in rows]
    )
    return {node.id: row for node in nodes if (row := reference.rolled(node)) is not None}


def rolled(actor, item):
    with inside(actor):
        return documents.item_document(actor, item.id)["rolled"]


def estimate(actor, item, likely, clock=NOON):
    with inside(actor):
        estimates.set_estimates(actor=actor, clock=clock, item_id=item.id, efforts=[Effort(Decimal(likely))])


def change(actor, item, clock=None, **changes):
    with inside(actor):
        version = Item.objects.get(id=item.id).version
        items.update_item(actor=actor, clock=clock or later(hours=1), item_id=item.id, version=version, changes=changes)


@pytest.fixture
def actor():
    return make_workspace()


class TestTheRule:
    def test_effort_is_the_sum_and_what_is_missing_is_counted(self, actor):
        bet = make_item(actor, level="bet")
        initiative = make_item(actor, level="initiative", parent=bet)
        first, _ = make_item(actor, parent=initiative), make_item(actor, parent=initiative)
        estimate(actor, first, 5)

        assert rolled(actor, initiative)["effort"] == 5
        assert rolled(actor, bet)["missing"]["effort"] == 1

    def test_what_an_item_states_counts_before_what_lies_under_it(self, actor):
        bet = make_item(actor, level="bet")
        initiative = make_item(actor, level="initiative", parent=bet)
        estimate(actor, make_item(actor, parent=initiative), 5)
        estimate(actor, initiative, 40)

        assert (rolled(actor, initiative)["effort"], rolled(actor, bet)["effort"]) == (5, 40)

    def test_dates_span_all_with_the_coarsest_precision(self, actor):
        top = make_item(actor, level="initiative")
        make_item(actor, parent=top, start_on=date(2026, 5, 4), end_on=date(2026, 6, 1))
        make_item(actor, parent=top, start_on=date(2026, 7, 1), start_precision="quarter", end_precision="later")

        told = rolled(actor, top)

        assert (told["start_on"], told["start_precision"]) == ("2026-05-04", "quarter")
        assert (told["end_on"], told["end_precision"]) == (None, "later")

    def test_the_worst_open_health_counts(self, actor):
        top = make_item(actor, level="initiative")
        make_item(actor, parent=top, health="at_risk")
        make_item(actor, parent=top, health="off_track", phase="done")
        make_item(actor, parent=top, health="unknown")

        told = rolled(actor, top)

        assert (told["health"], told["missing"]["health"]) == ("at_risk", 1)

    def test_progress_by_effort_else_by_count(self, actor):
        top = make_item(actor, level="initiative")
        big, small = make_item(actor, parent=top, phase="done"), make_item(actor, parent=top)
        assert rolled(actor, top)["progress"] == 50

        estimate(actor, big, 9)
        estimate(actor, small, 1)

        assert rolled(actor, top)["progress"] == 90

    def test_what_is_cancelled_leaves(self, actor):
        top = make_item(actor, level="initiative")
        child = make_item(actor, parent=top, health="off_track")
        estimate(actor, child, 5)

        change(actor, child, phase_id=phase(actor, "cancelled"))

        told = rolled(actor, top)
        assert (told["effort"], told["health"], told["children"], told["missing"]["effort"]) == (None, None, 1, 0)

    def test_a_phase_that_changes_its_meaning(self, actor):
        top = make_item(actor, level="initiative")
        make_item(actor, parent=top, phase="review")

        with inside(actor):
            config.update_setting(
                actor=actor, clock=later(hours=1), kind="phase", record_id=phase(actor, "review"), version=1,
                changes={"category": "done"},
            )  # fmt: skip

        assert rolled(actor, top)["progress"] == 100

    def test_no_one_writes_it_by_hand(self, actor):
        with inside(actor), pytest.raises(DatabaseError, match="permission denied"):
            fetch("update roadmap_itemrollup set effort = 1 returning id")


class Life:
    """A random history of one workspace. Each step is a transaction at its own instant."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.actor = make_workspace()
        self.step = 0
        self.instants = []
        self.sets = []
        self.team = make_team(self.actor).id
        with inside(self.actor):
            self.levels = {level.id: level.rank for level in Level.objects.all()}
            self.phases = list(Phase.objects.filter(track__primary=True).values_list("id", flat=True))

    def clock(self) -> Clock:
        self.step += 1
        self.instants.append(NOON.now + timedelta(hours=self.step, minutes=30))
        return Clock(now=NOON.now + timedelta(hours=self.step))

    def live(self) -> list[Item]:
        return list(Item.objects.order_by("number"))

    def values(self) -> dict:
        draw = self.draw
        day = date(2026, 1, 1) + timedelta(days=draw.randrange(300))
        pool = {
            "health": draw.choice([None, "on_track", "at_risk", "off_track", "unknown"]),
            "progress": draw.choice([None, Decimal(draw.randrange(101))]),
            "phase_id": draw.choice([None, *self.phases]),
            "start": draw.choice([(None, None), (None, "later"), (day, draw.choice(reference.GRAINS))]),
            "end": draw.choice(
                [(None, None), (None, "later"), (day + timedelta(days=400), draw.choice(reference.GRAINS))]
            ),
            "title": f"t{draw.randrange(9)}",
        }
        chosen = {key: pool[key] for key in draw.sample(sorted(pool), draw.randrange(1, 4))}
        for name in ("start", "end"):
            if name in chosen:
                chosen[f"{name}_on"], chosen[f"{name}_precision"] = chosen.pop(name)
        return chosen

    def create(self) -> None:
        parent = self.draw.choice([None, *self.live()])
        level = self.draw.choice(self.levels_under(parent))
        values = {"title": "x"} | self.values() | {"level_id": level, "parent_id": parent and parent.id}
        items.create_item(actor=self.actor, clock=self.clock(), values=values)

    def levels_under(self, parent: Item | None) -> list:
        """Mostly those that fit."""
        top = 4 if parent is None or self.draw.randrange(10) == 0 else self.levels[parent.level_id]
        return [level for level, rank in self.levels.items() if rank < top] or list(self.levels)

    def one(self) -> Item:
        return self.draw.choice(self.live())

    def update(self) -> None:
        item = self.one()
        items.update_item(
            actor=self.actor, clock=self.clock(), item_id=item.id, version=item.version, changes=self.values()
        )

    def move(self) -> None:
        item, parent = self.one(), self.draw.choice([None, *self.live()])
        tree.move_item(
            actor=self.actor, clock=self.clock(), item_id=item.id, version=item.version,
            parent=(parent and parent.id,),
        )  # fmt: skip

    def effort(self) -> None:
        teams = self.draw.sample([None, self.team], self.draw.randrange(3))
        efforts = [Effort(Decimal(self.draw.randrange(40)) / 4, team_id=team) for team in teams]
        estimates.set_estimates(actor=self.actor, clock=self.clock(), item_id=self.one().id, efforts=efforts)

    def delete(self) -> None:
        items.delete_item(actor=self.actor, clock=self.clock(), item_id=self.one().id, with_children=True)

    def raw(self) -> None:
        with ledger.change_set(self.actor, at=self.clock().now), connection.cursor() as cursor:
            cursor.execute(
                "update roadmap_item set health = %s, phase_id = %s, parent_id = case when number %% 5 = 0 then null"
                " else parent_id end where number %% 3 = %s",
                [self.draw.choice([None, "at_risk"]), self.draw.choice(self.phases), self.draw.randrange(3)],
            )
            cursor.execute(
                "update roadmap_estimate set likely = likely + 1 where likely < %s", [self.draw.randrange(9)]
            )

    def recategorise(self) -> None:
        found = Phase.objects.get(id=self.draw.choice(self.phases))
        category = self.draw.choice(["todo", "doing", "done", "cancelled"])
        config.update_setting(
            actor=self.actor, clock=self.clock(), kind="phase", record_id=found.id, version=found.version,
            changes={"category": category},
        )  # fmt: skip

    def undo(self) -> None:
        past.undo_change_set(self.actor, self.clock(), self.draw.choice(self.sets))

    def live_on(self, steps: int) -> None:
        weights = {
            self.create: 8, self.update: 8, self.effort: 6, self.move: 3, self.raw: 1, self.delete: 0.5,
            self.recategorise: 1, self.undo: 2,
        }  # fmt: skip
        for _ in range(steps):
            act = self.draw.choices(list(weights), list(weights.values()))[0]
            with inside(self.actor):
                if act != self.create and (not self.live() or (act == self.undo and not self.sets)):
                    continue
            try:
                with inside(self.actor):
                    act()
                    made = ledger.last_written()
            except DomainError:
                continue
            if made is not None and act != self.undo:
                self.sets.append(made)


class TestAgainstTheReference:
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
    @given(st.integers(0, 2**32))
    def test_live_and_at_any_instant(self, seed):
        life = Life(seed)
        for _ in range(4):
            life.live_on(16)
            with inside(life.actor):
                assert kept() == expected()
                for at in life.draw.sample(life.instants, min(4, len(life.instants))):
                    assert kept(at) == expected(at), at

    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
    @given(st.integers(0, 2**32))
    def test_the_past_made_anew_is_the_past(self, seed):
        life = Life(seed)
        life.live_on(40)
        with inside(life.actor):
            before = {at: kept(at) for at in life.instants}
            past.rebuild_rollups_of_the_past(life.actor, [item.id for item in life.live()])
            past.rebuild_rollups(life.actor)

            assert {at: kept(at) for at in life.instants} == before
            assert kept() == expected()


class TestSideBySide:
    def test_writers_of_one_tree_lose_nothing(self, actor):
        bets = [make_item(actor, level="bet") for _ in range(2)]
        initiatives = [make_item(actor, level="initiative", parent=bets[n % 2]) for n in range(4)]
        leaves = [make_item(actor, parent=initiatives[n % 4]) for n in range(12)]
        failed = []

        def write(seed):
            draw = random.Random(seed)
            try:
                for n in range(15):
                    leaf = draw.choice(leaves)
                    act = draw.randrange(3)
                    _retry(lambda: self.one_write(actor, draw, leaf, initiatives, n, act))  # noqa: B023
            except BaseException as error:
                failed.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert failed == []
        with inside(actor):
            assert kept() == expected()
            assert Estimate.objects.exists()

    @staticmethod
    def one_write(actor, draw, leaf, initiatives, n, act):
        clock = later(hours=1, seconds=n)
        if act == 0:
            estimate(actor, leaf, draw.randrange(20), clock)
        elif act == 1:
            change(actor, leaf, clock, health=draw.choice(["on_track", "off_track"]))
        else:
            change(actor, leaf, clock, parent_id=draw.choice(initiatives).id)


def _retry(act):
    for _ in range(20):
        try:
            return act()
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", "") not in {"40P01", "23505"}:
                raise
        except DomainError as error:
            if error.code not in {"stale_version", "already_exists"}:
                raise
    raise AssertionError("still in each other's way")
