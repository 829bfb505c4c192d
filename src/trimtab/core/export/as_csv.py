"""Comma-separated values (RFC 4180, UTF-8) that no spreadsheet takes for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

from trimtab.core.export.cells import cells, plain
from trimtab.core.export.sheet import Block, Column, Sheet
from trimtab.core.fields.spec import FieldKind

_LIVE: Final = re.compile(r"'*[=+\-@\t\r]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r]")
_HARMLESS: Final = {FieldKind.NUMBER, FieldKind.INSTANT, FieldKind.BOOL}


def guard(text: str) -> str:
    """``text``, with an apostrophe before what a spreadsheet would run. ``unguard`` takes exactly that away."""
    return f"'{text}" if _LIVE.match(text) else text


def unguard(text: str) -> str:
    """What ``guard`` was given."""
    return text[1:] if _GUARDED.match(text) else text


def write(sheet: Sheet, blocks: Iterable[Block]) -> Iterator[bytes]:
    """A header of labels, then a line for each record."""
    yield _lines([[guard(column.label) for column in sheet.columns]])
    for block in blocks:
        yield _lines(block.records([_texts(block, column) for column in sheet.columns]))


def _texts(block: Block, column: Column) -> list[str]:
    texts = [plain(cell) for cell in cells(block, column)]
    return texts if column.kind in _HARMLESS else [guard(text) for text in texts]


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
