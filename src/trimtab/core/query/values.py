"""A column of texts, as PostgreSQL wrote them, made into what JSON says of them."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson
from psycopg.postgres import types

Values = Sequence[Any]


def column(values: Values, kind: int, *, raw: bool) -> Values:
    """What an answer holds for ``values`` of the type ``kind``; ``raw`` texts are JSON already."""
    written = _documents if raw else _WRITTEN.get(kind)
    return values if written is None else written(values)


def _documents(values: Values) -> Values:
    return [None if value is None else orjson.Fragment(value) for value in values]


def _numbers(values: Values) -> Values:
    """Digits as they are, so that none is lost; what is no number in JSON stays text."""
    return [value if value is None or not value[-1].isdigit() else orjson.Fragment(value) for value in values]


def _instants(values: Values) -> Values:
    return [None if value is None else f"{value.replace(' ', 'T', 1)}:00" for value in values]


_WRITTEN: Final[dict[int, Callable[[Values], Values]]] = {
    types["json"].oid: _documents,
    types["jsonb"].oid: _documents,
    types["numeric"].oid: _numbers,
    types["timestamptz"].oid: _instants,
}
