"""Titles and texts of about 1 kB: words as unevenly spread as in real ones, and three of a known spread."""

import random
from itertools import accumulate

RARE, MEDIUM, FREQUENT = "quokkaport", "tarnwheel", "harboring"
SPREAD = {RARE: 5_000, MEDIUM: 100, FREQUENT: 4}
"""One text in so many holds the word."""

_ONSETS = (
    "b",
    "br",
    "c",
    "cl",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
)
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
_CODAS = ("", "n", "r", "l", "s", "t", "nd", "rk", "st", "m")


class Writer:
    """Writes the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.words = self._vocabulary(4_000)
        self.weights = list(accumulate(1 / (place + 3) for place in range(len(self.words))))
        self.sentences = [self._sentence() for _ in range(6_000)]

    def _vocabulary(self, size: int) -> list[str]:
        words: dict[str, None] = {}
        while len(words) < size:
            parts = self.draw.randint(1, 3)
            word = "".join(
                self.draw.choice(_ONSETS) + self.draw.choice(_VOWELS) + self.draw.choice(_CODAS) for _ in range(parts)
            )
            if len(word) > 3:
                words[word] = None
        return list(words)

    def _some(self, count: int) -> list[str]:
        return self.draw.choices(self.words, cum_weights=self.weights, k=count)

    def _sentence(self) -> str:
        return " ".join(self._some(self.draw.randint(9, 16))).capitalize() + "."

    def title(self, number: int) -> str:
        words = self._some(self.draw.randint(4, 8))
        if number % SPREAD[MEDIUM] == 7:
            words.append(MEDIUM)
        return " ".join(words).capitalize()

    def text(self, number: int) -> str:
        """About 1,000 characters."""
        parts = self.draw.sample(self.sentences, 11)
        parts += [f"{word.capitalize()}." for word, every in SPREAD.items() if number % every == 3 and word != MEDIUM]
        return " ".join(parts)
