"""Query text to a filter tree and an order.

    level:feature (team:"SIG Node" OR owner:me) -health:on_track updated:<30d benefit:3..8 gateway sort:-benefit,title

The grammar knows no field: names and values are checked where the registry is at hand. Reading goes on after a fault,
so that one pass finds them all.
"""

from dataclasses import dataclass

from trimtab.core.query.language.lex import Kind, Token, lex
from trimtab.core.query.nodes import (
    AGE,
    EVERYTHING,
    FIELD_NAME,
    MAX_DEPTH,
    MAX_NODES,
    MAX_VALUES,
    And,
    Condition,
    Node,
    Not,
    Op,
    Or,
    Sort,
    Term,
    Text,
    canonical,
    clean,
)
from trimtab.core.query.problems import Problem, Span

MAX_LENGTH = 50_000
_OPERATORS = {"": Op.IN, "=": Op.IS, "~": Op.CONTAINS, "<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE}
_AGES = {Op.LT: Op.NEWER, Op.LE: Op.NEWER, Op.GT: Op.OLDER, Op.GE: Op.OLDER}
_VALUE_KINDS = {Kind.VALUE, Kind.QUOTED, Kind.COMMA, Kind.DOTS}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What could be read, and what could not."""

    filter: Node
    sort: tuple[Sort, ...]
    problems: tuple[Problem, ...]


def parse(text: str) -> Parsed:
    """Read query text. Never raises: faults are in ``problems``, and ``filter`` holds the rest."""
    if len(text) > MAX_LENGTH:
        fault = Problem(f"The query is too long: at most {MAX_LENGTH} characters.", Span(0, len(text)))
        return Parsed(EVERYTHING, (), (fault,))
    tokens, problems = lex(clean(text))
    parser = _Parser(tokens, problems)
    node = parser.run()
    if parser.terms > MAX_NODES:
        parser.fault(f"The query is too large: at most {MAX_NODES} conditions.", Span(0, len(text)))
        node = EVERYTHING
    return Parsed(canonical(node), tuple(parser.sort), tuple(parser.problems))


class _Parser:
    def __init__(self, tokens: list[Token], problems: list[Problem]) -> None:
        self.tokens = tokens
        self.problems = problems
        self.sort: list[Sort] = []
        self.index = 0
        self.depth = 0
        self.terms = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def take(self) -> Token:
        token = self.token
        if token.kind is not Kind.END:
            self.index += 1
        return token

    def fault(self, message: str, span: Span, suggestion: str | None = None) -> None:
        self.problems.append(Problem(message, span, suggestion))

    def run(self) -> Node:
        nodes = [self._any_of()]
        while self.token.kind is not Kind.END:
            self.fault("This bracket was never opened.", self.take().span, "")
            nodes.append(self._any_of())
        return And(tuple(nodes))

    def _any_of(self) -> Node:
        branches = [self._all_of()]
        while self.token.kind is Kind.OR:
            keyword = self.take()
            branches.append(self._all_of())
            if EVERYTHING in branches[-2:]:
                self.fault("OR stands between two conditions.", keyword.span, '"OR"')
        given = [branch for branch in branches if branch != EVERYTHING]
        return Or(tuple(given)) if given else EVERYTHING

    def _all_of(self) -> Node:
        nodes: list[Node] = []
        while self.token.kind not in {Kind.OR, Kind.CLOSE, Kind.END}:
            if self.token.kind is Kind.AND:
                self.take()
            elif (node := self._term()) is not None:
                nodes.append(node)
        return And(tuple(nodes))

    def _term(self) -> Node | None:
        self.terms += 1
        token = self.take()
        match token.kind:
            case Kind.MINUS:
                return self._negated(token)
            case Kind.OPEN:
                return self._bracket(token)
            case Kind.FIELD if token.text == "sort":
                self._sort(token)
                return None
            case Kind.FIELD:
                return self._condition(token)
            case _ if not token.text.strip():
                self.fault("Nothing to look for between these quotes.", token.span, "")
                return None
            case _:
                return Text((Term(token.text, token.kind is Kind.PHRASE),), token.span)

    def _nested(self, opening: Token) -> bool:
        self.depth += 1
        if self.depth == MAX_DEPTH:
            self.fault(f"Nested too deeply: at most {MAX_DEPTH} levels.", opening.span)
            self.index = len(self.tokens) - 1
        return self.depth < MAX_DEPTH

    def _negated(self, minus: Token) -> Node | None:
        if self.token.kind in {Kind.OR, Kind.AND, Kind.CLOSE, Kind.END}:
            self.fault("There is nothing to negate here.", minus.span, "")
            return None
        inner = self._term() if self._nested(minus) else None
        self.depth -= 1
        return None if inner is None else Not(inner)

    def _bracket(self, opening: Token) -> Node | None:
        node = self._any_of() if self._nested(opening) else EVERYTHING
        self.depth -= 1
        if self.token.kind is Kind.CLOSE:
            closing = self.take()
            if node == EVERYTHING:
                self.fault("Nothing stands between these brackets.", Span(opening.span.start, closing.span.end), "")
        else:
            self.fault("This bracket is never closed.", opening.span)
        return None if node == EVERYTHING else node

    def _pieces(self) -> list[Token]:
        pieces = []
        while self.token.kind in _VALUE_KINDS:
            pieces.append(self.take())
        return pieces

    def _sort(self, field: Token) -> None:
        operator = self.take() if self.token.kind is Kind.OPERATOR else None
        pieces = self._pieces()
        span = Span(field.span.start, pieces[-1].span.end if pieces else field.span.end)
        if self.depth or operator or not pieces:
            self.fault("sort: stands by itself, with field names: sort:-benefit,title", span)
            return
        for piece in pieces[::2]:
            name = piece.text.removeprefix("-")
            if piece.kind is Kind.VALUE and FIELD_NAME.fullmatch(name):
                self.sort.append(Sort(name, piece.text.startswith("-"), piece.span))
            else:
                self.fault("sort: takes field names: sort:-benefit,title", piece.span)
        for piece in pieces[1::2]:
            if piece.kind is not Kind.COMMA:
                self.fault("A comma separates the fields of sort:", piece.span)

    def _condition(self, field: Token) -> Node | None:
        operator = self.take() if self.token.kind is Kind.OPERATOR else None
        pieces = self._pieces()
        last = pieces[-1] if pieces else operator or field
        span = Span(field.span.start, last.span.end)
        name_span = Span(field.span.start, field.span.end - 1)
        if not pieces:
            self.fault("A value is missing after the colon.", span, None)
            return None
        op = _OPERATORS[operator.text if operator else ""]
        if any(piece.kind is Kind.DOTS for piece in pieces):
            return self._range(field.text, op, pieces, span, name_span)
        values = self._list(pieces)
        if values is None:
            return None
        if op in {Op.IN, Op.IS}:
            return self._listed(field.text, op, values, span, name_span)
        if len(values) > 1:
            self.fault("A comparison takes one value.", span)
            return None
        value = values[0]
        if value.kind is Kind.VALUE and op in _AGES and AGE.fullmatch(value.text):
            op = _AGES[op]
        return Condition(field.text, op, (value.text,), span, name_span, (value.span,))

    def _list(self, pieces: list[Token]) -> list[Token] | None:
        if len(pieces) % 2 == 0 or any((piece.kind is Kind.COMMA) != bool(at % 2) for at, piece in enumerate(pieces)):
            wrong = next((p for at, p in enumerate(pieces) if (p.kind is Kind.COMMA) != bool(at % 2)), pieces[-1])
            missing = "value is missing next to this comma" if wrong.kind is Kind.COMMA else "comma is missing here"
            self.fault(f"A {missing}.", wrong.span)
            return None
        if len(pieces) > 2 * MAX_VALUES:
            self.fault(f"Too many values: at most {MAX_VALUES}.", Span(pieces[0].span.start, pieces[-1].span.end))
            return None
        return pieces[::2]

    def _listed(self, name: str, op: Op, values: list[Token], span: Span, name_span: Span) -> Node | None:
        loose = [value.text if value.kind is Kind.VALUE else None for value in values]
        if loose == ["any"]:
            return Condition(name, Op.PRESENT, (), span, name_span)
        if "any" in loose:
            at = values[loose.index("any")]
            self.fault("any stands alone.", at.span, '"any"')
            return None
        texts = tuple(None if word == "none" else value.text for word, value in zip(loose, values, strict=True))
        return Condition(name, op, texts, span, name_span, tuple(value.span for value in values))

    def _range(self, name: str, op: Op, pieces: list[Token], span: Span, name_span: Span) -> Node | None:
        kinds = ["." if piece.kind is Kind.DOTS else "," if piece.kind is Kind.COMMA else "v" for piece in pieces]
        values = [piece for piece in pieces if piece.kind is not Kind.DOTS]
        ops = {"v.v": Op.BETWEEN, "v.": Op.GE, ".v": Op.LE}
        if "".join(kinds) not in ops or op is not Op.IN:
            self.fault("A range is two values with two dots between them, such as 3..8", span)
            return None
        texts, spans = tuple(value.text for value in values), tuple(value.span for value in values)
        return Condition(name, ops["".join(kinds)], texts, span, name_span, spans)
