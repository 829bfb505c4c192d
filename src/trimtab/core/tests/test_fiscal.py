from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.core.fiscal import FiscalCalendar, Kind, Pattern, fiscal_year, period_of, periods, year_start

CALENDAR = FiscalCalendar()
JULY = FiscalCalendar(start_month=7)
RETAIL = FiscalCalendar(start_month=2, pattern=Pattern.FOUR_FOUR_FIVE)
INCREMENTS = FiscalCalendar(pattern=Pattern.INCREMENTS, increment_weeks=10)

calendars = st.builds(
    FiscalCalendar,
    start_month=st.integers(1, 12),
    pattern=st.sampled_from(Pattern),
    increment_weeks=st.integers(1, 26),
    increment_from=st.none() | st.dates(date(1990, 1, 1), date(2090, 12, 31)),
)
days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


class TestPeriodOf:
    def test_a_calendar_quarter_has_its_usual_bounds(self):
        quarter = period_of(CALENDAR, date(2026, 8, 15), Kind.QUARTER)

        assert (quarter.name, quarter.starts_on, quarter.ends_on) == ("FY2026-Q3", date(2026, 7, 1), date(2026, 9, 30))

    def test_a_year_from_july_is_named_after_the_year_it_ends_in(self):
        assert period_of(JULY, date(2025, 7, 1), Kind.YEAR).name == "FY2026"
        assert period_of(JULY, date(2025, 6, 30), Kind.YEAR).name == "FY2025"

    def test_the_first_quarter_of_a_year_from_july_ends_in_september(self):
        quarter = period_of(JULY, date(2025, 9, 30), Kind.QUARTER)

        assert (quarter.index, quarter.ends_on) == (1, date(2025, 9, 30))

    def test_february_of_a_leap_year_has_29_days(self):
        assert period_of(CALENDAR, date(2028, 2, 1), Kind.MONTH).ends_on == date(2028, 2, 29)

    def test_four_four_five_months_are_of_whole_weeks(self):
        weeks = [((p.ends_on - p.starts_on).days + 1) // 7 for p in periods(RETAIL, 2026, Kind.MONTH)]

        assert weeks == [4, 4, 5] * 4

    def test_the_leap_week_goes_to_the_last_month(self):
        long_years = [
            y for y in range(2000, 2030) if (year_start(RETAIL, y + 1) - year_start(RETAIL, y)) == timedelta(weeks=53)
        ]
        last = periods(RETAIL, long_years[0], Kind.MONTH)[-1]

        assert (last.ends_on - last.starts_on).days + 1 == 42

    def test_increments_begin_on_mondays_and_the_last_takes_what_remains(self):
        found = periods(INCREMENTS, 2026, Kind.INCREMENT)

        assert [p.starts_on.weekday() for p in found] == [0] * 6
        assert [((p.ends_on - p.starts_on).days + 1) // 7 for p in found] == [10] * 5 + [3]

    def test_a_calendar_without_increments_has_none(self):
        with pytest.raises(ValueError, match="no increments"):
            period_of(CALENDAR, date(2026, 1, 1), Kind.INCREMENT)


class TestPeriods:
    @given(calendars, days, st.sampled_from([Kind.YEAR, Kind.HALF, Kind.QUARTER, Kind.MONTH]))
    def test_every_day_lies_in_exactly_one_and_they_leave_no_gap(self, calendar, day, kind):
        found = periods(calendar, fiscal_year(calendar, day), kind)

        assert sum(p.starts_on <= day <= p.ends_on for p in found) == 1
        assert all(a.ends_on + timedelta(days=1) == b.starts_on for a, b in pairwise(found))

    @given(calendars, days)
    def test_years_follow_each_other(self, calendar, day):
        year = fiscal_year(calendar, day)

        assert year_start(calendar, year) <= day < year_start(calendar, year + 1)

    @given(
        st.builds(
            FiscalCalendar,
            start_month=st.integers(1, 12),
            pattern=st.just(Pattern.INCREMENTS),
            increment_weeks=st.integers(1, 26),
            increment_from=st.none() | days,
        ),
        days,
    )
    def test_increments_cover_the_year(self, calendar, day):
        period = period_of(calendar, day, Kind.INCREMENT)

        assert period.starts_on <= day <= period.ends_on


def slow_months(calendar, year):
    """Walk day by day from the year's first Monday, a week at a time, and note where each month of weeks ends."""
    weeks = {"4-4-5": [4, 4, 5], "4-5-4": [4, 5, 4], "5-4-4": [5, 4, 4]}[calendar.pattern] * 4
    first = date(year if calendar.start_month == 1 else year - 1, calendar.start_month, 1)
    start = min((first + timedelta(days=n) for n in range(-3, 4)), key=lambda day: (day.weekday() != 0, day))
    following = date(first.year + 1, first.month, 1)
    end = min((following + timedelta(days=n) for n in range(-3, 4)), key=lambda day: (day.weekday() != 0, day))
    months, day = [], start
    for number, count in enumerate(weeks, start=1):
        began = day
        for _ in range(count * 7):
            day += timedelta(days=1)
        while number == 12 and day < end:
            day += timedelta(days=1)
        months.append((began, day - timedelta(days=1)))
    assert day == end
    return months


WEEKLY = st.builds(
    FiscalCalendar,
    start_month=st.integers(1, 12),
    pattern=st.sampled_from([Pattern.FOUR_FOUR_FIVE, Pattern.FOUR_FIVE_FOUR, Pattern.FIVE_FOUR_FOUR]),
)


class TestAgainstASlowReference:
    @given(WEEKLY, st.integers(1991, 2089))
    def test_months_of_weeks(self, calendar, year):
        found = [(p.starts_on, p.ends_on) for p in periods(calendar, year, Kind.MONTH)]

        assert found == slow_months(calendar, year)

    @given(WEEKLY, st.integers(1991, 2089))
    def test_quarters_halves_and_years_are_made_of_them(self, calendar, year):
        months = slow_months(calendar, year)
        for kind, size in ((Kind.QUARTER, 3), (Kind.HALF, 6), (Kind.YEAR, 12)):
            found = [(p.starts_on, p.ends_on) for p in periods(calendar, year, kind)]

            assert found == [(months[n][0], months[n + size - 1][1]) for n in range(0, 12, size)]

    @given(days, days, st.integers(1, 26), st.integers(1, 12))
    def test_increments_run_on_from_their_day(self, since, day, weeks, month):
        calendar = FiscalCalendar(month, Pattern.INCREMENTS, weeks, since)

        found = period_of(calendar, day, Kind.INCREMENT)

        assert (found.starts_on - since).days % (7 * weeks) == 0
        assert (found.ends_on - found.starts_on).days + 1 == 7 * weeks
        assert found.starts_on <= day <= found.ends_on
        assert fiscal_year(calendar, found.starts_on) == found.year

    def test_a_year_may_begin_within_an_increment(self):
        calendar = FiscalCalendar(1, Pattern.INCREMENTS, 8, date(2025, 12, 1))

        assert period_of(calendar, date(2026, 1, 10), Kind.INCREMENT).name == "FY2025-I7"
        assert period_of(calendar, date(2026, 1, 26), Kind.INCREMENT).name == "FY2026-I1"
