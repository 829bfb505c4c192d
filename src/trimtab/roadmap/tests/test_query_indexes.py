"""A custom field marked as indexed gets an index that its conditions use, and loses it again."""

import random
from datetime import date, timedelta

import pytest
from django.db import connection, connections

from trimtab.core import ledger, query
from trimtab.core.fields import indexes
from trimtab.core.ids import new_id
from trimtab.core.query import answer, request
from trimtab.core.query.compile import flat
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import NOON, inside, level, make_custom_field, make_record, make_workspace


def _definition(field) -> str | None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select pg_get_indexdef(to_regclass(%s))", [indexes.index_name(field.id)])
        return cursor.fetchone()[0]


def _plan(actor, text) -> str:
    """How PostgreSQL finds the rows of a page where it may neither sort all nor read all."""
    with inside(actor), connection.cursor() as cursor:
        context = answer.prepare(actor, NOON, asked := request.read({"source": "item", "text": text}))
        page = flat.page(context, asked, flat.matching(context, asked), [])
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"set local enable_{way} = off")
        cursor.execute(f"explain {page.ctes['page']}", context.params)
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("kind", "values", "text"),
    [("number", [1, 5, 9], "f:>4"), ("date", ["2026-01-01", "2026-05-05", "2026-06-06"], "f:2026-05..2026-06"),
     ("text", ["a", "b", "b"], "f:b")],
)  # fmt: skip
class TestSettle:
    def test_the_index_comes_and_goes_and_answers_stay_the_same(self, kind, values, text):
        actor = make_workspace()
        field = make_custom_field(actor, "f", kind, indexed=True)
        feature = level(actor)
        for number, value in enumerate(values, 1):
            custom = {str(field.id): value}
            make_record(actor, Item, number=number, title="x", rank="a", level_id=feature, custom=custom)

        assert indexes.settle()[0] == 1

        assert _definition(field) is not None
        for sort in ("f", "-f"):
            assert len(query.rows(actor, NOON, {"source": "item", "text": f"{text} sort:{sort}"})) == 2
        assert indexes.settle() == (0, 0)
        with inside(actor), ledger.change_set(actor, at=NOON.now):
            ledger.save(field, indexed=False)
        assert indexes.settle() == (0, 1)
        assert _definition(field) is None
        assert len(query.rows(actor, NOON, {"source": "item", "text": f"{text} sort:f"})) == 2


class TestLongText:
    def test_a_text_longer_than_an_index_takes_is_kept_and_sorted(self):
        actor = make_workspace()
        field = make_custom_field(actor, "f", "text", indexed=True)
        indexes.settle()
        draw = random.Random(1)
        long = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20_000))
        texts = [long + "b", long + "a", "0", f"z{long}"]
        for number, text in enumerate(texts, 1):
            custom = {str(field.id): text}
            make_record(actor, Item, number=number, title="x", rank="a", level_id=level(actor), custom=custom)

        for sort, expected in (("f", sorted(texts)), ("-f", sorted(texts, reverse=True))):
            rows = query.rows(actor, NOON, {"source": "item", "text": f"sort:{sort}", "columns": ["f"]})
            assert [row["f"] for row in rows] == expected


@pytest.fixture(scope="module")
def full():
    """A workspace with enough in it that one way is the best, and its field; PostgreSQL has counted them."""
    actor = make_workspace()
    field = make_custom_field(actor, "f", "number", indexed=True)
    levels = [level(actor, key) for key in ("bet", "initiative", "feature", "work_item")]
    draw = random.Random(1)
    items = [
        Item(
            id=new_id(), workspace_id=actor.workspace_id, number=number, key=f"K-{draw.random()}", title="x",
            rank=f"{draw.random()}", level_id=levels[number % 4], start_on=date(2026, 1, 1) + timedelta(number),
            start_precision="day", benefit=draw.randrange(1000), custom={str(field.id): draw.randrange(1000)},
        )
        for number in range(1, 2001)
    ]  # fmt: skip
    with inside(actor), ledger.change_set(actor, at=NOON.now):
        Item.objects.bulk_create(items)
    indexes.settle()
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze roadmap_item")
    return actor, field


class TestWalks:
    """The plans of pages: a walk from where the page begins, with nothing put in order as a whole."""

    @pytest.mark.parametrize(
        ("question", "index"),
        [("sort:f", None), ("sort:-f", None), ("sort:start", "item_start"), ("sort:-start", "item_start"),
         ("sort:benefit", "item_benefit"), ("sort:-benefit", "item_benefit"), ("sort:-key", "item_key"),
         ("level:feature sort:rank", "item_level"), ("level:feature sort:key", "item_key")],
    )  # fmt: skip
    def test_an_order_is_walked_in_its_index(self, full, question, index):
        actor, field = full

        plan = _plan(actor, question)

        wanted = indexes.index_name(field.id) if index is None else index
        above, found, _ = plan.partition(f" using {wanted} on roadmap_item")
        assert found, plan
        assert "->  Sort  (" not in above, plan
