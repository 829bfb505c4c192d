"""What the values of a column look like, from a sample, and which few values it has, from all of the file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from trimtab.integrations.files import parse
from trimtab.integrations.files.parse import Odd
from trimtab.integrations.files.reading import Row, Table

SAMPLED, EVERY, SCANNED, MOST_VALUES, SHOWN = 200, 97, 60_000, 60, 10
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}-\d{1,9}")
_WHOLE = re.compile(r"\d{1,18}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TIME = re.compile(r".*\d{1,2}:\d{2}.*", re.DOTALL)
_MEMORY = 200_000


@dataclass(slots=True)
class Profile:
    """A column: how many sampled cells are filled, and how many of those look like what.

    ``values`` counts its values over all rows scanned, empty when there are more than ``MOST_VALUES``. ``unique``:
    no two scanned rows hold the same. ``samples`` are a few different ones.
    """

    position: int
    name: str
    filled: int = 0
    rows: int = 0
    total: int = 0
    looks: dict[str, int] = field(default_factory=dict)
    length: int = 0
    values: dict[str, int] | None = field(default_factory=dict)
    unique: bool = True
    samples: list[str] = field(default_factory=list)

    def share(self, look: str) -> float:
        """How much of the filled cells looks so, 0..1."""
        return self.looks.get(look, 0) / self.filled if self.filled else 0.0

    @property
    def kind(self) -> str:
        """The narrowest type that nearly all filled cells have: blank, date, period, number, bool, url, email, text."""
        if not self.total:
            return "blank"
        for look in ("bool", "number", "date", "span", "email", "url"):
            if self.share(look) >= 0.9:
                return look
        return "text"

    @property
    def mean_length(self) -> float:
        """Characters of a filled cell, on average."""
        return self.length / self.filled if self.filled else 0.0


@dataclass(frozen=True, slots=True)
class Survey:
    """A table, looked at once. ``rows`` are the first ten; ``count`` is how many were scanned, all unless ``cut``."""

    table: Table
    columns: tuple[Profile, ...]
    rows: tuple[Row, ...]
    count: int
    cut: bool
    problems: int
    pairs: dict[tuple[int, int], dict[str, dict[str, int]]]
    keys: dict[int, frozenset[str]]

    def named(self, name: str) -> list[Profile]:
        """The columns of this name."""
        return [self.columns[position] for position in self.table.header.positions(name)]


def survey(table: Table, pairs: Sequence[tuple[int, int]] = (), remembered: Sequence[int] = ()) -> Survey:
    """Look at a table once.

    ``pairs`` of columns are counted together (a status and its category). The values of the columns ``remembered``
    are kept, so that others can be looked up among them.
    """
    columns = [Profile(position, name) for position, name in enumerate(table.headers)]
    scan = _Scan(columns, pairs, remembered)
    shown: list[Row] = []
    count = problems = 0
    for row in islice(table.rows(), SCANNED):
        count += 1
        if row.problem:
            problems += 1
            continue
        if len(shown) < SHOWN:
            shown.append(row)
        scan.count(row)
        if count <= SAMPLED or count % EVERY == 0:
            _look(columns, row, table)
    return Survey(
        table, tuple(columns), tuple(shown), count, count == SCANNED, problems, scan.pairs,
        {position: frozenset(values) for position, values in scan.kept.items()},
    )  # fmt: skip


class _Scan:
    """What is counted over all rows: cheap, for there may be many."""

    def __init__(self, columns: list[Profile], pairs: Sequence[tuple[int, int]], remembered: Sequence[int]) -> None:
        self._columns = columns
        self._open: list[tuple[int, dict[str, int]]] = [(c.position, c.values or {}) for c in columns]
        for position, values in self._open:
            columns[position].values = values
        self._seen: list[tuple[int, set[str]]] = [(column.position, set()) for column in columns]
        self.pairs: dict[tuple[int, int], dict[str, dict[str, int]]] = {pair: {} for pair in pairs}
        self.kept: dict[int, set[str]] = {position: set() for position in remembered}

    def count(self, row: Row) -> None:
        """Take a row into account."""
        cells = row.cells
        for column in self._columns:
            if cells[column.position]:
                column.total += 1
        self._count_values(cells)
        self._find_repeats(cells)
        for (left, right), found in self.pairs.items():
            together = found.setdefault(cells[left].strip(), {})
            together[cells[right].strip()] = together.get(cells[right].strip(), 0) + 1
        for position, kept in self.kept.items():
            if cells[position] and len(kept) < _MEMORY:
                kept.add(cells[position].strip())

    def _count_values(self, cells: Sequence[str]) -> None:
        many: set[int] = set()
        for position, values in self._open:
            if cell := cells[position]:
                values[cell] = values.get(cell, 0) + 1
                if len(values) > MOST_VALUES:
                    many.add(position)
                    self._columns[position].values = None
        if many:
            self._open = [one for one in self._open if one[0] not in many]

    def _find_repeats(self, cells: Sequence[str]) -> None:
        repeated: set[int] = set()
        for position, seen in self._seen:
            if cell := cells[position]:
                if cell in seen or len(seen) > _MEMORY:
                    self._columns[position].unique = False
                    repeated.add(position)
                else:
                    seen.add(cell)
        if repeated:
            self._seen = [one for one in self._seen if one[0] not in repeated]


def _look(columns: list[Profile], row: Row, table: Table) -> None:
    for column in columns:
        column.rows += 1
        text = row.cells[column.position].strip()
        if not text:
            continue
        column.filled += 1
        column.length += len(text)
        if len(column.samples) < SHOWN and text not in column.samples:
            column.samples.append(text[:200])
        for look in _looks(text, table):
            column.looks[look] = column.looks.get(look, 0) + 1


def _looks(text: str, table: Table) -> list[str]:
    """What a cell could be."""
    if len(text) > 80:
        return ["url"] if text.startswith(("http://", "https://")) and " " not in text else ["long"]
    found: list[str] = []
    if text.isascii() and _KEY.fullmatch(text):
        found.append("key")
    if _WHOLE.fullmatch(text):
        found.append("whole")
    if _EMAIL.fullmatch(text):
        found.append("email")
    if text.startswith(("http://", "https://")) and " " not in text:
        found.append("url")
    if text.casefold() in {"true", "false", "yes", "no"}:
        found.append("bool")
    if any(character.isdigit() for character in text):
        found += _figures(text, table)
    return found


def _figures(text: str, table: Table) -> list[str]:
    reading = table.reading
    try:
        parse.number(text, reading)
    except Odd:
        pass
    else:
        return ["number"]
    try:
        span = parse.span(text, reading, _any_period)
    except Odd:
        return []
    if span.precision != "day":
        return ["span"]
    return ["date", "span", "time"] if _TIME.fullmatch(text) else ["date", "span"]


def _any_period(kind: str, year: int, number: int) -> tuple[date, date]:
    """Which days a period has does not matter here."""
    return date(year, 1, 1), date(year, 12, 31)
