"""Reads CSV and TSV as the world writes them: marks at the start, newlines in cells, repeated columns, torn quotes."""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TextIO

from trimtab.integrations.files.reading import detect
from trimtab.integrations.files.reading.spec import (
    LONGEST_CELL,
    NO_HEADER,
    BadFile,
    Reading,
    Recognised,
    Row,
    Table,
    check_names,
    fit,
    numbered,
)

csv.field_size_limit(LONGEST_CELL)

LONGEST_LINE = 2 * LONGEST_CELL
_SAMPLE = 1 << 18
_UNREADABLE = re.compile(r"[\ud800-\udfff]")


class _Lines:
    """The lines of a file, none of them longer than ``LONGEST_LINE``: a longer one is passed over and refused."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            while (rest := self._file.readline(1 << 20)) and not rest.endswith(("\n", "\r")):
                pass
            raise csv.Error("line longer than allowed")
        return line


class TextTable(Table):
    """A CSV or TSV file."""

    def __init__(self, path: Path, reading: Reading) -> None:
        """Raises BadFile: empty, no text, or in an unknown encoding."""
        self.path = path
        encoding = detect.encoding_of(path) if not reading.encoding else _told(reading.encoding)
        self._encoding = encoding.value
        try:
            codecs.lookup(self._encoding)
        except (LookupError, ValueError) as unknown:
            raise BadFile(f"“{self._encoding}” is no known encoding.") from unknown
        sample = self._sample()
        delimiter = _told(reading.delimiter) if reading.delimiter else detect.delimiter_of(sample, reading.quote or '"')
        quote = _told(reading.quote) if reading.quote else detect.quote_of(sample, delimiter.value)
        if not reading.delimiter and quote.value != '"':
            delimiter = detect.delimiter_of(sample, quote.value)
        self._delimiter, self._quote = delimiter.value, quote.value
        first = [(number, cells) for number, cells, _ in islice(self._records(), 60) if any(cells)]
        header = _told(str(reading.header_row)) if reading.header_row else detect.header_of(first)
        self._header_row = int(header.value)
        self.header = check_names(self._names(first), path)
        self.reading = replace(
            reading,
            format="tsv" if self._delimiter == "\t" else "csv",
            encoding=self._encoding,
            delimiter=self._delimiter,
            quote=self._quote,
            header_row=self._header_row,
            sheet="",
        )
        self.sure = {"encoding": encoding, "delimiter": delimiter, "quote": quote, "header_row": header}

    def _open(self) -> TextIO:
        return self.path.open(encoding=self._encoding, errors="surrogateescape", newline="")

    def _sample(self) -> str:
        try:
            with self._open() as file:
                return file.read(_SAMPLE).lstrip("\ufeff")
        except (UnicodeError, LookupError, TypeError, AssertionError) as wrong:
            raise BadFile(f"{self.path.name} cannot be read as {self._encoding}: {wrong}.") from wrong

    def _names(self, first: list[tuple[int, list[str]]]) -> list[str]:
        if self._header_row == NO_HEADER:
            return list(numbered(max((len(cells) for _, cells in first), default=0)))
        found = next((cells for number, cells in first if number == self._header_row), None)
        if found is None and self._header_row > 60:
            found = next((cells for number, cells, _ in self._records() if number == self._header_row), None)
        return found or []

    def _records(self) -> Iterator[tuple[int, list[str], str]]:
        """Every record with its number and, where it cannot be read, why."""
        with self._open() as file:
            reader = csv.reader(_Lines(file), delimiter=self._delimiter, quotechar=self._quote, strict=True)
            number = 0
            while True:
                number += 1
                try:
                    yield number, next(reader), ""
                except StopIteration:
                    return
                except csv.Error as wrong:
                    yield number, [], _explain(wrong)
                except UnicodeError as wrong:
                    yield number, [], f"cannot be read as {self._encoding}: {wrong}"
                    return

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Every row below the header and row ``after``, blank ones left out.

        A row with more cells than the header has columns, with a quote that is never closed, or with bytes that the
        encoding does not have, has a ``problem``.
        """
        after, width = max(after, self._header_row), len(self.header.names)
        for number, cells, problem in self._records():
            if number <= after:
                continue
            if problem:
                yield Row(number, (), problem)
            elif any(cells):
                row = fit(number, cells, width)
                if _UNREADABLE.search("".join(row.cells)):
                    shown = [_UNREADABLE.sub("\ufffd", cell) for cell in row.cells]
                    row = Row(number, shown, f"holds bytes that are no {self._encoding}: choose another encoding")
                yield row


def _told(value: str) -> Recognised:
    return Recognised(value, 1, "it was told")


def _explain(wrong: csv.Error) -> str:
    text = str(wrong)
    if "unexpected end of data" in text or "field larger" in text or "line longer" in text:
        return f"a quote is opened here and never closed, or a cell has more than {LONGEST_CELL:,} characters"
    return f"cannot be read: {text}"
