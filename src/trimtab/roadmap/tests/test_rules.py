from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.core.errors import Invalid
from trimtab.roadmap.custom_values import FieldShape, canonical
from trimtab.roadmap.errors import DatesInverted
from trimtab.roadmap.rules import Edge, edited, rank_between, rank_of, ranks_between, settled

AUGUST = date(2026, 8, 20)


def quarter_of(day, precision):
    assert precision == "quarter"
    return date(2026, 7, 1), date(2026, 9, 30)


class TestEdited:
    @pytest.mark.parametrize(
        ("edge", "changes", "after"),
        [
            (Edge(), {"start_on": AUGUST}, Edge(AUGUST, "day")),
            (Edge(None, "later"), {"start_on": AUGUST}, Edge(AUGUST, "day")),
            (Edge(date(2026, 1, 1), "quarter"), {"start_on": AUGUST}, Edge(AUGUST, "quarter")),
            (Edge(AUGUST, "day"), {"start_precision": "quarter"}, Edge(AUGUST, "quarter")),
            (Edge(AUGUST, "day"), {"start_precision": "later"}, Edge(None, "later")),
            (Edge(AUGUST, "day"), {"start_precision": None}, Edge()),
            (Edge(AUGUST, "month"), {"start_on": None}, Edge()),
            (Edge(AUGUST, "month"), {"start_on": AUGUST, "start_precision": "day"}, Edge(AUGUST, "day")),
            (Edge(AUGUST, "month"), {}, Edge(AUGUST, "month")),
        ],
    )
    def test_what_is_not_said_stays(self, edge, changes, after):
        assert edited(edge, changes, "start") == after

    @pytest.mark.parametrize("changes", [{"start_precision": "day"}, {"start_precision": "month"}])
    def test_precision_is_never_gained_without_a_new_day(self, changes):
        with pytest.raises(Invalid):
            edited(Edge(AUGUST, "quarter"), changes, "start")

    def test_a_precision_needs_a_day(self):
        with pytest.raises(Invalid):
            edited(Edge(), {"start_precision": "month"}, "start")


class TestSettled:
    def test_a_start_opens_its_period_and_an_end_closes_it(self):
        columns = settled(Edge(AUGUST, "quarter"), Edge(AUGUST, "quarter"), quarter_of)

        assert (columns["start_on"], columns["end_on"]) == (date(2026, 7, 1), date(2026, 9, 30))

    def test_later_has_no_day(self):
        assert settled(Edge(AUGUST, "day"), Edge(None, "later"), quarter_of)["end_on"] is None

    def test_an_end_before_the_start_is_refused(self):
        with pytest.raises(DatesInverted):
            settled(Edge(AUGUST, "day"), Edge(date(2026, 8, 19), "day"), quarter_of)


class TestRanks:
    @given(st.lists(st.integers(0, 2**31), min_size=2, max_size=20, unique=True))
    def test_numbers_sort_as_ranks(self, numbers):
        assert sorted(numbers) == sorted(numbers, key=rank_of)

    @given(st.lists(st.floats(0, 1), max_size=200))
    def test_there_is_always_room_between(self, places):
        ranks = [rank_of(1), rank_of(2)]
        for place in places:
            index = round(place * len(ranks))
            low = ranks[index - 1] if index else None
            high = ranks[index] if index < len(ranks) else None
            ranks.insert(index, rank_between(low, high))
        assert ranks == sorted(set(ranks))

    def test_equal_ranks_leave_none(self):
        with pytest.raises(ValueError, match="no room"):
            rank_between("V", "V")

    @pytest.mark.parametrize("count", [0, 1, 2, 7, 64])
    def test_many_at_once_stay_short(self, count):
        ranks = ranks_between("V", "W", count)

        assert ranks == sorted(set(ranks))
        assert len(ranks) == count
        assert all("V" < rank < "W" and len(rank) <= 4 for rank in ranks)


def shape(kind, *options):
    return FieldShape(UUID(int=1), "risk", kind, options)


class TestCanonical:
    @pytest.mark.parametrize(
        ("kind", "given", "kept"),
        [
            ("text", "x", "x"), ("text", "", None), ("number", "3.50", 3.5), ("number", 4, 4), ("bool", False, False),
            ("date", "2026-08-20", "2026-08-20"), ("date", AUGUST, "2026-08-20"), ("choice", "low", "low"),
            ("choices", ["high", "low"], ["low", "high"]), ("choices", [], None), ("url", "https://a.example", "https://a.example"),
        ],
    )  # fmt: skip
    def test_the_one_form(self, kind, given, kept):
        assert canonical(shape(kind, "low", "high"), given) == kept

    @pytest.mark.parametrize(
        ("kind", "given"),
        [
            ("text", 3), ("number", "many"), ("number", True), ("number", "1e400"), ("number", "NaN"), ("bool", "yes"),
            ("date", "2026-02-30"), ("choice", "medium"), ("choices", ["medium"]), ("url", "javascript:alert(1)"),
            ("person", "nobody"), ("person", ["a", "b"]),
        ],
    )  # fmt: skip
    def test_what_does_not_fit_is_refused(self, kind, given):
        with pytest.raises(Invalid) as caught:
            canonical(shape(kind, "low", "high"), given)
        assert list(caught.value.extra["fields"]) == ["custom.risk"]
