"""Efforts stand beside the items: they add up in trees and groups, over all rows and over some, today and before."""

import functools
import json
from datetime import timedelta
from decimal import Decimal

import pytest

from trimtab.core import query
from trimtab.core.actors import Clock
from trimtab.roadmap.models import Dimension, DimensionValue, Estimate, ItemValue
from trimtab.roadmap.tests.factories import NOON, make_area, make_item, make_record, make_workspace

TOTALS = [{"fn": "count"}, {"fn": "sum", "field": "effort"}, {"fn": "avg", "field": "benefit"}]
ALL = {"count": 5, "sum.effort": 7.75, "avg.benefit": 5}
LATER = Clock(NOON.now + timedelta(hours=2))
BEFORE = {"lens": {"as_of": (NOON.now + timedelta(hours=1)).isoformat()}}


@functools.cache
def actor():
    """A bet with two features, one of them with two topics, and a work item below the other; and one that is alone."""
    made = make_workspace()
    area = make_area(made, "Platform").id
    bet = make_item(made, level="bet", title="bet", area_id=area)
    one = make_item(made, parent=bet, title="one", area_id=area, benefit=Decimal(8))
    two = make_item(made, parent=bet, title="two", benefit=Decimal(2))
    work = make_item(made, level="work_item", parent=one, title="work", area_id=area)
    alone = make_item(made, level="work_item", title="alone")
    for item, effort in ((two, "2.25"), (work, "4"), (alone, "1.5")):
        make_record(made, Estimate, item_id=item.id, likely=Decimal(effort))
    topic = make_record(made, Dimension, key="topic", name="Topic").id
    values = [make_record(made, DimensionValue, dimension_id=topic, key=key, name=key).id for key in ("a", "b")]
    for item, value in ((two, values[0]), (two, values[1]), (work, values[0])):
        make_record(made, ItemValue, item_id=item.id, dimension_id=topic, value_id=value)
    return made


def ask(**question):
    return json.loads(query.run(actor(), LATER, {"source": "item", "totals": TOTALS, **question}))


def figures(answer, label):
    columns = answer["columns"]
    totals = [columns[name] for name in columns if name.startswith("total.")]
    return dict(zip(columns[label], zip(*totals, strict=True), strict=True))


@pytest.mark.parametrize("lens", [{}, BEFORE], ids=["today", "before"])
@pytest.mark.parametrize("some", [{}, {"text": "-health:on_track"}], ids=["all", "filtered"])
class TestEfforts:
    @pytest.mark.parametrize(
        ("opened", "expected"),
        [
            ({"depth": 1}, {"bet": (4, 6.25, 5), "alone": (1, 1.5, None)}),
            (
                {"depth": 3},
                {
                    "bet": (4, 6.25, 5), "one": (2, 4, 8), "work": (1, 4, None), "two": (1, 2.25, 2),
                    "alone": (1, 1.5, None),
                },
            ),
        ],
    )  # fmt: skip
    def test_in_the_tree_of_parents(self, lens, some, opened, expected):
        answer = ask(tree={"axis": "parent", **opened}, columns=["title"], **lens, **some)

        assert figures(answer, "title") == expected
        assert answer["totals"] == ALL

    def test_in_the_tree_of_areas(self, lens, some):
        answer = ask(tree={"axis": "area", "depth": 1}, columns=["title"], **lens, **some)

        assert figures(answer, "label") == {"Platform": (3, 4, 8), None: (2, 3.75, 2)}
        assert answer["totals"] == ALL

    def test_in_the_tree_of_values_where_an_item_has_two(self, lens, some):
        answer = ask(tree={"axis": "dim.topic", "depth": 1}, columns=["title"], **lens, **some)

        assert figures(answer, "label") == {"a": (2, 6.25, 2), "b": (1, 2.25, 2), None: (3, 1.5, 8)}
        assert answer["totals"] == ALL

    @pytest.mark.parametrize(
        ("by", "expected"),
        [
            ("area", {"Platform": (3, 4, 8), None: (2, 3.75, 2)}),
            ("dim.topic", {"a": (2, 6.25, 2), "b": (1, 2.25, 2), None: (3, 1.5, 8)}),
        ],
    )
    def test_in_groups(self, lens, some, by, expected):
        answer = ask(group=[{"by": by}], page={"size": 0}, **lens, **some)

        assert {group["label"][0]: tuple(group["totals"].values()) for group in answer["groups"]} == expected
        assert answer["totals"] == ALL
