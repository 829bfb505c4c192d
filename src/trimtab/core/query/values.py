"""A column of texts, as PostgreSQL wrote them, made into what JSON says of them."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson
from psycopg.postgres import types

from trimtab.core.fields.spec import FieldKind

Values = Sequence[Any]
TAB: Final = "\t"
_FIGURES: Final = frozenset("0123456789.,-")


def loose(values: Values, type_number: int) -> Values:
    """What an answer holds for values of that type in PostgreSQL."""
    written = _WRITTEN.get(type_number)
    return values if written is None else written(values)


def tied(texts: Sequence[str], kind: FieldKind) -> orjson.Fragment:
    """The JSON of a whole column of one kind; an empty text is a missing value."""
    if not texts:
        return orjson.Fragment("[]")
    match kind:
        case FieldKind.NUMBER:
            return orjson.Fragment(f"[{_figures(texts)}]")
        case FieldKind.TIMEFRAME:
            return orjson.Fragment(f"[{_listed(texts)}]")
        case FieldKind.REFS:
            arrays = TAB.join(texts).replace(",", '","').replace("{", '["').replace("}", '"]')
            return orjson.Fragment(f"[{_listed(arrays.split(TAB))}]")
        case FieldKind.INSTANT:
            instants = ':00","'.join(texts).replace(" ", "T")
            return orjson.Fragment(f'["{instants}:00"]'.replace('":00"', "null"))
    quoted = '","'.join(texts)
    return orjson.Fragment(f'["{quoted}"]'.replace('""', "null"))


def _listed(texts: Sequence[str]) -> str:
    return ",".join([text or "null" for text in texts])


def _figures(texts: Sequence[str]) -> str:
    """Digits as they are, so that none is lost; what is no number in JSON stays text."""
    joined = _listed(texts)
    if _FIGURES.issuperset(joined.replace("null", "")):
        return joined
    return ",".join([f'"{text}"' if text[-1:].isalpha() else text or "null" for text in texts])


def _documents(values: Values) -> Values:
    return [None if value is None else orjson.Fragment(value) for value in values]


def _numbers(values: Values) -> Values:
    return [value if value is None or not value[-1].isdigit() else orjson.Fragment(value) for value in values]


_WRITTEN: Final[dict[int, Callable[[Values], Values]]] = {
    types["json"].oid: _documents,
    types["jsonb"].oid: _documents,
    types["numeric"].oid: _numbers,
}
