"""Help with writing: what may stand at the cursor, and the same formula under another name of a field."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from trimtab.core.fields.formula.functions import FUNCTIONS
from trimtab.core.fields.formula.lex import tokens

_TYPED = re.compile(r"(\[[^\[\]]*|[^\W\d][\w.]*)$")
_PLAIN = re.compile(r"[^\W\d]\w*(\.\w+)*")
_MOST = 20
RESERVED = {"and", "or", "not", "true", "false", "none"}


@dataclass(frozen=True, slots=True)
class Completion:
    """``text`` replaces what is typed; ``kind`` is field or function."""

    text: str
    label: str
    kind: str


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that ``word`` was probably meant to be, or None."""
    found = get_close_matches(word.lower(), list(names), n=1, cutoff=0.6)
    return found[0] if found else None


def written(name: str) -> str:
    """A field's name as a formula takes it: in brackets where it would be read as something else."""
    return name if _PLAIN.fullmatch(name) and name.lower() not in RESERVED else f"[{name}]"


def completed(text: str, cursor: int, fields: Iterable[tuple[str, str]]) -> tuple[int, list[Completion]]:
    """Where what is typed before ``cursor`` begins, and at most 20 things that it may become.

    ``fields`` are names with their labels.
    """
    typed = _TYPED.search(text[:cursor])
    start = typed.start() if typed else cursor
    word = (typed[0] if typed else "").lstrip("[").lower()
    every = [Completion(written(name), label, "field") for name, label in fields]
    every += [Completion(f"{name}(", each.written, "function") for name, each in FUNCTIONS.items()]
    begins = [each for each in every if each.text.lstrip("[").lower().startswith(word)]
    within = [
        each for each in every if each not in begins and (word in each.text.lower() or word in each.label.lower())
    ]
    return start, (begins + within)[:_MOST]


def renamed(text: str, old: str, new: str) -> str:
    """The formula with each mention of the field ``old`` under its new name. Raises FormulaProblem."""
    parts, at = [], 0
    for token in tokens(text):
        if (
            token.kind == "name"
            and token.text.lower() == old.lower()
            and not _called(text, token.position, token.length)
        ):
            parts += [text[at : token.position], written(new)]
            at = token.position + token.length
    return "".join([*parts, text[at:]])


def _called(text: str, position: int, length: int) -> bool:
    return text[position] != "[" and text[position + length :].lstrip().startswith("(")
