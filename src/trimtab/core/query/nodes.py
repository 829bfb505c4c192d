"""The filter as a tree of values, and its JSON form.

Every literal is text here; the compiler gives it a type by its field. Two filters that mean the same by shape alone
(nested ands, a list of one, a double negation, loose words side by side) have one canonical tree.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as attribute
from enum import StrEnum

from trimtab.core.query.problems import Span, refuse

MAX_NODES = 400
MAX_VALUES = 2_000
MAX_DEPTH = 24
FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*")
_PLAIN_WORD = re.compile(r"[^\s()\":,<>=~\\-][^\s()\":,\\]*")
_KEYWORDS = {"OR", "AND", "NOT"}
_WORDS = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|([^\s\"]+|\")", re.DOTALL)


class Op(StrEnum):
    """What a condition asks of its field."""

    IN = "in"
    IS = "is"
    CONTAINS = "contains"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    BETWEEN = "between"
    NEWER = "newer"
    OLDER = "older"
    EMPTY = "empty"
    PRESENT = "present"


SINGLE_VALUE = {Op.CONTAINS, Op.LT, Op.LE, Op.GT, Op.GE, Op.NEWER, Op.OLDER}
LISTS = {Op.IN, Op.IS}
AGE = re.compile(r"\d{1,5}[hdwmy]")


@dataclass(frozen=True, slots=True)
class Condition:
    """One field against values. ``None`` among the values of ``in`` and ``is`` means missing."""

    field: str
    op: Op
    values: tuple[str | None, ...] = ()
    span: Span | None = attribute(default=None, compare=False)
    field_span: Span | None = attribute(default=None, compare=False)
    value_spans: tuple[Span, ...] = attribute(default=(), compare=False)

    def value_span(self, index: int) -> Span | None:
        """Where the value stands in the text, or where the condition stands."""
        return self.value_spans[index] if index < len(self.value_spans) else self.span


@dataclass(frozen=True, slots=True)
class Term:
    """A word or, where ``quoted``, an exact phrase."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Ranked full-text search: all of the terms."""

    terms: tuple[Term, ...]
    span: Span | None = attribute(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Rows that do not match ``node``."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """Rows that match all of ``nodes``; none of them means every row."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Rows that match at least one of ``nodes``."""

    nodes: tuple["Node", ...]


Node = And | Or | Not | Text | Condition
EVERYTHING = And(())


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of the order."""

    field: str
    desc: bool = False
    span: Span | None = attribute(default=None, compare=False)


def is_plain_word(text: str) -> bool:
    """Whether the text language can hold ``text`` as a loose word without quotes."""
    return _PLAIN_WORD.fullmatch(text) is not None and text not in _KEYWORDS


def conditions(node: Node) -> Iterable[Condition]:
    """Every condition below ``node``, in reading order."""
    match node:
        case Condition():
            yield node
        case Not(inner):
            yield from conditions(inner)
        case And(nodes) | Or(nodes):
            for child in nodes:
                yield from conditions(child)


def canonical(node: Node) -> Node:
    """The one tree for all trees of the same shape."""
    match node:
        case And(nodes):
            return _joined(And, nodes)
        case Or(nodes):
            return _joined(Or, nodes)
        case Not(inner):
            inside = canonical(inner)
            return inside.node if isinstance(inside, Not) else Not(inside)
        case Text(terms, span):
            return Text(tuple(term if is_plain_word(term.text) else Term(term.text, True) for term in terms), span)
        case Condition(values=(None,), op=Op.IN | Op.IS):
            return Condition(node.field, Op.EMPTY, (), node.span, node.field_span)
    return node


def _joined(kind: type[And] | type[Or], nodes: tuple[Node, ...]) -> Node:
    flat: list[Node] = []
    for child in map(canonical, nodes):
        flat.extend(child.nodes if isinstance(child, kind) else [child])
    if kind is Or and EVERYTHING in flat:
        return EVERYTHING
    if kind is And:
        flat = _one_text(flat)
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _one_text(nodes: list[Node]) -> list[Node]:
    texts = [node for node in nodes if isinstance(node, Text)]
    if len(texts) < 2:
        return nodes
    spans = [text.span for text in texts if text.span is not None]
    span = Span(spans[0].start, spans[-1].end) if spans else None
    merged = Text(tuple(term for text in texts for term in text.terms), span)
    first = nodes.index(texts[0])
    rest = [node for node in nodes[first + 1 :] if not isinstance(node, Text)]
    return [*nodes[:first], merged, *rest]


def words(text: str) -> tuple[Term, ...]:
    """Split search words: blanks separate, double quotes hold a phrase, a backslash escapes inside quotes."""
    return tuple(
        Term(word) if word else Term(re.sub(r"\\(.)", r"\1", phrase, flags=re.DOTALL), True)
        for phrase, word in _WORDS.findall(text)
    )


def quote(text: str) -> str:
    """``text`` in double quotes, as the text language reads it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def text_of(terms: Iterable[Term]) -> str:
    """The inverse of ``words`` for canonical terms."""
    return " ".join(quote(term.text) if term.quoted else term.text for term in terms)


def to_json(node: Node) -> dict[str, object] | None:
    """The JSON form; None for no filter."""
    return None if node == EVERYTHING else _json(node)


def _json(node: Node) -> dict[str, object]:
    match node:
        case And(nodes):
            return {"and": [_json(child) for child in nodes]}
        case Or(nodes):
            return {"or": [_json(child) for child in nodes]}
        case Not(inner):
            return {"not": _json(inner)}
        case Text(terms):
            return {"text": text_of(terms)}
        case Condition(name, op, values):
            return {"field": name, "op": str(op), **_json_values(op, values)}


def _json_values(op: Op, values: tuple[str | None, ...]) -> dict[str, object]:
    if op in LISTS:
        return {"values": list(values)}
    if op is Op.BETWEEN:
        return {"from": values[0], "to": values[1]}
    return {"value": values[0]} if op in SINGLE_VALUE else {}


def from_json(data: object) -> Node:
    """Read and check the JSON form into its canonical tree. Raises QueryInvalid."""
    if data is None or data == {}:
        return EVERYTHING
    reader = _Reader()
    return canonical(reader.node(data, 0))


class _Reader:
    def __init__(self) -> None:
        self.count = 0

    def node(self, data: object, depth: int) -> Node:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            raise refuse(f"The filter is too large: at most {MAX_NODES} conditions, {MAX_DEPTH} deep.")
        if not isinstance(data, dict):
            raise refuse("A filter is an object with one of and, or, not, text, field.")
        kinds = [kind for kind in ("and", "or", "not", "text", "field") if kind in data]
        if len(kinds) != 1:
            raise refuse("A filter object has exactly one of and, or, not, text, field.")
        return self._kind(kinds[0], data, depth)

    def _kind(self, kind: str, data: dict[str, object], depth: int) -> Node:
        inner = data[kind]
        if kind == "field":
            return _condition(data)
        if len(data) != 1:
            raise refuse(f"Next to {kind} nothing else may stand in one filter object.")
        if kind == "not":
            return _negated(canonical(self.node(inner, depth + 1)))
        if kind == "text":
            return _text(inner)
        if not isinstance(inner, list) or (kind == "or" and not inner):
            raise refuse(f"{kind} holds a list of filters.")
        nodes = tuple(self.node(child, depth + 1) for child in inner)
        return And(nodes) if kind == "and" else Or(nodes)


def _negated(node: Node) -> Node:
    if node == EVERYTHING:
        raise refuse("not holds a filter that is not empty.")
    return Not(node)


def _text(data: object) -> Text:
    if not isinstance(data, str):
        raise refuse("text holds the words to look for.")
    terms = tuple(term for term in words(clean(data)) if term.text.strip())
    if not terms:
        raise refuse("text holds at least one word.")
    return Text(terms)


def _condition(data: dict[str, object]) -> Condition:
    name, op_name = data["field"], data.get("op")
    if not isinstance(name, str) or not FIELD_NAME.fullmatch(name) or name == "sort" or len(name) > 200:
        raise refuse("field holds a field's name.")
    if op_name not in list(Op):
        raise refuse(f"Unknown operator: one of {', '.join(Op)}.")
    op = Op(str(op_name))
    if unknown := data.keys() - {"field", "op", "value", "values", "from", "to"}:
        raise refuse(f"Unknown key {sorted(unknown)[0]!r} in a condition.")
    return Condition(name, op, _values(op, data))


def _values(op: Op, data: dict[str, object]) -> tuple[str | None, ...]:
    if op in LISTS:
        values = data.get("values")
        if not isinstance(values, list) or not 0 < len(values) <= MAX_VALUES:
            raise refuse(f"{op} takes values: a list of 1 to {MAX_VALUES}.")
        return tuple(None if value is None else _scalar(value) for value in values)
    if op is Op.BETWEEN:
        return _scalar(data.get("from")), _scalar(data.get("to"))
    if op not in SINGLE_VALUE:
        return ()
    value = _scalar(data.get("value"))
    if op in {Op.NEWER, Op.OLDER} and not AGE.fullmatch(value):
        raise refuse(f"{op} takes an age such as 30d: a number and one of h, d, w, m, y.")
    return (value,)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else repr(value)
    if not isinstance(value, str) or len(value) > 10_000:
        raise refuse("A value is text, a number or true or false.")
    return clean(value)


def clean(text: str) -> str:
    """Without what PostgreSQL cannot store in text: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def sort_from_json(data: object) -> tuple[Sort, ...]:
    """Read and check the JSON form of an order. Raises QueryInvalid."""
    if data is None:
        return ()
    if not isinstance(data, list) or len(data) > 8:
        raise refuse("sort is a list of at most 8 keys.")
    return tuple(_sort_key(key) for key in data)


def _sort_key(data: object) -> Sort:
    if not isinstance(data, dict) or not isinstance(data.get("field"), str) or data.keys() - {"field", "desc"}:
        raise refuse('A sort key is {"field": name, "desc": true or false}.')
    if not FIELD_NAME.fullmatch(data["field"]) or not isinstance(data.get("desc", False), bool):
        raise refuse('A sort key is {"field": name, "desc": true or false}.')
    return Sort(data["field"], data.get("desc", False))


def sort_to_json(sort: Iterable[Sort]) -> list[dict[str, object]]:
    """The JSON form of an order."""
    return [{"field": key.field, "desc": key.desc} for key in sort]
