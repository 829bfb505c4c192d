"""A column of an answer: one text that PostgreSQL gathers from its rows, made into the JSON of an array."""

from typing import Final

from trimtab.core.fields.spec import FieldKind

PLAIN: Final = frozenset(
    {
        FieldKind.REF, FieldKind.REFS, FieldKind.NUMBER, FieldKind.DATE, FieldKind.INSTANT, FieldKind.TIMEFRAME,
        FieldKind.CHOICE,
    }
)  # fmt: skip
LINKS: Final = r"string_agg(concat(n, ' ', value), e'\t')"
_TAB: Final = "\t"
_FIGURES: Final = frozenset("0123456789.,-")
_EMPTY: Final = "[]"


def gathered(value: str, kind: FieldKind | None) -> str:
    """SQL that gathers ``value`` of all rows; ``kind`` is given for what is written without a tab or a quote.

    What is put together as plain text costs a third of what PostgreSQL's JSON functions take.
    """
    match kind:
        case None:
            return f"json_agg({value})"
        case FieldKind.NUMBER | FieldKind.TIMEFRAME:
            return f"string_agg(coalesce({value}::text, 'null'), ',')"
        case FieldKind.REFS:
            return rf"string_agg(coalesce({value}::text, 'null'), e'\t')"
        case FieldKind.INSTANT:
            return f"""string_agg(coalesce({value}::text, ''), ':00","')"""
    return f"""string_agg(coalesce({value}::text, ''), '","')"""


def column(text: str | None, kind: FieldKind | None) -> str:
    """The JSON array of what ``gathered`` put together; None where there were no rows."""
    if text is None:
        return _EMPTY
    match kind:
        case None:
            return text
        case FieldKind.NUMBER:
            return f"[{_figures(text)}]"
        case FieldKind.TIMEFRAME:
            return f"[{text}]".replace('""', "null")
        case FieldKind.REFS:
            arrays = text.replace(",", '","').replace("{", '["').replace("}", '"]')
            return f"[{arrays.replace(_TAB, ',')}]"
        case FieldKind.INSTANT:
            return f'["{text.replace(" ", "T")}:00"]'.replace('":00"', "null")
    return f'["{text}"]'.replace('""', "null")


def linked(text: str | None, rows: int) -> str:
    """The JSON of a column of lists: ``text`` names the row, counted from 1, and the value of each link, row by row."""
    lists: list[str | None] = [None] * rows
    for pair in text.split(_TAB) if text else ():
        row, value = pair.split(" ")
        at = int(row) - 1
        before = lists[at]
        lists[at] = f'"{value}"' if before is None else f'{before},"{value}"'
    return f"[{','.join(['null' if each is None else f'[{each}]' for each in lists])}]"


def _figures(text: str) -> str:
    """Digits as they are, so that none is lost; what is no number in JSON stays text."""
    if _FIGURES.issuperset(text.replace("null", "")):
        return text
    return ",".join([f'"{each}"' if each[-1:].isalpha() and each != "null" else each for each in text.split(",")])
