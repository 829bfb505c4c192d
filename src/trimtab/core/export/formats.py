"""The kinds of file, by the ending of their names."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from trimtab.core.export import as_csv, as_ics, as_json, as_markdown, as_xlsx
from trimtab.core.export.sheet import Block, Sheet

Writer = Callable[[Sheet, Iterable[Block]], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """``whole`` says that nothing of the file can leave before all rows were read."""

    extension: str
    content_type: str
    write: Writer
    whole: bool = False


FORMATS: Final = {
    each.extension: each
    for each in (
        Format("csv", "text/csv; charset=utf-8", as_csv.write),
        Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx.write, whole=True),
        Format("json", "application/json", as_json.write),
        Format("md", "text/markdown; charset=utf-8", as_markdown.write),
        Format("ics", "text/calendar; charset=utf-8", as_ics.write),
    )
}
