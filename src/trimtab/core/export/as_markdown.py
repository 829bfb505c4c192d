"""A table in Markdown, in which every text reads as it was written."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from trimtab.core.export.cells import cells, plain
from trimtab.core.export.sheet import Block, Column, Sheet
from trimtab.core.fields.spec import FieldKind

_MEANING: Final = re.compile(r"([\\`*_{}\[\]()#!|~<>&$])|^([=+\-@])")
_LINES: Final = re.compile(r"\r\n|\r|\n")


def escape(text: str) -> str:
    """``text`` for one cell: nothing in it is markup, line ends are ``<br>``, tabs blanks."""
    lines = [_MEANING.sub(r"\\\1\2", line.replace("\t", " ")) for line in _LINES.split(text)]
    return "<br>".join(lines)


def write(sheet: Sheet, blocks: Iterable[Block]) -> Iterator[bytes]:
    """A header of labels, numbers to the right, a row for each record."""
    yield _row(escape(column.label) for column in sheet.columns) + _row(map(_rule, sheet.columns))
    for block in blocks:
        columns = [_texts(block, column) for column in sheet.columns]
        yield b"".join([_row(row) for row in block.records(columns)])


def _texts(block: Block, column: Column) -> list[str]:
    texts = [plain(cell) for cell in cells(block, column)]
    return texts if column.kind is FieldKind.NUMBER else [escape(text) for text in texts]


def _rule(column: Column) -> str:
    return "---:" if column.kind is FieldKind.NUMBER else "---"


def _row(texts: Iterable[str]) -> bytes:
    return f"| {' | '.join(texts)} |\n".encode()
