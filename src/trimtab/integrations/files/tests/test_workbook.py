import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from trimtab.integrations.files.reading import BadFile, Reading, Table, open_table


def workbook(folder: Path, **sheets: Iterable[Iterable[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    path = folder / "plan.xlsx"
    book.save(path)
    return path


def rows(table: Table) -> list[tuple[int, list[str]]]:
    return [(row.number, list(row.cells)) for row in table.rows()]


def repacked(path: Path, **parts: bytes) -> Path:
    """The same archive with parts added or replaced; ``__`` in a name stands for ``/``, ``_dot_`` for a dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in named:
                new.writestr(name, old.read(name))
        for name, content in named.items():
            new.writestr(name, content)
    path.write_bytes(buffer.getvalue())
    return path


class TestCells:
    def test_are_text_that_reads_the_same_everywhere(self, tmp_path: Path) -> None:
        path = workbook(
            tmp_path,
            Plan=[
                ["Title", "Start", "At", "Effort", "Count", "Done", "Note"],
                [
                    "A",
                    date(2026, 7, 1),
                    datetime(2026, 7, 1, 9, 30),  # noqa: DTZ001 - a workbook knows no zone
                    2.5,
                    3,
                    True,
                    None,
                ],
            ],
        )

        assert rows(open_table(path)) == [(2, ["A", "2026-07-01", "2026-07-01 09:30:00", "2.5", "3", "true", ""])]

    def test_carry_the_decimal_mark_that_was_told(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, Plan=[["Title", "Effort"], ["A", 2.5]])

        assert rows(open_table(path, Reading(decimal=","))) == [(2, ["A", "2,5"])]

    def test_a_formula_without_a_value_is_said_of_its_cell(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, Plan=[["Title", "Effort"], ["A", "=1+1"], ["B", 4]])

        first, second = open_table(path).rows()

        assert (list(first.cells), first.odd[1].why, first.odd[1].raw) == (["A", ""], "formula_without_value", "=1+1")
        assert (list(second.cells), second.odd) == (["B", "4"], {})

    def test_an_error_is_no_value(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, Plan=[["Title", "Effort"], ["A", "#DIV/0!"]])

        (row,) = open_table(path).rows()

        assert (row.cells[1], row.odd[1].why) == ("", "formula_error")


class TestSheets:
    def test_the_first_with_rows_is_taken(self, tmp_path: Path) -> None:
        table = open_table(workbook(tmp_path, Cover=[["Our plan"]], Plan=[["Title", "Team"], ["A", "Web"]]))

        assert (table.reading.sheet, table.sheets, table.headers) == ("Plan", ("Cover", "Plan"), ("Title", "Team"))

    def test_another_can_be_told(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, Plan=[["Title"], ["A"]], Old=[["Name"], ["B"]])

        assert rows(open_table(path, Reading(sheet="Old"))) == [(2, ["B"])]

    def test_one_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadFile, match=r"no sheet “Gone”\. It has: Plan"):
            open_table(workbook(tmp_path, Plan=[["Title"], ["A"]]), Reading(sheet="Gone"))

    def test_titles_above_the_header_are_passed_over(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, Plan=[["Roadmap 2026"], [], ["Title", "Team", "Effort"], ["A", "Web", 3]])

        table = open_table(path)

        assert (table.headers, table.reading.header_row) == (("Title", "Team", "Effort"), 3)
        assert rows(table) == [(4, ["A", "Web", "3"])]


class TestArchive:
    def test_a_bomb_is_refused_before_it_is_unpacked(self, tmp_path: Path) -> None:
        path = repacked(workbook(tmp_path, Plan=[["Title"], ["A"]]), xl__bomb_dot_xml=b"0" * (64 << 20))

        with pytest.raises(BadFile, match="looks like a zip bomb"):
            open_table(path)

    def test_entities_are_refused(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, Plan=[["Title"], ["A"]])
        bad = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><sst>&a;</sst>'

        with pytest.raises(BadFile, match="declares entities"):
            open_table(repacked(path, xl__sharedStrings_dot_xml=bad))

    def test_a_damaged_one_is_refused(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, Plan=[["Title"], ["A"]])
        path.write_bytes(path.read_bytes()[:-200])

        with pytest.raises(BadFile, match="damaged"):
            open_table(path)

    def test_broken_xml_is_refused(self, tmp_path: Path) -> None:
        path = repacked(
            workbook(tmp_path, Plan=[["Title"], ["A"]]), xl__worksheets__sheet1_dot_xml=b"<worksheet><sheet"
        )

        with pytest.raises(BadFile, match=r"plan\.xlsx"):
            list(open_table(path).rows())

    def test_another_kind_of_archive_is_refused(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as packed:
            packed.writestr("hello.txt", "hello")

        with pytest.raises(BadFile, match=r"no \.xlsx workbook"):
            open_table(tmp_path / "a.xlsx")

    def test_a_cell_far_away_costs_little(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.append(["Title", "Team"])
        book.active["A1048576"] = "last"
        book.save(tmp_path / "far.xlsx")

        assert rows(open_table(tmp_path / "far.xlsx")) == [(1048576, ["last", ""])]
