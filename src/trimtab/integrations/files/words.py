"""What columns are called, in the languages that files come in; the words themselves lie in ``words.toml``.

Names are compared folded: case, accents, ``_``, ``-`` and spaces do not count.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "de", "nl", "es", "fr", "pt", "it")


@cache
def folded(name: str) -> str:
    """A name as it is compared: without case, accents, punctuation and doubled spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain).replace("ß", "ss").casefold()
    return " ".join(re.sub(r"[^\w%]+|_", " ", plain).split()) or name.strip().casefold()


@cache
def by_name() -> Mapping[str, tuple[tuple[str, str, int], ...]]:
    """Folded name → the concepts it may mean, each with its language and how usual it is there (0: most)."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    words = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    for concept, languages in words.items():
        for language, names in languages.items():
            for place, name in enumerate(names):
                found.setdefault(folded(name), []).append((concept, language, place))
    return {name: tuple(meanings) for name, meanings in found.items()}


def concepts(name: str) -> tuple[str, ...]:
    """The concepts that a column of this name may mean, the likeliest first."""
    meanings = sorted(by_name().get(folded(name), ()), key=lambda meaning: meaning[2])
    return tuple(dict.fromkeys(meaning[0] for meaning in meanings))


def language_counts(names: Iterable[str]) -> dict[str, int]:
    """How many of the names each language knows."""
    counts = dict.fromkeys(LANGUAGES, 0)
    for name in names:
        for language in {meaning[1] for meaning in by_name().get(folded(name), ())}:
            counts[language] += 1
    return counts
