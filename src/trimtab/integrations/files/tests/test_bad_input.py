"""What the world calls a table, and is none: refused by file or by row, in bounded time and memory."""

import io
import json
import time
import tracemalloc
import zipfile
from itertools import islice
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trimtab.integrations.files.reading import BadFile, Reading, open_table

MB = 1 << 20


def put(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class TestWholeFiles:
    @pytest.mark.parametrize(
        ("name", "content", "problem"),
        [
            ("a.csv", b"", "is empty"),
            ("a.csv", b"\n\n\n", "no header"),
            ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel"),
            ("a.csv", b"%PDF-1.7 " + b"x" * 100, "is a PDF"),
            ("a.csv", b"\x89PNG\r\n\x1a\n" + b"x" * 100, "is an image"),
            ("a.csv", b"\x1f\x8b\x08" + b"x" * 100, "unpack it"),
            ("a.xls", b"<html><table><tr><td>Key</td></tr></table></html>", "HTML"),
            ("a.csv", bytes(range(1, 9)) * 100, "no text"),
        ],
    )
    def test_that_are_something_else_say_so(self, tmp_path: Path, name: str, content: bytes, problem: str) -> None:
        with pytest.raises(BadFile, match=problem):
            open_table(put(tmp_path, name, content))

    def test_with_ten_thousand_columns(self, tmp_path: Path) -> None:
        header = ",".join(f"c{number}" for number in range(10_000))

        with pytest.raises(BadFile, match="10,000 columns; 2,000 is the most"):
            open_table(put(tmp_path, "a.csv", f"{header}\n1,2\n"))

    def test_in_another_encoding_than_told_lose_no_row(self, tmp_path: Path) -> None:
        path = put(tmp_path, "a.csv", "id;name\n1;Grün\n2;Rot\n".encode("cp1252"))

        first, second = open_table(path, Reading(encoding="utf-8")).rows()

        assert "choose another encoding" in first.problem
        assert (list(second.cells), second.problem) == (["2", "Rot"], "")

    @pytest.mark.parametrize("encoding", ["cp1251", "utf-16-le", "cp1252", "shift_jis"])
    def test_in_usual_encodings_without_a_mark_are_read(self, tmp_path: Path, encoding: str) -> None:
        words = {
            "cp1251": "Название задачи и её описание",
            "shift_jis": "日本語のタイトルです",
            "cp1252": "Größe für Öl",
        }
        word = words.get(encoding, "Plan")
        path = put(tmp_path, "a.csv", ("id,name\n" + f"1,{word}\n" * 30).encode(encoding))

        assert next(open_table(path).rows()).cells[1] == word


class TestRows:
    def test_a_cell_of_five_megabytes_is_the_rows_problem_alone(self, tmp_path: Path) -> None:
        path = put(tmp_path, "a.csv", f'id,text\n1,a\n2,"{"x" * 5 * MB}"\n3,c\n')

        found = [(row.number, row.problem[:20]) for row in open_table(path).rows()]

        assert found == [(2, ""), (3, "a quote is opened he"), (4, "")]

    def test_a_line_without_an_end_is_passed_over(self, tmp_path: Path) -> None:
        path = put(tmp_path, "a.csv", f"id,text\n1,a\n2,{'x,' * 6 * MB}\n3,c\n")

        found = [(row.number, bool(row.problem)) for row in open_table(path).rows()]

        assert found == [(2, False), (3, True), (4, False)]

    def test_half_a_row_at_the_end_is_a_problem(self, tmp_path: Path) -> None:
        path = put(tmp_path, "a.csv", 'id,text\n1,a\n2,"half')

        *_, last = open_table(path, Reading(format="csv", header_row=1)).rows()

        assert last.problem


@pytest.mark.nightly
class TestTwoHundredMegabytes:
    @pytest.mark.parametrize("kind", ["csv", "json"])
    def test_are_read_in_little_memory(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / f"big.{kind}"
        line = {
            "csv": "KEY-%d,Title of %d," + "x" * 180 + "\n",
            "json": '{"id":"KEY-%d","n":%d,"t":"' + "x" * 180 + '"},\n',
        }
        with path.open("w") as file:
            file.write("id,title,text\n" if kind == "csv" else "[")
            for number in range(1_100_000):
                file.write(line[kind] % (number, number))
            file.write("" if kind == "csv" else '{"id":"last"}]')
        assert path.stat().st_size > 200 * MB
        tracemalloc.start()
        began = time.process_time()

        count = sum(1 for _ in open_table(path).rows())

        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count >= 1_100_000
        assert peak < 64 * MB
        assert time.process_time() - began < 300


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (["Key", "Title", "Effort"], ["A-1", "One", 1.5], ["A-2", "Two", "=B1"]):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


XLSX = _workbook()
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
MORE = settings(FUZZ, max_examples=3000)


def _table_or_refusal(folder: Path, name: str, content: bytes, reading: Reading | None = None) -> None:
    """Whatever the bytes are: a table whose rows all fit its header, or a refusal in words."""
    path = put(folder, name, content)
    try:
        table = open_table(path, reading)
        for row in islice(table.rows(), 2000):
            assert row.problem or len(row.cells) >= len(table.headers)
            assert row.problem or not any("\0" in cell for cell in row.cells)
            "".join(row.cells).encode()
    except BadFile:
        return


def _torn(content: bytes, cuts: list[tuple[int, bytes]]) -> bytes:
    """The bytes with some of them overwritten."""
    torn = bytearray(content)
    for at, patch in cuts:
        place = at % max(len(torn), 1)
        torn[place : place + len(patch)] = patch
    return bytes(torn)


CUTS = st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=6)), min_size=1, max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def _any_csv(folder: Path, content: bytes) -> None:
    _table_or_refusal(folder, "a.csv", content)
    _table_or_refusal(folder, "a.csv", content, Reading(format="tsv"))


def _any_json(folder: Path, value: object, cuts: list[tuple[int, bytes]]) -> None:
    content = json.dumps({"issues": value} if isinstance(value, list) else value).encode()
    _table_or_refusal(folder, "a.json", content)
    _table_or_refusal(folder, "a.json", _torn(content, cuts), Reading(format="json"))


def _any_workbook(folder: Path, cuts: list[tuple[int, bytes]], part: bytes) -> None:
    _table_or_refusal(folder, "a.xlsx", _torn(XLSX, cuts))
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(XLSX)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, _torn(content, [(at, part) for at, _ in cuts]) if name.startswith("xl/") else content)
    _table_or_refusal(folder, "a.xlsx", buffer.getvalue())


class TestFuzz:
    """Any bytes give a table or a clear refusal, from each parser."""

    @FUZZ
    @given(st.binary(max_size=600))
    def test_csv(self, tmp_path: Path, content: bytes) -> None:
        _any_csv(tmp_path, content)

    @FUZZ
    @given(JSON, CUTS)
    def test_json(self, tmp_path: Path, value: object, cuts: list[tuple[int, bytes]]) -> None:
        _any_json(tmp_path, value, cuts)

    @FUZZ
    @given(CUTS, st.binary(max_size=20))
    def test_workbook(self, tmp_path: Path, cuts: list[tuple[int, bytes]], part: bytes) -> None:
        _any_workbook(tmp_path, cuts, part)


@pytest.mark.nightly
class TestFuzzForLong:
    """The same with many more examples."""

    @MORE
    @given(st.binary(max_size=4000))
    def test_csv(self, tmp_path: Path, content: bytes) -> None:
        _any_csv(tmp_path, content)

    @MORE
    @given(JSON, CUTS)
    def test_json(self, tmp_path: Path, value: object, cuts: list[tuple[int, bytes]]) -> None:
        _any_json(tmp_path, value, cuts)

    @MORE
    @given(CUTS, st.binary(max_size=60))
    def test_workbook(self, tmp_path: Path, cuts: list[tuple[int, bytes]], part: bytes) -> None:
        _any_workbook(tmp_path, cuts, part)
