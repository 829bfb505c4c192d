"""Reads XLSX row by row, after looking whether the archive is what it claims to be."""

import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from trimtab.integrations.files.reading import detect
from trimtab.integrations.files.reading.spec import (
    LONGEST_CELL,
    NO_HEADER,
    BadFile,
    Oddity,
    Reading,
    Recognised,
    Row,
    Table,
    check_names,
    fit,
    numbered,
)

MOST_PARTS = 5_000
MOST_UNPACKED = 1 << 30
MOST_SHARED = 256 << 20
"""Bytes of texts that a workbook shares between its cells: they are held in memory while it is read."""
MOST_RATIO = 200
_RATIO_FROM = 20 << 20
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, InvalidFileException, KeyError, ValueError, TypeError, AttributeError,
    IndexError, OSError, EOFError, NotImplementedError, RuntimeError, OverflowError, AssertionError,
)  # fmt: skip
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")


class WorkbookTable(Table):
    """A sheet of an XLSX workbook. Cells come as text: days as 2026-07-01, numbers with the reading's decimal mark."""

    def __init__(self, path: Path, reading: Reading) -> None:
        """Raises BadFile: damaged, a bomb, without such a sheet, or empty."""
        self.path = path
        check_archive(path)
        self.sheets = self._sheet_names()
        self._mark = reading.decimal or "."
        sheet = Recognised(reading.sheet, 1, "it was told") if reading.sheet else self._fullest()
        if sheet.value not in self.sheets:
            raise BadFile(f"{path.name} has no sheet “{sheet.value}”. It has: {', '.join(self.sheets)}.")
        self._sheet = sheet.value
        self._formulas = self._has_formulas()
        first = list(islice(self._records(), 60))
        named = [(number, cells) for number, cells, _ in first]
        told = Recognised(str(reading.header_row), 1, "it was told")
        header = told if reading.header_row else detect.header_of(named)
        self._header_row = int(header.value)
        self.header = check_names(self._names(named), path)
        self.reading = replace(
            reading, format="xlsx", encoding="", delimiter="", quote="", header_row=self._header_row, sheet=self._sheet
        )
        self.sure = {"sheet": sheet, "header_row": header}

    def _names(self, first: Sequence[tuple[int, Sequence[str]]]) -> Sequence[str]:
        if self._header_row == NO_HEADER:
            return numbered(max((len(cells) for _, cells in first), default=0))
        return next((cells for number, cells, _ in self._records() if number == self._header_row), ())

    def _open(self, *, values: bool) -> Any:
        try:
            return openpyxl.load_workbook(self.path, read_only=True, data_only=values, keep_links=False)
        except _BROKEN as wrong:
            raise BadFile(f"{self.path.name} is a damaged workbook: {wrong}.") from wrong

    def _sheet_names(self) -> tuple[str, ...]:
        book = self._open(values=True)
        try:
            names = tuple(sheet.title for sheet in book.worksheets)
        finally:
            book.close()
        if not names:
            raise BadFile(f"{self.path.name} has no sheet with cells.")
        return names

    def _fullest(self) -> Recognised:
        """The first sheet with at least two rows; else the first."""
        if len(self.sheets) == 1:
            return Recognised(self.sheets[0], 1, "it is the only one")
        for name in self.sheets:
            self._sheet, self._formulas = name, False
            if len(list(islice(self._records(), 2))) == 2:
                return Recognised(name, 0.8, f"it is the first of {len(self.sheets)} that holds rows")
        return Recognised(self.sheets[0], 0.3, "every sheet is empty")

    def _has_formulas(self) -> bool:
        """Whether any sheet holds a formula: then every cell is read twice, to tell a blank from what has no value."""
        with zipfile.ZipFile(self.path) as packed:
            for name in packed.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    with packed.open(name) as part:
                        tail = b""
                        while block := part.read(1 << 20):
                            if _FORMULA.search(tail + block):
                                return True
                            tail = block[-16:]
        return False

    def _records(self) -> Iterator[tuple[int, list[str], dict[int, Oddity]]]:
        """The rows that hold something, numbered as the sheet shows them."""
        values, formulas = self._open(values=True), self._open(values=False) if self._formulas else None
        try:
            shown = _rows(values[self._sheet])
            written = _rows(formulas[self._sheet]) if formulas else None
            for number, cells in enumerate(shown, start=1):
                odd: dict[int, Oddity] = {}
                if written is not None:
                    odd = _formulas(cells, next(written, ()))
                texts = [_text(cell, self._mark) for cell in cells]
                for position, text in enumerate(texts):
                    if text.startswith("#") and text in _ERRORS:
                        odd[position], texts[position] = Oddity(text, "formula_error"), ""
                if any(texts) or odd:
                    yield number, texts, odd
        except _BROKEN as wrong:
            raise BadFile(f"{self.path.name} is a damaged workbook: {wrong}.") from wrong
        finally:
            values.close()
            if formulas:
                formulas.close()

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Every row below the header and row ``after``. A formula without a value is said in ``odd``."""
        after, width = max(after, self._header_row), len(self.header.names)
        for number, cells, odd in self._records():
            if number > after:
                if any(len(cell) > LONGEST_CELL for cell in cells):
                    yield Row(number, cells, f"has a cell of more than {LONGEST_CELL:,} characters")
                else:
                    yield fit(number, cells, width, odd)


_ERRORS = frozenset({"#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!"})


def number_text(value: float, mark: str) -> str:
    """A number as text, in full, with this decimal mark; what is no number is blank."""
    if not math.isfinite(value):
        return ""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(round(float(value), 9)).replace(".", mark)


def _text(value: Any, mark: str) -> str:
    """A cell's value as text, in a form that reads the same everywhere."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        value = value.total_seconds() / 86400
    if isinstance(value, int | float):
        return number_text(value, mark)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """The sheet's rows as they lie there: what the file claims its size to be is not believed."""
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(values_only=True))


def _formulas(shown: Sequence[Any], written: Sequence[Any]) -> dict[int, Oddity]:
    """The cells with a formula for which the file keeps no value."""
    return {
        position: Oddity(str(getattr(formula, "text", None) or formula)[:500], "formula_without_value")
        for position, formula in enumerate(written)
        if formula is not None and (position >= len(shown) or shown[position] is None)
    }


def check_archive(path: Path) -> None:
    """Look at the archive's list before anything is unpacked. Raises BadFile for a bomb or a damaged one."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            _check_sizes(path, parts)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with packed.open(part) as opened:
                        start = opened.read(2048).replace(b"\0", b"")
                    if _ENTITY.search(start):
                        raise BadFile(f"{path.name} declares entities in {part.filename}, which no workbook needs.")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as wrong:
        raise BadFile(f"{path.name} is a damaged or locked archive: {wrong}.") from wrong


def _check_sizes(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(part.file_size for part in parts), max(sum(part.compress_size for part in parts), 1)
    if len(parts) > MOST_PARTS:
        raise BadFile(f"{path.name} holds {len(parts):,} parts; {MOST_PARTS:,} is the most.")
    if unpacked > MOST_UNPACKED:
        raise BadFile(f"{path.name} would unpack to {unpacked >> 20:,} MB; {MOST_UNPACKED >> 20:,} MB is the most.")
    if unpacked > _RATIO_FROM and unpacked > packed * MOST_RATIO:
        raise BadFile(f"{path.name} would unpack to {unpacked // packed} times its size: it looks like a zip bomb.")
    shared = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    if shared > MOST_SHARED:
        raise BadFile(
            f"{path.name} holds {shared >> 20:,} MB of text; {MOST_SHARED >> 20:,} MB is the most. Save it as CSV."
        )
    if len({part.filename for part in parts}) != len(parts):
        raise BadFile(f"{path.name} holds several parts of one name.")
