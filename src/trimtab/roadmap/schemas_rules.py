"""What the rules of a workspace say over HTTP: formulas, layouts, freshness, health. Answers have no defaults."""

from ninja import Schema
from pydantic import Field

from trimtab.roadmap.schemas import Body


class FormulaIn(Body):
    """``key`` is that of the field that the formula is for, if there is one already."""

    formula: str = Field("", max_length=4_000)
    key: str = Field("", max_length=60)


class ProblemOut(Schema):
    """``suggestion`` may take the place of ``length`` characters from ``position`` on."""

    message: str
    position: int
    length: int
    suggestion: str | None


class FormulaOut(Schema):
    """What the formula gives; null where something is wrong. ``fields`` are those that it names."""

    type: str | None
    unit: str | None
    fields: list[str]
    problems: list[ProblemOut]


class FormulaCompleteIn(Body):
    text: str = Field("", max_length=4_000)
    cursor: int = Field(0, ge=0, le=4_000)


class CompletionOut(Schema):
    text: str
    label: str
    kind: str


class FormulaCompleteOut(Schema):
    """The characters from ``start`` to ``to`` are what a completion replaces."""

    start: int
    to: int
    items: list[CompletionOut]


class FunctionOut(Schema):
    name: str
    written: str
    said: str
