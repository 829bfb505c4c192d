"""People are told once when a dependency comes to stand otherwise, whether by an edit or by the clock."""

from datetime import date, datetime

from trimtab.core.actors import Clock
from trimtab.roadmap.agreements import Act
from trimtab.roadmap.models import Dependency
from trimtab.roadmap.services import dependencies, dependency_watch
from trimtab.roadmap.tests.factories import NOON, inside, make_item, make_workspace

JULY, AUGUST = (Clock(datetime.fromisoformat(f"2026-0{month}-05T12:00:00+00:00")) for month in (7, 8))


def notice(actor, clock):
    with inside(actor):
        return [(t.was, t.standing) for t in dependency_watch.notice_transitions(actor, clock)]


def test_each_transition_is_noticed_once():
    actor = make_workspace()
    giving, needing = make_item(actor), make_item(actor)
    with inside(actor):
        made = dependencies.ask_dependency(
            actor=actor, clock=NOON, from_id=giving.id, to_id=needing.id, values={"needed_by": date(2026, 8, 1)}
        )
    seen = [notice(actor, NOON), notice(actor, NOON)]
    with inside(actor):
        dependencies.act_on_dependency(actor=actor, clock=NOON, dependency_id=made.id, version=1, act=Act.AGREE)
    seen += [notice(actor, JULY), notice(actor, AUGUST), notice(actor, AUGUST)]

    assert seen == [[(None, "asked")], [], [("asked", "agreed")], [("agreed", "broken")], []]
    with inside(actor):
        assert Dependency.objects.get(id=made.id).state == "agreed"
        dependencies.remove_dependency(actor=actor, clock=NOON, dependency_id=made.id)
    assert notice(actor, AUGUST) == []
