"""Asking and answering: what is written, who may, what is refused."""

from dataclasses import replace
from datetime import date

import pytest

from trimtab.accounts.models import TeamMember
from trimtab.core import ledger
from trimtab.core.actors import Role
from trimtab.core.errors import Forbidden, Invalid, NotFound, StaleVersion
from trimtab.roadmap.agreements import Act, By
from trimtab.roadmap.errors import AlreadyExists, CircularDependency, PastIsReadOnly, WrongState
from trimtab.roadmap.models import Dependency
from trimtab.roadmap.services import dependencies, standings
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    later,
    make_actor,
    make_item,
    make_person,
    make_record,
    make_team,
    make_workspace,
)

LATER = later(hours=1)
AUGUST = By(date(2026, 8, 1))


@pytest.fixture
def actor():
    return make_workspace()


def ask(actor, giving, needing, **values):
    with inside(actor):
        return dependencies.ask_dependency(actor=actor, clock=LATER, from_id=giving.id, to_id=needing.id, values=values)


def act(actor, made, word, version=None, **what):
    with inside(actor):
        current = Dependency.objects.get(id=made.id).version
        return dependencies.act_on_dependency(
            actor=actor, clock=LATER, dependency_id=made.id, version=version or current, act=word, **what
        )


def changes_of(actor, made):
    with inside(actor):
        lines = ledger.history(actor, "dependency", made.id)
    return [(line.op, line.note, {name: pair[1] for name, pair in line.fields.items()}) for line in lines]


class TestAskDependency:
    def test_a_date_stands_for_its_whole_period(self, actor):
        made = ask(actor, make_item(actor), make_item(actor), needed_by=date(2026, 8, 2), needed_precision="quarter")

        assert (made.state, made.needed_by, made.needed_precision) == ("asked", date(2026, 9, 30), "quarter")

    def test_a_circle_is_refused_whatever_its_types(self, actor):
        a, b, c = (make_item(actor) for _ in range(3))
        ask(actor, a, b, type="SS")
        ask(actor, b, c, type="FF")

        with pytest.raises(CircularDependency):
            ask(actor, c, a)

    def test_refusals(self, actor):
        a, b, theirs = make_item(actor), make_item(actor), make_item(make_workspace())
        made = ask(actor, a, b, lag_days=2)

        for ends, refusal in (((a, a), Invalid), ((a, theirs), NotFound), ((theirs, a), NotFound),
                              ((a, b), AlreadyExists)):  # fmt: skip
            with pytest.raises(refusal):
                ask(actor, *ends)
        no_date = {"needed_by": date(2026, 8, 1), "needed_precision": "later"}
        for values in ({"colour": "red"}, {"state": "met"}, {"promised_by": AUGUST.on}, no_date,
                       {"needed_precision": "day"}):  # fmt: skip
            with pytest.raises(Invalid):
                ask(actor, b, make_item(actor), **values)
        then = actor.with_lens(replace(actor.lens, as_of=NOON.now))
        with inside(actor), pytest.raises(PastIsReadOnly):
            dependencies.remove_dependency(actor=then, clock=LATER, dependency_id=made.id)


class TestActOnDependency:
    def test_the_whole_talk_is_in_the_history_with_its_reasons(self, actor):
        made = ask(actor, make_item(actor), make_item(actor), needed_by=AUGUST.on)
        act(actor, made, Act.PROPOSE, by=By(date(2026, 9, 30)), reason="Order per load took longer")
        act(actor, made, Act.ACCEPT, note="Fits the second site")
        act(actor, made, Act.DECLINE, reason="Not this year")

        told = changes_of(actor, made)

        assert [(op, note, new.get("state"), new.get("reason")) for op, note, new in told] == [
            ("U", "", "declined", "Not this year"),
            ("U", "Fits the second site", "agreed", None),
            ("U", "", "proposed", "Order per load took longer"),
            ("I", "", "asked", None),
        ]
        assert told[1][2]["promised_by"] == told[1][2]["needed_by"] == "2026-09-30"

    def test_what_cannot_follow_is_refused_and_changes_nothing(self, actor):
        made = ask(actor, make_item(actor), make_item(actor), needed_by=AUGUST.on)

        with pytest.raises(WrongState, match="accepting is not possible now"):
            act(actor, made, Act.ACCEPT)
        act(actor, made, Act.AGREE)
        with pytest.raises(WrongState) as caught:
            act(actor, made, Act.AGREE)

        assert caught.value.extra["state"] == "agreed"
        assert len(changes_of(actor, made)) == 2

    def test_somebody_else_was_quicker(self, actor):
        made = ask(actor, make_item(actor), make_item(actor), needed_by=AUGUST.on)
        act(actor, made, Act.AGREE)

        with pytest.raises(StaleVersion):
            act(actor, made, Act.DECLINE, version=1, reason="No")

    def test_what_is_needed_can_change_under_a_promise_which_stands(self, actor):
        made = ask(actor, make_item(actor), make_item(actor), needed_by=AUGUST.on)
        act(actor, made, Act.AGREE)

        with inside(actor):
            now = dependencies.change_dependency(
                actor=actor, clock=LATER, dependency_id=made.id, version=2, changes={"needed_by": date(2026, 7, 1)}
            )
            seen = standings.get_standing(actor, LATER, made.id)

        assert (now.state, now.promised_by) == ("agreed", AUGUST.on)
        assert (seen.standing, seen.because[0].words) == (
            "at_risk", "promised by 1 Aug 2026, needed by 1 Jul 2026",
        )  # fmt: skip


class TestWhoMay:
    @pytest.fixture
    def people(self, actor):
        """Two owners who may contribute, their items, and an item that a team without an owner has."""
        asker, giver, lead = (make_person(actor, name) for name in ("Ana Lima", "Ben Okafor", "Chen Wei"))
        team = make_team(actor)
        make_record(actor, TeamMember, team_id=team.id, person_id=lead.id, lead=True)

        def as_(person):
            return make_actor(actor.workspace_id, Role.CONTRIBUTOR, person_id=person.id)

        return {
            "needing": make_item(actor, owner_id=asker.id), "giving": make_item(actor, owner_id=giver.id),
            "teams": make_item(actor, team_id=team.id), "asker": as_(asker), "giver": as_(giver), "lead": as_(lead),
        }  # fmt: skip

    def test_each_side_speaks_for_its_item_alone(self, actor, people):
        with pytest.raises(Forbidden):
            ask(people["giver"], people["giving"], people["needing"])
        made = ask(people["asker"], people["giving"], people["needing"], needed_by=AUGUST.on)

        for who, word, what in (("asker", Act.AGREE, {}), ("asker", Act.DECLINE, {"reason": "No"}),
                                ("lead", Act.AGREE, {}), ("giver", Act.ASK, {})):  # fmt: skip
            with pytest.raises(Forbidden):
                act(people[who], made, word, **what)
        act(people["giver"], made, Act.PROPOSE, by=By(date(2026, 9, 1)))
        with pytest.raises(Forbidden):
            act(people["giver"], made, Act.ACCEPT)
        assert act(people["asker"], made, Act.ACCEPT).state == "agreed"
        for who in ("giver", "lead"):
            with inside(actor), pytest.raises(Forbidden):
                dependencies.remove_dependency(actor=people[who], clock=LATER, dependency_id=made.id)

    def test_a_lead_answers_for_what_nobody_owns(self, people):
        made = ask(people["asker"], people["teams"], people["needing"], needed_by=AUGUST.on)

        with pytest.raises(Forbidden):
            act(people["giver"], made, Act.AGREE)
        assert act(people["lead"], made, Act.AGREE).state == "agreed"

    def test_viewers_and_editors(self, actor, people):
        made = ask(actor, people["giving"], people["needing"], needed_by=AUGUST.on)
        viewer = replace(people["giver"], role=Role.VIEWER)

        with pytest.raises(Forbidden):
            act(viewer, made, Act.AGREE)
        assert act(make_actor(actor.workspace_id, Role.EDITOR), made, Act.AGREE).state == "agreed"

    def test_everybody_is_told_what_they_may_do(self, actor, people):
        made = ask(actor, people["giving"], people["needing"], needed_by=AUGUST.on)

        def may(who):
            with inside(actor):
                return standings.get_standing(who, LATER, made.id)

        assert may(people["giver"]).may == ("agree", "decline", "propose")
        assert (may(people["asker"]).may, may(people["asker"]).may_remove) == (("ask",), True)
        assert (may(people["lead"]).may, may(people["lead"]).may_remove) == ((), False)
        assert may(actor).may == ("agree", "ask", "decline", "propose")
