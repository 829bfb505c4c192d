"""Opens any file that holds a table."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

from trimtab.integrations.files.reading import detect, habits, language
from trimtab.integrations.files.reading.records import RecordsTable
from trimtab.integrations.files.reading.spec import FORMATS, BadFile, Reading, Recognised, Table
from trimtab.integrations.files.reading.text import TextTable
from trimtab.integrations.files.reading.workbook import WorkbookTable

LARGEST = {"csv": 2 << 30, "tsv": 2 << 30, "xlsx": 200 << 20, "json": 1 << 30}
"""Bytes of a file, by format."""
_LOOKED_AT = 500


def open_table(path: Path, reading: Reading | None = None) -> Table:
    """Open a CSV, TSV, XLSX or JSON file. What ``reading`` leaves open is found out.

    Raises BadFile: absent, empty, too large, damaged, or something else altogether.
    """
    told = reading or Reading()
    if not path.is_file():
        raise BadFile(f"There is no file {path}.")
    size = path.stat().st_size
    if not size:
        raise BadFile(f"{path.name} is empty: it has no header.")
    if told.format and told.format not in FORMATS:
        raise BadFile(f"“{told.format}” is no format; it can be {', '.join(FORMATS)}.")
    kind = Recognised(told.format, 1, "it was told") if told.format else detect.format_of(path)
    if size > LARGEST[kind.value]:
        raise BadFile(
            f"{path.name} has {size >> 20:,} MB; {LARGEST[kind.value] >> 20:,} MB is the most for {kind.value.upper()}."
            " Split it, or save it as CSV."
        )
    table = _open(kind.value, path, told)
    _find_habits(table, told)
    table.sure = {"format": replace(kind, value=table.reading.format), **table.sure}
    return table


def _open(kind: str, path: Path, told: Reading) -> Table:
    if kind == "xlsx":
        return WorkbookTable(path, told)
    if kind == "json":
        return RecordsTable(path, told)
    if kind == "tsv" and not told.delimiter:
        told = replace(told, delimiter="\t")
    return TextTable(path, told)


def _find_habits(table: Table, told: Reading) -> None:
    """Fill in how dates and numbers are written, and in which language the columns are named."""
    said = Recognised("", 1, "it was told")
    cells: list[str] = []
    if told.day_first is None or not told.decimal:
        cells = habits.cells_of(row.cells for row in islice(table.rows(), _LOOKED_AT) if not row.problem)
    typed = table.reading.format in {"xlsx", "json"}
    order = habits.date_order_of(cells) if told.day_first is None else replace(said, value=_order(told.day_first))
    mark = habits.decimal_of(cells, table.reading.delimiter) if not told.decimal else replace(said, value=told.decimal)
    if typed and not told.decimal:
        mark = Recognised(".", 0.95, "numbers are kept as numbers")
    spoken = replace(said, value=told.language) if told.language else language.of(table.headers)
    table.reading = replace(table.reading, day_first=order.value == "dmy", decimal=mark.value, language=spoken.value)
    table.sure = {**table.sure, "day_first": order, "decimal": mark, "language": spoken}


def _order(day_first: bool) -> str:
    return "dmy" if day_first else "mdy"
