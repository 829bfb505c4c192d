"""Releases with their precision, increments, launches: what is written, who may, what is refused."""

from dataclasses import replace
from datetime import date

import pytest

from trimtab.core import ledger
from trimtab.core.actors import Role
from trimtab.core.errors import Forbidden, Invalid
from trimtab.core.query.answer import rows
from trimtab.roadmap.errors import InUse, Overlaps, PastIsReadOnly
from trimtab.roadmap.models_delivery import Increment, ItemIncrement, LaunchItem
from trimtab.roadmap.services import config, items, launches, releases
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    later,
    make_actor,
    make_item,
    make_person,
    make_release,
    make_team,
    make_workspace,
)

LATER = later(hours=1)
FIRST = date(2026, 3, 2)


@pytest.fixture
def actor():
    return make_workspace()


def made(actor, kind, **values):
    with inside(actor):
        return config.create_setting(actor=actor, clock=NOON, kind=kind, values=values)


def changed(actor, kind, record, **changes):
    with inside(actor):
        return config.update_setting(
            actor=actor, clock=LATER, kind=kind, record_id=record.id, version=record.version, changes=changes
        )


def asked(actor, source, text, *columns):
    with inside(actor):
        return rows(actor, NOON, {"source": source, "text": text, "columns": list(columns)})


class TestRelease:
    def test_a_coarse_day_is_the_last_of_its_period_and_moves_keep_their_history(self, actor):
        release = made(actor, "release", name="v2", released_on=FIRST, released_precision="quarter", state="planned")
        assert (release.released_on, release.released_precision) == (date(2026, 3, 31), "quarter")

        release = changed(actor, "release", release, released_on=date(2026, 5, 1), released_precision="quarter")
        with inside(actor):
            told = ledger.history(actor, "release", release.id)

        assert told[0].fields["released_on"] == ("2026-03-31", "2026-06-30")

    def test_precision_is_never_gained_by_itself(self, actor):
        release = made(actor, "release", name="v2", released_on=FIRST, released_precision="quarter")

        with pytest.raises(Invalid):
            changed(actor, "release", release, released_precision="day")
        with pytest.raises(Invalid):
            changed(actor, "release", release, released_precision="later")

    def test_the_day_says_whether_it_shipped_where_nobody_did(self, actor):
        january, september = date(2026, 1, 1), date(2026, 9, 1)
        for name, state, on in (("old", None, january), ("new", None, september), ("some-day", None, None),
                                ("late", "planned", january)):  # fmt: skip
            made(actor, "release", name=name, key=name, state=state, released_on=on)

        found = asked(actor, "release", "", "key", "state", "overdue")

        assert {row["key"]: (row["state"], row["overdue"]) for row in found} == {
            "old": ("released", False), "new": ("planned", False), "some-day": (None, False), "late": ("planned", True),
        }  # fmt: skip

    def test_what_shipped_has_a_day(self, actor):
        with pytest.raises(Invalid):
            made(actor, "release", name="v2", state="released")


class TestIncrements:
    def generate(self, actor, **over):
        values = {"kind": "sprint", "starts_on": FIRST, "until": date(2026, 4, 1), "weeks": 2} | over
        with inside(actor):
            return releases.generate_increments(actor=actor, clock=NOON, **values)

    def test_they_follow_each_other_and_are_made_once(self, actor):
        first = self.generate(actor)
        again = self.generate(actor, until=date(2026, 4, 20))

        assert [(each.name, each.starts_on, each.ends_on) for each in first] == [
            ("Sprint 1", FIRST, date(2026, 3, 15)),
            ("Sprint 2", date(2026, 3, 16), date(2026, 3, 29)),
            ("Sprint 3", date(2026, 3, 30), date(2026, 4, 12)),
        ]
        assert [each.name for each in again] == ["Sprint 4"]

    def test_they_do_not_overlap_but_teams_have_their_own(self, actor):
        self.generate(actor)

        with pytest.raises(Overlaps):
            self.generate(actor, starts_on=date(2026, 3, 9))
        assert len(self.generate(actor, starts_on=date(2026, 3, 9), team_id=make_team(actor).id)) == 2
        assert len(self.generate(actor, kind="increment", weeks=8)) == 1

    def test_the_fiscal_calendar_gives_them_where_it_has_any(self, actor):
        ours = make_workspace(fiscal_pattern="increments", increment_weeks=10)

        found = self.generate(ours, kind="increment", weeks=None, until=date(2026, 6, 1))

        assert [each.name for each in found] == ["FY2026-I1", "FY2026-I2", "FY2026-I3"]
        with pytest.raises(Invalid):
            self.generate(actor, weeks=None)

    def test_too_many_are_refused(self, actor):
        with pytest.raises(Invalid):
            self.generate(actor, weeks=1, until=date(2036, 1, 1))

    def test_an_item_is_worked_on_in_some_and_views_can_ask(self, actor):
        one, two, three = self.generate(actor)
        item = make_item(actor)
        for ids in ([one.id, two.id], [two.id, three.id]):
            with inside(actor):
                releases.set_increments(actor=actor, clock=NOON, item_id=item.id, increment_ids=ids)

        found = asked(actor, "item", f"increment:{three.key}", "increment")

        assert [set(row["increment"]) for row in found] == [{str(two.id), str(three.id)}]
        assert asked(actor, "item", f"increment:{one.key}") == []
        assert [row["key"] for row in asked(actor, "increment", "current:yes", "key")] == [one.key]
        with inside(actor):
            items.delete_item(actor=actor, clock=LATER, item_id=item.id)
            assert not ItemIncrement.objects.exists()
            config.delete_setting(actor=actor, clock=LATER, kind="increment", record_id=one.id)
            assert Increment.objects.count() == 2

    def test_a_contributor_may_for_their_own_items(self, actor):
        one, *_ = self.generate(actor)
        person = make_person(actor)
        own, other = make_item(actor, owner_id=person.id), make_item(actor)
        contributor = make_actor(actor.workspace_id, Role.CONTRIBUTOR, person_id=person.id)
        with inside(actor):
            releases.set_increments(actor=contributor, clock=NOON, item_id=own.id, increment_ids=[one.id])
            with pytest.raises(Forbidden):
                releases.set_increments(actor=contributor, clock=NOON, item_id=other.id, increment_ids=[one.id])


class TestLaunch:
    @pytest.fixture
    def launch(self, actor):
        return made(actor, "launch", name="Arrival ranges", tier=1, end_on=FIRST, end_precision="month",
                    audiences=["Customers", "Partners", " Customers"])  # fmt: skip

    def seen(self, actor, launch, **lens):
        with inside(actor):
            return launches.get_launch(actor.with_lens(replace(actor.lens, **lens)), launch.id)

    def test_it_keeps_to_its_precision_and_binds_items_and_releases(self, actor, launch):
        item, other, release = make_item(actor), make_item(actor), make_release(actor)
        for ids in ([item.id, other.id], [other.id]):
            with inside(actor):
                launches.bind_launch(
                    actor=actor, clock=LATER, launch_id=launch.id, item_ids=ids, release_ids=[release.id]
                )

        now = self.seen(actor, launch)

        assert (now.end_on, now.end_precision, now.audiences) == (date(2026, 3, 31), "month", ["Customers", "Partners"])
        assert (now.item_ids, now.release_ids) == ((other.id,), (release.id,))
        assert self.seen(actor, launch, as_of=later(minutes=30).now).item_ids == ()
        assert [row["id"] for row in asked(actor, "item", 'launch:"Arrival ranges"')] == [str(other.id)]
        with inside(actor), pytest.raises(InUse):
            config.delete_setting(actor=actor, clock=LATER, kind="release", record_id=release.id)

    def test_go_says_who_when_and_why(self, actor, launch):
        person = make_person(actor)
        decider = make_actor(actor.workspace_id, Role.EDITOR, person_id=person.id)

        def decide(verdict, reason=""):
            with inside(actor):
                version = self.seen(actor, launch).version
                launches.decide_launch(
                    actor=decider, clock=LATER, launch_id=launch.id, version=version, verdict=verdict, reason=reason
                )
            return self.seen(actor, launch)

        with pytest.raises(Invalid):
            decide("go", " ")
        gone = decide("no_go", "Support is not trained")
        assert (gone.verdict, gone.decided_by_id, gone.decided_at, gone.verdict_reason) == (
            "no_go", person.id, LATER.now, "Support is not trained",
        )  # fmt: skip
        taken_back = decide(None)
        assert (taken_back.verdict, taken_back.decided_by_id, taken_back.verdict_reason) == (None, None, None)

    def test_whose_it_is_says_that_it_is_ready(self, actor, launch):
        person, other = make_person(actor), make_person(actor, "Ben Okafor")
        check = made(actor, "launch_check", launch_id=launch.id, title="Price list", owner_id=person.id)
        ready = made(actor, "launch_ready", launch_id=launch.id, part="Support", person_id=person.id)
        mine, not_mine = (make_actor(actor.workspace_id, Role.CONTRIBUTOR, person_id=p.id) for p in (person, other))

        with inside(actor):
            for refused in (
                lambda: launches.tick_check(actor=not_mine, clock=LATER, check_id=check.id, done=True),
                lambda: launches.confirm_ready(actor=not_mine, clock=LATER, ready_id=ready.id, ready=True),
            ):
                with pytest.raises(Forbidden):
                    refused()
            launches.tick_check(actor=mine, clock=LATER, check_id=check.id, done=True)
            launches.confirm_ready(actor=mine, clock=LATER, ready_id=ready.id, ready=True, note="All trained")
            launches.confirm_ready(actor=mine, clock=later(days=2), ready_id=ready.id, ready=True, note="All trained")

        now = self.seen(actor, launch)
        assert (now.checks[0].done, now.ready[0].confirmed_at, now.ready[0].note) == (True, LATER.now, "All trained")
        with inside(actor):
            told = [(line.entity, line.op) for line in ledger.history(actor, "launch", launch.id)]
        assert told[:2] == [("launch_ready", "U"), ("launch_check", "U")]

    def test_it_goes_with_its_list_and_leaves_what_it_bound(self, actor, launch):
        item = make_item(actor)
        made(actor, "launch_check", launch_id=launch.id, title="Price list")
        with inside(actor):
            launches.bind_launch(actor=actor, clock=LATER, launch_id=launch.id, item_ids=[item.id])
            with pytest.raises(PastIsReadOnly):
                launches.bind_launch(
                    actor=actor.with_lens(replace(actor.lens, as_of=NOON.now)), clock=LATER, launch_id=launch.id
                )
            config.delete_setting(actor=actor, clock=LATER, kind="launch", record_id=launch.id)
            assert not LaunchItem.objects.exists()
        assert [row["id"] for row in asked(actor, "item", "")] == [str(item.id)]
