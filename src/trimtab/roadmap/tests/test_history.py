"""An item's history tells of all that belongs to it, in one list."""

from decimal import Decimal

import pytest

from trimtab.core import ledger
from trimtab.roadmap.models import Dimension, DimensionValue, Track
from trimtab.roadmap.services import dependencies, estimates, items, links
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


@pytest.fixture(scope="module")
def actor():
    return make_workspace()


def lines(actor, item, **page):
    with inside(actor):
        return ledger.history(actor, "item", item.id, **page)


def told(actor, item, **page):
    """(entity, operation) of each line, newest first."""
    return [(line.entity, line.op) for line in lines(actor, item, **page)]


def estimate(actor, item, clock, likely, team):
    efforts = [] if likely is None else [Effort(likely=Decimal(likely), team_id=team.id)]
    with inside(actor):
        estimates.set_estimates(actor=actor, clock=clock, item_id=item.id, efforts=efforts)


def update(actor, item, clock, **changes):
    with inside(actor):
        return items.update_item(actor=actor, clock=clock, item_id=item.id, version=item.version, changes=changes)


class TestHistory:
    def test_a_description_its_values_and_links_are_told_with_the_item(self, actor):
        field = make_custom_field(actor, "reviewers", "people")
        ana = make_person(actor)
        with inside(actor):
            growth = DimensionValue.objects.get(key="growth")
        item = make_item(
            actor, description="Why", dimensions={"investment_category": [growth.id]}, custom={"reviewers": [ana.id]}
        )
        update(actor, item, later(hours=1), description="Why not")

        change, *made = lines(actor, item)

        assert (change.entity, change.op, change.record_id) == ("item_text", "U", item.id)
        assert change.fields == {"body": ("Why", "Why not")}
        assert {line.entity for line in made} == {"item", "item_text", "item_value", "custom_link"}
        link = next(line for line in made if line.entity == "custom_link")
        assert link.told == {
            "field_id": str(field.id), "person_id": str(ana.id), "team_id": None, "item_id": None,
        }  # fmt: skip

    def test_a_part_that_is_gone_is_still_told_of(self, actor):
        item, team = make_item(actor), make_team(actor, "Told of")
        estimate(actor, item, later(hours=1), 8, team)
        estimate(actor, item, later(hours=2), 13, team)
        estimate(actor, item, later(hours=3), None, team)

        gone, changed, made, _ = lines(actor, item)

        assert [gone.op, changed.op, made.op] == ["D", "U", "I"]
        assert changed.fields == {"likely": (8, 13)}
        assert changed.told == {"team_id": str(team.id)}

    def test_phases_of_other_tracks_are_told(self, actor):
        item = make_item(actor)
        with inside(actor):
            design = Track.objects.get(key="design")
        for hour, place in enumerate((phase(actor, "to-design"), phase(actor, "designing")), 1):
            with inside(actor):
                estimates.set_track_phase(
                    actor=actor, clock=later(hours=hour), item_id=item.id, track_id=design.id, phase_id=place
                )

        moved = lines(actor, item)[0]

        assert (moved.entity, moved.op) == ("item_phase", "U")
        assert moved.told["track_id"] == str(design.id)

    def test_a_tie_is_told_at_both_ends(self, actor):
        first, second, other = (make_item(actor) for _ in range(3))
        with inside(actor):
            tie = dependencies.ask_dependency(actor=actor, clock=later(hours=1), from_id=first.id, to_id=second.id)
            links.add_relation(
                actor=actor, clock=later(hours=2), from_id=second.id, to_id=first.id, relation_type="replaces"
            )
            dependencies.change_dependency(
                actor=actor, clock=later(hours=3), dependency_id=tie.id, version=1, changes={"lag_days": 3}
            )

        for item in (first, second):
            assert told(actor, item)[:3] == [("dependency", "U"), ("relation", "I"), ("dependency", "I")]
        assert lines(actor, first)[0].told == {"from_item_id": str(first.id), "to_item_id": str(second.id)}
        assert told(actor, other) == [("item", "I")]

    def test_the_history_outlives_the_item(self, actor):
        item, team = make_item(actor, description="Gone"), make_team(actor, "Outlives")
        estimate(actor, item, later(hours=1), 5, team)
        with inside(actor):
            items.delete_item(actor=actor, clock=later(hours=2), item_id=item.id)

        found = told(actor, item)

        assert set(found[:3]) == {("item", "D"), ("item_text", "D"), ("estimate", "D")}
        assert set(found[3:]) == {("estimate", "I"), ("item", "I"), ("item_text", "I")}

    def test_pages_go_on_where_the_last_one_ended_whatever_the_entity(self, actor):
        item, team = make_item(actor, description="Paged"), make_team(actor, "Paged")
        for hour in range(1, 6):
            estimate(actor, item, later(hours=hour), hour, team)
        whole = [line.seq for line in lines(actor, item)]

        paged, before = [], None
        while page := lines(actor, item, before_seq=before, limit=2):
            paged += [line.seq for line in page]
            before = page[-1].seq

        assert len(whole) == 7
        assert paged == whole

    def test_what_was_undone_is_marked_and_a_part_can_be_taken_back_alone(self, actor):
        item, team = make_item(actor), make_team(actor, "Undone")
        estimate(actor, item, later(hours=1), 8, team)
        with inside(actor):
            ledger.undo_change_set(actor, later(hours=2), lines(actor, item)[0].change_set_id)

        found = lines(actor, item)

        assert all(line.undone for line in found if line.entity == "estimate")
        assert [line.undone for line in found if line.entity == "item"] == [False]

    def test_another_kind_of_record_has_its_own_lines_alone(self, actor):
        with inside(actor):
            dimension = Dimension.objects.get(key="theme")
            found = ledger.history(actor, "dimension", dimension.id)

        assert [(line.entity, line.op, dict(line.told)) for line in found] == [("dimension", "I", {})]

    def test_next_door_sees_nothing(self, actor):
        item = make_item(actor, NOON, description="Mine")

        assert told(make_workspace(), item) == []
