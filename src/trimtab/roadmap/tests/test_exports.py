"""Any query as a file: the same rows as the answer, with names, typed, and never more exact than they are meant."""

import csv
import io
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import count
from threading import Thread
from typing import Any

import openpyxl
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from trimtab.core import export, ledger
from trimtab.core.actors import Actor, Role
from trimtab.core.errors import Forbidden, Invalid
from trimtab.core.export.as_csv import guard, unguard
from trimtab.core.export.as_markdown import escape
from trimtab.core.export.cells import span, wording
from trimtab.core.fiscal import FiscalCalendar, Kind, Pattern, period_of
from trimtab.core.query.problems import QueryInvalid
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    level,
    make_actor,
    make_custom_field,
    make_item,
    make_person,
    make_record,
    make_team,
    make_workspace,
)

QUARTER = {
    "start_on": date(2026, 7, 1), "start_precision": "quarter",
    "end_on": date(2026, 12, 24), "end_precision": "day",
}  # fmt: skip
COLUMNS = ["ref", "title", "owner", "health", "timeframe", "start", "end", "benefit", "tags", "updated"]


def exported(actor: Actor, question: dict[str, Any] | None = None, extension: str = "csv", **how: Any) -> bytes:
    """A file of items, whole."""
    asked = {"source": "item", "columns": COLUMNS, "sort": [{"field": "ref"}]} | (question or {})
    return b"".join(export.write(export.begin(actor, NOON, asked, extension=extension, **how)))


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@pytest.fixture
def actor() -> Actor:
    actor = make_workspace()
    ana = make_person(actor)
    make_item(
        actor,
        title="=HYPERLINK(1)",
        owner_id=ana.id,
        health="on_track",
        benefit=Decimal("1.50"),
        tags=["a", "b"],
        **QUARTER,
    )
    make_item(actor, title='Two "lines"\nand a | bar', start_precision="later", benefit=Decimal(-3))
    return actor


class TestCsv:
    def test_names_labels_and_periods_instead_of_ids_keys_and_days(self, actor: Actor) -> None:
        header, first, second = table(exported(actor))

        assert header[:5] == ["Ref", "Title", "Owner", "Health", "Timeframe"]
        assert first == [
            "TT-1", "'=HYPERLINK(1)", "Ana Lima", "On track", "2026-Q3 – 2026-12-24", "2026-Q3", "2026-12-24", "1.50",
            "a, b", "2026-03-02T12:00:00+00:00",
        ]  # fmt: skip
        assert second[1] == 'Two "lines"\nand a | bar'
        assert second[4:8] == ["later –", "later", "", "-3.00"]

    def test_ids_where_they_are_wished(self, actor: Actor) -> None:
        row = table(exported(actor, {"columns": ["owner", "health"]}, ids=True))[1]

        assert len(row[0]) == 36
        assert row[1] == "on_track"

    def test_more_rows_than_a_block_holds_come_once_each_in_their_order(
        self, actor: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(7):
            make_item(actor, title=f"Item {number}")
        monkeypatch.setattr("trimtab.core.export.sheet.BLOCK", 2)

        refs = [row[0] for row in table(exported(actor))[1:]]

        assert refs == [f"TT-{number}" for number in range(1, 10)]

    def test_a_file_shows_one_state_whatever_is_written_meanwhile(
        self, actor: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("trimtab.core.export.sheet.BLOCK", 1)
        pieces = export.write(
            export.begin(
                actor, NOON, {"source": "item", "columns": ["ref"], "sort": [{"field": "ref"}]}, extension="csv"
            )
        )
        begun = [next(pieces), next(pieces)]
        other = Thread(target=make_item, args=(actor,))
        other.start()
        other.join()

        assert len(table(b"".join([*begun, *pieces]))) == 3

    def test_a_tree_comes_in_its_order_without_its_places(self, actor: Actor) -> None:
        parent = make_item(actor, level="initiative", title="Above")
        make_item(actor, title="Below", parent=parent)

        rows = table(exported(actor, {"columns": ["title"], "tree": {"axis": "parent"}, "text": "ref:TT-3,TT-4"}))
        areas = table(exported(actor, {"columns": ["ref"], "tree": {"axis": "area"}}))

        assert [row[0] for row in rows[1:]] == ["Above", "Below"]
        assert [row[0] for row in areas[1:]] == ["TT-1", "TT-2", "TT-3", "TT-4"]

    def test_the_past_reads_as_it_was(self, actor: Actor) -> None:
        with inside(actor):
            item = Item.objects.get(number=1)
        with inside(actor), ledger.change_set(actor, at=NOON.now.replace(day=9)):
            ledger.save(item, title="Renamed")

        row = table(exported(actor, {"columns": ["title"], "lens": {"as_of": "2026-03-05"}}))[1]

        assert row == ["'=HYPERLINK(1)"]

    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
    def test_what_was_guarded_is_harmless_and_reads_back_as_it_was(self, text: str) -> None:
        assert unguard(guard(text)) == text
        assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))


KINDS = {"words": "text", "figure": "number", "day": "date", "flag": "bool"}
_numbers = count(1)


@cache
def _shared() -> tuple[Actor, list[str]]:
    """One workspace for all examples, and the ids of its fields."""
    actor = make_workspace()
    return actor, [str(make_custom_field(actor, key, kind).id) for key, kind in KINDS.items()]


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@\t\r\n',;\"|"), min_size=1)
NUMBERS = st.decimals(min_value=-(10**8), max_value=10**8, places=2)


class TestReadingBack:
    @settings(max_examples=25)
    @given(st.lists(st.tuples(TEXTS, NUMBERS, st.dates(date(1900, 1, 1)), st.booleans()), min_size=1, max_size=4))
    def test_a_csv_read_back_gives_the_same_values(self, rows: list[tuple[str, Decimal, date, bool]]) -> None:
        actor, fields = _shared()
        titles, numbers = [words.strip() or "blank" for words, *_ in rows], []
        for title, (words, figure, day, flag) in zip(titles, rows, strict=True):
            values = dict(zip(fields, [words, float(figure), day.isoformat(), flag], strict=True))
            numbers.append(next(_numbers))
            make_record(
                actor, Item, title=title[:300], number=numbers[-1], level_id=level(actor), rank="a", custom=values
            )
        these = f"ref:{','.join(f'TT-{number}' for number in numbers)}"

        read = table(exported(actor, {"columns": ["title", *KINDS], "text": these}))[1:]

        for title, (words, figure, day, flag), row in zip(titles, rows, read, strict=True):
            assert [unguard(row[0]), unguard(row[1]), row[3], row[4]] == [
                title[:300], words, day.isoformat(), "yes" if flag else "no",
            ]  # fmt: skip
            assert Decimal(row[2]) == figure


CALENDARS = st.sampled_from(
    [FiscalCalendar(), FiscalCalendar(4), FiscalCalendar(2, Pattern.FOUR_FOUR_FIVE), FiscalCalendar(10)]
)
PRECISIONS = st.sampled_from([None, "day", "month", "quarter", "half", "year", "later"])


@st.composite
def timeframes(draw: st.DrawFn) -> dict[str, str | None]:
    """Two ends in their order, each as exact as it pleases."""
    days = sorted(draw(st.tuples(*[st.dates(date(1950, 1, 1), date(2090, 1, 1))] * 2)))
    ends: dict[str, str | None] = {}
    for end, day in zip(("start", "end"), days, strict=True):
        precision = draw(PRECISIONS)
        ends[end] = None if precision in {None, "later"} else day.isoformat()
        ends[f"{end}_precision"] = precision
    return ends


class TestPrecision:
    @given(timeframes(), CALENDARS)
    def test_no_wording_tells_a_day_that_is_none(self, ends: dict[str, str | None], calendar: FiscalCalendar) -> None:
        told = wording(ends, calendar)

        for end in ("start", "end"):
            day, precision = ends[end], ends[f"{end}_precision"]
            exact = {ends[other] for other in ("start", "end") if ends[f"{other}_precision"] == "day"}
            assert day is None or (day in told) <= (precision == "day" or day in exact)

    @given(timeframes(), CALENDARS)
    def test_a_span_of_days_covers_the_whole_period_where_no_day_is_meant(
        self, ends: dict[str, str | None], calendar: FiscalCalendar
    ) -> None:
        days = span(ends, calendar)

        for end in ("start", "end"):
            day, precision = ends[end], ends[f"{end}_precision"]
            if day is None:
                continue
            assert days is not None
            if precision == "day":
                assert days[0] <= date.fromisoformat(day) <= days[1]
            else:
                period = period_of(calendar, date.fromisoformat(day), Kind(str(precision)))
                assert days[0] <= period.starts_on or end == "end"
                assert days[1] >= period.ends_on or (end == "start" and ends["end"] is not None)
        assert (days is None) == (ends["start"] is None and ends["end"] is None)

    @settings(max_examples=40)
    @given(timeframes())
    def test_in_no_kind_of_file(self, ends: dict[str, str | None]) -> None:
        actor, number = _shared()[0], next(_numbers)
        values = {f"{end}_{part}": ends[key] for end in ("start", "end") for part, key in
                  (("on", end), ("precision", f"{end}_precision"))}  # fmt: skip
        make_record(actor, Item, title="Framed", number=number, level_id=_level(actor), rank="a", **values)
        asked = {"columns": ["title", "timeframe", "start", "end"], "text": f"ref:TT-{number}"}
        vague = [
            ends[end] for end in ("start", "end")
            if ends[end] and ends[f"{end}_precision"] != "day" and _other(ends, end) != ends[end]
        ]  # fmt: skip

        written = [exported(actor, asked, kind).decode() for kind in ("csv", "json", "md")]
        (sheet,) = openpyxl.load_workbook(io.BytesIO(exported(actor, asked, "xlsx"))).worksheets
        cells = {str(cell.value)[:10] for cell in sheet[2]}
        events = Calendar.from_ical(exported(actor, asked, "ics")).walk("VEVENT")

        for day in vague:
            assert not any(day in text for text in written)
            assert day not in cells
        assert len(events) == (0 if ends["start"] is None and ends["end"] is None else 1)
        if vague and "day" not in ends.values():
            days = (events[0]["dtend"].dt - events[0]["dtstart"].dt).days
            assert days >= 28
            assert "(" in events[0]["summary"]


def _other(ends: dict[str, str | None], end: str) -> str | None:
    return ends["end" if end == "start" else "start"]


def _level(actor: Actor) -> Any:
    return level(actor)


class TestXlsx:
    def test_cells_have_types_and_the_page_has_a_header_and_filters(self, actor: Actor) -> None:
        (sheet,) = openpyxl.load_workbook(io.BytesIO(exported(actor, extension="xlsx"))).worksheets

        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == "A1:J3"
        title, start, end, benefit = sheet["B2"], sheet["F2"], sheet["G2"], sheet["H2"]
        assert (title.data_type, title.value) == ("s", "=HYPERLINK(1)")
        assert title.quotePrefix
        assert (start.value, end.value.date(), end.number_format) == ("2026-Q3", date(2026, 12, 24), "yyyy-mm-dd")
        assert (benefit.data_type, benefit.value) == ("n", 1.5)
        assert sheet.column_dimensions["B"].width > 10

    def test_groups_and_trees_are_an_outline(self, actor: Actor) -> None:
        team = make_team(actor)
        make_item(actor, title="In a team", team_id=team.id)
        parent = make_item(actor, level="initiative", title="Above")
        make_item(actor, title="Below", parent=parent)

        grouped = _rows(exported(actor, {"columns": ["title"], "group": [{"by": "team"}]}, "xlsx"))
        tree = _rows(
            exported(actor, {"columns": ["title"], "tree": {"axis": "parent"}, "text": "ref:TT-4,TT-5"}, "xlsx")
        )

        assert grouped[:4] == [("Title", 0), ("Core", 0), ("In a team", 1), ("—", 0)]
        assert all(level == 1 for _, level in grouped[4:])
        assert tree == [("Title", 0), ("Above", 0), ("Below", 1)]


def _rows(content: bytes) -> list[tuple[Any, int]]:
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return [(row[0].value, sheet.row_dimensions[row[0].row].outlineLevel) for row in sheet.iter_rows()]


class TestOthers:
    def test_json_rows_have_field_names_and_numbers(self, actor: Actor) -> None:
        first, second = orjson.loads(exported(actor, extension="json"))

        assert first["owner"] == "Ana Lima"
        assert first["timeframe"] == {"start": "2026-Q3", "end": "2026-12-24"}
        assert first["benefit"] == 1.5
        assert first["tags"] == ["a", "b"]
        assert second["start"] == "later"

    def test_nothing_gives_an_empty_file_of_its_kind(self, actor: Actor) -> None:
        nothing = {"text": "benefit:>100000"}

        assert orjson.loads(exported(actor, nothing, "json")) == []
        assert len(table(exported(actor, nothing))) == 1
        assert not Calendar.from_ical(exported(actor, nothing, "ics")).walk("VEVENT")

    def test_markdown_reads_as_it_was_written(self, actor: Actor) -> None:
        lines = exported(actor, {"columns": ["title", "benefit"]}, "md").decode().splitlines()

        assert lines == [
            "| Title | Benefit |",
            "| --- | ---: |",
            r"| \=HYPERLINK\(1\) | 1.50 |",
            r'| Two "lines"<br>and a \| bar | -3.00 |',
        ]

    def test_a_calendar_says_what_is_meant(self, actor: Actor) -> None:
        (event,) = Calendar.from_ical(exported(actor, extension="ics")).walk("VEVENT")

        assert event["summary"] == "=HYPERLINK(1) (2026-Q3 – 2026-12-24)"
        assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 7, 1), date(2026, 12, 25))

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_no_text_leaves_its_cell(self, text: str) -> None:
        escaped = escape(text)

        assert "\n" not in escaped
        assert "|" not in escaped.replace(r"\|", "")


class TestConfidential:
    def test_an_export_that_tells_of_it_is_recorded_and_listed_for_admins(self, actor: Actor) -> None:
        make_custom_field(actor, "revenue", "number", confidential=True)

        exported(actor, {"columns": ["title"]})
        exported(actor, {"columns": ["title", "revenue"]})
        exported(actor, {"columns": ["title"], "text": "revenue:>5"})

        filtered, shown = export.list_records(actor)
        assert (shown.confidential, shown.format, shown.actor_name) == (["revenue"], "csv", "Ana Lima")
        assert filtered.confidential == ["revenue"]
        with inside(actor):
            (line,) = ledger.history(actor, "export_record", shown.id)
        assert line.note == "Confidential fields were exported"

    def test_others_get_neither_the_field_nor_the_list(self, actor: Actor) -> None:
        make_custom_field(actor, "revenue", "number", confidential=True)
        viewer = make_actor(actor.workspace_id, Role.VIEWER)

        for question in ({"columns": ["revenue"]}, {"text": "revenue:>5"}, {"sort": [{"field": "revenue"}]}):
            with pytest.raises(Forbidden):
                exported(viewer, question)
        with pytest.raises(Forbidden):
            export.list_records(viewer)
        assert export.list_records(actor) == []


class TestRefusals:
    def test_an_unknown_kind_of_file_and_a_wrong_query(self, actor: Actor) -> None:
        with pytest.raises(Invalid):
            exported(actor, extension="exe")
        with pytest.raises(QueryInvalid):
            exported(actor, {"columns": ["nothing"]})
