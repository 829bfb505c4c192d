"""Order, estimates, tracks, dimensions, own fields, ties: the rules and the refusals."""

from decimal import Decimal

import pytest
from django.db import connection

from trimtab.core import ledger
from trimtab.core.errors import Invalid, NotFound, StaleVersion
from trimtab.core.ids import new_id
from trimtab.roadmap import documents
from trimtab.roadmap.errors import WrongLevel
from trimtab.roadmap.models import DimensionValue, Estimate, Item, Track
from trimtab.roadmap.services import dimensions, estimates, items, tree
from trimtab.roadmap.services.estimates import Effort
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    later,
    make_custom_field,
    make_item,
    make_person,
    make_team,
    make_workspace,
    phase,
)

LATER = later(hours=1)


@pytest.fixture
def actor():
    return make_workspace()


def told(actor, item):
    with inside(actor):
        return documents.item_document(actor, item.id)


def changes(actor):
    with inside(actor), connection.cursor() as cursor:
        cursor.execute("select count(*) from ledger_change")
        return cursor.fetchone()[0]


def order(actor):
    with inside(actor):
        return list(Item.objects.order_by("rank", "id").values_list("title", flat=True))


def move(actor, item, **where):
    with inside(actor):
        version = Item.objects.get(id=item.id).version
        return tree.move_item(actor=actor, clock=LATER, item_id=item.id, version=version, **where)


class TestMoveItem:
    def test_between_in_front_and_behind(self, actor):
        a, b, c, d = (make_item(actor, title=title) for title in "abcd")

        move(actor, d, after_id=a.id, before_id=b.id)
        assert order(actor) == list("adbc")
        move(actor, c, before_id=a.id)
        assert order(actor) == list("cadb")
        move(actor, c, after_id=b.id)
        assert order(actor) == list("adbc")

    def test_one_neighbour_is_enough_and_new_ones_still_come_last(self, actor):
        a, b, c = (make_item(actor, title=title) for title in "abc")

        move(actor, a, after_id=c.id)
        make_item(actor, title="d")
        move(actor, b, before_id=a.id)

        assert order(actor) == list("cbad")

    def test_room_is_made_between_equal_ranks(self, actor):
        a, b, c, _ = (make_item(actor, title=title) for title in "abcd")
        with inside(actor), ledger.change_set(actor, at=NOON.now):
            Item.objects.filter(id__in=[a.id, b.id]).update(rank="V")

        move(actor, c, after_id=a.id, before_id=b.id)

        assert order(actor) == list("acbd")

    def test_room_is_made_where_ranks_grow_long(self, actor):
        a, b, c = (make_item(actor, title=title) for title in "abc")
        with inside(actor), ledger.change_set(actor, at=NOON.now):
            Item.objects.filter(id=a.id).update(rank="V")
            Item.objects.filter(id=b.id).update(rank="V" + "0" * 110 + "1")

        moved = move(actor, c, after_id=a.id, before_id=b.id)

        assert order(actor) == list("acb")
        assert len(moved.rank) < 10

    def test_under_a_parent_and_out(self, actor):
        parent, item = make_item(actor, level="initiative"), make_item(actor)

        assert move(actor, item, parent=(parent.id,)).parent_id == parent.id
        assert move(actor, item, parent=(None,)).parent_id is None

    def test_refusals(self, actor):
        item, other, third = make_item(actor), make_item(actor), make_item(actor)

        with pytest.raises(WrongLevel):
            move(actor, item, parent=(other.id,))
        with pytest.raises(Invalid):
            move(actor, item, before_id=item.id)
        with pytest.raises(Invalid):
            move(actor, item, after_id=third.id, before_id=other.id)
        with pytest.raises(NotFound):
            move(actor, item, before_id=new_id())
        assert told(actor, item)["version"] == 1

    def test_a_parent_that_somebody_changed_is_stale(self, actor):
        parent, item = make_item(actor, level="initiative"), make_item(actor)
        move(actor, item, parent=(parent.id,))

        with inside(actor), pytest.raises(StaleVersion):
            tree.move_item(
                actor=actor, clock=LATER, item_id=item.id, version=1,
                parent=(make_item(actor, level="bet").id,),
            )  # fmt: skip


class TestEstimates:
    def test_they_become_exactly_these(self, actor):
        item, core, web = make_item(actor), make_team(actor), make_team(actor, "Web")

        def put(*efforts):
            with inside(actor):
                estimates.set_estimates(actor=actor, clock=LATER, item_id=item.id, efforts=efforts)
                return dict(Estimate.objects.values_list("team_id", "likely"))

        assert put(Effort(Decimal(3), team_id=core.id), Effort(Decimal(1))) == {core.id: 3, None: 1}
        before = changes(actor)
        assert put(Effort(Decimal(1)), Effort(Decimal(3), team_id=core.id)) == {core.id: 3, None: 1}
        assert changes(actor) == before
        assert put(Effort(Decimal(5), team_id=web.id)) == {web.id: 5}

    @pytest.mark.parametrize(
        "efforts",
        [
            [Effort(Decimal(-1))],
            [Effort(Decimal(3), low=Decimal(4))],
            [Effort(Decimal(3), high=Decimal(2))],
            [Effort(Decimal(3)), Effort(Decimal(4))],
        ],
    )
    def test_refuses_and_changes_nothing(self, actor, efforts):
        item = make_item(actor)

        with inside(actor), pytest.raises(Invalid):
            estimates.set_estimates(actor=actor, clock=LATER, item_id=item.id, efforts=efforts)
        assert told(actor, item)["estimates"] == []


class TestTracks:
    def put(self, actor, item, track, to):
        with inside(actor):
            track_id = Track.objects.get(key=track).id
            estimates.set_track_phase(
                actor=actor, clock=LATER, item_id=item.id, track_id=track_id, phase_id=to and phase(actor, to)
            )

    def test_the_primary_one_is_the_items_phase(self, actor):
        item = make_item(actor)

        self.put(actor, item, "delivery", "doing")
        self.put(actor, item, "discovery", "research")
        self.put(actor, item, "discovery", "validated")

        assert told(actor, item)["phase_id"] == str(phase(actor, "doing"))
        assert [p["phase_id"] for p in told(actor, item)["phases"]] == [str(phase(actor, "validated"))]

    def test_a_phase_of_another_track_is_refused(self, actor):
        item = make_item(actor)

        with pytest.raises(Invalid):
            self.put(actor, item, "design", "doing")
        with inside(actor), pytest.raises(Invalid):
            items.update_item(
                actor=actor, clock=LATER, item_id=item.id, version=1, changes={"phase_id": phase(actor, "research")}
            )


class TestDimensions:
    def test_values_are_replaced_dimension_by_dimension(self, actor):
        item = make_item(actor)
        with inside(actor):
            growth, retention = (DimensionValue.objects.get(key=key).id for key in ("growth", "retention"))

            def put(**values):
                dimensions.set_dimensions(actor=actor, clock=LATER, item_id=item.id, values=values)
                return documents.item_document(actor, item.id)["dimensions"]

            assert put(investment_category=[growth]) == {"investment_category": [str(growth)]}
            assert put(investment_category=[retention], theme=[]) == {"investment_category": [str(retention)]}
            assert put(investment_category=[]) == {}
            with pytest.raises(Invalid, match="One value"):
                put(investment_category=[growth, retention])
            with pytest.raises(Invalid, match="no such dimension"):
                put(colour=[])

    def test_a_value_of_another_dimension_is_refused(self, actor):
        item = make_item(actor)
        with inside(actor):
            growth = DimensionValue.objects.get(key="growth").id

        with pytest.raises(Invalid), inside(actor):
            dimensions.set_dimensions(actor=actor, clock=LATER, item_id=item.id, values={"theme": [growth]})


class TestOwnFields:
    def test_values_and_links_come_back_as_they_were_given(self, actor):
        ana, bo = make_person(actor), make_person(actor, "Bo")
        other = make_item(actor)
        for key, kind in (("risk", "choice"), ("cost", "number"), ("due", "date"), ("lead", "person"),
                          ("readers", "people"), ("after", "items")):  # fmt: skip
            make_custom_field(actor, key, kind, options=["low", "high"] if kind == "choice" else [])
        given = {"risk": "low", "cost": 3.5, "due": "2026-08-20", "lead": ana.id, "readers": [bo.id, ana.id],
                 "after": [other.id]}  # fmt: skip

        item = make_item(actor, custom=given)

        shown = told(actor, item)["custom"]
        assert shown == {
            "risk": "low", "cost": 3.5, "due": "2026-08-20", "lead": str(ana.id), "readers": [str(bo.id), str(ana.id)],
            "after": [str(other.id)],
        }  # fmt: skip

        with inside(actor):
            items.update_item(
                actor=actor, clock=LATER, item_id=item.id, version=1,
                changes={"custom": {"risk": None, "readers": [ana.id], "lead": None}},
            )  # fmt: skip
        assert told(actor, item)["custom"] == {
            "cost": 3.5, "due": "2026-08-20", "readers": [str(ana.id)], "after": [str(other.id)],
        }  # fmt: skip

    def test_two_people_may_write_two_fields_but_not_one(self, actor):
        make_custom_field(actor, "cost", "number")
        make_custom_field(actor, "size", "number")
        item = make_item(actor)

        def put(**custom):
            with inside(actor):
                items.update_item(actor=actor, clock=LATER, item_id=item.id, version=1, changes={"custom": custom})

        put(cost=1)
        put(size=2)

        assert told(actor, item)["custom"] == {"cost": 1, "size": 2}
        with pytest.raises(StaleVersion):
            put(cost=3)

    def test_unknown_fields_and_strangers_are_refused(self, actor):
        make_custom_field(actor, "lead", "person")

        with pytest.raises(Invalid):
            make_item(actor, custom={"colour": "red"})
        with pytest.raises(Invalid):
            make_item(actor, custom={"lead": make_person(make_workspace()).id})


class TestDescription:
    def test_a_text_that_somebody_rewrote_is_stale(self, actor):
        item = make_item(actor, description="First.")

        def put(text, version=1):
            with inside(actor):
                items.update_item(
                    actor=actor, clock=LATER, item_id=item.id, version=1,
                    changes={"description": text, "description_version": version},
                )  # fmt: skip

        put("Second.")

        with pytest.raises(StaleVersion) as caught:
            put("Third.")
        assert caught.value.extra["fields"]["description"]["current"] == "Second."
