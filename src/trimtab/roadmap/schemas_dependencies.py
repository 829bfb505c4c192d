"""What the roadmap says over HTTP about dependencies."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from trimtab.roadmap.schemas_base import Body, Change, DatePrecision

DependencyKind = Literal["FS", "SS", "FF"]
DependencyStated = Literal["asked", "proposed", "agreed", "declined"]
DependencyStands = Literal["asked", "proposed", "agreed", "declined", "at_risk", "broken", "met"]
ReasonCode = Literal[
    "delivered", "giver_cancelled", "promise_passed", "need_passed", "promised_late", "planned_after_promise",
    "planned_after_need", "giver_off_track", "giver_at_risk",
]  # fmt: skip
ActWord = Literal["ask", "accept", "agree", "decline", "propose"]
Lag = Annotated[int, Field(ge=-3650, le=3650)]
Why = Annotated[str, Field(max_length=1000)]


class DependencyOut(Schema):
    """``to_id`` waits for ``from_id``. ``state`` is what was stated; how it stands is computed, see the standing."""

    id: UUID
    version: int
    from_id: UUID
    to_id: UUID
    type: DependencyKind
    lag_days: int
    needed_by: date | None
    needed_precision: DatePrecision | None
    promised_by: date | None
    promised_precision: DatePrecision | None
    proposed_by: date | None
    proposed_precision: DatePrecision | None
    reason: str | None
    state: DependencyStated


class EndOut(Schema):
    """One end of a dependency, as far as it matters to the other."""

    id: UUID
    ref: str
    title: str
    owner_id: UUID | None
    team_id: UUID | None
    phase_id: UUID | None


class BecauseOut(Schema):
    """Why it stands as it does: a code, and the same in words."""

    code: ReasonCode
    words: str


class StandingOut(DependencyOut):
    """How a dependency stands today, or on the day in view: computed from what was stated and what is planned.

    ``days_late`` is the least that it will be, whatever coarse dates leave open; null where nothing says when.
    ``may`` lists what the caller may do about it now.
    """

    giving: EndOut
    needing: EndOut
    standing: DependencyStands
    because: list[BecauseOut]
    days_late: int | None
    may: list[ActWord]
    may_remove: bool


class DependencyFields(Body):
    type: DependencyKind = "FS"
    lag_days: Lag = 0
    needed_by: date | None = None
    needed_precision: DatePrecision | None = None


class DependencyIn(DependencyFields):
    from_id: UUID
    to_id: UUID
    note: Why = ""


class DependencyChange(Change):
    set: DependencyFields


class ActIn(Body):
    """``version`` is the one that was read; ``note`` is kept in the history."""

    version: int = Field(ge=1)
    note: Why = ""


class AskIn(ActIn):
    """A new ``needed_by`` replaces the one that stands."""

    needed_by: date | None = None
    needed_precision: DatePrecision = "day"


class AgreeIn(ActIn):
    """Without ``promised_by`` it is promised for when it is needed."""

    promised_by: date | None = None
    promised_precision: DatePrecision = "day"


class DeclineIn(ActIn):
    reason: Why


class ProposeDateIn(ActIn):
    proposed_by: date
    proposed_precision: DatePrecision = "day"
    reason: Why = ""
