"""Query text to tokens, each with the characters that it covers. Never fails: what is odd becomes a problem."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from trimtab.core.query.problems import Problem, Span


class Kind(Enum):
    """What a token is."""

    OPEN = auto()
    CLOSE = auto()
    MINUS = auto()
    OR = auto()
    AND = auto()
    WORD = auto()
    PHRASE = auto()
    FIELD = auto()
    OPERATOR = auto()
    VALUE = auto()
    QUOTED = auto()
    COMMA = auto()
    DOTS = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; ``text`` is without quotes and escapes, a field's without its colon."""

    kind: Kind
    text: str
    span: Span


_BLANK = re.compile(r"\s+")
_FIELD = re.compile(r"([A-Za-z_][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*):")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_WORD = re.compile(r"[^\s()\",:]+|[,:]")
_VALUE = re.compile(r"(?:(?!\.\.)[^\s()\",])+")
_OPERATOR = re.compile(r">=|<=|[<>=~]")
_KEYWORD = {"OR": Kind.OR, "AND": Kind.AND, "NOT": Kind.MINUS}


def lex(text: str) -> tuple[list[Token], list[Problem]]:
    """Cut ``text`` into tokens, END last, and the problems found on the way."""
    lexer = _Lexer(text)
    lexer.run()
    return lexer.tokens, lexer.problems


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.tokens: list[Token] = []
        self.problems: list[Problem] = []

    def run(self) -> None:
        while self._skip_blank() < len(self.text):
            self._term()
        self._add(Kind.END, "", self.at)

    def _skip_blank(self) -> int:
        if blank := _BLANK.match(self.text, self.at):
            self.at = blank.end()
        return self.at

    def _add(self, kind: Kind, text: str, end: int) -> None:
        self.tokens.append(Token(kind, text, Span(self.at, end)))
        self.at = end

    def _term(self) -> None:
        char = self.text[self.at]
        if char in "()":
            self._add(Kind.OPEN if char == "(" else Kind.CLOSE, char, self.at + 1)
        elif char == '"':
            self._quoted(Kind.PHRASE)
        elif char == "-" and self.at + 1 < len(self.text) and not self.text[self.at + 1].isspace():
            self._add(Kind.MINUS, char, self.at + 1)
        elif found := _FIELD.match(self.text, self.at):
            self._add(Kind.FIELD, found[1], found.end())
            self._values()
        else:
            self._word()

    def _word(self) -> None:
        found = _WORD.match(self.text, self.at)
        word = found[0] if found else self.text[self.at]
        self._add(_KEYWORD.get(word, Kind.WORD), word, self.at + len(word))

    def _quoted(self, kind: Kind) -> None:
        if found := _QUOTED.match(self.text, self.at):
            self._add(kind, re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL), found.end())
            return
        rest = self.text[self.at :]
        self.problems.append(Problem("This quote is never closed.", Span(self.at, len(self.text)), rest + '"'))
        self._add(kind, rest[1:], len(self.text))

    def _values(self) -> None:
        if found := _OPERATOR.match(self.text, self.at):
            self._add(Kind.OPERATOR, found[0], found.end())
        while self.at < len(self.text):
            if self.text[self.at] == '"':
                self._quoted(Kind.QUOTED)
            elif self.text[self.at] == ",":
                self._add(Kind.COMMA, ",", self.at + 1)
            elif self.text.startswith("..", self.at):
                self._add(Kind.DOTS, "..", self.at + 2)
            elif found := _VALUE.match(self.text, self.at):
                self._add(Kind.VALUE, found[0], found.end())
            else:
                return
