"""A period in a filter is the one that the fiscal calendar knows under that name."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.core.fiscal import DAY, FiscalCalendar, Kind, Pattern, period_of, written
from trimtab.core.query import literals, periods
from trimtab.core.query.literals import Moment
from trimtab.core.query.problems import QueryInvalid

JULY = FiscalCalendar(start_month=7)
SPRINTS = FiscalCalendar(pattern=Pattern.INCREMENTS, increment_weeks=10)
RETAIL = FiscalCalendar(start_month=2, pattern=Pattern.FOUR_FOUR_FIVE)
TODAY = date(2026, 8, 15)

calendars = st.builds(
    FiscalCalendar,
    start_month=st.integers(1, 12),
    pattern=st.sampled_from(Pattern),
    increment_weeks=st.integers(1, 26),
)
days = st.dates(date(2001, 1, 1), date(2090, 12, 31))


def read(text, calendar=JULY, today=TODAY):
    moment = Moment(datetime(today.year, today.month, today.day, 12, tzinfo=UTC), ZoneInfo("UTC"), calendar)
    found = literals.period(text, moment, None)
    return found.first, found.last


def bounds(period):
    return period.starts_on, period.ends_on


def kinds_of(calendar):
    return [kind for kind in Kind if kind is not Kind.INCREMENT or calendar.pattern is Pattern.INCREMENTS]


class TestPeriod:
    @given(calendars, days, st.data())
    def test_every_way_to_write_a_name_means_the_calendars_own_period(self, calendar, day, data):
        period = period_of(calendar, day, data.draw(st.sampled_from(kinds_of(calendar))))
        year, _, part = period.name.removeprefix("FY").partition("-")
        short = f"FY{year[2:]}"
        if part:
            written = [period.name, f"{year}-{part}", f"{short}-{part}", f"{part} {short}", f"{part} {year}"]
        else:
            written = [period.name, year, short]

        for text in written:
            assert read(text, calendar) == bounds(period)
            assert read(text.lower(), calendar) == bounds(period)

    @given(calendars, days, st.data())
    def test_this_last_and_next_are_neighbours(self, calendar, day, data):
        kind = data.draw(st.sampled_from(kinds_of(calendar)))
        last, this, following = (read(f"{word}-{kind}", calendar, day) for word in ("last", "this", "next"))

        assert this == bounds(period_of(calendar, day, kind))
        assert (last[1] + DAY, this[1] + DAY) == (this[0], following[0])

    @given(calendars, days, st.data())
    def test_what_is_written_down_is_understood(self, calendar, day, data):
        kind = data.draw(st.sampled_from(kinds_of(calendar)))

        assert read(written(calendar, day, kind), calendar) == bounds(period_of(calendar, day, kind))

    @given(calendars, days)
    def test_what_is_offered_is_understood(self, calendar, day):
        for name, found in periods.near(day, calendar):
            assert read(name, calendar, day) == found

    @given(days)
    def test_a_month_is_the_calendars_where_months_are(self, day):
        first, last = read(f"{day:%Y-%m}")

        assert (first.day, (last + DAY).day, first.month) == (1, 1, day.month)

    def test_a_month_of_weeks_is_the_one_in_whose_middle_the_month_lies(self):
        assert read("2026-07", RETAIL) == bounds(period_of(RETAIL, date(2026, 7, 15), Kind.MONTH))

    def test_a_year_from_july_ends_in_the_year_of_its_name(self):
        assert read("2026-Q1") == (date(2025, 7, 1), date(2025, 9, 30))
        assert read("FY26") == (date(2025, 7, 1), date(2026, 6, 30))

    @pytest.mark.parametrize(
        ("text", "calendar", "words"),
        [
            ("2026-Q5", JULY, "FY2026 has 4 quarters."),
            ("FY26-H3", JULY, "FY2026 has 2 halves."),
            ("2026-Q0", JULY, "FY2026 has 4 quarters."),
            ("2026-I9", SPRINTS, "FY2026 has 6 increments."),
            ("2026-I1", JULY, "no increments"),
            ("this-increment", JULY, "no increments"),
            ("9999", SPRINTS, "neither a day nor a period"),
            ("2026-13", JULY, "neither a day nor a period"),
            ("Q3", JULY, "neither a day nor a period"),
            ("26-Q3", JULY, "neither a day nor a period"),
        ],
    )
    def test_a_period_that_is_not_there_is_told(self, text, calendar, words):
        with pytest.raises(QueryInvalid, match=words):
            read(text, calendar)
