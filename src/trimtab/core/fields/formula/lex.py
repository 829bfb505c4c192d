"""Text to tokens, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trimtab.core.fields.formula.nodes import FormulaProblem

MOST_CHARACTERS = 2_000
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\u00a0]+)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')
      | (?P<bracket>\[[^\[\]]*\])
      | (?P<name>[^\W\d]\w*(?:\.\w+)*)
      | (?P<sign><=|>=|<>|!=|==|[-+*/(),=<>])""",
    re.VERBOSE,
)
_SAME = {"<>": "!=", "==": "="}
_MENDED = {"×": "*", "÷": "/", "–": "-", "−": "-", "≤": "<=", "≥": ">=", "≠": "!=", "&&": "and", "||": "or"}


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is number, text, name, sign or end; ``text`` is what it means, without quotes and brackets."""

    kind: str
    text: str
    position: int
    length: int
    bracketed: bool = False


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a formula, an end last. Raises FormulaProblem."""
    if len(text) > MOST_CHARACTERS:
        raise FormulaProblem(
            f"A formula has at most {MOST_CHARACTERS} characters: make two fields of it.", MOST_CHARACTERS
        )
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unknown(text, at)
        at = match.end()
        if match.lastgroup != "space":
            yield _token(match)
    yield Token("end", "", len(text), 0)


def _token(match: re.Match[str]) -> Token:
    kind, raw = str(match.lastgroup), match[0]
    at, length = match.start(), len(raw)
    match kind:
        case "text":
            quote, inner = raw[0], raw[1:-1]
            return Token("text", _plain(inner.replace(quote * 2, quote), at), at, length)
        case "bracket":
            return Token("name", _plain(raw[1:-1].strip(), at), at, length, bracketed=True)
        case "sign":
            return Token("sign", _SAME.get(raw, raw), at, length)
    return Token(kind, raw, at, length)


def _plain(text: str, at: int) -> str:
    if "\x00" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise FormulaProblem("There is a character here that no text can hold: remove it.", at)
    return text


def _unknown(text: str, at: int) -> FormulaProblem:
    found = text[at]
    if found in "\"'":
        return FormulaProblem(f"This text does not end: close it with {found}.", at, len(text) - at)
    if found == "[":
        return FormulaProblem("This field's name does not end: close it with ].", at, len(text) - at)
    for sign, meant in _MENDED.items():
        if text.startswith(sign, at):
            return FormulaProblem(f"Write {meant} instead of {sign}.", at, len(sign), meant)
    if found in "“”„‘’":
        return FormulaProblem('Write texts between straight quotes: "like this".', at, 1, '"')
    return FormulaProblem(f"{found!r} means nothing in a formula.", at)
