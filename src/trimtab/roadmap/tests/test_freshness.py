"""Fields that nobody looked at for too long are found from the log, and a person's look makes them fresh."""

import json
from datetime import date
from typing import Any

import pytest

from trimtab.core import ledger, query
from trimtab.core.actors import Actor, Role
from trimtab.core.errors import Forbidden, Invalid
from trimtab.core.tests.factories import NOON, inside, later
from trimtab.roadmap.models_rules import Confirmation
from trimtab.roadmap.services import config, estimates, freshness
from trimtab.roadmap.services.past import undo_change_set
from trimtab.roadmap.tests.factories import level, make_actor, make_custom_field, make_item, make_person, make_workspace
from trimtab.roadmap.tests.test_health import change, freshness_rule


def stale(actor: Actor, clock=NOON, text: str = "", **lens: Any) -> list[list[str] | None]:
    question = {"source": "item", "columns": ["stale"], "text": text, "sort": [{"field": "ref"}], "lens": lens or None}
    found: list[list[str] | None] = json.loads(query.run(actor, clock, question))["columns"]["stale"]
    return found


def confirm(actor: Actor, item: Any, *fields: str, clock=NOON) -> None:
    with inside(actor):
        freshness.confirm_fields(actor=actor, clock=clock, item_id=item.id, fields=fields)


class TestStaleFields:
    def test_are_those_that_were_neither_written_nor_confirmed(self):
        actor = make_workspace()
        freshness_rule(actor, "health", 14)
        freshness_rule(actor, "owner", 30)
        item = make_item(actor, health="on_track", owner_id=make_person(actor).id)

        assert stale(actor, later(days=14)) == [None]
        assert stale(actor, later(days=15)) == [["health"]]
        assert stale(actor, later(days=31)) == [["health", "owner"]]
        change(actor, item, later(days=32), title="Something else")
        assert stale(actor, later(days=33)) == [["health", "owner"]]
        change(actor, item, later(days=34), health="at_risk")
        assert stale(actor, later(days=35)) == [["owner"]]
        confirm(actor, item, "owner", clock=later(days=36))
        assert stale(actor, later(days=37)) == [None]

    def test_are_asked_for_like_any_other(self):
        actor = make_workspace()
        freshness_rule(actor, "health", 14)
        make_item(actor, health="on_track")
        make_item(actor)

        assert stale(actor, later(days=20), "stale:health") == [["health"]]
        assert stale(actor, later(days=20), "stale:none") == [None]
        assert stale(actor, later(days=20), "stale:owner") == []

    def test_are_none_where_there_is_no_value_or_nobody_works_on_it_any_more(self):
        actor = make_workspace()
        freshness_rule(actor, "health", 14)
        make_item(actor)
        make_item(actor, health="on_track", phase="done")
        make_item(actor, health="on_track", phase="cancelled")

        assert stale(actor, later(days=99)) == [None, None, None]

    def test_follow_the_rule_of_their_level_before_the_general_one(self):
        actor = make_workspace()
        freshness_rule(actor, "health", 100)
        freshness_rule(actor, "health", 5, level_id=level(actor, "bet"))
        make_item(actor, level="bet", health="on_track")
        make_item(actor, health="on_track")

        assert stale(actor, later(days=10)) == [["health"], None]
        assert stale(actor, later(days=101)) == [["health"], ["health"]]

    def test_may_lie_beside_the_item_or_be_the_workspaces_own(self):
        actor = make_workspace()
        cost = make_custom_field(actor, "cost", "number")
        for field in ("effort", "text", "cost", "timeframe"):
            freshness_rule(actor, field, 10)
        item = make_item(actor, description="Words.", custom={"cost": 3}, start_on=date(2026, 3, 2))
        with inside(actor):
            estimates.set_estimates(actor=actor, clock=NOON, item_id=item.id, efforts=[estimates.Effort(likely=3)])
        assert cost

        assert stale(actor, later(days=9)) == [None]
        assert sorted(stale(actor, later(days=11))[0] or []) == ["cost", "effort", "text", "timeframe"]
        change(actor, item, later(days=11), custom={"cost": 4}, end_on=date(2026, 5, 1))
        assert sorted(stale(actor, later(days=12))[0] or []) == ["effort", "text"]

    def test_were_what_they_were_in_the_past(self):
        actor = make_workspace()
        freshness_rule(actor, "health", 14)
        item = make_item(actor, health="on_track")
        confirm(actor, item, "health", clock=later(days=20))

        seen = [stale(actor, later(days=50), as_of=later(days=day).now.isoformat()) for day in (10, 19, 21, 40)]

        assert seen == [[None], [["health"]], [None], [["health"]]]

    def test_are_stale_again_once_the_change_is_undone(self):
        actor = make_workspace()
        freshness_rule(actor, "health", 14)
        item = make_item(actor, health="on_track")
        change(actor, item, later(days=20), health="at_risk")
        with inside(actor):
            line = ledger.history(actor, "item", item.id)[0]
            undo_change_set(actor, later(days=21), line.change_set_id)

        assert stale(actor, later(days=40)) == [["health"]]


class TestConfirming:
    def test_is_a_record_with_a_history(self):
        actor = make_workspace()
        item = make_item(actor, health="on_track")

        confirm(actor, item, "health", "owner", clock=later(days=1))
        confirm(actor, item, "health", clock=later(days=2))

        with inside(actor):
            kept = {each.field: each.confirmed_at for each in Confirmation.objects.filter(item_id=item.id)}
            lines = [line for line in ledger.history(actor, "item", item.id) if line.entity == "confirmation"]
        assert kept == {"health": later(days=2).now, "owner": later(days=1).now}
        assert len(lines) == 3

    @pytest.mark.parametrize("field", ["nope", "ref", "effort.rolled", "health.inferred"])
    def test_takes_only_what_people_write(self, field):
        actor = make_workspace()
        item = make_item(actor)

        with pytest.raises(Invalid):
            confirm(actor, item, field)
        with pytest.raises(Invalid):
            freshness_rule(actor, field, 3)

    def test_is_for_those_who_may_change_the_item(self):
        actor = make_workspace()
        item = make_item(actor)

        with pytest.raises(Forbidden):
            confirm(make_actor(actor.workspace_id, Role.CONTRIBUTOR), item, "health")


def test_a_rule_is_configured_by_those_who_configure():
    actor = make_workspace()
    editor = make_actor(actor.workspace_id, Role.EDITOR)

    with pytest.raises(Forbidden):
        freshness_rule(editor, "health", 3)


def test_a_field_that_is_given_another_key_keeps_its_rule():
    actor = make_workspace()
    cost = make_custom_field(actor, "cost", "number")
    freshness_rule(actor, "cost", 10)
    make_item(actor, custom={"cost": 3})
    with inside(actor):
        config.update_setting(
            actor=actor, clock=NOON, kind="custom_field", record_id=cost.id, version=1, changes={"key": "price"}
        )

    assert stale(actor, later(days=20)) == [["price"]]
