"""Configuration, and what can be written through which lens."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection

from trimtab.core import ledger
from trimtab.core.actors import Lens, Role
from trimtab.core.errors import Forbidden, Invalid
from trimtab.core.ids import new_id
from trimtab.core.models import CustomField
from trimtab.roadmap import documents
from trimtab.roadmap.errors import InUse, PastIsReadOnly
from trimtab.roadmap.models import Dimension, DimensionValue, Item, Level, Phase, Track
from trimtab.roadmap.services import bulk, config, items, tree
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    later,
    level,
    make_actor,
    make_area,
    make_custom_field,
    make_item,
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


class TestConfiguration:
    def add(self, actor, kind, **values):
        with inside(actor):
            return config.create_setting(actor=actor, clock=LATER, kind=kind, values=values)

    def delete(self, actor, kind, record):
        with inside(actor):
            config.delete_setting(actor=actor, clock=LATER, kind=kind, record_id=record)

    def test_a_key_is_made_from_the_name(self, actor):
        assert self.add(actor, "track", name="Größe: Q3 & más").key == "groe-q3-mas"
        with pytest.raises(Invalid):
            self.add(actor, "track", name="—")

    def test_what_is_in_use_stays(self, actor):
        area = make_area(actor)
        field = make_custom_field(actor, "cost", "number")
        make_item(actor, area_id=area.id, custom={"cost": 3})
        make_area(actor, "Below", parent_id=area.id)

        with pytest.raises(InUse) as caught:
            self.delete(actor, "area", area.id)
        assert caught.value.extra["counts"] == {"items": 1, "areas": 1}
        for kind, record in (
            ("level", level(actor)), ("phase", phase(actor, "backlog")), ("custom_field", field.id),
        ):  # fmt: skip
            with pytest.raises(InUse) as caught:
                self.delete(actor, kind, record)
            assert caught.value.extra["counts"] == {"items": 1}

    def test_the_primary_track_stays_and_others_take_their_phases_along(self, actor):
        with inside(actor):
            primary, design = (Track.objects.get(key=key).id for key in ("delivery", "design"))

        with pytest.raises(InUse):
            self.delete(actor, "track", primary)
        self.delete(actor, "track", design)

        with inside(actor):
            assert not Phase.objects.filter(track_id=design).exists()

    def test_a_dimension_takes_its_values_along(self, actor):
        with inside(actor):
            dimension = Dimension.objects.get(key="investment_category").id

        self.delete(actor, "dimension", dimension)

        with inside(actor):
            assert not DimensionValue.objects.exists()

    def test_areas_form_no_circle(self, actor):
        top = make_area(actor)
        below = make_area(actor, "Below", parent_id=top.id)

        with inside(actor), pytest.raises(Exception, match="under itself"):
            config.update_setting(
                actor=actor, clock=LATER, kind="area", record_id=top.id, version=1, changes={"parent_id": below.id}
            )

    @pytest.mark.parametrize(
        "values",
        [
            {"key": "title"},
            {"type": "choice"},
            {"type": "choice", "options": [{"key": "a", "name": "A"}, {"key": "a", "name": "B"}]},
            {"name": " "},
            {"colour": "red"},
        ],
    )
    def test_a_field_that_cannot_be(self, actor, values):
        with pytest.raises(Invalid):
            self.add(actor, "custom_field", **{"name": "Risk", "type": "text"} | values)
        with inside(actor):
            assert not CustomField.objects.exists()

    def test_a_fields_type_never_changes(self, actor):
        field = make_custom_field(actor, "cost", "number")

        with inside(actor), pytest.raises(Invalid):
            config.update_setting(
                actor=actor, clock=LATER, kind="custom_field", record_id=field.id, version=1, changes={"type": "text"}
            )

    @pytest.mark.parametrize(
        ("kind", "role"), [("level", Role.AREA_OWNER), ("area", Role.EDITOR), ("release", Role.CONTRIBUTOR)]
    )
    def test_needs_a_right(self, actor, kind, role):
        with pytest.raises(Forbidden):
            self.add(make_actor(actor.workspace_id, role), kind, name="x", **({"rank": 9} if kind == "level" else {}))

    def test_two_levels_change_places(self, actor):
        with inside(actor):
            with ledger.change_set(actor, at=NOON.now):
                Level.objects.filter(key="bet").update(rank=9)
                Level.objects.filter(key="initiative").update(rank=3)
                Level.objects.filter(key="bet").update(rank=2)
            assert Level.objects.get(key="bet").rank == 2

    def test_what_a_workspace_begins_with_was_always_there(self, actor):
        with inside(actor), connection.cursor() as cursor:
            cursor.execute("select count(*) from scoped.phase_version where during @> '1950-01-01'::timestamptz")
            assert cursor.fetchone() == (17,)


class TestThroughALens:
    @pytest.mark.parametrize(
        "lens", [Lens(as_of=datetime(2026, 1, 1, tzinfo=UTC)), Lens(known_on=NOON.now), Lens(scenario=new_id())]
    )
    def test_only_today_can_be_written(self, actor, lens):
        item = make_item(actor)
        elsewhere = replace(actor, lens=lens)

        with inside(actor):
            for write in (
                lambda: items.delete_item(actor=elsewhere, clock=LATER, item_id=item.id),
                lambda: items.create_item(actor=elsewhere, clock=LATER, values={"title": "x"}),
                lambda: config.create_setting(actor=elsewhere, clock=LATER, kind="area", values={"name": "x"}),
                lambda: bulk.bulk_create_items(actor=elsewhere, clock=LATER, items=[]),
            ):
                with pytest.raises(PastIsReadOnly):
                    write()
