import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.integrations.files.reading import BadFile, Reading, Table, detect, open_table

AUTO = Reading(format="csv", header_row=1)


def written(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Table:
    path = folder / "items.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return open_table(path, AUTO)


def rows(file: Table) -> list[tuple[int, list[str], str]]:
    return [(row.number, list(row.cells), row.problem) for row in file.rows()]


class TestEncoding:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
    def test_is_found_out(self, tmp_path: Path, encoding: str) -> None:
        file = written(tmp_path, "Schlüssel;Titel\n1;Grün\n", encoding)

        assert file.header.names == ("Schlüssel", "Titel")
        assert rows(file) == [(2, ["1", "Grün"], "")]

    def test_a_character_across_a_block_border_is_still_utf_8(self, tmp_path: Path) -> None:
        path = tmp_path / "big.csv"
        path.write_bytes(b"a\n" + b"x" * ((1 << 20) - 3) + "é".encode() + b"\n")

        assert detect.encoding_of(path).value == "utf-8"

    def test_an_unknown_one_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("a\n")

        with pytest.raises(BadFile, match="no known encoding"):
            open_table(tmp_path / "a.csv", Reading(encoding="klingon"))


class TestRows:
    def test_are_numbered_as_in_a_spreadsheet(self, tmp_path: Path) -> None:
        assert rows(written(tmp_path, "a,b\n1,2\n\n3,4\n")) == [(2, ["1", "2"], ""), (4, ["3", "4"], "")]

    def test_a_cell_may_hold_newlines_and_separators(self, tmp_path: Path) -> None:
        assert rows(written(tmp_path, 'a,b\n"1\r\nx","2,""y"""\n3,4\n')) == [
            (2, ["1\r\nx", '2,"y"'], ""),
            (3, ["3", "4"], ""),
        ]

    def test_missing_cells_are_blank(self, tmp_path: Path) -> None:
        assert rows(written(tmp_path, "a,b,c\n1\n")) == [(2, ["1", "", ""], "")]

    def test_too_many_cells_are_a_problem(self, tmp_path: Path) -> None:
        assert rows(written(tmp_path, "a,b\n1,2,3\n"))[0][2] == "has 3 cells where the header has 2"

    def test_blank_cells_beyond_the_header_are_not(self, tmp_path: Path) -> None:
        assert rows(written(tmp_path, "a,b\n1,2,,\n"))[0][2] == ""

    def test_a_quote_that_is_never_closed_is_a_problem(self, tmp_path: Path) -> None:
        found = rows(written(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n'))

        assert found[0] == (2, ["1", "2"], "")
        assert found[1][2] == "a quote is opened here and never closed, or a cell has more than 4,000,000 characters"

    def test_nul_characters_fall_away(self, tmp_path: Path) -> None:
        assert rows(written(tmp_path, "a,b\n1\x00,2\n")) == [(2, ["1", "2"], "")]

    def test_reading_goes_on_after_a_row(self, tmp_path: Path) -> None:
        file = written(tmp_path, "a\n1\n2\n3\n")

        assert [row.number for row in file.rows(after=3)] == [4]


class TestHeader:
    @pytest.mark.parametrize(
        ("line", "delimiter"), [("a,b;c,d", ","), ("a;b", ";"), ("a\tb", "\t"), ('"a;b;c",d', ",")]
    )
    def test_tells_the_delimiter(self, line: str, delimiter: str) -> None:
        assert detect.delimiter_of(line).value == delimiter

    def test_a_name_may_stand_several_times(self, tmp_path: Path) -> None:
        assert written(tmp_path, "Key,Sprint, sprint \n").header.positions("Sprint") == (1, 2)

    def test_a_missing_column_is_refused_with_those_that_are_there(self, tmp_path: Path) -> None:
        file = written(tmp_path, "Key,Title\n")

        with pytest.raises(BadFile, match=r"no column “Team”\. It has: Key, Title"):
            file.header.require("Team", file.path)

    @pytest.mark.parametrize("content", ["", "\n", ",,\n"])
    def test_an_empty_file_is_refused(self, tmp_path: Path, content: str) -> None:
        with pytest.raises(BadFile, match="no header"):
            written(tmp_path, content)

    def test_an_absent_file_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadFile, match="There is no file"):
            open_table(tmp_path / "gone.csv", AUTO)


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELL, min_size=2, max_size=2).filter(any), max_size=6), st.sampled_from(",;\t|"))
def test_whatever_a_csv_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]], delimiter: str
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["one", "two"], *cells])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(buffer.getvalue().encode())

    file = open_table(path, Reading(format="csv", encoding="utf-8", delimiter=delimiter, header_row=1))

    assert [list(row.cells) for row in file.rows()] == cells


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(content)
    try:
        file = open_table(path, AUTO)
    except BadFile:
        return
    for row in file.rows():
        assert row.problem or len(row.cells) >= len(file.header.names)
        assert not any("\0" in cell for cell in row.cells)
