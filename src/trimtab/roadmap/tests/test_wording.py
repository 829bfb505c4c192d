"""Dates and reasons in words, never more exact than they are meant."""

from datetime import date

import pytest

from trimtab.core.fiscal import FiscalCalendar, Pattern
from trimtab.roadmap.agreements import REASONS, By
from trimtab.roadmap.wording import Facts, by_words, date_words, reason_words

CALENDAR = FiscalCalendar()
FACTS = Facts(
    type="FS",
    giver="TT-1",
    taker="TT-2",
    needed=By(date(2026, 8, 1)),
    promised=By(date(2026, 9, 30), "quarter"),
    planned=(date(2026, 10, 31), "month"),
    taker_planned=(None, None),
    calendar=CALENDAR,
)


@pytest.mark.parametrize(
    ("precision", "words"),
    [("day", "30 Sep 2026"), ("month", "Sep 2026"), ("quarter", "Q3 2026"), ("half", "H2 2026"), ("year", "2026")],
)
def test_a_date_is_as_exact_as_it_is_meant(precision, words):
    assert date_words(date(2026, 9, 30), precision, CALENDAR) == words


def test_fiscal_years_are_named_after_their_end():
    april = FiscalCalendar(start_month=4)

    assert date_words(date(2026, 9, 30), "quarter", april) == "Q2 FY27"
    assert date_words(date(2026, 9, 27), "month", FiscalCalendar(1, Pattern.FOUR_FOUR_FIVE)) == "Sep 2026"
    assert by_words(By(date(2027, 3, 31), "year"), april) == "for FY27"


def test_every_reason_has_words():
    told = {code: reason_words(code, FACTS) for code in REASONS}

    assert told["planned_after_promise"] == "planned for Oct 2026, promised for Q3 2026"
    assert told["need_passed"] == "was needed by 1 Aug 2026 and is not there"
    assert len(set(told.values())) == len(REASONS)
