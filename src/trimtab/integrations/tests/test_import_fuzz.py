"""Whatever stands in the cells, each row becomes an item or is rejected; nothing else happens."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from trimtab.integrations.models import StagedRow
from trimtab.integrations.tests.test_import import COLUMNS, bring
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import inside, make_workspace

NASTY = (
    "", " ", "A", "B", "Feature", "Bet", "Work item", "Open", "2026-Q3", "later", "2026-02-30", "yyyy-mm-dd", "-1",
    "1e30", "99999999999999999999", "0.001", "NaN", "100 %", "x" * 700, "ß", "İ", "ﬁ", "\u200b", "\ud7ff", "🚀" * 200,
    "a;b;;a", 'quote " and; semicolon', "line\nbreak", "tab\t", "NULL", "null", "{}", "[]", "'", "\\", "%s", "{0}",
    "$1", "--", "\x7f", "https://example.com", "@handle", "a@b", "...", "---", "é" * 61,
)  # fmt: skip
CELL = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ROW = st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELL))


# Without shrinking: an example takes a good part of a second.
@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(ROW, min_size=1, max_size=6))
def test_every_row_becomes_an_item_or_is_rejected(rows: list[dict[str, str]]) -> None:
    actor = make_workspace()
    with tempfile.TemporaryDirectory() as folder:
        report = bring(actor, Path(folder), *rows)
        again = bring(actor, Path(folder), *rows)

    filled = sum(any(cell.replace("\0", "") for cell in row.values()) for row in rows)
    assert report.created + report.rejected_count == filled
    with inside(actor):
        assert Item.objects.count() == report.created
        assert StagedRow.objects.count() == 0
    assert (again.created, again.updated, again.unchanged) == (0, 0, report.created)
