"""What comes first among the matches of a search."""

import pytest

from trimtab.core import query
from trimtab.roadmap.models import Item, ItemText
from trimtab.roadmap.tests.factories import NOON, level, make_record, make_workspace

ITEMS = (
    ("zebra zebra", ""),
    ("a zebra", ""),
    ("nothing", "a zebra here"),
    ("nothing", "zebra, zebra and zebra"),
    ("the zebra", "and a zebra here"),
    ("orchid of a zebra", ""),
)


def _found(text):
    """The numbers of the items, best first."""
    actor = make_workspace()
    for number, (title, body) in enumerate(ITEMS):
        item = make_record(actor, Item, number=number, title=title, rank="a", level_id=level(actor))
        if body:
            make_record(actor, ItemText, id=item.id, body=body)
    question = {"source": "item", "text": text, "columns": ["ref"]}
    return [int(row["ref"].rpartition("-")[2]) for row in query.rows(actor, NOON, question)]


class TestOrder:
    @pytest.mark.parametrize("text", ["zebra", "zeb", '"zebra"'])
    def test_in_both_then_newest_titles_then_texts_that_hold_it_most(self, text):
        found = _found(text)

        assert found[0] == 4
        assert set(found[1:4]) == {0, 1, 5}
        assert found[4:] == [3, 2]

    def test_a_word_counts_once_in_a_title(self):
        assert _found("zebra")[1:4] == [5, 1, 0]

    def test_of_several_words_all_are_needed(self):
        assert _found("zebra orchid") == [5]
