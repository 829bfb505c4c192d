"""Teams are split and merged, areas move: nothing is lost, undo restores all, and the past reads both ways."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.accounts.errors import TeamCycle
from trimtab.accounts.models import TeamMember
from trimtab.core import query
from trimtab.core.actors import Clock, Role
from trimtab.core.errors import Conflict, Forbidden, Invalid, NotFound
from trimtab.core.ids import new_id
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.services import reorganise as services
from trimtab.roadmap.services.reorganise import Merge, Move, Split, Target
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    later,
    make_actor,
    make_area,
    make_item,
    make_person,
    make_record,
    make_team,
    make_workspace,
)
from trimtab.roadmap.tests.whole import snapshot


def do(actor, change, clock=None, **more):
    with inside(actor):
        return services.reorganise(actor=actor, clock=clock or later(days=10), change=change, **more)


def undo(actor, batch, clock=None):
    with inside(actor):
        return roadmap.undo_batch(actor, clock or later(days=20), batch)


def set_effort(actor, item, efforts):
    with inside(actor):
        roadmap.set_estimates(
            actor=actor,
            clock=NOON,
            item_id=item.id,
            efforts=[roadmap.Effort(likely=Decimal(n), team_id=team) for team, n in efforts.items()],
        )


def grouped(actor, day, organised, by="team", clock=None, text=""):
    question = {
        "source": "item", "group": [{"by": by}], "totals": [{"fn": "count"}], "text": text,
        "lens": {"as_of": day, "organised": organised},
    }  # fmt: skip
    answer = orjson.loads(query.run(actor, clock or later(days=30), question))
    return {group["label"][0]: group["totals"]["count"] for group in answer["groups"]}


BEFORE, AFTER = "2026-03-05", "2026-03-20"


class TestSplit:
    def scene(self):
        actor = make_workspace()
        team = make_team(actor, "Core")
        items = [make_item(actor, title=f"Item {n}", team_id=team.id) for n in range(4)]
        return actor, team, items

    def test_everything_goes_where_it_was_sent_and_the_rest_to_the_rest(self):
        actor, team, items = self.scene()
        people = [make_record(actor, TeamMember, team_id=team.id, person_id=make_person(actor, n).id) for n in "ab"]
        set_effort(actor, items[0], {team.id: 5})
        split = Split(team.id, [Target(name="One"), Target(name="Two")], 0, {items[0].id: 1, people[0].id: 1})

        done = do(actor, split)

        after = snapshot(actor)
        one, two = map(str, done.ids)
        assert [after["item"][str(i.id)]["team_id"] for i in items] == [two, one, one, one]
        assert [after["team_member"][str(p.id)]["team_id"] for p in people] == [two, one]
        assert [row["team_id"] for row in after["estimate"].values()] == [two]
        assert str(team.id) not in after["team"]

    def test_a_team_among_its_targets_stays(self):
        actor, team, items = self.scene()

        done = do(actor, Split(team.id, [Target(id=team.id), Target(name="New")], 0, {items[1].id: 1}))

        after = snapshot(actor)["item"]
        assert [after[str(i.id)]["team_id"] for i in items].count(str(team.id)) == 3
        assert done.counts == {"items": 1}

    def test_the_past_is_as_organised_then_and_as_today(self):
        actor, team, items = self.scene()
        do(actor, Split(team.id, [Target(name="One"), Target(name="Two")], 0, {items[0].id: 1}))

        assert grouped(actor, BEFORE, "then") == {"Core": 4}
        assert grouped(actor, BEFORE, "today") == {"One": 3, "Two": 1}
        assert grouped(actor, AFTER, "today") == grouped(actor, AFTER, "then") == {"One": 3, "Two": 1}

    def test_a_filter_by_a_team_of_today_finds_what_was_its_predecessors(self):
        actor, team, items = self.scene()
        do(actor, Split(team.id, [Target(name="One"), Target(name="Two")], 0, {items[0].id: 1}))

        assert grouped(actor, BEFORE, "today", text="team:Two") == {"Two": 1}

    def test_what_was_deleted_before_belongs_to_whoever_took_the_rest(self):
        actor, team, items = self.scene()
        with inside(actor):
            roadmap.delete_item(actor=actor, clock=later(days=5), item_id=items[0].id)
        do(actor, Split(team.id, [Target(name="One"), Target(name="Two")], 1))

        assert grouped(actor, BEFORE, "today") == {"Two": 4}

    def test_an_ordinary_move_of_work_is_no_reorganisation(self):
        actor, team, items = self.scene()
        other = make_team(actor, "Other")
        with inside(actor):
            roadmap.update_item(actor=actor, clock=later(days=8), item_id=items[0].id, changes={"team_id": other.id})
        do(actor, Merge("team", [other.id], team.id))

        assert grouped(actor, "2026-03-05", "today") == {"Core": 4}

    @pytest.mark.parametrize(
        "split",
        [
            lambda team: Split(team, [Target(name="One")]),
            lambda team: Split(team, [Target(name="One"), Target()]),
            lambda team: Split(team, [Target(id=team), Target(id=team)]),
            lambda team: Split(team, [Target(name="One"), Target(name="Two")], 2),
            lambda team: Split(team, [Target(name="One"), Target(name="Two")], 0, {new_id(): 7}),
        ],
    )
    def test_a_split_into_nothing_is_refused_and_changes_nothing(self, split):
        actor, team, _ = self.scene()
        before = snapshot(actor)

        with pytest.raises(Invalid):
            do(actor, split(team.id))

        assert snapshot(actor) == before

    def test_only_those_who_configure_may(self):
        actor, team, _ = self.scene()

        with pytest.raises(Forbidden):
            do(make_actor(actor.workspace_id, Role.EDITOR), Merge("team", [team.id], team.id))

    def test_tomorrow_is_refused(self):
        actor, team, _ = self.scene()

        with pytest.raises(Invalid):
            do(actor, Split(team.id, [Target(name="A"), Target(name="B")]), on=date(2026, 3, 13))

    def test_it_may_be_so_since_an_earlier_day(self):
        actor, team, items = self.scene()
        with inside(actor):
            roadmap.update_item(actor=actor, clock=later(days=6), item_id=items[0].id, changes={"benefit": 3})
        do(actor, Split(team.id, [Target(name="One"), Target(name="Two")], 0), on=date(2026, 3, 6))

        assert grouped(actor, "2026-03-05", "then") == {"Core": 4}
        assert grouped(actor, "2026-03-07", "then") == {"One": 3, "Core": 1}
        assert grouped(actor, "2026-03-07", "today") == {"One": 4}


class TestMerge:
    def test_estimates_of_both_for_one_item_are_added_up(self):
        actor = make_workspace()
        one, two = make_team(actor, "One"), make_team(actor, "Two")
        item = make_item(actor, team_id=one.id)
        set_effort(actor, item, {one.id: 3, two.id: 4})

        do(actor, Merge("team", [one.id], two.id))

        (estimate,) = snapshot(actor)["estimate"].values()
        assert (estimate["likely"], estimate["team_id"]) == (7, str(two.id))

    def test_a_team_may_go_into_one_below_it(self):
        actor = make_workspace()
        top = make_team(actor, "Top")
        middle = make_team(actor, "Middle", parent_id=top.id)
        low = make_team(actor, "Low", parent_id=middle.id)

        do(actor, Merge("team", [top.id], low.id))

        teams = snapshot(actor)["team"]
        assert teams[str(low.id)]["parent_id"] is None
        assert teams[str(middle.id)]["parent_id"] == str(low.id)

    def test_areas_become_one(self):
        actor = make_workspace()
        one, two = make_area(actor, "One"), make_area(actor, "Two")
        below = make_area(actor, "Below", parent_id=one.id)
        make_item(actor, area_id=one.id)
        do(actor, Merge("area", [one.id], two.id))

        assert snapshot(actor)["area"][str(below.id)]["parent_id"] == str(two.id)
        assert grouped(actor, BEFORE, "then", by="area") == {"One": 1}
        assert grouped(actor, BEFORE, "today", by="area") == {"Two": 1}

    def test_nothing_goes_into_itself_or_what_is_not_there(self):
        actor = make_workspace()
        one = make_team(actor, "One")

        with pytest.raises(Invalid):
            do(actor, Merge("team", [one.id], one.id))
        with pytest.raises(NotFound):
            do(actor, Merge("team", [one.id], new_id()))


class TestMove:
    def test_an_area_moves_with_all_below_and_the_past_counts_by_todays_tree(self):
        actor = make_workspace()
        old, new = make_area(actor, "Old line"), make_area(actor, "New line")
        product = make_area(actor, "Product", parent_id=old.id)
        make_item(actor, area_id=product.id)
        do(actor, Move("area", product.id, new.id))

        def count(line, organised):
            return max(grouped(actor, BEFORE, organised, by="area", text=f'area:"{line}"').values(), default=0)

        assert (count("Old line", "then"), count("New line", "then")) == (1, 0)
        assert (count("Old line", "today"), count("New line", "today")) == (0, 1)

    def test_nothing_moves_below_itself(self):
        actor = make_workspace()
        team, area = make_team(actor, "Top"), make_area(actor, "Top")
        low_team = make_team(actor, "Low", parent_id=team.id)
        low_area = make_area(actor, "Low", parent_id=area.id)

        with pytest.raises(TeamCycle):
            do(actor, Move("team", team.id, low_team.id))
        with pytest.raises(Conflict):
            do(actor, Move("area", area.id, low_area.id))

    def test_a_preview_counts_what_moves_along(self):
        actor = make_workspace()
        top = make_area(actor, "Top")
        make_item(actor, area_id=make_area(actor, "Low", parent_id=top.id).id)

        with inside(actor):
            found = {each.key: each.counts[0] for each in services.preview(actor, Move("area", top.id, None))}

        assert found == {"below": 1, "items": 1}


NAMES = ["A", "B", "C"]
ONE_ITEM = st.tuples(st.sampled_from([*NAMES, None]), st.sets(st.sampled_from(NAMES)))
CHANGES = st.lists(
    st.tuples(st.sampled_from(["split", "keep", "merge", "move", "work"]), st.integers(0, 9), st.integers(0, 9)),
    max_size=4,
)


class Model:
    """Where each item's past belongs today, kept by hand: a plain reference, item by item."""

    def __init__(self, owners):
        self.then = dict(owners)  # item -> team on the day that is asked about
        self.now = dict(owners)
        self.became = dict(owners)  # item -> what that team became for it
        self.with_it = dict.fromkeys(owners, True)  # still where it was, but for reorganisations

    def reorganised(self, old, to, stays):
        for item in self.now:
            target = to(item)
            if self.now[item] == old:
                if self.with_it[item]:
                    self.became[item] = target
                self.now[item] = target
            elif self.became[item] == old and not stays:
                self.became[item] = to(None)

    def worked(self, item, team):
        if self.now[item] != team:
            self.now[item] = team
            self.with_it[item] = False


class TestProperties:
    @settings(max_examples=20)
    @given(st.lists(ONE_ITEM, min_size=1, max_size=5), CHANGES)
    def test_nothing_is_lost_the_past_adds_up_and_undo_restores_all(self, plan, changes):
        actor = make_workspace()
        teams = {name: make_team(actor, name).id for name in NAMES}
        names = {id_: name for name, id_ in teams.items()}
        items = []
        for owner, estimators in plan:
            item = make_item(actor, team_id=teams.get(owner))
            set_effort(actor, item, {teams[name]: 2 for name in sorted(estimators)})
            items.append(item)
        model = Model({item.id: teams.get(owner) for item, (owner, _) in zip(items, plan, strict=True)})
        stages = [snapshot(actor)]
        batches = []
        for n, (what, one, two) in enumerate(changes):
            clock = Clock(datetime(2026, 3, 10, tzinfo=UTC) + timedelta(days=n))
            alive = sorted(names)
            old, other = alive[one % len(alive)], alive[two % len(alive)]
            odd = {item.id for at, item in enumerate(items) if at % 2}
            if what == "work":
                item = items[one % len(items)]
                with inside(actor):
                    roadmap.update_item(actor=actor, clock=clock, item_id=item.id, changes={"team_id": other})
                model.worked(item.id, other)
                stages, batches = [snapshot(actor)], []
                continue
            if what == "move" or (what == "merge" and old == other):
                batches.append(do(actor, Move("team", old, None), clock).batch_id)
            elif what == "merge":
                batches.append(do(actor, Merge("team", [old], other), clock).batch_id)
                model.reorganised(old, lambda _, to=other: to, False)
                del names[old]
            else:
                first = Target(id=old) if what == "keep" else Target(name=f"{names[old]}{n}x")
                split = Split(old, [first, Target(name=f"{names[old]}{n}y")], 0, dict.fromkeys(odd, 1))
                done = do(actor, split, clock)
                batches.append(done.batch_id)
                model.reorganised(old, lambda i, ids=done.ids, odd=odd: ids[i in odd], what == "keep")
                names |= {done.ids[1]: f"{names[old]}{n}y"}
                names |= {} if what == "keep" else {done.ids[0]: f"{names[old]}{n}x"}
                if what != "keep":
                    del names[old]
            stages.append(snapshot(actor))

        efforts = [sum(row["likely"] for row in stage["estimate"].values()) for stage in stages]
        assert len(set(efforts)) <= 1
        assert {id_: row["team_id"] for id_, row in stages[-1]["item"].items()} == {
            str(item): team and str(team) for item, team in model.now.items()
        }
        wanted = defaultdict(int)
        for team in model.became.values():
            wanted[names.get(team)] += 1
        assert grouped(actor, BEFORE, "today") == dict(wanted)
        then = defaultdict(int)
        for owner, _ in plan:
            then[owner] += 1
        assert grouped(actor, BEFORE, "then") == dict(then)
        for batch, stage in zip(reversed(batches), reversed(stages[:-1]), strict=True):
            assert undo(actor, batch, Clock(datetime(2026, 5, 1, tzinfo=UTC))).refused == ()
            assert snapshot(actor) == stage
