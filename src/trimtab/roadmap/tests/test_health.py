"""Health as stated while it holds, else as inferred: always both kept, with reasons, today and in the past."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trimtab.core import ledger, query
from trimtab.core.actors import Actor
from trimtab.core.errors import Forbidden
from trimtab.roadmap.models import Health, Item
from trimtab.roadmap.services import config, dependencies, freshness, items
from trimtab.roadmap.services.item_rules import get_item_rules
from trimtab.roadmap.tests.factories import NOON, inside, later, make_actor, make_item, make_person, make_workspace
from trimtab.roadmap.tests.factories import level as level_of
from trimtab.roadmap.tests.factories import phase as phase_of
from trimtab.roadmap.tests.health_reference import Facts, holds, inferred

TODAY = NOON.now.date()
YESTERDAY = TODAY - timedelta(days=1)
COLUMNS = [
    "title", "health", "health.stated", "health.inferred", "health.current", "health.source", "health.why",
    "health.until", "health.by",
]  # fmt: skip
PHASES = {"todo": "backlog", "doing": "doing", "done": "done", "cancelled": "cancelled"}


def looked_at(actor: Actor, title: str = "Faster sync", clock=NOON, **question: Any) -> dict[str, Any]:
    question = {"source": "item", "text": f'title:"{title}"', "columns": COLUMNS} | question
    columns = json.loads(query.run(actor, clock, question))["columns"]
    return {name: values[0] for name, values in columns.items()}


def change(actor: Actor, item: Item, clock=NOON, **changes: Any) -> Item:
    with inside(actor):
        now = items.queries.get_item(actor, item.id)
        return items.update_item(actor=actor, clock=clock, item_id=item.id, version=now.version, changes=changes)


def freshness_rule(actor: Actor, field: str, days: int, **over: Any) -> None:
    with inside(actor):
        values = {"field": field, "days": days, **over}
        config.create_setting(actor=actor, clock=NOON, kind="freshness_rule", values=values)


class TestStatingHealth:
    def test_keeps_who_stated_it_and_until_when_it_holds(self):
        admin = make_workspace()
        ana = make_person(admin)
        actor = make_actor(admin.workspace_id, person_id=ana.id)
        freshness_rule(actor, "health", 14)
        item = make_item(actor)

        change(actor, item, health="at_risk", health_note="The vendor slips.")

        seen = looked_at(actor)
        assert (seen["health.current"], seen["health.source"], seen["health.why"]) == (
            "at_risk", "stated", "The vendor slips.",
        )  # fmt: skip
        assert (seen["health.until"], seen["health.by"]) == ((TODAY + timedelta(days=14)).isoformat(), str(ana.id))

    def test_that_has_expired_falls_back_to_what_is_inferred_and_says_so(self):
        actor = make_workspace()
        item = make_item(actor, phase="doing", end_on=TODAY + timedelta(days=100))

        change(actor, item, health="off_track", health_until=TODAY + timedelta(days=3))

        assert looked_at(actor, clock=later(days=3))["health.current"] == "off_track"
        after = looked_at(actor, clock=later(days=4))
        assert (after["health"], after["health.stated"], after["health.current"]) == ("off_track", None, "on_track")
        assert (after["health.source"], after["health.why"]) == (
            "expired", "What was stated has expired. Nothing speaks against its dates.",
        )  # fmt: skip

    def test_is_seen_in_the_past_as_it_counted_then(self):
        actor = make_workspace()
        item = make_item(actor, phase="doing", end_on=TODAY + timedelta(days=5))
        change(actor, item, later(days=1), health="at_risk", health_until=TODAY + timedelta(days=2))

        def at(days: int) -> tuple[Any, Any]:
            lens = {"as_of": (TODAY + timedelta(days=days)).isoformat()}
            seen = looked_at(actor, clock=later(days=60), lens=lens)
            return seen["health.current"], seen["health.source"]

        assert [at(0), at(1), at(3), at(6)] == [
            ("on_track", "inferred"), ("at_risk", "stated"), ("on_track", "expired"), ("off_track", "expired"),
        ]  # fmt: skip

    def test_the_same_again_leaves_no_trace_and_a_confirmation_lets_it_hold_anew(self):
        actor = make_workspace()
        freshness_rule(actor, "health", 10)
        item = make_item(actor, health="on_track")
        change(actor, item, later(days=8), health="on_track")
        assert looked_at(actor)["health.until"] == (TODAY + timedelta(days=10)).isoformat()

        with inside(actor):
            freshness.confirm_fields(actor=actor, clock=later(days=8), item_id=item.id, fields=["health"])

        assert looked_at(actor, clock=later(days=15))["health.source"] == "stated"
        with inside(actor):
            assert items.queries.get_item(actor, item.id).version == 1

    def test_taken_back_is_inferred_again(self):
        actor = make_workspace()
        item = make_item(actor, health="off_track")

        change(actor, item, health=None)

        seen = looked_at(actor)
        assert (seen["health.current"], seen["health.source"], seen["health.until"]) == ("unknown", "inferred", None)

    def test_goes_with_its_item_and_comes_back_with_it(self):
        actor = make_workspace()
        item = make_item(actor, health="off_track", health_until=TODAY)
        with inside(actor):
            freshness.confirm_fields(actor=actor, clock=NOON, item_id=item.id, fields=["title"])
            items.delete_item(actor=actor, clock=later(hours=1), item_id=item.id)
            gone = next(line for line in ledger.history(actor, "item", item.id) if line.op == "D")
            ledger.undo_change_set(actor, later(hours=2), gone.change_set_id)

        assert looked_at(actor)["health.until"] == TODAY.isoformat()


class TestEvidence:
    def _infers(self, actor: Actor, health: str, why: str, **question: Any) -> None:
        seen = looked_at(actor, **question)
        assert (seen["health.inferred"], seen["health.why"]) == (health, why)

    def test_of_what_lies_below(self):
        actor = make_workspace()
        parent = make_item(actor, level="initiative", end_on=TODAY + timedelta(days=9))
        make_item(actor, title="child", parent=parent, health="off_track", end_on=TODAY + timedelta(days=20))

        self._infers(
            actor, "at_risk", "Something below it is at risk or off track. Something below it ends later than it does."
        )

    @pytest.mark.parametrize("page", [{}, {"sort": [{"field": "health.inferred"}]}, {"page": {"size": 3000}}])
    def test_of_what_it_waits_for(self, page):
        actor = make_workspace()
        item, giver = make_item(actor), make_item(actor, title="giver")
        with inside(actor):
            dependencies.ask_dependency(
                actor=actor,
                clock=NOON,
                from_id=giver.id,
                to_id=item.id,
                values={"needed_by": TODAY - timedelta(days=1)},
            )

        self._infers(actor, "off_track", "It waits for something that will not come in time.", **page)

    def test_of_silence(self):
        actor = make_workspace()
        make_item(actor, phase="doing")

        self._infers(
            actor,
            "at_risk",
            "It is being worked on, but nothing of it has changed for 30 days.",
            clock=later(days=31),
        )

    def test_a_coarse_start_has_passed_only_when_all_of_it_has(self):
        actor = make_workspace()
        make_item(actor, phase="backlog", start_on=date(2026, 1, 1), start_precision="quarter")

        self._infers(actor, "on_track", "Nothing speaks against its dates.")
        late = {"clock": later(days=30)}
        self._infers(actor, "at_risk", "Its start has passed and it has not begun.", **late)


days_about = st.none() | st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days))


@settings(max_examples=40)
@given(
    category=st.sampled_from(list(PHASES)),
    dates=st.tuples(days_about, days_about),
    quiet=st.sampled_from([0, 29, 30, 31, 200]),
    stated=st.none() | st.sampled_from(Health.values),
    expires=days_about,
    child=st.none() | st.tuples(st.sampled_from(Health.values), days_about),
    waits=st.sampled_from([None, "declined", "at_risk", "fine"]),
)
@example(category="doing", dates=(None, TODAY), quiet=0, stated="on_track", expires=TODAY, child=None, waits=None)
def test_what_counts_is_what_was_stated_while_it_holds_else_what_the_evidence_says(
    category, dates, quiet, stated, expires, child, waits
):
    start, end = dates if None in dates else sorted(dates)
    clock = later(days=0)
    with transaction.atomic():
        actor = make_workspace()
        past = later(days=-quiet)
        item = make_item(
            actor, past, level="initiative", phase=PHASES[category], start_on=start, end_on=end, health=stated,
            **({"health_until": expires} if stated else {}),
        )  # fmt: skip
        if child is not None:
            health, child_end = child
            make_item(actor, past, title="child", parent=item, health=health, end_on=child_end)
        _wait(actor, item, waits)
        below = child[0] if child and child[0] != "unknown" else None
        facts = Facts(
            today=TODAY, category=category, start=start, end=end, latest_start=start, changed=past.now.date(),
            waits=GRAVITIES.get(_standing(actor)), children=int(child is not None), below=below,
            below_end=child[1] if child else None, stated=stated, expires=expires if stated else None,
        )  # fmt: skip

        pages = [looked_at(actor, clock=clock, **extra) for extra in ({}, {"sort": [{"field": "health.why"}]})]
        transaction.set_rollback(True)

    for seen in pages:
        health, why = inferred(facts)
        judged = holds(facts) and stated != "unknown"
        assert seen["health"] == stated
        assert seen["health.stated"] == (stated if holds(facts) else None)
        assert seen["health.inferred"] == health
        assert seen["health.current"] == (stated if judged else health)
        expired = stated is not None and not holds(facts)
        assert seen["health.source"] == ("stated" if judged else "expired" if expired else "inferred")
        if not judged and not expired:
            assert seen["health.why"] == why


GRAVITIES = {"broken": 3, "declined": 3, "at_risk": 2}


def _standing(actor: Actor) -> str | None:
    """How the one dependency stands, which its own tests look after."""
    found = query.rows(actor, NOON, {"source": "dependency", "columns": ["standing"]})
    return found[0]["standing"] if found else None


def _wait(actor: Actor, item: Item, how: str | None) -> None:
    if how is None:
        return
    giver = make_item(actor, title="giver", health="at_risk" if how == "at_risk" else None)
    with inside(actor):
        made = dependencies.ask_dependency(actor=actor, clock=NOON, from_id=giver.id, to_id=item.id, values={})
        if how == "declined":
            with ledger.change_set(actor, at=NOON.now):
                ledger.save(made, state="declined", reason="No time.")


class TestHorizon:
    @pytest.mark.parametrize(
        ("fields", "suggested"),
        [
            ({"start_on": date(2026, 3, 31)}, "now"),
            ({"start_on": date(2026, 4, 1)}, "next"),
            ({"start_on": date(2026, 7, 1)}, "later"),
            ({"start_on": date(2025, 7, 1)}, "now"),
            ({"end_on": date(2026, 6, 30), "end_precision": "quarter"}, "next"),
            ({"start_precision": "later"}, "later"),
            ({"start_on": date(2026, 3, 1), "phase": "done"}, None),
            ({}, None),
        ],
    )
    def test_is_suggested_by_the_dates_and_the_fiscal_quarter(self, fields, suggested):
        actor = make_workspace()
        make_item(actor, **fields)

        seen = looked_at(actor, columns=["horizon", "horizon.suggested", "horizon.current"])

        assert (seen["horizon"], seen["horizon.suggested"], seen["horizon.current"]) == (None, suggested, suggested)

    def test_as_stated_wins_and_both_are_kept(self):
        actor = make_workspace(fiscal_start_month=3)
        make_item(actor, start_on=date(2026, 5, 31), horizon="later")

        seen = looked_at(actor, columns=["horizon", "horizon.suggested", "horizon.current"])

        assert (seen["horizon"], seen["horizon.suggested"], seen["horizon.current"]) == ("later", "now", "later")


def test_what_is_kept_from_somebody_stays_so_in_what_is_worked_out_of_it():
    actor = make_workspace()
    item = make_item(actor, phase="doing", health="on_track", start_on=TODAY, horizon="now")
    blind = make_actor(actor.workspace_id, hidden=frozenset({"item.health", "item.timeframe"}))

    with inside(actor):
        found = get_item_rules(blind, NOON, item.id)

    assert (found.health.current, found.health.why, found.horizon.suggested) == (None, None, None)
    with pytest.raises(Forbidden):
        looked_at(blind, columns=["health.inferred"])


def test_an_item_is_shown_with_all_that_the_rules_say_of_it():
    actor = make_workspace()
    freshness_rule(actor, "health", 14, level_id=level_of(actor))
    item = make_item(actor, phase="doing", health="on_track", start_on=TODAY)
    assert phase_of(actor)

    with inside(actor):
        found = get_item_rules(actor, later(days=20), item.id)

    assert (found.health.said, found.health.source, found.stale, found.horizon.current) == (
        "on_track", "expired", ("health",), "now",
    )  # fmt: skip
