"""What a file gives: a table of text with a header, how it was written, and how sure that is."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trimtab.core.errors import Invalid

FORMATS = ("csv", "tsv", "xlsx", "json")
LONGEST_CELL = 4_000_000
"""Characters. A longer cell is nearly always a quote that nobody closed."""
MOST_COLUMNS = 2_000
NO_HEADER = -1
"""As ``header_row``: the file begins with its data; the columns are called Column 1, Column 2 …"""


class BadFile(Invalid):
    """A file that cannot be read at all, or lacks a column that the recipe names."""

    code = "bad_file"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is written. What is blank, 0 or None is to be found out.

    ``header_row`` counts from 1 as a spreadsheet does, ``NO_HEADER``: there is none. ``sheet`` is a sheet of a
    workbook, or the path of a list of records in JSON. ``day_first``: 3/4/2026 is the third of April. ``language`` is
    that of the column names, two letters.
    """

    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    quote: str = ""
    header_row: int = 0
    sheet: str = ""
    decimal: str = ""
    day_first: bool | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Recognised:
    """One thing that was found out about a file: how sure (0..1; 1: told or certain), and why, in words."""

    value: str
    sure: float
    why: str


@dataclass(frozen=True, slots=True)
class Oddity:
    """A cell whose value is not what the file shows: ``raw`` as written, ``why`` a stable word for the review mark."""

    raw: str
    why: str


_PLAIN: Mapping[int, Oddity] = {}


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file. ``number`` is what a spreadsheet shows: the first line is row 1.

    ``problem`` says why its cells cannot be trusted; then ``cells`` holds what was read. ``odd`` says it of single
    cells, by position.
    """

    number: int
    cells: Sequence[str]
    problem: str = ""
    odd: Mapping[int, Oddity] = field(default_factory=lambda: _PLAIN)


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file; a name may stand there several times."""

    names: tuple[str, ...]

    def positions(self, name: str) -> tuple[int, ...]:
        """Where the column stands; spaces around a name and its letters' case do not count."""
        wanted = plain(name)
        return tuple(index for index, own in enumerate(self.names) if plain(own) == wanted)

    def require(self, name: str, path: Path) -> tuple[int, ...]:
        """Where the column stands. Raises BadFile when it is missing."""
        positions = self.positions(name)
        if not positions:
            raise BadFile(f"{path.name} has no column “{name}”. It has: {self.listed()}.", column=name)
        return positions

    def listed(self, most: int = 40) -> str:
        """The names in one line, cut when there are many."""
        names = [name for name in dict.fromkeys(self.names) if name]
        return ", ".join(names[:most]) + (f" … and {len(names) - most} more" if len(names) > most else "")


def plain(name: str) -> str:
    """How column names are compared."""
    return " ".join(name.split()).casefold()


class Table(ABC):
    """A file opened for passes over its rows; each pass reads anew, and holds no more than a few rows.

    ``reading`` has nothing left to find out; ``sure`` says of each part of it how it was found. ``sheets`` are the
    others that the file holds.
    """

    path: Path
    reading: Reading
    sure: Mapping[str, Recognised]
    header: Header
    sheets: tuple[str, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """The names of the columns, in order, repeats included."""
        return self.header.names

    @abstractmethod
    def rows(self, after: int = 0) -> Iterator[Row]:
        """Every row below the header and below row ``after``, blank ones left out."""


def check_names(names: Sequence[str], path: Path) -> Header:
    """The header of these names. Raises BadFile: none at all, or too many."""
    while names and not names[-1].strip():
        names = names[:-1]
    if not names:
        raise BadFile(f"{path.name} is empty: it has no header.")
    if len(names) > MOST_COLUMNS:
        raise BadFile(f"{path.name} has {len(names):,} columns; {MOST_COLUMNS:,} is the most.")
    return Header(tuple(" ".join(name.replace("\0", "").lstrip("\ufeff").split())[:300] for name in names))


def numbered(width: int) -> tuple[str, ...]:
    """Names for the columns of a file without a header."""
    return tuple(f"Column {number}" for number in range(1, width + 1))


def fit(number: int, cells: list[str], width: int, odd: Mapping[int, Oddity] | None = None) -> Row:
    """A row in the header's width. More cells than columns are a problem; NUL, which no text may hold, falls away."""
    if any("\0" in cell for cell in cells):
        cells = [cell.replace("\0", "") for cell in cells]
    if any(cells[width:]):
        return Row(number, cells, f"has {len(cells)} cells where the header has {width}")
    if len(cells) < width:
        cells += [""] * (width - len(cells))
    return Row(number, cells, "", odd or _PLAIN)
