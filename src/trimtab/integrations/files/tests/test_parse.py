import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.integrations.files import parse
from trimtab.integrations.files.parse import Odd, Span
from trimtab.integrations.files.reading import Reading

EUROPE, AMERICA = Reading(), Reading(day_first=False)
COMMA = Reading(decimal=",")


def periods(kind: str, year: int, number: int) -> tuple[date, date]:
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}[kind]
    last = number * months
    return date(year, last - months + 1, 1), date(year, last, calendar.monthrange(year, last)[1])


def why(read: Callable[[], object]) -> str:
    with pytest.raises(Odd) as odd:
        read()
    return odd.value.why


class TestDay:
    @pytest.mark.parametrize(
        "text",
        [
            "2025-10-09", "2025-10-9", "2025/10/09", "2025-10-09T23:59:00Z", "09.10.2025", "9/10/25",
            "9/Oct/25 11:59 PM", "09-Oct-2025", "Oct 9, 2025", "October 9th, 2025", " 2025-10-9 ",
        ],
    )  # fmt: skip
    def test_is_read_in_every_usual_form(self, text: str) -> None:
        assert parse.day(text, EUROPE) == date(2025, 10, 9)

    def test_the_month_comes_first_where_the_recipe_says_so(self) -> None:
        assert parse.day("10/9/2025", AMERICA) == date(2025, 10, 9)

    @pytest.mark.parametrize(
        "text", ["yyyy-mm-dd", "2025-02-30", "2025-13-01", "TBD", "2025", "0000-01-01", "99/99/9999", "9 Foo 2025", ""]
    )
    def test_an_impossible_one_is_odd(self, text: str) -> None:
        assert why(lambda: parse.day(text, EUROPE)) == "not_a_date"


class TestSpan:
    @pytest.mark.parametrize(
        ("text", "first", "last", "precision"),
        [
            ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30), "quarter"),
            ("Q3 2026", date(2026, 7, 1), date(2026, 9, 30), "quarter"),
            ("H2/2026", date(2026, 7, 1), date(2026, 12, 31), "half"),
            ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "month"),
            ("Feb 2026", date(2026, 2, 1), date(2026, 2, 28), "month"),
            ("2026", date(2026, 1, 1), date(2026, 12, 31), "year"),
            ("2026-02-03", date(2026, 2, 3), date(2026, 2, 3), "day"),
        ],
    )
    def test_keeps_the_precision_of_what_is_written(self, text: str, first: date, last: date, precision: str) -> None:
        assert parse.span(text, EUROPE, periods) == Span(first, last, precision)

    def test_later_has_no_day(self) -> None:
        assert parse.span("Later", EUROPE, periods) == Span(None, None, "later")

    @pytest.mark.parametrize("text", ["2026-H3", "2026-Q5", "2026-00", "Q1", "soon"])
    def test_what_is_no_period_is_odd(self, text: str) -> None:
        assert why(lambda: parse.span(text, EUROPE, periods)) == "not_a_date"


class TestNumber:
    @pytest.mark.parametrize(
        ("text", "reading", "value"),
        [
            ("1,234.5", EUROPE, "1234.5"), ("1.234,5", COMMA, "1234.5"), ("1 234", EUROPE, "1234"),
            ("-3", EUROPE, "-3"), ("40 %", EUROPE, "40"), ("1’000", EUROPE, "1000"), ("2e3", EUROPE, "2000"),
        ],
    )  # fmt: skip
    def test_is_read_as_people_write_it(self, text: str, reading: Reading, value: str) -> None:
        assert parse.number(text, reading) == Decimal(value)

    @pytest.mark.parametrize("text", ["", "many", "NaN", "inf", "1.2.3", "0x10", "--1", "5 days"])
    def test_anything_else_is_odd(self, text: str) -> None:
        assert why(lambda: parse.number(text, EUROPE)) == "not_a_number"

    def test_outside_of_the_bounds_is_odd(self) -> None:
        assert why(lambda: parse.bounded("101", EUROPE, Decimal(0), Decimal(100))) == "out_of_range"


class TestInstant:
    def test_is_in_utc(self) -> None:
        assert parse.instant("2018-12-01T07:06:41Z") == datetime(2018, 12, 1, 7, 6, 41, tzinfo=UTC)
        assert parse.instant("2018-12-01T09:06:41+02:00") == datetime(2018, 12, 1, 7, 6, 41, tzinfo=UTC)
        assert parse.instant("2018-12-01") == datetime(2018, 12, 1, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["", "yesterday", "2018-13-01", "0001-01-01T00:00:00+23:00", "9999-12-31"])
    def test_anything_else_is_odd(self, text: str) -> None:
        assert why(lambda: parse.instant(text)) == "not_a_time"


class TestOthers:
    def test_yes_and_no(self) -> None:
        assert [parse.boolean(text) for text in ("Yes", "x", "0", "FALSE")] == [True, True, False, False]
        assert why(lambda: parse.boolean("maybe")) == "not_yes_or_no"

    def test_parts_drop_blanks_and_repeats(self) -> None:
        assert parse.parts(" @a;@b;; @a\n@c", ";") == ["@a", "@b", "@c"]

    def test_names_are_compared_without_case_and_punctuation(self) -> None:
        assert parse.fold("  SIG_Node ") == parse.fold("sig-node")

    def test_an_address_begins_with_http(self) -> None:
        assert parse.address(" https://example.com/a ") == "https://example.com/a"
        assert why(lambda: parse.address("example.com")) == "not_an_address"


READERS: list[Callable[[str], object]] = [
    lambda text: parse.day(text, EUROPE),
    lambda text: parse.day(text, AMERICA),
    lambda text: parse.span(text, EUROPE, periods),
    parse.instant,
    lambda text: parse.number(text, EUROPE),
    lambda text: parse.number(text, COMMA),
    parse.boolean,
    parse.address,
    lambda text: parse.parts(text, ";"),
]


@given(st.text(max_size=40) | st.from_regex(r"[0-9QHa-z]{1,6}[-/. ][0-9A-Za-z]{1,9}([-/. ][0-9]{1,6})?"))
def test_any_text_has_a_value_or_is_odd(text: str) -> None:
    for reader in READERS:
        try:
            reader(text)
        except Odd:
            continue


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_back_from_every_form(on: date) -> None:
    month = calendar.month_abbr[on.month]
    forms = [
        on.isoformat(),
        f"{on.year}-{on.month}-{on.day}",
        f"{on.day}.{on.month}.{on.year}",
        f"{on.day}-{month}-{on.year}",
    ]

    assert {parse.day(form, EUROPE) for form in forms} == {on}


@given(st.decimals(-(10**9), 10**9, places=3, allow_nan=False, allow_infinity=False))
def test_every_number_is_read_back(value: Decimal) -> None:
    assert parse.number(f"{value:,f}", EUROPE) == value


class TestSeparatorsOfThousands:
    @pytest.mark.parametrize(("text", "decimal", "value"), [
        ("1,234.5", ".", "1234.5"), ("1.234,5", ",", "1234.5"), ("12.345.678", ",", "12345678"), ("3,5", ",", "3.5"),
    ])  # fmt: skip
    def test_stand_before_three_digits(self, text: str, decimal: str, value: str) -> None:
        assert parse.number(text, Reading(decimal=decimal)) == Decimal(value)

    @pytest.mark.parametrize(
        ("text", "decimal"), [("01.02.2026", ","), ("1,2", "."), ("1,23,456", "."), ("1.5,000", ".")]
    )
    def test_elsewhere_it_is_no_number(self, text: str, decimal: str) -> None:
        with pytest.raises(Odd):
            parse.number(text, Reading(decimal=decimal))


class TestMonths:
    @pytest.mark.parametrize(
        "text",
        [
            "22/sep/25 11:24 AM", "22/Sept/25", "22/sept./25 9:26", "22/set/25", "22/wrz/25", "22/eyl/25", "22/zář/25",
            "22/сент./25 10:00", "22/ספט׳/25 9:26", "22/9月/25 9:26 午前", "22 de septiembre de 2025",
        ],
    )  # fmt: skip
    def test_are_read_in_any_language(self, text: str) -> None:
        assert parse.day(text, EUROPE) == date(2025, 9, 22)


class TestMoment:
    @pytest.mark.parametrize(
        ("text", "hour"),
        [
            ("22/Sep/25 9:26 AM", 7), ("22/Sep/25 9:26 PM", 19), ("22/Sep/25 12:26 AM", 22), ("22.09.2025 09:26", 7),
            ("2025-09-22T09:26:00.000+0200", 7), ("2025-09-22T09:26:00Z", 9), ("22/Sep/25", 22),
        ],
    )  # fmt: skip
    def test_without_an_offset_is_meant_in_the_zone(self, text: str, hour: int) -> None:
        at = parse.moment(text, EUROPE, ZoneInfo("Europe/Berlin"))

        assert (at.hour, at.utcoffset()) == (hour, timedelta(0))

    @pytest.mark.parametrize("text", ["", "soon", "22/Sep/25 29:99", "2025-02-30 10:00"])
    def test_what_is_none_is_odd(self, text: str) -> None:
        with pytest.raises(Odd):
            parse.moment(text, EUROPE, ZoneInfo("UTC"))
