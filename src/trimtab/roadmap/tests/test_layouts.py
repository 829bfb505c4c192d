"""Layouts: the nearest area decides; what is newly owed is refused, what was owed before holds nobody up."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.core import query
from trimtab.core.actors import Actor, Origin
from trimtab.core.errors import Invalid
from trimtab.core.tests.factories import NOON, inside
from trimtab.roadmap.errors import RequiredMissing
from trimtab.roadmap.layouts import LayoutRule, Shown, is_due, resolve
from trimtab.roadmap.services import config, estimates, items
from trimtab.roadmap.services.estimates import Effort
from trimtab.roadmap.services.item_rules import get_item_rules
from trimtab.roadmap.tests.factories import (
    level,
    make_actor,
    make_area,
    make_custom_field,
    make_item,
    make_person,
    make_workspace,
    phase,
)
from trimtab.roadmap.tests.test_health import change


def layout(actor: Actor, *fields: str, level_id: UUID | None = None, area_id: UUID | None = None) -> None:
    """``owner`` is shown, ``owner!`` always required, ``owner!doing`` from then on, ``owner-`` hidden."""
    shown = []
    for field in fields:
        name, asked, since = field.partition("!")
        shown.append(
            {
                "field": name.rstrip("-"),
                "required": (since or "always") if asked else None,
                "hidden": name.endswith("-"),
            }
        )
    values = {"level_id": level_id, "area_id": area_id, "sections": [{"name": "Plan", "fields": shown}]}
    with inside(actor):
        config.create_setting(actor=actor, clock=NOON, kind="layout", values=values)


def missing(actor: Actor, text: str = "") -> list[Any]:
    question = {"source": "item", "columns": ["missing.required"], "text": text, "sort": [{"field": "ref"}]}
    found: list[Any] = json.loads(query.run(actor, NOON, question))["columns"]["missing.required"]
    return found


class TestRequiredFields:
    def test_are_demanded_of_a_write_that_newly_owes_them(self):
        actor = make_workspace()
        layout(actor, "owner!doing", "benefit!doing")
        item = make_item(actor)

        with pytest.raises(RequiredMissing, match="Benefit and Owner are required here") as refusal:
            change(actor, item, phase_id=phase(actor, "doing"))

        assert refusal.value.extra["missing"] == ["benefit", "owner"]
        assert missing(actor) == [None]
        change(actor, item, phase_id=phase(actor, "doing"), benefit=3, owner_id=make_person(actor).id)
        assert missing(actor) == [None]

    def test_that_were_owed_before_hold_nobody_up(self):
        actor = make_workspace()
        item = make_item(actor, phase="doing", benefit=1)
        layout(actor, "owner!doing", "benefit!doing")

        change(actor, item, title="Another title")

        assert missing(actor) == [["owner"]]
        with pytest.raises(RequiredMissing, match="Benefit is required"):
            change(actor, item, benefit=None)
        assert missing(actor, "missing.required:owner") == [["owner"]]
        assert missing(actor, "missing.required:benefit") == []

    def test_are_demanded_of_a_new_item(self):
        actor = make_workspace()
        layout(actor, "area!", "owner!doing", level_id=level(actor, "bet"))

        with pytest.raises(RequiredMissing, match="Area is required"):
            make_item(actor, level="bet")
        make_item(actor, level="feature")

    def test_are_not_demanded_of_a_file_or_a_tracker(self):
        actor = make_workspace()
        layout(actor, "owner!")
        item_level = level(actor)
        importer = make_actor(actor.workspace_id, origin=Origin.IMPORT)
        with inside(actor):
            items.create_item(actor=importer, clock=NOON, values={"title": "Old", "level_id": item_level})

        assert missing(actor) == [["owner"]]

    def test_are_not_owed_by_what_is_cancelled(self):
        actor = make_workspace()
        item = make_item(actor)
        layout(actor, "owner!")

        change(actor, item, phase_id=phase(actor, "cancelled"))

        assert missing(actor) == [None]

    def test_may_be_of_the_workspace_or_lie_beside_the_item(self):
        actor = make_workspace()
        make_custom_field(actor, "cost", "number")
        item = make_item(actor, custom={"cost": 1})
        with inside(actor):
            estimates.set_estimates(actor=actor, clock=NOON, item_id=item.id, efforts=[Effort(likely=3)])
        layout(actor, "cost!", "effort!", "dim.theme!", "timeframe!", "tags!", "text!")

        assert sorted(missing(actor)[0]) == ["dim.theme", "tags", "text", "timeframe"]
        with pytest.raises(RequiredMissing, match="Cost"):
            change(actor, item, custom={"cost": None})
        with pytest.raises(RequiredMissing, match="Effort"), inside(actor):
            estimates.set_estimates(actor=actor, clock=NOON, item_id=item.id, efforts=[])

    def test_follow_an_item_to_another_area(self):
        actor = make_workspace()
        strict, below = make_area(actor, "Strict"), None
        below = make_area(actor, "Below", parent_id=strict.id)
        layout(actor, "owner!", area_id=strict.id)
        item = make_item(actor)

        with pytest.raises(RequiredMissing, match="Owner"):
            change(actor, item, area_id=below.id)


class TestLayout:
    def test_is_kept_with_all_its_parts(self):
        actor = make_workspace()
        with inside(actor):
            sections = [{"name": "Plan", "fields": [{"field": "owner"}]}]
            made = config.create_setting(actor=actor, clock=NOON, kind="layout", values={"sections": sections})
            field = config.create_setting(
                actor=actor, clock=NOON, kind="custom_field",
                values={"key": "cost", "name": "Cost", "type": "number", "rolls_up": {"how": "sum"}},
            )  # fmt: skip

        assert made.sections[0]["fields"] == [{"field": "owner", "required": None, "hidden": False}]
        assert field.rolls_up == {"how": "sum", "of": None, "weight": None}

    def test_of_the_nearest_area_wins(self):
        actor = make_workspace()
        top = make_area(actor, "Top")
        middle = make_area(actor, "Middle", parent_id=top.id)
        low = make_area(actor, "Low", parent_id=middle.id)
        layout(actor, "owner!")
        layout(actor, "benefit!", area_id=top.id, level_id=level(actor))
        layout(actor, "team!", area_id=middle.id)
        importer = make_actor(actor.workspace_id, origin=Origin.IMPORT)
        with inside(actor):
            for area in (None, top.id, middle.id, low.id):
                values = {"title": "Old", "level_id": level(actor), "area_id": area}
                items.create_item(actor=importer, clock=NOON, values=values)

        assert missing(actor) == [["owner"], ["benefit"], ["team"], ["team"]]

    def test_is_shown_with_the_item(self):
        actor = make_workspace()
        layout(actor, "owner!doing", "benefit-", "health")
        item = make_item(actor)

        with inside(actor):
            (section,) = get_item_rules(actor, NOON, item.id).sections

        assert section.name == "Plan"
        assert [(each.field, each.required, each.due, each.hidden) for each in section.fields] == [
            ("owner", "doing", False, False), ("benefit", None, False, True), ("health", None, False, False),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("fields", "said"),
        [(["nope"], "no field nope"), (["owner", "owner"], "twice"), (["effort.rolled", "health.waits"], "no field")],
    )
    def test_names_each_field_once_and_only_those_that_are_there(self, fields, said):
        actor = make_workspace()

        with pytest.raises(Invalid, match=said):
            layout(actor, *fields)


ids = [uuid4() for _ in range(4)]


@given(
    layouts=st.dictionaries(
        st.tuples(st.none() | st.sampled_from(ids), st.none() | st.sampled_from(ids[:2])), st.just(()), max_size=8
    ),
    parents=st.lists(st.none() | st.integers(0, 3), min_size=4, max_size=4),
    area=st.none() | st.sampled_from(ids),
    level_id=st.sampled_from(ids[:2]),
)
def test_what_is_resolved_lies_above_and_nothing_nearer_fits(layouts, parents, area, level_id):
    known = [LayoutRule(uuid4(), level, area_id, ()) for area_id, level in layouts]
    tree = {ids[at]: None if parent is None or parent >= at else ids[parent] for at, parent in enumerate(parents)}
    found = resolve(known, tree, level_id, area)
    above, at = [], area
    while at is not None:
        above.append(at)
        at = tree[at]
    above.append(None)

    ranked = sorted(
        (above.index(each.area_id), each.level_id is None, str(each.id))
        for each in known
        if each.area_id in above and each.level_id in {level_id, None}
    )
    assert (found and str(found.id)) == (ranked[0][2] if ranked else None)


@pytest.mark.parametrize(
    ("required", "due"),
    [(None, []), ("always", [None, "todo", "doing", "done"]), ("doing", ["doing", "done"]), ("done", ["done"])],
)
def test_a_field_is_due_from_its_category_on(required, due):
    assert [each for each in (None, "todo", "doing", "done", "cancelled") if is_due(required, each)] == due
    assert Shown("owner", required, False)
