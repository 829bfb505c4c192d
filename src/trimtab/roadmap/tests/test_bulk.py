"""Many at once, taken back, and the door for the layers above."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from trimtab.core import ledger
from trimtab.roadmap import documents, public, rules
from trimtab.roadmap.errors import CircularDependency, HasChildren, WrongLevel
from trimtab.roadmap.models import DimensionValue, Item
from trimtab.roadmap.services import bulk, estimates, items, past, tree
from trimtab.roadmap.services.bulk import NewItem, NewTie
from trimtab.roadmap.services.estimates import Effort
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    later,
    level,
    make_custom_field,
    make_item,
    make_person,
    make_workspace,
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


class TestRankOf:
    def test_the_database_ranks_new_items_as_the_rules_do(self, actor):
        numbers = [*range(1, 400), 3_843, 3_844, 238_327, 238_328, 14_776_336, 2_147_483_647]
        with inside(actor), connection.cursor() as cursor:
            cursor.execute(
                "select array_agg(roadmap_rank_of(n) order by at) from unnest(%s) with ordinality u(n, at)", [numbers]
            )
            assert cursor.fetchone()[0] == [rules.rank_of(number) for number in numbers]


class TestManyAtOnce:
    def test_children_before_parents_with_all_that_hangs_on_them(self, actor):
        ana = make_person(actor)
        cost, lead = make_custom_field(actor, "cost", "number"), make_custom_field(actor, "lead", "person")
        with inside(actor):
            value = DimensionValue.objects.get(key="growth")
        top = NewItem(title="Top", level_id=level(actor, "initiative"))
        child = NewItem(
            title="Child", level_id=level(actor), parent_id=top.id, custom={str(cost.id): 3}, tags=["a"],
            links=[(lead.id, "person_id", ana.id)], dimensions=[(value.dimension_id, value.id)],
            efforts=[Effort(Decimal("2.5"))], description="Words.", review={"phase": "?"},
            start_on=date(2026, 1, 1), start_precision="year",
        )  # fmt: skip

        with inside(actor):
            batch = ledger.open_batch(actor, LATER, "import", "A file")
            assert bulk.bulk_create_items(actor=actor, clock=LATER, items=[child, top], batch=batch) == 2

        shown = told(actor, child)
        assert shown["custom"] == {"cost": 3, "lead": str(ana.id)}
        assert (shown["description"], shown["tags"], shown["review"]) == ("Words.", ["a"], {"phase": "?"})
        assert shown["estimates"][0]["likely"] == 2.5
        assert told(actor, top)["rolled"]["effort"] == 2.5
        assert order(actor) == ["Child", "Top"]

        with inside(actor):
            past.undo_batch(actor, later(hours=2), batch)
            assert not Item.objects.exists()

    def test_changes_of_many_kinds(self, actor):
        cost, size = (make_custom_field(actor, key, "number") for key in ("cost", "size"))
        a, b = make_item(actor, custom={"cost": 1, "size": 2}), make_item(actor)
        before = changes(actor)

        with inside(actor):
            bulk.bulk_update_items(
                actor=actor, clock=LATER,
                changes=[(a.id, {"custom": {str(cost.id): None, str(size.id): 5}}), (b.id, {"title": b.title}),
                         (b.id, {"health": "at_risk", "tags": ["x"]})],
            )  # fmt: skip

        assert told(actor, a)["custom"] == {"size": 5}
        assert (told(actor, b)["health"], told(actor, b)["version"]) == ("at_risk", 2)
        assert changes(actor) == before + 2

    def test_the_tree_and_circles_are_watched(self, actor):
        a, b = make_item(actor), make_item(actor)

        row = NewItem(title="x", level_id=level(actor), parent_id=a.id)
        with pytest.raises(WrongLevel), inside(actor):
            bulk.bulk_create_items(actor=actor, clock=LATER, items=[row])
        with pytest.raises(CircularDependency), inside(actor):
            bulk.bulk_create_dependencies(
                actor=actor, clock=LATER, ties=[NewTie(a.id, b.id, "FS"), NewTie(b.id, a.id, "SS")]
            )
        with inside(actor):
            assert bulk.bulk_create_relations(actor=actor, clock=LATER, ties=[NewTie(a.id, b.id, "replaces")]) == 1


class TestUndo:
    def test_a_deleted_tree_comes_back_whole(self, actor):
        top = make_item(actor, level="initiative")
        child = make_item(actor, parent=top, description="Words.")
        with inside(actor):
            estimates.set_estimates(actor=actor, clock=NOON, item_id=child.id, efforts=[Effort(Decimal(3))])
        before = [told(actor, item) for item in (top, child)]
        with inside(actor):
            items.delete_item(actor=actor, clock=LATER, item_id=top.id, with_children=True)
            made = ledger.last_written()

        with inside(actor):
            past.undo_change_set(actor, later(hours=2), made)

        moving = {"version": 0, "description_version": 0, "updated_at": ""}
        assert [told(actor, item) | moving for item in (top, child)] == [one | moving for one in before]


class TestPublic:
    def test_writes_on_whatever_stands(self, actor):
        with inside(actor):
            made = public.create_item(actor=actor, clock=NOON, values={"title": "x", "level_id": level(actor)})
            public.update_item(actor=actor, clock=LATER, item_id=made.id, changes={"title": "y", "key": "K-1"})
            public.set_estimates(actor=actor, clock=LATER, item_id=made.id, efforts=[Effort(Decimal(1))])
            public.set_dimensions(actor=actor, clock=LATER, item_id=made.id, values={})
            area = public.add_setting(actor=actor, clock=LATER, kind="area", values={"name": "Apps"})
            public.update_setting(actor=actor, clock=LATER, kind="area", record_id=area, changes={"name": "Mobile"})

            assert public.find_items_by_key(actor, ["K-1", "K-2"]) == {"K-1": made.id}
            assert public.items_by_number(actor, [made.number]) == {made.number: made.id}
            assert [one.name for one in public.get_config(actor).areas] == ["Mobile"]
            assert public.reserve_numbers(actor, 10) == made.number + 1
            assert public.delete_item(actor=actor, clock=later(hours=2), item_id=made.id) == 1

    def test_children_keep_an_item(self, actor):
        top = make_item(actor, level="initiative")
        make_item(actor, parent=top)

        with inside(actor), pytest.raises(HasChildren):
            public.delete_item(actor=actor, clock=LATER, item_id=top.id)
