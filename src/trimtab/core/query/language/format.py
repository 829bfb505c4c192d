"""A filter tree and an order back to query text, in the one form that ``parse`` reads as the same tree."""

import re
from collections.abc import Iterable

from trimtab.core.query.nodes import AGE, EVERYTHING, And, Condition, Node, Not, Op, Or, Sort, Text, quote, text_of

_PREFIX = {Op.IS: "=", Op.CONTAINS: "~", Op.LT: "<", Op.LE: "<=", Op.GT: ">", Op.GE: ">=", Op.NEWER: "<", Op.OLDER: ">"}
_COMPARED = {Op.LT, Op.LE, Op.GT, Op.GE}
_BARE = re.compile(r"(?!none$|any$)[^\s()\",<>=~\\]((?!\.\.)[^\s()\",\\])*")


def format_query(node: Node, sort: Iterable[Sort] = ()) -> str:
    """The text of a canonical filter and its order; empty for neither."""
    parts = [] if node == EVERYTHING else [_top(node)]
    if keys := ",".join(("-" if key.desc else "") + key.field for key in sort):
        parts.append(f"sort:{keys}")
    return " ".join(parts)


def _top(node: Node) -> str:
    match node:
        case And(nodes):
            return " ".join(_inside_and(child) for child in nodes)
        case Or(nodes):
            return " OR ".join(_top(child) for child in nodes)
        case _:
            return _inside_and(node)


def _inside_and(node: Node) -> str:
    match node:
        case And() | Or():
            return f"({_top(node)})"
        case Not(inner):
            several = isinstance(inner, Text) and len(inner.terms) > 1
            return "-" + (f"({_top(inner)})" if several else _inside_and(inner))
        case Text(terms):
            return text_of(terms)
        case Condition():
            return f"{node.field}:{_values(node)}"


def _values(condition: Condition) -> str:
    op, values = condition.op, condition.values
    if op in {Op.EMPTY, Op.PRESENT}:
        return "none" if op is Op.EMPTY else "any"
    texts = [_value(op, value) for value in values]
    if op is Op.BETWEEN:
        return "..".join(texts)
    return _PREFIX.get(op, "") + ",".join(texts)


def value_text(value: str) -> str:
    """``value`` as it is written after a field's colon."""
    return _value(Op.IN, value)


def _value(op: Op, value: str | None) -> str:
    if value is None:
        return "none"
    loose = _BARE.fullmatch(value) and ".." not in value and not (op is Op.BETWEEN and "." in (value[0], value[-1]))
    return value if loose and not (op in _COMPARED and AGE.fullmatch(value)) else quote(value)
