"""Reads CSV as the world writes it: any common encoding, byte order marks, newlines in cells, repeated columns."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from trimtab.core.errors import Invalid
from trimtab.integrations.files.recipe import Reading

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t|"
LONGEST_CELL = 4_000_000
"""Characters. A longer cell is nearly always a quote that nobody closed."""

csv.field_size_limit(LONGEST_CELL)


class BadFile(Invalid):
    """A file that cannot be read at all, or lacks a column that the recipe names."""

    code = "bad_file"


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file. ``number`` is what a spreadsheet shows: the header is row 1.

    ``problem`` says why its cells cannot be trusted; then ``cells`` holds what was read.
    """

    number: int
    cells: Sequence[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file; a name may stand there several times."""

    names: tuple[str, ...]

    def positions(self, name: str) -> tuple[int, ...]:
        """Where the column stands; spaces around a name and its letters' case do not count."""
        wanted = _plain(name)
        return tuple(index for index, own in enumerate(self.names) if _plain(own) == wanted)

    def require(self, name: str, path: Path) -> tuple[int, ...]:
        """Where the column stands. Raises BadFile when it is missing."""
        positions = self.positions(name)
        if not positions:
            raise BadFile(
                f"{path.name} has no column “{name}”. It has: {', '.join(filter(None, self.names))}.", column=name
            )
        return positions


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def encoding_of(path: Path) -> str:
    """By its byte order mark; else UTF-8 when every byte is, else Windows-1252, which reads anything."""
    with path.open("rb") as file:
        start = file.read(4)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def delimiter_of(header: str) -> str:
    """The separator that cuts the header line into most columns, outside of quotes."""
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


class CsvFile:
    """A CSV file opened for one pass over its rows."""

    def __init__(self, path: Path, reading: Reading) -> None:
        """Raises BadFile: absent, empty, or in an unknown encoding."""
        if not path.is_file():
            raise BadFile(f"There is no file {path}.")
        self.path = path
        self.encoding = reading.encoding or encoding_of(path)
        try:
            codecs.lookup(self.encoding)
        except LookupError as unknown:
            raise BadFile(f"“{self.encoding}” is no known encoding.") from unknown
        self.delimiter = reading.delimiter or self._delimiter()
        self.header = self._header()

    def _delimiter(self) -> str:
        with self._open() as file:
            return delimiter_of(file.readline(1_000_000))

    def _open(self) -> TextIO:
        return self.path.open(encoding=self.encoding, errors="replace", newline="")

    def _header(self) -> Header:
        with self._open() as file:
            try:
                names = next(csv.reader(file, delimiter=self.delimiter), None)
            except csv.Error as wrong:
                raise BadFile(f"{self.path.name}: the header cannot be read: {wrong}.") from wrong
        if not names or not any(name.strip() for name in names):
            raise BadFile(f"{self.path.name} is empty: it has no header.")
        return Header(tuple(name.strip().lstrip("\ufeff") for name in names))

    def rows(self, after: int = 1) -> Iterator[Row]:
        """Every row below row ``after``, blank ones left out. NUL characters, which no database text holds, fall away.

        A row with more cells than the header has columns, or with a quote that is never closed, has a ``problem``.
        """
        with self._open() as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            number, width = 0, len(self.header.names)
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as wrong:
                    number += 1
                    if number > after:
                        yield Row(number, (), _explain(wrong))
                    continue
                number += 1
                if number <= after or number == 1 or not any(cells):
                    continue
                yield _row(number, cells, width)


def _row(number: int, cells: list[str], width: int) -> Row:
    if any("\0" in cell for cell in cells):
        cells = [cell.replace("\0", "") for cell in cells]
    if any(cells[width:]):
        return Row(number, cells, f"has {len(cells)} cells where the header has {width}")
    if len(cells) < width:
        cells += [""] * (width - len(cells))
    return Row(number, cells)


def _explain(wrong: csv.Error) -> str:
    text = str(wrong)
    if "unexpected end of data" in text or "field larger" in text:
        return "a quote is opened here and never closed"
    return f"cannot be read: {text}"
