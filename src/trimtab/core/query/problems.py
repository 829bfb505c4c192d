"""What is wrong with a query, told so that a person can mend it: the place, the reason, a suggestion."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from trimtab.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` (included) to ``end`` (excluded) of the query text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. ``span`` is None where the query came as JSON; ``suggestion`` replaces the text of the span."""

    message: str
    span: Span | None = None
    suggestion: str | None = None

    def as_json(self) -> dict[str, object]:
        """The shape that clients get: ``position`` and ``length`` count characters, null for a JSON query."""
        return {
            "message": self.message,
            "position": None if self.span is None else self.span.start,
            "length": None if self.span is None else self.span.end - self.span.start,
            "suggestion": self.suggestion,
        }


class QueryInvalid(DomainError):
    """The query cannot be understood; ``extra["problems"]`` lists each fault."""

    code = "query_invalid"
    status = 400

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(problems[0].message, problems=[problem.as_json() for problem in problems])


def refuse(message: str, span: Span | None = None, suggestion: str | None = None) -> QueryInvalid:
    """The exception for one fault, for ``raise refuse(…)``."""
    return QueryInvalid(Problem(message, span, suggestion))


def closest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that ``word`` was probably meant to be, or None."""
    by_lower = {choice.lower(): choice for choice in choices}
    lower = word.lower()
    found = get_close_matches(lower, by_lower, n=1, cutoff=0.6)
    if not found:
        found = sorted((choice for choice in by_lower if lower and choice.startswith(lower)), key=len)[:1]
    return by_lower[found[0]] if found else None
