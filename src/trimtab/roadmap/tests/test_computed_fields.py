"""Computed fields filter, sort, group, total and travel in time like those that people state."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from trimtab.core import query
from trimtab.core.actors import Actor, Role
from trimtab.core.errors import Forbidden, Invalid
from trimtab.core.query.problems import QueryInvalid
from trimtab.roadmap.services import config, formulas, items
from trimtab.roadmap.services.estimates import Effort, set_estimates
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    later,
    make_actor,
    make_custom_field,
    make_item,
    make_workspace,
)


def field(actor: Actor, key: str, **over: Any):
    with inside(actor):
        return config.create_setting(
            actor=actor, clock=NOON, kind="custom_field", values={"key": key, "name": key.title(), **over}
        )


def formula(actor: Actor, key: str, text: str, **over: Any):
    return field(actor, key, type="formula", formula=text, **over)


def ask(actor: Actor, **question: Any) -> dict[str, Any]:
    return json.loads(query.run(actor, question.pop("clock", NOON), {"source": "item", **question}))


def column(actor: Actor, name: str, **question: Any) -> list[Any]:
    return ask(actor, columns=[name], **{"sort": [{"field": "ref"}], **question})["columns"][name]


def estimated(actor: Actor, item, days: float) -> None:
    with inside(actor):
        set_estimates(actor=actor, clock=NOON, item_id=item.id, efforts=[Effort(likely=days)])


def change(actor: Actor, item, clock=NOON, **changes: Any):
    with inside(actor):
        now = items.queries.get_item(actor, item.id)
        return items.update_item(actor=actor, clock=clock, item_id=item.id, version=now.version, changes=changes)


class TestAFormulaField:
    def test_is_computed_of_built_in_fields_and_knows_its_unit(self):
        actor = make_workspace(benefit_unit="points")
        formula(actor, "value", "benefit / effort")
        first, _ = make_item(actor, benefit=30), make_item(actor, benefit=10)
        estimated(actor, first, 6)

        assert column(actor, "value") == [5, None]
        described = {each["name"]: each for each in query.fields(actor, "item")}["value"]
        assert (described["type"], described["unit"], described["formula"]) == (
            "number", "points/person-days", "benefit / effort",
        )  # fmt: skip

    def test_filters_sorts_and_adds_up(self):
        actor = make_workspace()
        formula(actor, "double", "benefit * 2")
        for benefit in (3, 1, None, 2):
            make_item(actor, benefit=benefit)

        assert column(actor, "double", text="double:>2") == [6, 4]
        assert column(actor, "double", text="double:none") == [None]
        assert column(actor, "double", sort=[{"field": "double", "desc": True}]) == [6, 4, 2, None]
        totals = ask(actor, totals=[{"fn": fn, "field": "double"} for fn in ("sum", "avg", "max", "missing")])["totals"]
        assert totals == {"sum.double": 12, "avg.double": 4, "max.double": 6, "missing.double": 1}

    def test_sorts_what_lacks_one_of_the_records_that_it_is_computed_of(self):
        actor = make_workspace()
        formula(actor, "either", "coalesce(plain(effort), plain(benefit))")
        for benefit in (3, None, 1):
            make_item(actor, benefit=benefit)

        assert column(actor, "either", sort=[{"field": "either"}]) == [1, 3, None]

    def test_pages_on_in_its_order(self):
        actor = make_workspace()
        formula(actor, "double", "benefit * 2")
        for benefit in (3, 1, None, 2, 2):
            make_item(actor, benefit=benefit)
        seen, after = [], None

        while True:
            answer = ask(actor, columns=["double"], sort=[{"field": "double"}], page={"size": 2, "after": after})
            seen += answer["columns"]["double"]
            after = answer["next"]
            if after is None:
                break

        assert seen == [2, 4, 4, 6, None]

    def test_groups_and_adds_up_in_a_tree(self):
        actor = make_workspace()
        formula(actor, "size", 'if(benefit > 5, "big", "small")')
        formula(actor, "double", "benefit * 2")
        bet = make_item(actor, level="bet", benefit=9)
        make_item(actor, parent=bet, benefit=2)

        groups = ask(actor, group=[{"by": "size"}], totals=[{"fn": "sum", "field": "double"}])["groups"]
        tree = ask(actor, tree={"axis": "parent"}, totals=[{"fn": "sum", "field": "double"}], columns=["size"])[
            "columns"
        ]

        assert [(group["key"], group["totals"]["sum.double"]) for group in groups] == [(["big"], 18), (["small"], 4)]
        assert (tree["size"], tree["total.sum.double"]) == (["big"], [22])

    def test_shows_what_it_was_in_the_past(self):
        actor = make_workspace()
        formula(actor, "double", "benefit * 2")
        formula(actor, "age", "days_between(start, today())")
        item = make_item(actor, benefit=1, start_on=NOON.now.date())
        change(actor, item, later(days=10), benefit=5)
        then = {"as_of": (NOON.now + timedelta(days=3)).isoformat()}

        assert column(actor, "double", clock=later(days=20)) == [10]
        assert column(actor, "double", clock=later(days=20), lens=then) == [2]
        assert column(actor, "age", clock=later(days=20)) == [20]
        assert column(actor, "age", clock=later(days=20), lens=then) == [3]
        compared = ask(actor, columns=["double", "age"], clock=later(days=20), lens=then, compare="live")
        assert compared["columns"]["_changed"] == [["double", "age"]]

    def test_takes_references_by_name_choices_by_key_and_days_of_the_workspace(self):
        actor = make_workspace()
        field(actor, "risk", type="choice", options=[{"key": "low", "name": "Low"}, {"key": "high", "name": "High"}])
        field(actor, "due-day", type="date")
        formula(actor, "said", 'concat(level, " ", phase, " ", risk)')
        formula(actor, "late", "[due-day] < today()")
        make_item(actor, phase="doing", custom={"risk": "high", "due-day": "2026-02-28"})
        make_item(actor)

        assert column(actor, "said")[0] == "Feature Doing high"
        assert column(actor, "late") == [True, None]
        assert column(actor, "ref", text="late:yes") == column(actor, "ref")[:1]

    def test_of_coarse_days_is_no_more_exact_than_they_are(self):
        actor = make_workspace()
        formula(actor, "review_on", "end + 14")
        make_item(actor, end_on=date(2026, 6, 30), end_precision="quarter")

        answer = ask(actor, columns=["review_on", "review_on.precision"])["columns"]

        assert (answer["review_on"], answer["review_on.precision"]) == (["2026-07-14"], ["quarter"])

    def test_of_a_confidential_field_is_confidential(self):
        actor = make_workspace()
        field(actor, "cost", type="number", confidential=True)
        formula(actor, "double", "cost * 2")
        viewer = make_actor(actor.workspace_id, Role.VIEWER)

        with pytest.raises(Forbidden):
            column(viewer, "double")
        assert "double" not in {each["name"] for each in query.fields(viewer, "item")}

    def test_of_other_formulas_follows_them(self):
        actor = make_workspace()
        formula(actor, "double", "benefit * 2")
        formula(actor, "twice", "double * 2 + 1")
        make_item(actor, benefit=2)

        assert column(actor, "twice") == [9]

    def test_cannot_be_computed_from_itself(self):
        actor = make_workspace()
        formula(actor, "one", "benefit")
        formula(actor, "two", "one + 1")

        with inside(actor):
            one = items.queries.custom_fields(actor)["one"]
        with pytest.raises(Invalid, match="one → two → one"), inside(actor):
            config.update_setting(
                actor=actor, clock=NOON, kind="custom_field", record_id=one.id, version=1, changes={"formula": "two"}
            )

    def test_whose_field_is_gone_says_so_and_has_no_values(self):
        actor = make_workspace()
        cost = field(actor, "cost", type="number")
        formula(actor, "margin", "plain(benefit) - cost")
        make_item(actor, benefit=5)
        with inside(actor):
            config.delete_setting(actor=actor, clock=NOON, kind="custom_field", record_id=cost.id)

        answer = ask(actor, columns=["margin"], text="margin:none")

        assert answer["columns"]["margin"] == [None]
        assert answer["warnings"] == ["Margin: There is no field cost: it was deleted, or is named otherwise."]

    def test_follows_a_field_that_is_given_another_key(self):
        actor = make_workspace()
        cost = field(actor, "cost", type="number")
        formula(actor, "double", "cost * 2")
        make_item(actor, custom={"cost": 4})
        with inside(actor):
            config.update_setting(
                actor=actor, clock=NOON, kind="custom_field", record_id=cost.id, version=1, changes={"key": "unit-cost"}
            )

        assert column(actor, "double") == [8]
        assert formulas_of(actor)["double"] == "[unit-cost] * 2"

    def test_takes_no_value(self):
        actor = make_workspace()
        formula(actor, "double", "benefit * 2")

        with pytest.raises(Invalid, match="computed"):
            make_item(actor, custom={"double": 3})

    @pytest.mark.parametrize(
        ("text", "position", "said"),
        [
            ("benefit + effort", 0, "Points cannot be added to person-days"),
            ("benefit / effrt", 10, "Did you mean effort"),
            ("timeframe", 0, "write start or end"),
            ("if(benefit, 1, 2)", 3, "Compare it with something"),
        ],
    )
    def test_that_is_wrong_is_not_kept(self, text, position, said):
        actor = make_workspace(benefit_unit="points")

        with pytest.raises(Invalid, match=said) as refusal:
            formula(actor, "wrong", text)

        assert refusal.value.extra["problems"][0]["position"] == position
        assert "wrong" not in formulas_of(actor)

    def test_grows_no_further_than_what_can_be_computed(self):
        actor = make_workspace()
        formula(actor, "f0", "benefit + benefit")
        for at in range(1, 7):
            formula(actor, f"f{at}", f"f{at - 1} + f{at - 1}")

        with pytest.raises(Invalid, match="at most 600"):
            formula(actor, "f7", "f6 + f6")


def formulas_of(actor: Actor) -> dict[str, str]:
    with inside(actor):
        return {key: each.formula for key, each in items.queries.custom_fields(actor).items()}


class TestCheckingAFormula:
    def test_says_what_it_gives(self):
        actor = make_workspace()
        with inside(actor):
            found = formulas.check_formula(actor, "end + weeks(2)")

        assert (found.type, found.unit, found.fields, found.problems) == ("date", "", ("end",), ())

    def test_says_what_is_wrong_and_where(self):
        actor = make_workspace()
        with inside(actor):
            (problem,) = formulas.check_formula(actor, "1 + (2").problems

        assert problem.as_json() == {
            "message": "This ( is never closed: add ).", "position": 4, "length": 1, "suggestion": None,
        }  # fmt: skip

    def test_helps_to_go_on(self):
        actor = make_workspace()
        field(actor, "due-day", type="date", name="Due")
        with inside(actor):
            start, found = formulas.complete_formula(actor, "1 + du", 6)

        assert (start, [each.text for each in found][:1]) == (4, ["[due-day]"])


class TestARollUpField:
    def _tree(self, actor: Actor) -> dict[str, Any]:
        bet = make_item(actor, level="bet", title="bet")
        one = make_item(actor, level="initiative", parent=bet, title="one")
        other = make_item(actor, level="initiative", parent=bet, title="other", custom={"cost": 100})
        make_item(actor, parent=one, custom={"cost": 3}, benefit=1)
        make_item(actor, parent=one, custom={"cost": 5}, benefit=3)
        make_item(actor, parent=one, phase="cancelled", custom={"cost": 50})
        make_item(actor, parent=other, custom={"cost": 7})
        return {"bet": bet, "one": one, "other": other}

    @pytest.mark.parametrize(
        ("how", "bet", "one", "other"),
        [("sum", 108, 8, 7), ("average", 36, 4, 7), ("min", 3, 3, 7), ("max", 100, 5, 7), ("count", 3, 2, 1)],
    )
    def test_takes_what_is_stated_below_else_what_lies_below_that(self, how, bet, one, other):
        actor = make_workspace()
        field(actor, "cost", type="number", rolls_up={"how": how})
        self._tree(actor)

        for extra in ({}, {"sort": [{"field": "cost.rolled"}]}, {"page": {"size": 5000}}):
            answer = ask(actor, columns=["title", "cost", "cost.rolled"], text="level:bet,initiative", **extra)[
                "columns"
            ]
            found = dict(zip(answer["title"], zip(answer["cost"], answer["cost.rolled"], strict=True), strict=True))
            assert found == {"bet": (None, bet), "one": (None, one), "other": (100, other)}

    def test_weighs(self):
        actor = make_workspace()
        field(actor, "cost", type="number", rolls_up={"how": "weighted", "weight": "benefit"})
        self._tree(actor)

        assert column(actor, "cost.rolled", text="title:one") == [4.5]

    def test_takes_the_worst_of_a_choice(self):
        actor = make_workspace()
        options = [{"key": key, "name": key} for key in ("low", "middle", "high")]
        field(actor, "risk", type="choice", options=options, rolls_up={"how": "worst"})
        bet = make_item(actor, level="bet", title="bet")
        make_item(actor, parent=bet, custom={"risk": "middle"})
        make_item(actor, parent=bet, custom={"risk": "low"})

        assert column(actor, "risk.rolled", text="title:bet") == ["middle"]
        assert column(actor, "title", text="risk.rolled:middle") == ["bet"]

    def test_of_another_field_filters_totals_and_feeds_formulas(self):
        actor = make_workspace()
        field(actor, "cost", type="number")
        formula(actor, "double", "benefit * 2")
        field(actor, "worth", type="number", rolls_up={"how": "sum", "of": "double"})
        formula(actor, "gap", "coalesce(worth, 0) - plain(worth.rolled)")
        self._tree(actor)

        assert column(actor, "title", text="worth.rolled:>1 level:initiative") == ["one"]
        assert column(actor, "gap", text="level:bet,initiative") == [-8, -8, None]
        assert ask(actor, totals=[{"fn": "sum", "field": "gap"}])["totals"] == {"sum.gap": -16}

    def test_shows_what_it_was_in_the_past(self):
        actor = make_workspace()
        field(actor, "cost", type="number", rolls_up={"how": "sum"})
        one = self._tree(actor)["one"]
        make_item(actor, later(days=9), parent=one, custom={"cost": 1000})
        then = {"as_of": (NOON.now + timedelta(days=3)).isoformat()}

        assert column(actor, "cost.rolled", text="title:one", clock=later(days=20)) == [1008]
        assert column(actor, "cost.rolled", text="title:one", clock=later(days=20), lens=then) == [8]

    def test_that_cannot_be_computed_is_refused_in_words(self):
        actor = make_workspace()

        with pytest.raises(Invalid, match="rolled up by sum, average, weighted, min, max, count"):
            field(actor, "cost", type="number", rolls_up={"how": "worst"})
        with pytest.raises(Invalid, match="no field nope"):
            field(actor, "cost", type="number", rolls_up={"how": "sum", "of": "nope"})
        with pytest.raises(Invalid, match="needs a number to weigh by"):
            field(actor, "cost", type="number", rolls_up={"how": "weighted"})


def test_a_broken_number_in_a_row_makes_nothing_fail():
    actor = make_workspace()
    cost = make_custom_field(actor, "cost", "number")
    due = make_custom_field(actor, "due", "date")
    formula(actor, "huge", "cost * cost * cost * cost")
    formula(actor, "far", "due + cost")
    item = make_item(actor)
    for number, day in ((1e300, "9999-12-30"), (-1e300, "0001-01-02"), ("x", "2023-02-31"), (None, "no day")):
        with inside(actor), items.ledger.change_set(actor, at=NOON.now):
            now = items.queries.get_item(actor, item.id)
            items.ledger.save(now, custom={str(cost.id): number, str(due.id): day})
        ask(actor, columns=["huge", "far"], sort=[{"field": "huge"}], text="-far:2020..2030")


def test_a_query_that_asks_a_formula_for_what_it_is_not_is_told_so():
    actor = make_workspace()
    formula(actor, "size", 'if(benefit > 5, "big", "small")')

    with pytest.raises(QueryInvalid, match="cannot be asked"):
        ask(actor, text="size:>5")
