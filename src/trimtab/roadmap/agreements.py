"""How a dependency is asked for and answered: what may follow on what, and what each side states by it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from trimtab.core.errors import Invalid
from trimtab.roadmap.errors import WrongState
from trimtab.roadmap.models import DependencyState as State


class Act(StrEnum):
    """What somebody does about a dependency. The needing side asks and accepts, the giving side does the rest."""

    ASK = "ask"
    ACCEPT = "accept"
    AGREE = "agree"
    DECLINE = "decline"
    PROPOSE = "propose"


NEEDING = frozenset({Act.ASK, Act.ACCEPT})
"""Acts of the side that waits."""
FOLLOWS: Mapping[State, frozenset[Act]] = {
    State.ASKED: frozenset({Act.ASK, Act.AGREE, Act.DECLINE, Act.PROPOSE}),
    State.PROPOSED: frozenset(Act),
    State.AGREED: frozenset({Act.ASK, Act.DECLINE, Act.PROPOSE}),
    State.DECLINED: frozenset({Act.ASK, Act.AGREE, Act.PROPOSE}),
}
"""What may be done in each stated state. Whoever has agreed moves the date by proposing another."""


@dataclass(frozen=True, slots=True)
class By:
    """A day until which, the last one of the period that ``precision`` (day … year) names."""

    on: date
    precision: str = "day"


@dataclass(frozen=True, slots=True)
class Terms:
    """What both sides have stated. ``promised`` stands while another date is proposed, until that is accepted."""

    state: State = State.ASKED
    needed: By | None = None
    promised: By | None = None
    proposed: By | None = None
    reason: str | None = None


def after(terms: Terms, act: Act, *, by: By | None = None, reason: str | None = None) -> Terms:
    """The terms after ``act``. Raises WrongState where it cannot follow, Invalid where a date or a reason is missing.

    - ask: wait for an answer again; ``by`` is when it is needed now, None leaves that. Takes back what was answered.
    - agree: promise it by ``by``, None for the date on which it is needed.
    - decline: ``reason`` says why; an earlier promise is withdrawn.
    - propose: ``by`` is the other date, ``reason`` may say why.
    - accept: the proposed date is promised, and where it lies later it is the one on which it is needed too.
    """
    if act not in FOLLOWS[terms.state]:
        known = " or ".join(sorted(FOLLOWS[terms.state]))
        raise WrongState(f"It is {terms.state.value}: {_PAST[act]} is not possible now, {known} is.", state=terms.state)
    return _ACTS[act](terms, by, (reason or "").strip() or None)


_PAST = {
    Act.ASK: "asking", Act.ACCEPT: "accepting", Act.AGREE: "agreeing", Act.DECLINE: "declining",
    Act.PROPOSE: "proposing another date",
}  # fmt: skip


def _ask(terms: Terms, by: By | None, reason: str | None) -> Terms:
    return Terms(State.ASKED, needed=by or terms.needed)


def _agree(terms: Terms, by: By | None, reason: str | None) -> Terms:
    promised = by or terms.needed
    if promised is None:
        raise Invalid("Say by when.", fields={"promised_by": "A date is missing: none was asked for either."})
    return Terms(State.AGREED, needed=terms.needed, promised=promised)


def _decline(terms: Terms, by: By | None, reason: str | None) -> Terms:
    if reason is None:
        raise Invalid("Say why.", fields={"reason": "Whoever asked will read it."})
    return Terms(State.DECLINED, needed=terms.needed, reason=reason)


def _propose(terms: Terms, by: By | None, reason: str | None) -> Terms:
    if by is None:
        raise Invalid("Say which date.", fields={"proposed_by": "A date is missing."})
    return replace(terms, state=State.PROPOSED, proposed=by, reason=reason)


def _accept(terms: Terms, by: By | None, reason: str | None) -> Terms:
    proposed = terms.proposed
    assert proposed is not None  # a constraint of the table, too
    later = terms.needed is not None and proposed.on > terms.needed.on
    return Terms(State.AGREED, needed=proposed if later else terms.needed, promised=proposed)


_ACTS = {Act.ASK: _ask, Act.AGREE: _agree, Act.DECLINE: _decline, Act.PROPOSE: _propose, Act.ACCEPT: _accept}

REASONS: Mapping[str, str] = {
    "delivered": "Delivered",
    "giver_cancelled": "The giving item was cancelled",
    "promise_passed": "The promised day has passed",
    "need_passed": "The needed day has passed",
    "promised_late": "Promised later than needed",
    "planned_after_promise": "Planned later than promised",
    "planned_after_need": "Planned later than needed",
    "giver_off_track": "The giving item is off track",
    "giver_at_risk": "The giving item is at risk",
}
"""Why a dependency stands as it does, as ``roadmap_dependency_reasons`` finds it; the first three break or meet it."""
