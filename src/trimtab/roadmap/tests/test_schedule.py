"""The schedule of the plan as it is read: who counts, which dates, through which lens."""

from datetime import date

import pytest

from trimtab.core.actors import Lens
from trimtab.core.errors import NotFound
from trimtab.core.ids import new_id
from trimtab.roadmap.agreements import Act
from trimtab.roadmap.services import config, dependencies, items, launches, schedule
from trimtab.roadmap.services.schedule import Target
from trimtab.roadmap.tests.factories import NOON, inside, later, make_item, make_release, make_workspace, phase


@pytest.fixture
def actor():
    return make_workspace()


def day(number, month=4):
    return date(2026, month, number)


def item(actor, title, first, last, **over):
    return make_item(actor, title=title, start_on=first, end_on=last, **over)


def wait(actor, giving, needing, **values):
    with inside(actor):
        return dependencies.ask_dependency(actor=actor, clock=NOON, from_id=giving.id, to_id=needing.id, values=values)


def look(actor, lens=None, **target):
    with inside(actor):
        seen = actor if lens is None else actor.with_lens(lens)
        found = schedule.get_schedule(seen, NOON, Target(**target))
    return found, {node.title: node for node in found.nodes}


class TestGetSchedule:
    def test_an_item_with_all_that_it_waits_for(self, actor):
        a, b, c = (item(actor, title, day(1), day(10)) for title in "abc")
        item(actor, "beside", day(1), day(30))
        wait(actor, a, b, lag_days=1)
        wait(actor, b, c)

        found, nodes = look(actor, item_id=c.id)

        assert (found.end, found.chain, found.precision) == (date(2026, 5, 1), (a.id, b.id, c.id), "day")
        assert set(nodes) == {"a", "b", "c"}
        assert (nodes["b"].earliest_start, nodes["b"].slack_days, nodes["b"].critical) == (day(12), 0, True)
        assert all(tie.driving for tie in found.ties)

    def test_missing_dates_are_missing_and_children_may_say(self, actor):
        parent = make_item(actor, title="parent", level="initiative")
        item(actor, "child", day(1), day(9), parent=parent)
        nothing, last = make_item(actor, title="nothing"), item(actor, "last", day(1), day(2))
        wait(actor, parent, last)
        wait(actor, nothing, last)

        found, nodes = look(actor, item_id=last.id)

        assert (nodes["nothing"].earliest_end, nodes["nothing"].missing, nodes["nothing"].slack_days) == (
            None, ("start", "end"), None,
        )  # fmt: skip
        assert nodes["last"].unknown == (nothing.id,)
        assert (nodes["parent"].from_children, nodes["last"].earliest_start, found.end) == (True, day(10), day(11))

    def test_what_was_declined_or_cancelled_does_not_count(self, actor):
        a, b, last = (item(actor, title, day(1), day(20)) for title in ("a", "b", "last"))
        made = wait(actor, a, last)
        wait(actor, b, last)
        with inside(actor):
            dependencies.act_on_dependency(
                actor=actor, clock=NOON, dependency_id=made.id, version=1, act=Act.DECLINE, reason="No"
            )
            items.update_item(
                actor=actor, clock=later(hours=1), item_id=b.id, version=1,
                changes={"phase_id": phase(actor, "cancelled")},
            )  # fmt: skip

        found, nodes = look(actor, item_id=last.id)
        then, _ = look(actor, Lens(as_of=later(minutes=1).now), item_id=last.id)

        assert (found.end, set(nodes)) == (day(20), {"last"})
        assert then.end == date(2026, 5, 10)

    def test_a_release_and_a_launch_have_a_deadline(self, actor):
        release = make_release(actor, released_on=day(15))
        first = item(actor, "first", day(1), day(10))
        last = item(actor, "last", day(1), day(10), release_id=release.id, start_precision="day")
        wait(actor, first, last)
        with inside(actor):
            launch = config.create_setting(
                actor=actor, clock=NOON, kind="launch", values={"name": "Spring", "end_on": date(2026, 5, 1)}
            )
            launches.bind_launch(actor=actor, clock=NOON, launch_id=launch.id, release_ids=[release.id])

        late, nodes = look(actor, release_id=release.id)
        in_time, _ = look(actor, launch_id=launch.id)

        assert (late.end, late.deadline, late.slack_days, nodes["first"].slack_days) == (day(20), day(15), -5, -5)
        assert (in_time.targets, in_time.slack_days) == ((last.id,), 11)

    def test_without_a_target_everything_that_is_tied(self, actor):
        a, b = item(actor, "a", day(1), day(10)), item(actor, "b", day(1), day(10), end_precision="month")
        item(actor, "alone", day(1), day(10))
        wait(actor, a, b)

        found, nodes = look(actor)

        assert (set(nodes), nodes["b"].precision, found.precision) == ({"a", "b"}, "month", "month")

    def test_what_is_not_there_is_not_found(self, actor):
        for target in ({"item_id": new_id()}, {"release_id": new_id()}, {"launch_id": new_id()}):
            with pytest.raises(NotFound):
                look(actor, **target)
        empty = make_release(actor)
        assert look(actor, release_id=empty.id)[0].nodes == ()
