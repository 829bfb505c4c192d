"""A column of texts, as PostgreSQL wrote them, made into what JSON says of them."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson
from psycopg.postgres import types

from trimtab.core.fields.spec import FieldKind

Values = Sequence[Any]
_FIGURES: Final = frozenset("0123456789.,-")


def loose(values: Values, kind: FieldKind | None, type_number: int) -> Values:
    """What an answer holds for values of that type in PostgreSQL."""
    written = _documents if kind is FieldKind.TIMEFRAME else _WRITTEN.get(type_number)
    return values if written is None else written(values)


def tied(texts: Sequence[str], kind: FieldKind) -> orjson.Fragment:
    """The JSON of a whole column of one kind; an empty text is a missing value."""
    if not texts:
        return orjson.Fragment("[]")
    if kind is FieldKind.NUMBER:
        return orjson.Fragment(f"[{_figures(texts)}]")
    if kind is FieldKind.INSTANT:
        joined = ':00","'.join(texts).replace(" ", "T")
        return orjson.Fragment(f'["{joined}:00"]'.replace('":00"', "null"))
    joined = '","'.join(texts)
    return orjson.Fragment(f'["{joined}"]'.replace('""', "null"))


def _figures(texts: Sequence[str]) -> str:
    """Digits as they are, so that none is lost; what is no number in JSON stays text."""
    joined = ",".join([text or "null" for text in texts])
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
