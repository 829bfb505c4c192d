"""Finds out how dates and numbers are written, from the cells themselves."""

import re
from collections.abc import Iterable, Sequence

from trimtab.integrations.files.reading.spec import Recognised

_DATE = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](?:\d{4}|\d{2})(?:[, ].*)?")
_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:[.\s'’]\d{3})+|\d+),\d+\s?%?")
_POINT = re.compile(r"[+-]?(?:\d{1,3}(?:[,\s'’]\d{3})+|\d+)\.\d+\s?%?")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


def date_order_of(cells: Iterable[str]) -> Recognised:
    """Whether the day comes first (``dmy``) or the month (``mdy``), where dates are written in digits."""
    first = second = seen = 0
    for cell in cells:
        match = _DATE.fullmatch(cell.strip())
        if match is None:
            continue
        seen += 1
        first += int(match.group(1)) > 12
        second += int(match.group(2)) > 12
    if first and second:
        order = "dmy" if first >= second else "mdy"
        return Recognised(order, 0.5, f"{first} dates can only begin with the day, {second} only with the month")
    if first or second:
        return Recognised("dmy" if first else "mdy", 0.98, f"{first or second} dates can only be read so")
    if seen:
        return Recognised("dmy", 0.5, f"{seen} dates could be read either way")
    return Recognised("dmy", 0.9, "no date depends on it")


def decimal_of(cells: Iterable[str], delimiter: str) -> Recognised:
    """The decimal mark, from numbers that can only be read one way."""
    comma = point = 0
    for cell in cells:
        text = cell.strip()
        if not text or len(text) > 30 or _THOUSANDS.fullmatch(text):
            continue
        comma += bool(_COMMA.fullmatch(text))
        point += bool(_POINT.fullmatch(text))
    if comma or point:
        mark = "," if comma > point else "."
        return Recognised(mark, 0.95 if not (comma and point) else 0.6, f"{max(comma, point)} numbers are written so")
    if delimiter == ";":
        return Recognised(",", 0.6, "files cut by semicolons come from where numbers have commas")
    return Recognised(".", 0.8, "no number depends on it")


def cells_of(rows: Iterable[Sequence[str]]) -> list[str]:
    """The short cells of a sample: what could be a date or a number."""
    return [cell for cells in rows for cell in cells if cell and len(cell) <= 40]
