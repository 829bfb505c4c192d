"""Opens files of any usual format as tables of text, streaming, with what was found out of them and how sure."""

from trimtab.integrations.files.reading.opening import LARGEST, open_table
from trimtab.integrations.files.reading.spec import (
    FORMATS,
    LONGEST_CELL,
    MOST_COLUMNS,
    NO_HEADER,
    BadFile,
    Header,
    Oddity,
    Reading,
    Recognised,
    Row,
    Table,
)

__all__ = [
    "FORMATS", "LARGEST", "LONGEST_CELL", "MOST_COLUMNS", "NO_HEADER", "BadFile", "Header", "Oddity", "Reading",
    "Recognised", "Row", "Table", "open_table",
]  # fmt: skip
