"""A custom field marked as indexed gets an index that its conditions use, and loses it again."""

import pytest
from django.db import connections

from trimtab.core import ledger, query
from trimtab.core.fields import indexes
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import NOON, inside, level, make_custom_field, make_record, make_workspace


def _definition(field) -> str | None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select pg_get_indexdef(to_regclass(%s))", [indexes.index_name(field.id)])
        return cursor.fetchone()[0]


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
