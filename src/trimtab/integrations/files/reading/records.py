"""Reads JSON as tables: a list of records, with one column for each path; lists of records inside them are sheets.

The file is read record by record, twice: once for the columns, once for the rows.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from trimtab.integrations.files.reading import detect
from trimtab.integrations.files.reading.spec import (
    LONGEST_CELL,
    MOST_COLUMNS,
    BadFile,
    Reading,
    Recognised,
    Row,
    Table,
    check_names,
    fit,
)
from trimtab.integrations.files.reading.workbook import number_text

LONGEST_RECORD = 32 << 20
"""Characters of one record."""
DEEPEST = 12
_BLOCK = 1 << 20
_LISTS = frozenset(
    {
        "issues",
        "items",
        "data",
        "records",
        "features",
        "results",
        "nodes",
        "values",
        "rows",
        "entries",
        "epics",
        "ideas",
    }
)
_SPACE = " \t\r\n,"
_NOISE = frozenset(
    {"avatarUrls", "operations", "transitions", "renderedFields", "editmeta", "versionedRepresentations", "schema"}
)
"""What Jira sends along that says nothing of the issue."""


class _Stream:
    """JSON text in blocks, of which values are taken one by one."""

    def __init__(self, file: TextIO, path: Path) -> None:
        self._file, self._path = file, path
        self._decoder = json.JSONDecoder()
        self._text, self._at, self._ended = "", 0, False

    def _more(self, size: int = _BLOCK) -> bool:
        block = self._file.read(size)
        self._text = self._text[self._at :] + block
        self._at = 0
        self._ended = not block
        return bool(block)

    def peek(self) -> str:
        """The next character that is no space or comma; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE and self._text[self._at] != "\ufeff":
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def skip(self, wanted: str) -> None:
        """Pass over one character. Raises BadFile when another one stands there."""
        if self.peek() != wanted:
            raise BadFile(f"{self._path.name} is broken JSON: “{wanted}” is missing.")
        self._at += 1

    def value(self) -> Any:
        """The next value. Raises BadFile: broken, or one record too long to hold."""
        self.peek()
        size = _BLOCK
        while True:
            try:
                found, end = self._decoder.raw_decode(self._text, self._at)
                whole = end < len(self._text) or self._ended
            except json.JSONDecodeError as wrong:
                if self._ended:
                    raise BadFile(f"{self._path.name} is broken JSON: {wrong.msg}.") from wrong
                whole = False
            except (ValueError, RecursionError) as wrong:
                raise BadFile(f"{self._path.name} holds what cannot be read: {wrong}.") from wrong
            if whole:
                self._at = end
                return found
            if len(self._text) - self._at > LONGEST_RECORD:
                raise BadFile(
                    f"{self._path.name} is broken JSON, or a record in it has more than {LONGEST_RECORD:,} characters."
                )
            self._more(size)
            size *= 2


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the list of records lies: the keys that lead to it from the top."""

    keys: tuple[str, ...]


class RecordsTable(Table):
    """A list of records in a JSON file. Sheet ``""``: the records; another one: a list inside them, by its path.

    A column is a path (``fields.status.name``). Several values at one path are joined by line breaks. In the sheet of
    an inner list each row also has the single values of the records around it.
    """

    def __init__(self, path: Path, reading: Reading) -> None:
        """Raises BadFile: broken, without a list of records, or with too many columns."""
        self.path = path
        self._encoding = reading.encoding or detect.encoding_of(path).value
        self._mark = reading.decimal or "."
        self._sheet = reading.sheet
        self._place = self._find()
        self._columns, inner = self._survey()
        self.sheets = ("", *inner)
        if self._sheet not in self.sheets:
            raise BadFile(f"{path.name} has no list “{self._sheet}”. It has: {', '.join(inner) or 'none'}.")
        self.header = check_names(list(self._columns), path)
        self.reading = replace(
            reading, format="json", encoding=self._encoding, delimiter="", quote="", header_row=1, sheet=self._sheet
        )
        where = ".".join(self._place.keys) or "the top"
        self.sure = {"sheet": Recognised(self._sheet, 0.9, f"the records lie in {where}")}

    def _open(self) -> TextIO:
        try:
            return self.path.open(encoding=self._encoding, errors="replace")
        except (LookupError, ValueError) as unknown:
            raise BadFile(f"“{self._encoding}” is no known encoding.") from unknown

    def _find(self) -> _Place:
        try:
            with self._open() as file:
                found = _seek(_Stream(file, self.path), ())
        except UnicodeError as wrong:
            raise BadFile(f"{self.path.name} cannot be read as {self._encoding}: {wrong}.") from wrong
        if not found or max(worth for _, worth in found) < 0:
            raise BadFile(f"{self.path.name} holds no list of records.")
        return _Place(max(found, key=lambda one: one[1])[0])

    def _records(self) -> Iterator[dict[str, Any]]:
        with self._open() as file:
            stream = _Stream(file, self.path)
            _enter(stream, self._place.keys)
            while (next_one := stream.peek()) and next_one != "]":
                record = stream.value()
                yield flattened_names(record) if isinstance(record, dict) else {"value": record}
            stream.skip("]")

    def _survey(self) -> tuple[dict[str, None], list[str]]:
        """Every path of a value in the chosen sheet, in the order met, and the paths of inner lists of records."""
        columns: dict[str, None] = {}
        inner: dict[str, None] = {}
        for record in self._records():
            _inner(record, "", inner, 0)
            for cells in _explode(record, self._sheet):
                columns.update(dict.fromkeys(cells))
            if len(columns) > MOST_COLUMNS:
                raise BadFile(f"{self.path.name} has more than {MOST_COLUMNS:,} columns.")
            if len(inner) > MOST_COLUMNS:
                raise BadFile(f"{self.path.name} has more than {MOST_COLUMNS:,} lists inside its records.")
        if not columns and not self._sheet:
            raise BadFile(f"{self.path.name} holds no records.")
        return columns or {"value": None}, list(inner)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Every record; the first is row 2, as below a header."""
        width, number = len(self._columns), 1
        for record in self._records():
            for values in _explode(record, self._sheet):
                number += 1
                if number <= after:
                    continue
                cells = ["\n".join(_text(one, self._mark) for one in values.get(name, ())) for name in self._columns]
                if any(len(cell) > LONGEST_CELL for cell in cells):
                    yield Row(number, cells, f"has a value of more than {LONGEST_CELL:,} characters")
                elif any(cells):
                    yield fit(number, [_sound(cell) for cell in cells], width)


def _sound(cell: str) -> str:
    """Without halves of characters, which JSON can spell and no text may hold."""
    return cell.encode("utf-8", errors="replace").decode() if not cell.isascii() else cell


def _seek(stream: _Stream, keys: tuple[str, ...]) -> list[tuple[tuple[str, ...], int]]:
    """Where lists of records may lie, each with how likely it is: by its name, else by its length."""
    start = stream.peek()
    if start == "[":
        return [(keys, 1 << 40)] if not keys else [(keys, _worth(stream, keys))]
    if start != "{" or len(keys) > 3:
        stream.value()
        return []
    found: list[tuple[tuple[str, ...], int]] = []
    stream.skip("{")
    while (following := stream.peek()) and following != "}":
        key = str(stream.value())
        stream.skip(":")
        found += _seek(stream, (*keys, key))
    stream.skip("}")
    return found


def _worth(stream: _Stream, keys: tuple[str, ...]) -> int:
    """How many records the list at hand holds, more for a usual name; -1 when it holds something else."""
    stream.skip("[")
    count, records = 0, True
    while (following := stream.peek()) and following != "]":
        records &= following == "{"
        stream.value()
        count += 1
    stream.skip("]")
    if not records or not count:
        return -1
    return count + (1 << 30 if keys[-1] in _LISTS else 0)


def _enter(stream: _Stream, keys: tuple[str, ...]) -> None:
    """Go to the list that ``keys`` lead to."""
    for wanted in keys:
        stream.skip("{")
        while stream.value() != wanted:
            stream.skip(":")
            stream.value()
        stream.skip(":")
    stream.skip("[")


def flattened_names(record: dict[str, Any]) -> dict[str, Any]:
    """A record whose fields ``{"id": "customfield_1", "name": "Sprint", "value": …}`` are called by their names."""
    fields = record.get("fields")
    if not isinstance(fields, dict):
        return record
    named = {
        (value["name"] if _is_named(key, value) else key): (value["value"] if _is_named(key, value) else value)
        for key, value in fields.items()
    }
    return {**record, "fields": named}


def _is_named(key: str, value: Any) -> bool:
    return (
        key.startswith("customfield_")
        and isinstance(value, dict)
        and set(value) == {"id", "name", "value"}
        and isinstance(value["name"], str)
    )


def _inner(value: Any, path: str, found: dict[str, None], depth: int) -> None:
    """The paths of all lists of records inside a record."""
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in _NOISE:
                _inner(part, f"{path}.{key}" if path else key, found, depth + 1)
    elif isinstance(value, list):
        if any(isinstance(one, dict) for one in value):
            found[path] = None
        for one in value:
            _inner(one, path, found, depth + 1)


def _explode(record: dict[str, Any], sheet: str) -> Iterator[Mapping[str, list[Any]]]:
    """The rows that a record gives on a sheet: values by path."""
    if not sheet:
        cells: dict[str, list[Any]] = {}
        _flatten(record, "", cells, 0)
        yield cells
        return
    yield from _descend(record, "", sheet, {})


def _descend(value: Any, path: str, sheet: str, above: dict[str, list[Any]]) -> Iterator[Mapping[str, list[Any]]]:
    if isinstance(value, list):
        for one in value:
            yield from _descend(one, path, sheet, above)
    elif path == sheet:
        cells = dict(above)
        _flatten(value, path, cells, 0)
        yield cells
    elif isinstance(value, dict):
        around = dict(above)
        onward: tuple[str, Any] | None = None
        for key, part in value.items():
            inside = f"{path}.{key}" if path else key
            if sheet == inside or sheet.startswith(f"{inside}."):
                onward = inside, part
            elif key not in _NOISE:
                _single(part, inside, around, 0)
        if onward is not None:
            yield from _descend(onward[1], onward[0], sheet, around)


def _single(value: Any, path: str, cells: dict[str, list[Any]], depth: int) -> None:
    """Values at ``path`` that no list multiplies."""
    if isinstance(value, dict) and depth <= DEEPEST:
        for key, part in value.items():
            if key not in _NOISE:
                _single(part, f"{path}.{key}", cells, depth + 1)
    elif not isinstance(value, dict | list) and value is not None:
        cells[path] = [value]


def _flatten(value: Any, path: str, cells: dict[str, list[Any]], depth: int) -> None:
    """Values by path; ``None`` leaves its column there, blank."""
    if isinstance(value, dict):
        if depth > DEEPEST:
            return
        for key, part in value.items():
            if key not in _NOISE:
                _flatten(part, f"{path}.{key}" if path else key, cells, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _flatten(one, path, cells, depth + 1)
    else:
        kept = cells.setdefault(path or "value", [])
        if value is not None and value != "":
            kept.append(value)


def _text(value: Any, mark: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**300 else ""
    return number_text(value, mark) if isinstance(value, float) else str(value)
