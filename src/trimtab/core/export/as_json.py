"""Rows as JSON: one array, an object for each record, each on a line of its own."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import orjson

from trimtab.core.export.cells import Cell, cells, moment, plain
from trimtab.core.export.sheet import Block, Column, Sheet
from trimtab.core.fields.spec import FieldKind


def write(sheet: Sheet, blocks: Iterable[Block]) -> Iterator[bytes]:
    """Fields by name. References and choices by their names, or by ids and keys where ids are wished."""
    names, before = ["id", *(column.name for column in sheet.columns)], b"[\n"
    for block in blocks:
        columns = [block.raw("id"), *(_values(block, column) for column in sheet.columns)]
        rows = [orjson.dumps(dict(zip(names, row, strict=True))) for row in block.records(columns)]
        if rows:
            yield before + b",\n".join(rows)
            before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _values(block: Block, column: Column) -> list[Any]:
    match column.kind:
        case FieldKind.REFS | FieldKind.CHOICES | FieldKind.TAGS:
            return _lists(block, column)
        case FieldKind.TIMEFRAME:
            return [None if ends is None else _frame(ends, block.sheet) for ends in block.raw(column.name)]
        case FieldKind.JSON:
            return block.raw(column.name)
    return [_value(cell) for cell in cells(block, column)]


def _lists(block: Block, column: Column) -> list[Any]:
    names = column.options if column.kind is not FieldKind.REFS else block.names.get(column.entity, {})
    if block.sheet.ids:
        return block.raw(column.name)
    return [each and [names.get(one, one) for one in each] for each in block.raw(column.name)]


def _frame(ends: dict[str, str | None], sheet: Sheet) -> dict[str, str | None]:
    sides = {end: moment(ends[end], ends[f"{end}_precision"], sheet.calendar) for end in ("start", "end")}
    return {end: None if side is None else str(side) for end, side in sides.items()}


def _value(cell: Cell) -> object:
    return orjson.Fragment(plain(cell)) if isinstance(cell, Decimal) else cell
