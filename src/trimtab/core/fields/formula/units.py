"""Units of numbers: what may be added to what, and what comes out of a product or a quotient. Pure."""

import re
from dataclasses import dataclass, field
from typing import Self

_WORD = re.compile(r"[^\s*·/]+")


@dataclass(frozen=True, slots=True)
class Unit:
    """Words with their powers; none at all is a plain number."""

    powers: tuple[tuple[str, int], ...] = ()

    def times(self, other: Self, sign: int = 1) -> "Unit":
        """The unit of a product, or with ``sign`` -1 of a quotient."""
        powers = dict(self.powers)
        for word, power in other.powers:
            powers[word] = powers.get(word, 0) + sign * power
        return Unit(tuple(sorted((word, power) for word, power in powers.items() if power)))

    def __str__(self) -> str:
        above = " ".join(_raised(word, power) for word, power in self.powers if power > 0)
        below = " ".join(_raised(word, -power) for word, power in self.powers if power < 0)
        return f"{above or '1'}/{below}" if below else above

    @property
    def said(self) -> str:
        """In a sentence."""
        return str(self) or "a plain number"


PLAIN = Unit()
DAYS = Unit((("days", 1),))


@dataclass(slots=True)
class _Reading:
    powers: dict[str, int] = field(default_factory=dict)


def unit_of(text: str) -> Unit:
    """A unit as a field states it: ``EUR``, ``points/person-days``. Percent is a plain number; ``day`` means days."""
    found = _Reading()
    for at, side in enumerate(text.split("/")):
        for word in _WORD.findall(side):
            name = {"day": "days", "d": "days"}.get(word.lower(), word)
            if name not in {"%", "1"}:
                found.powers[name] = found.powers.get(name, 0) + (1 if at == 0 else -1)
    return Unit(tuple(sorted((word, power) for word, power in found.powers.items() if power)))


def _raised(word: str, power: int) -> str:
    return word if power == 1 else f"{word}^{power}"
