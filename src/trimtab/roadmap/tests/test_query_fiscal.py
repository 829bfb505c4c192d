"""Filters mean the fiscal calendar of their workspace, in text and in JSON; completion offers its periods."""

from datetime import date

import pytest

from trimtab.core import query
from trimtab.core.query.problems import QueryInvalid
from trimtab.roadmap.tests.factories import NOON, make_item, make_workspace


@pytest.fixture(scope="module")
def april():
    """A year from April; NOON is in the fourth quarter of FY2026."""
    actor = make_workspace(fiscal_start_month=4)
    for title, day in (("spring", date(2026, 5, 1)), ("summer", date(2026, 8, 1)), ("winter", date(2027, 2, 1))):
        make_item(actor, title=title, start_on=day, start_precision="day", end_on=day, end_precision="day")
    return actor


def titles(actor, **question):
    rows = query.rows(actor, NOON, {"source": "item", "columns": ["title"], **question})
    return {row["title"] for row in rows}


def offered(actor, text):
    return {each["text"]: each["label"] for each in query.complete(actor, NOON, "item", text, len(text))["items"]}


class TestFiscalPeriods:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("timeframe:2027-Q1", {"spring"}),
            ("end:FY27-Q2", {"summer"}),
            ('start:"Q4 FY27"', {"winter"}),
            ("timeframe:FY2027", {"spring", "summer", "winter"}),
            ("start:2027-H1", {"spring", "summer"}),
            ("start:next-quarter", {"spring"}),
            ("start:2026-08", {"summer"}),
            ("start:>=2027-Q2", {"summer", "winter"}),
            ("start:2027-Q1..2027-Q2", {"spring", "summer"}),
        ],
    )
    def test_a_quarter_is_the_workspaces_own(self, april, text, found):
        assert titles(april, text=text) == found

    def test_json_means_the_same(self, april):
        condition = {"field": "timeframe", "op": "in", "values": ["2027-Q1", "FY27-Q4"]}

        assert titles(april, filter=condition) == {"spring", "winter"}

    def test_a_wrong_period_is_told_where_it_stands(self, april):
        with pytest.raises(QueryInvalid) as caught:
            query.run(april, NOON, {"source": "item", "text": "end:2027-Q7"})

        (problem,) = caught.value.problems
        assert problem.message == "There is no “2027-Q7”: FY2027 has 4 quarters."
        assert (problem.span.start, problem.span.end) == (4, 11)

    def test_its_periods_are_offered(self, april):
        assert offered(april, "timeframe:FY2027-Q1")["FY2027-Q1"] == "1 Apr 2026 – 30 Jun 2026"
        assert "later" in offered(april, "timeframe:")
        assert "2026-Q2" in offered(make_workspace(), "timeframe:2026")

    def test_increments_are_offered_where_there_are_some(self):
        actor = make_workspace(fiscal_pattern="increments", increment_weeks=10)

        assert "2026-I2" in offered(actor, "timeframe:2026")
        assert titles(actor, text="timeframe:2026-I2") == set()


class TestOneEnd:
    @pytest.mark.parametrize("text", ["timeframe:2026-04-20", "timeframe:2026-02-01..2026-02-02"])
    def test_a_start_or_an_end_alone_spans_its_quarter_of_a_year_from_february(self, text):
        actor = make_workspace(fiscal_start_month=2)
        make_item(actor, title="start", start_on=date(2026, 2, 1), start_precision="quarter")
        make_item(actor, title="end", end_on=date(2026, 4, 30), end_precision="quarter")

        assert titles(actor, text=text) == {"start", "end"}
        assert titles(actor, text="timeframe:2026-01-31") == set()
        assert titles(actor, text="timeframe:2026-05-01") == set()
