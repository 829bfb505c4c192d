"""What a formula is made of, before and after its types are known."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from trimtab.core.fields.formula.units import Unit


class FormulaProblem(Exception):
    """What is wrong with a formula: ``length`` characters from ``position`` on; ``suggestion`` may replace them."""

    def __init__(self, message: str, position: int, length: int = 1, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.message, self.position, self.length, self.suggestion = message, position, length, suggestion

    def as_json(self) -> dict[str, object]:
        """The shape that clients get."""
        return {
            "message": self.message,
            "position": self.position,
            "length": self.length,
            "suggestion": self.suggestion,
        }


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a formula as it is written: ``op`` is number, text, bool, none, name, call, or an operator's sign."""

    op: str
    position: int
    length: int
    value: Any = None
    args: tuple["Node", ...] = ()

    def refuse(self, message: str, suggestion: str | None = None) -> FormulaProblem:
        """The problem with this piece, for ``raise node.refuse(…)``."""
        return FormulaProblem(message, self.position, self.length, suggestion)


def walk(node: Node) -> Iterator[Node]:
    """The piece and all below it."""
    yield node
    for arg in node.args:
        yield from walk(arg)


def names(node: Node) -> list[str]:
    """The fields that a formula names, each once, in order."""
    return list(dict.fromkeys(each.value for each in walk(node) if each.op == "name"))


class Kind(StrEnum):
    """What a value is. ``NONE`` is the missing value, which is of any kind."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    BOOL = "bool"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Typed:
    """A checked piece: ``op`` names what is computed of ``args``. ``unit`` is None for numbers that fit any unit."""

    kind: Kind
    op: str
    args: tuple["Typed", ...] = ()
    value: str | Decimal | bool | int | None = None
    unit: Unit | None = None


def size_of(typed: Typed) -> int:
    """How many pieces it has."""
    return 1 + sum(size_of(arg) for arg in typed.args)
