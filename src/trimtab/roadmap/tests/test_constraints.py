"""Each rule that the database holds, with a write past the services that breaks it."""

import pytest
from django.db import DatabaseError, connection

from trimtab.core import ledger
from trimtab.core.ids import new_id
from trimtab.core.models import CustomLink
from trimtab.roadmap.models import (
    Area,
    Dependency,
    Dimension,
    DimensionValue,
    Estimate,
    Item,
    ItemPhase,
    ItemText,
    ItemValue,
    Level,
    Phase,
    Relation,
    Release,
    Track,
)
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    level,
    make_area,
    make_custom_field,
    make_item,
    make_person,
    make_record,
    make_release,
    make_team,
    make_workspace,
    phase,
)


@pytest.fixture(scope="module")
def actor():
    return make_workspace()


@pytest.fixture(scope="module")
def stranger():
    return make_workspace()


def broken(caught, constraint):
    return caught.value.__cause__.diag.constraint_name == constraint


def write(actor, item, **values):
    with inside(actor), ledger.change_set(actor, at=NOON.now):
        Item.objects.filter(id=item.id).update(**values)


class TestItem:
    @pytest.mark.parametrize(
        ("values", "constraint"),
        [
            ({"start_on": "2026-01-02", "start_precision": "day", "end_on": "2026-01-01", "end_precision": "day"},
             "item_dates_ordered"),
            ({"start_on": "2026-01-02"}, "item_start_precise"),
            ({"start_precision": "month"}, "item_start_precise"),
            ({"start_on": "2026-01-02", "start_precision": "later"}, "item_start_precise"),
            ({"end_on": "2026-01-02"}, "item_end_precise"),
            ({"health": "fine"}, "item_health"),
            ({"horizon": "soon"}, "item_horizon"),
            ({"progress": 101}, "item_progress"),
        ],
    )  # fmt: skip
    def test_values(self, actor, values, constraint):
        with pytest.raises(DatabaseError) as caught:
            write(actor, make_item(actor), **values)
        assert broken(caught, constraint)

    def test_a_number_is_given_once(self, actor):
        taken = make_item(actor)

        with pytest.raises(DatabaseError) as caught:
            write(actor, make_item(actor), number=taken.number)
        assert broken(caught, "item_number")

    def test_not_its_own_parent(self, actor):
        item = make_item(actor)

        with pytest.raises(DatabaseError) as caught:
            write(actor, item, parent_id=item.id)
        assert broken(caught, "item_not_its_parent")

    def test_a_parent_ranks_higher(self, actor):
        low, high = make_item(actor), make_item(actor, level="initiative")
        between = make_item(actor, level="initiative", parent=make_item(actor, level="bet"))
        make_item(actor, parent=high)

        for item, values in (
            (high, {"parent_id": low.id}),
            (low, {"parent_id": make_item(actor).id}),
            (between, {"level_id": level(actor, "bet")}),
            (high, {"level_id": level(actor, "work_item")}),
        ):
            with pytest.raises(DatabaseError) as caught:
                write(actor, item, **values)
            assert broken(caught, "item_under_higher_level")

    def test_levels_cannot_change_places_under_a_tree(self, actor):
        make_item(actor, parent=make_item(actor, level="initiative"))

        with pytest.raises(DatabaseError) as caught, inside(actor), ledger.change_set(actor, at=NOON.now):
            Level.objects.filter(key="feature").update(rank=9)
        assert broken(caught, "item_under_higher_level")

    def test_what_is_pointed_to_stays(self, actor):
        parent = make_item(actor, level="initiative")
        make_item(actor, parent=parent)

        with pytest.raises(DatabaseError) as caught, inside(actor), ledger.change_set(actor, at=NOON.now):
            Item.objects.filter(id=parent.id).delete()
        assert broken(caught, "roadmap_item_parent_id_fk")


class TestTies:
    def test_no_circle(self, actor):
        a, b, c = (make_item(actor) for _ in range(3))
        for one, other in ((a, b), (b, c)):
            make_record(actor, Dependency, from_item_id=one.id, to_item_id=other.id)

        with pytest.raises(DatabaseError) as caught:
            make_record(actor, Dependency, from_item_id=c.id, to_item_id=a.id)
        assert broken(caught, "dependency_no_cycle")

    def test_no_circle_by_a_rewritten_end(self, actor):
        a, b, c = (make_item(actor) for _ in range(3))
        make_record(actor, Dependency, from_item_id=a.id, to_item_id=b.id)
        second = make_record(actor, Dependency, from_item_id=b.id, to_item_id=c.id)

        with pytest.raises(DatabaseError) as caught, inside(actor), ledger.change_set(actor, at=NOON.now):
            Dependency.objects.filter(id=second.id).update(to_item_id=a.id)
        assert broken(caught, "dependency_no_cycle")

    @pytest.mark.parametrize(
        ("model", "more", "itself", "twice"),
        [
            (Dependency, {}, "dependency_not_itself", "dependency_once"),
            (Relation, {"type": "replaces"}, "relation_not_itself", "relation_once"),
        ],
    )
    def test_two_items_once(self, actor, model, more, itself, twice):
        a, b = make_item(actor), make_item(actor)

        with pytest.raises(DatabaseError) as caught:
            make_record(actor, model, from_item_id=a.id, to_item_id=a.id, **more)
        assert broken(caught, itself)
        make_record(actor, model, from_item_id=a.id, to_item_id=b.id, **more)
        with pytest.raises(DatabaseError) as caught:
            make_record(actor, model, from_item_id=a.id, to_item_id=b.id, **more)
        assert broken(caught, twice)


class TestBeside:
    @pytest.mark.parametrize(
        ("values", "constraint"),
        [
            ({"likely": -1}, "estimate_positive"),
            ({"likely": 2, "low": 3}, "estimate_ordered"),
            ({"likely": 2, "high": 1}, "estimate_ordered"),
        ],
    )
    def test_estimates(self, actor, values, constraint):
        with pytest.raises(DatabaseError) as caught:
            make_record(actor, Estimate, item_id=make_item(actor).id, **values)
        assert broken(caught, constraint)

    def test_one_estimate_of_nobody(self, actor):
        item = make_item(actor)
        make_record(actor, Estimate, item_id=item.id, likely=1)

        with pytest.raises(DatabaseError) as caught:
            make_record(actor, Estimate, item_id=item.id, likely=2)
        assert broken(caught, "estimate_once")

    def test_a_phase_of_its_track(self, actor):
        with inside(actor):
            track = Track.objects.get(key="design").id

        with pytest.raises(DatabaseError) as caught:
            make_record(actor, ItemPhase, item_id=make_item(actor).id, track_id=track, phase_id=phase(actor, "doing"))
        assert broken(caught, "roadmap_itemphase_track_id_phase_id_fk")

    def test_a_value_of_its_dimension(self, actor):
        with inside(actor):
            theme = Dimension.objects.get(key="theme").id
            value = DimensionValue.objects.get(key="growth").id

        with pytest.raises(DatabaseError) as caught:
            make_record(actor, ItemValue, item_id=make_item(actor).id, dimension_id=theme, value_id=value)
        assert broken(caught, "roadmap_itemvalue_dimension_id_value_id_fk")


class TestConfiguration:
    @pytest.mark.parametrize(
        ("model", "values", "constraint"),
        [
            (Level, {"key": "feature", "name": "F", "rank": 17}, "level_key"),
            (Level, {"key": "other", "name": "F", "rank": 1}, "level_rank"),
            (Track, {"key": "design", "name": "D"}, "track_key"),
            (Track, {"key": "second", "name": "S", "primary": True}, "track_one_primary"),
            (Dimension, {"key": "theme", "name": "T"}, "dimension_key"),
        ],
    )
    def test_keys(self, actor, model, values, constraint):
        with pytest.raises(DatabaseError) as caught:
            make_record(actor, model, **values)
        assert broken(caught, constraint)

    def test_categories_are_four(self, actor):
        with inside(actor):
            track = Track.objects.get(primary=True).id

        with pytest.raises(DatabaseError) as caught:
            make_record(actor, Phase, track_id=track, key="new", name="New", category="maybe")
        assert broken(caught, "phase_category")

    def test_a_share_is_a_share(self, actor):
        with inside(actor):
            theme = Dimension.objects.get(key="theme").id

        with pytest.raises(DatabaseError) as caught:
            make_record(actor, DimensionValue, dimension_id=theme, key="x", name="X", target_share=1.5)
        assert broken(caught, "dimension_value_share")

    def test_releases_have_keys_of_their_own(self, actor):
        make_release(actor, "v9")

        with pytest.raises(DatabaseError) as caught:
            make_release(actor, "v9")
        assert broken(caught, "release_key")

    def test_an_area_is_not_its_parent(self, actor):
        own = new_id()

        with pytest.raises(DatabaseError) as caught:
            make_area(actor, id=own, parent_id=own)
        assert broken(caught, "area_not_its_parent")


class TestNothingCrosses:
    """The workspace leads every key, so what another one has cannot be named."""

    @pytest.mark.parametrize("column", ["level", "area", "parent", "phase", "owner", "team", "release"])
    def test_from_an_item(self, actor, stranger, column):
        theirs = {
            "level": lambda: level(stranger), "area": lambda: make_area(stranger).id, "phase": lambda: phase(stranger),
            "parent": lambda: make_item(stranger, level="bet").id, "owner": lambda: make_person(stranger).id,
            "team": lambda: make_team(stranger, f"T {new_id().hex[-8:]}").id,
            "release": lambda: make_release(stranger, f"v-{new_id().hex[-8:]}").id,
        }[column]()  # fmt: skip

        with pytest.raises(DatabaseError) as caught:
            write(actor, make_item(actor), **{f"{column}_id": theirs})
        assert broken(caught, f"roadmap_item_{column}_id_fk")

    def test_from_what_hangs_on_items(self, actor, stranger):
        mine, theirs = make_item(actor).id, make_item(stranger).id
        field = make_custom_field(actor, f"f-{new_id().hex[-8:]}", "items").id
        cases = [
            (ItemText, {"id": theirs, "body": "x"}, "roadmap_itemtext_id_fk"),
            (Estimate, {"item_id": theirs, "likely": 1}, "roadmap_estimate_item_id_fk"),
            (Relation, {"from_item_id": mine, "to_item_id": theirs, "type": "duplicates"},
             "roadmap_relation_to_item_id_fk"),
            (Dependency, {"from_item_id": mine, "to_item_id": theirs}, "roadmap_dependency_to_item_id_fk"),
            (Dependency, {"from_item_id": theirs, "to_item_id": mine}, "roadmap_dependency_from_item_id_fk"),
            (CustomLink, {"field_id": field, "record_id": mine, "item_id": theirs}, "core_customlink_item_id_fk"),
            (Area, {"name": "x", "parent_id": make_area(stranger).id}, "roadmap_area_parent_id_fk"),
            (Area, {"name": "x", "owner_id": make_person(stranger).id}, "roadmap_area_owner_id_fk"),
        ]  # fmt: skip
        for model, values, constraint in cases:
            with pytest.raises(DatabaseError) as caught:
                make_record(actor, model, **values)
            assert broken(caught, constraint), model

    def test_a_row_of_another_workspace_can_neither_be_seen_nor_made(self, actor, stranger):
        theirs = make_item(stranger)

        with inside(actor):
            assert not Item.objects.filter(id=theirs.id).exists()
        released = Release(workspace_id=stranger.workspace_id, key="x", name="x")
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            inside(actor),
            ledger.change_set(actor, at=NOON.now),
        ):
            released.save(force_insert=True)

    def test_without_a_workspace_there_is_nothing(self, actor):
        make_item(actor)

        with connection.cursor() as cursor:
            cursor.execute("select count(*) from roadmap_item")
            assert cursor.fetchone() == (0,)
