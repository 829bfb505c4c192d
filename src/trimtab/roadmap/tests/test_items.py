from datetime import date

import pytest

from trimtab.core.actors import Role
from trimtab.core.errors import Forbidden, Invalid, NotFound, StaleVersion
from trimtab.roadmap import documents
from trimtab.roadmap.errors import DatesInverted, HasChildren, WrongLevel
from trimtab.roadmap.models import Item, ItemText
from trimtab.roadmap.services import items
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    later,
    level,
    make_actor,
    make_item,
    make_person,
    make_workspace,
    phase,
)


@pytest.fixture
def actor():
    return make_workspace()


def update(actor, item, version=None, **changes):
    with inside(actor):
        return items.update_item(
            actor=actor, clock=later(hours=1), item_id=item.id, version=version or item.version, changes=changes
        )


def document(actor, item):
    with inside(actor):
        return documents.item_document(actor, item.id)


class TestCreateItem:
    def test_starts_behind_the_others_in_the_first_phase_to_do(self, actor):
        first = make_item(actor)
        second = make_item(actor, title="  Offline mode ")

        assert (first.number, second.number) == (1, 2)
        assert first.rank < second.rank
        assert second.title == "Offline mode"
        assert second.phase_id == phase(actor, "backlog")

    def test_tells_all_of_itself(self, actor):
        item = make_item(actor, description="Words.", benefit=8, tags=["mobile", "mobile"])

        told = document(actor, item)

        assert told["ref"] == "TT-1"
        assert (told["description"], told["benefit"], told["tags"]) == ("Words.", 8, ["mobile"])
        assert told["rolled"] == {
            "effort": None, "start_on": None, "start_precision": None, "end_on": None, "end_precision": None,
            "progress": None, "health": None, "children": 0, "missing": {"effort": 0, "dates": 0, "health": 0},
        }  # fmt: skip

    @pytest.mark.parametrize("over", [{"title": " "}, {"level_id": None}, {"colour": "red"}])
    def test_refuses_what_is_no_item(self, actor, over):
        with pytest.raises(Invalid):
            make_item(actor, **over)

    def test_a_parent_is_of_a_higher_level(self, actor):
        feature = make_item(actor)

        with pytest.raises(WrongLevel):
            make_item(actor, parent=feature)

    def test_nothing_of_another_workspace_can_be_named(self, actor):
        stranger = make_workspace()

        with pytest.raises(Invalid) as caught:
            make_item(actor, owner_id=make_person(stranger).id)
        assert "owner_id" in caught.value.extra["fields"]

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR])
    def test_needs_an_editor(self, actor, role):
        with inside(actor), pytest.raises(Forbidden):
            items.create_item(actor=make_actor(actor.workspace_id, role), clock=NOON, values={"title": "No"})


class TestUpdateItem:
    def test_writes_the_named_fields_alone(self, actor):
        item = make_item(actor, benefit=3)

        update(actor, item, title="Faster", health="at_risk")

        told = document(actor, item)
        assert (told["title"], told["health"], told["benefit"], told["version"]) == ("Faster", "at_risk", 3, 2)

    def test_the_same_values_again_leave_no_trace(self, actor):
        item = make_item(actor, benefit=3, description="Words.")

        update(actor, item, title="Faster sync", benefit=3, description="Words.")

        assert document(actor, item)["version"] == 1

    def test_two_people_may_write_two_fields_at_once(self, actor):
        item = make_item(actor)
        update(actor, item, title="Mine")

        update(actor, item, version=1, health="on_track")

        assert document(actor, item)["title"] == "Mine"

    def test_the_same_field_is_refused_with_what_stands_there(self, actor):
        item = make_item(actor)
        update(actor, item, title="Mine")

        with pytest.raises(StaleVersion) as caught:
            update(actor, item, version=1, title="Yours")
        assert caught.value.extra["fields"]["title"]["current"] == "Mine"

    def test_a_quarter_stays_a_quarter(self, actor):
        item = make_item(actor)
        update(actor, item, start_on=date(2026, 8, 20), start_precision="quarter", end_on=date(2026, 11, 3))

        moved = update(actor, item, version=2, start_on=date(2026, 5, 5))

        assert (moved.start_on, moved.start_precision) == (date(2026, 4, 1), "quarter")
        assert (moved.end_on, moved.end_precision) == (date(2026, 11, 3), "day")

    def test_dates_the_wrong_way_round_are_refused(self, actor):
        item = make_item(actor)

        with pytest.raises(DatesInverted):
            update(actor, item, start_on=date(2026, 5, 2), end_on=date(2026, 5, 1))

    def test_a_contributor_changes_their_own_items_alone(self, actor):
        ana = make_person(actor)
        mine, other = make_item(actor, owner_id=ana.id), make_item(actor)
        contributor = make_actor(actor.workspace_id, Role.CONTRIBUTOR, person_id=ana.id)

        update(contributor, mine, health="on_track")

        with pytest.raises(Forbidden):
            update(contributor, other, health="on_track")

    def test_next_door_it_does_not_exist(self, actor):
        item = make_item(make_workspace())

        with pytest.raises(NotFound):
            update(actor, item, title="Mine")


class TestDeleteItem:
    def test_takes_what_hangs_on_it(self, actor):
        item = make_item(actor, description="Words.")

        with inside(actor):
            assert items.delete_item(actor=actor, clock=later(hours=1), item_id=item.id) == 1

        with inside(actor):
            assert not Item.objects.exists()
            assert not ItemText.objects.exists()

    def test_children_are_deleted_only_when_asked(self, actor):
        bet = make_item(actor, level="bet")
        make_item(actor, parent=make_item(actor, level="initiative", parent=bet))

        with inside(actor), pytest.raises(HasChildren) as caught:
            items.delete_item(actor=actor, clock=later(hours=1), item_id=bet.id)
        assert caught.value.extra == {"children": 2}
        with inside(actor):
            assert items.delete_item(actor=actor, clock=later(hours=1), item_id=bet.id, with_children=True) == 3


class TestLevels:
    def test_a_level_change_keeps_the_tree_right(self, actor):
        initiative = make_item(actor, level="initiative")
        make_item(actor, parent=initiative)

        with pytest.raises(WrongLevel):
            update(actor, initiative, level_id=level(actor, "work_item"))
