"""What the rules of a workspace say over HTTP: formulas, layouts, freshness, health. Answers have no defaults."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from trimtab.roadmap.schemas_base import Body, Change

RequiredWord = Literal["always", "doing", "done"]
HealthWord = Literal["on_track", "at_risk", "off_track", "unknown"]
HorizonWord = Literal["now", "next", "later"]
Days = Annotated[int, Field(ge=1, le=3650)]


class FormulaIn(Body):
    """``key`` is that of the field that the formula is for, if there is one already."""

    formula: str = Field("", max_length=4_000)
    key: str = Field("", max_length=60)


class FormulaProblemOut(Schema):
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
    problems: list[FormulaProblemOut]


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


class ShownIn(Body):
    """``field`` is a name that a query knows."""

    field: str = Field(min_length=1, max_length=120)
    required: RequiredWord | None = None
    hidden: bool = False


class SectionIn(Body):
    name: str = Field(min_length=1, max_length=120)
    fields: list[ShownIn] = Field(max_length=100)


class LayoutFields(Body):
    sections: list[SectionIn] = Field(default_factory=list, max_length=30)


class ItemLayoutIn(LayoutFields):
    """Without a level it is for all levels, without an area for all areas that have none of their own."""

    level_id: UUID | None = None
    area_id: UUID | None = None


class ItemLayoutChange(Change):
    set: LayoutFields


class ShownFieldOut(Schema):
    field: str
    required: RequiredWord | None
    hidden: bool


class LayoutSectionOut(Schema):
    name: str
    fields: list[ShownFieldOut]


class ItemLayoutOut(Schema):
    id: UUID
    version: int
    level_id: UUID | None
    area_id: UUID | None
    sections: list[LayoutSectionOut]


class FreshnessRuleFields(Body):
    days: Days = 14


class FreshnessRuleIn(Body):
    """Without a level it is for all levels that have no rule of their own for the field."""

    field: str = Field(min_length=1, max_length=120)
    level_id: UUID | None = None
    days: Days


class FreshnessRuleChange(Change):
    set: FreshnessRuleFields


class FreshnessRuleOut(Schema):
    id: UUID
    version: int
    field: str
    level_id: UUID | None
    days: int


class ConfirmIn(Body):
    """Names of fields, as a query knows them, that somebody looked at and found still true."""

    fields: list[Annotated[str, Field(min_length=1, max_length=120)]] = Field(min_length=1, max_length=50)


class DueFieldOut(Schema):
    """``required`` says from when on, ``due`` whether it is required of this item now."""

    field: str
    label: str
    required: RequiredWord | None
    due: bool
    hidden: bool


class DueSectionOut(Schema):
    name: str
    fields: list[DueFieldOut]


class ItemHealthOut(Schema):
    """``current`` is what counts; ``source`` tells whether it is as stated, inferred, or inferred because what was
    stated has expired. ``said`` is what was stated last, whether or not it still holds."""

    current: HealthWord | None
    source: Literal["stated", "expired", "inferred"]
    said: HealthWord | None
    note: str | None
    inferred: HealthWord | None
    why: str | None
    by_id: UUID | None
    at: datetime | None
    until: date | None


class HorizonOut(Schema):
    """``current`` is the stated one, else what the dates suggest."""

    stated: HorizonWord | None
    suggested: HorizonWord | None
    current: HorizonWord | None


class ComputedOut(Schema):
    """A computed field: ``formula`` or how it ``rolls_up``, its value, or the ``problem`` why it has none."""

    name: str
    label: str
    type: str
    unit: str | None
    precision: str | None
    formula: str | None
    rolls_up: str | None
    value: Any
    problem: str | None


class ItemRulesOut(Schema):
    """``sections`` is empty where no layout was made for items like this."""

    layout_id: UUID | None
    sections: list[DueSectionOut]
    missing: list[str]
    stale: list[str]
    health: ItemHealthOut
    horizon: HorizonOut
    computed: list[ComputedOut]
