"""Where a page ends: the last row's sort values, opaque to clients, typed again when they come back."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.sorts import Order, OrderKey
from trimtab.core.query.nodes import clean
from trimtab.core.query.problems import QueryInvalid, refuse

Value = str | int | float | bool | date | datetime | Decimal | UUID | None


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or len(text) > 100 or abs(value.adjusted()) > 100:
        raise ValueError(text)
    return value


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) >= 2**31:
        raise ValueError(text)
    return value


def _real(text: str) -> float:
    value = float(text)
    if not abs(value) < 1e30:
        raise ValueError(text)
    return value


_READ: dict[str, Callable[[str], Value]] = {
    "text": clean,
    "integer": _integer,
    "numeric": _decimal,
    "boolean": _boolean,
    "date": date.fromisoformat,
    "timestamptz": datetime.fromisoformat,
    "uuid": UUID,
    "real": _real,
    "jsonb": lambda text: str(_decimal(text)),
}


def write(order: Order, values: Sequence[str | None]) -> str:
    """The cursor of the row with these sort values, each as PostgreSQL writes it."""
    document = json.dumps([_mark(order), *values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def write_offset(count: int) -> str:
    """The cursor of a page that begins after ``count`` rows."""
    return base64.urlsafe_b64encode(str(count).encode()).decode().rstrip("=")


def read_offset(cursor: str | None) -> int:
    """The inverse of ``write_offset``; 0 for the first page. Raises QueryInvalid."""
    if cursor is None:
        return 0
    try:
        count = int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise _stale() from None
    if not 0 <= count <= 10**9:
        raise _stale()
    return count


def _mark(order: Order) -> str:
    return hashlib.blake2s(order.clause.encode(), digest_size=6).hexdigest()


def read(order: Order, cursor: str) -> list[Value]:
    """The sort values that ``write`` put down. Raises QueryInvalid for a cursor of another order."""
    try:
        document = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        mark, *texts = document
        if mark != _mark(order) or len(texts) != len(order.keys):
            raise _stale()
        return [None if text is None else _READ[key.type](text) for key, text in zip(order.keys, texts, strict=True)]
    except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation, RecursionError, OverflowError):
        raise _stale() from None


def _stale() -> QueryInvalid:
    return refuse("page.after is not a cursor of this query: the order has changed. Ask for the first page.")


def beyond(context: Context, order: Order, values: Sequence[Value]) -> str:
    """The predicate of the rows after the one with these sort values."""
    params = [
        None if value is None else context.param(value, key.type) for key, value in zip(order.keys, values, strict=True)
    ]
    if not any(key.nullable for key in order.keys) and len({key.desc for key in order.keys}) == 1:
        sign = "<" if order.keys[0].desc else ">"
        row, given = ", ".join(key.sql for key in order.keys), ", ".join(str(param) for param in params)
        return f"(({row}) {sign} ({given}))"
    return _stepwise(order.keys, params)


def _stepwise(keys: tuple[OrderKey, ...], params: list[str | None]) -> str:
    steps = []
    for at, (key, param) in enumerate(zip(keys, params, strict=True)):
        same = [_same(keys[i], params[i]) for i in range(at)]
        if param is not None:
            beyond_it = f"{key.sql} {'<' if key.desc else '>'} {param}"
            test = f"({beyond_it} or {key.sql} is null)" if key.nullable else beyond_it
            steps.append(" and ".join([*same, test]))
    first = keys[0]
    bound = f"{first.sql} {'<=' if first.desc else '>='} {params[0]} and " if not first.nullable else ""
    return f"({bound}(" + " or ".join(f"({step})" for step in steps) + "))"


def _same(key: OrderKey, param: str | None) -> str:
    return f"{key.sql} is null" if param is None else f"{key.sql} = {param}"
