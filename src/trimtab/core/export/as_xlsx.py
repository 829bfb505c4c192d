"""A workbook: typed cells, a header that stays, filters, groups and trees as outline. Rows go to disk as they come."""

import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from trimtab.core.export.as_csv import guard
from trimtab.core.export.cells import Cell, cells, plain
from trimtab.core.export.sheet import Block, Sheet

DEEPEST_OUTLINE: Final = 7
LONGEST_TEXT: Final = 32_767
MOST_ROWS: Final = 1_048_576
NARROWEST, WIDEST = 8, 60
_EXACT: Final = 10**15
_PIECE: Final = 1 << 16
_CONTROL: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])


def write(sheet: Sheet, blocks: Iterable[Block]) -> Iterator[bytes]:
    """The whole file, once all rows are in it."""
    with tempfile.TemporaryDirectory(prefix="trimtab-xlsx-") as folder:
        path = Path(folder) / "export.xlsx"
        options = {
            "constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd",
        }  # fmt: skip
        with xlsxwriter.Workbook(str(path), options) as book:
            book.set_properties({"created": sheet.clock.now.replace(tzinfo=None), "author": ""})
            _Page(book, sheet).fill(blocks)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


class _Page:
    """The one worksheet while it is filled, row by row."""

    def __init__(self, book: Any, sheet: Sheet) -> None:
        self.sheet = sheet
        self.page = book.add_worksheet("Export")
        self.page.outline_settings(visible=True, symbols_below=False)
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self.heading = book.add_format({"bold": True})
        self.guarded = book.add_format({"quote_prefix": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.row = 0
        self.under: tuple[Cell, ...] | None = None

    def fill(self, blocks: Iterable[Block]) -> None:
        columns = self.sheet.columns
        for at, column in enumerate(columns):
            self.page.write_string(0, at, column.label, self.bold)
        widths = [len(column.label) + 3 for column in columns]
        for block in blocks:
            found = [cells(block, column) for column in columns]
            if self.row == 0:
                widths = [max(width, _width(column)) for width, column in zip(widths, found, strict=True)]
            self._rows(block, found)
        for at, width in enumerate(widths):
            self.page.set_column(at, at, min(max(width, NARROWEST), WIDEST))
        self.page.freeze_panes(1, 0)
        if columns:
            self.page.autofilter(0, 0, self.row, len(columns) - 1)

    def _rows(self, block: Block, found: list[list[Cell]]) -> None:
        groups = list(zip(*(cells(block, column) for column in self.sheet.by), strict=True))
        rows = list(zip(*found, strict=True))
        for at in range(block.part.rows):
            if self.row >= MOST_ROWS - 1:
                return
            heading = block.headings[at] if block.headings else None
            depth = block.depths[at] if block.depths else 1
            if heading is not None:
                self._begin(depth - 1)
                self.page.write_string(self.row, 0, heading[:LONGEST_TEXT], self.heading)
                continue
            if groups:
                depth += self._headings(groups[at])
            self._begin(depth - 1)
            for place, cell in enumerate(rows[at]):
                if cell is not None:
                    self._cell(place, cell)

    def _headings(self, under: tuple[Cell, ...]) -> int:
        """A heading for each group that begins here; gives how deep the rows lie below them."""
        before = self.under
        self.under = under
        same = 0
        while before is not None and same < len(under) and before[same] == under[same]:
            same += 1
        for level in range(same, len(under)):
            self._begin(level)
            label = plain(under[level]) or "—"
            self.page.write_string(self.row, 0, label[:LONGEST_TEXT], self.heading)
        return len(under)

    def _begin(self, level: int) -> None:
        self.row += 1
        if level > 0:
            self.page.set_row(self.row, None, None, {"level": min(level, DEEPEST_OUTLINE)})

    def _cell(self, at: int, cell: Cell) -> None:
        match cell:
            case str():
                text = cell.translate(_CONTROL)[:LONGEST_TEXT]
                self.page.write_string(self.row, at, text, self.guarded if guard(text) is not text else None)
            case bool():
                self.page.write_boolean(self.row, at, cell)
            case int() | Decimal():
                self._number(at, cell)
            case datetime():
                self.page.write_datetime(self.row, at, cell.replace(tzinfo=None), self.instant)
            case date() if cell.year >= 1900:
                self.page.write_datetime(self.row, at, cell, self.day)
            case _:
                self.page.write_string(self.row, at, plain(cell))

    def _number(self, at: int, number: int | Decimal) -> None:
        """As a number where a spreadsheet holds all its digits, else as text."""
        if -_EXACT < number < _EXACT:
            self.page.write_number(self.row, at, number)
        else:
            self.page.write_string(self.row, at, plain(number))


def _width(column: list[Cell]) -> int:
    lengths = sorted(len(plain(cell)) for cell in column)
    return lengths[len(lengths) * 95 // 100] + 1 if lengths else 0
