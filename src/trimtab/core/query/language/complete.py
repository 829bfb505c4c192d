"""What a person may be about to type: where the cursor stands in query text, and which pieces fit there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trimtab.core.query.language.lex import Kind, Token, lex

_VALUES = {Kind.VALUE, Kind.QUOTED}
_IN_FIELD = _VALUES | {Kind.OPERATOR, Kind.COMMA, Kind.DOTS}


@dataclass(frozen=True, slots=True)
class Place:
    """What the cursor is in: a ``field``'s value, or (None) the start of a condition.

    Characters ``start`` to ``end`` are what a suggestion replaces; ``typed`` is what stands there before the cursor.
    """

    field: str | None
    typed: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``text`` goes into the query, ``label`` is shown, ``kind`` says what it is."""

    text: str
    label: str
    kind: str


def place(text: str, cursor: int) -> Place:
    """Where in ``text`` the cursor is; it stands before the character of that index."""
    cursor = max(0, min(cursor, len(text)))
    tokens, _ = lex(text)
    before = [token for token in tokens if token.kind is not Kind.END and token.span.start < cursor]
    last = before[-1] if before else None
    if last is None or last.span.end < cursor:
        return Place(None, "", cursor, cursor)
    if last.kind is Kind.FIELD or last.kind in _IN_FIELD:
        return _in_field(text, before, last, cursor)
    if last.kind in {Kind.WORD, Kind.OR, Kind.AND}:
        return Place(None, text[last.span.start : cursor], last.span.start, last.span.end)
    return Place(None, "", cursor, cursor)


def _in_field(text: str, before: Sequence[Token], last: Token, cursor: int) -> Place:
    field = next(token for token in reversed(before) if token.kind is Kind.FIELD)
    if last.kind is Kind.FIELD and cursor < last.span.end:
        return Place(None, text[last.span.start : cursor], last.span.start, last.span.end)
    if last.kind not in _VALUES:
        return Place(field.text, "", cursor, cursor)
    return Place(field.text, text[last.span.start : cursor].lstrip('"'), last.span.start, last.span.end)


def ranked(suggestions: Iterable[Suggestion], typed: str, most: int = 20) -> list[Suggestion]:
    """Those that hold what is typed: at their beginning first, then at a word's, then anywhere; else as given."""
    wanted = typed.lower()
    scored = [(_rank(each, wanted), at, each) for at, each in enumerate(suggestions)]
    best = sorted((rank, at) for rank, at, _ in scored if rank is not None)
    return [scored[at][2] for _, at in best[:most]]


def _rank(suggestion: Suggestion, wanted: str) -> int | None:
    ranks = []
    for text in (suggestion.text.lower().lstrip('"'), suggestion.label.lower()):
        if text.startswith(wanted):
            ranks.append(0)
        elif any(word.startswith(wanted) for word in text.replace("-", " ").replace(".", " ").split()):
            ranks.append(1)
        elif wanted in text:
            ranks.append(2)
    return min(ranks, default=None)
