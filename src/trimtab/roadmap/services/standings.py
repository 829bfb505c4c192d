"""How dependencies stand: computed when somebody looks, through whatever lens, and never stored with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from trimtab.accounts.public import FiscalCalendar, fiscal_calendar, get_workspace
from trimtab.core.actors import Actor, Clock
from trimtab.core.errors import NotFound
from trimtab.core.query.answer import rows
from trimtab.roadmap.agreements import FOLLOWS, NEEDING, By
from trimtab.roadmap.models import DependencyState
from trimtab.roadmap.services.dependencies import Sides
from trimtab.roadmap.wording import Facts, reason_words

_COLUMNS = [
    "from", "to", "type", "lag_days", "needed_by", "needed_by.precision", "promised_by", "promised_by.precision",
    "proposed_by", "proposed_by.precision", "reason", "state", "standing", "standing.reasons", "days_late",
]  # fmt: skip
_ENDS = ["ref", "title", "owner", "team", "phase", "timeframe"]
_MOST = 2_000


@dataclass(frozen=True, slots=True)
class End:
    """One end of a dependency."""

    id: UUID
    ref: str
    title: str
    owner_id: UUID | None
    team_id: UUID | None
    phase_id: UUID | None


@dataclass(frozen=True, slots=True)
class Because:
    """A reason: its code, and in words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class StandingView:
    """A dependency as stated and as it stands. ``may`` is what the actor may do about it now."""

    id: UUID
    version: int
    from_id: UUID
    to_id: UUID
    type: str
    lag_days: int
    needed_by: date | None
    needed_precision: str | None
    promised_by: date | None
    promised_precision: str | None
    proposed_by: date | None
    proposed_precision: str | None
    reason: str | None
    state: str
    giving: End
    needing: End
    standing: str
    because: tuple[Because, ...]
    days_late: int | None
    may: tuple[str, ...]
    may_remove: bool


def get_standing(actor: Actor, clock: Clock, dependency_id: UUID) -> StandingView:
    """One dependency as the actor's lens sees it. Raises NotFound, Forbidden."""
    found = _read(actor, clock, {"field": "dependency", "op": "in", "values": [str(dependency_id)]})
    if not found:
        raise NotFound("There is no such dependency.")
    return found[0]


def list_standings(actor: Actor, clock: Clock, item_id: UUID) -> list[StandingView]:
    """What an item waits for and what waits for it, oldest first, at most 2,000. Raises NotFound, Forbidden."""
    if not _items(actor, clock, {item_id}):
        raise NotFound("There is no such item.")
    either = [{"field": end, "op": "in", "values": [str(item_id)]} for end in ("from", "to")]
    return _read(actor, clock, {"or": either})


def _read(actor: Actor, clock: Clock, condition: Mapping[str, object]) -> list[StandingView]:
    question = {"source": "dependency", "filter": condition, "columns": _COLUMNS, "page": {"size": _MOST}}
    found = rows(actor, clock, question)
    ends = _items(actor, clock, {UUID(row[side]) for row in found for side in ("from", "to")})
    calendar = fiscal_calendar(get_workspace(actor))
    sides = Sides.of(actor, clock)
    return [_view(row, ends, calendar, sides) for row in found if {UUID(row["from"]), UUID(row["to"])} <= ends.keys()]


def _items(actor: Actor, clock: Clock, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    wanted = sorted(map(str, ids))
    if not wanted:
        return {}
    question = {
        "source": "item",
        "filter": {"field": "ref", "op": "in", "values": wanted},
        "columns": _ENDS,
        "page": {"size": 2 * _MOST},
    }
    return {UUID(row["id"]): row for row in rows(actor, clock, question)}


def _view(
    row: Mapping[str, Any], ends: Mapping[UUID, dict[str, Any]], calendar: FiscalCalendar, sides: Sides
) -> StandingView:
    giving, needing = ends[UUID(row["from"])], ends[UUID(row["to"])]
    facts = _facts(row, giving, needing, calendar)
    dates: dict[str, Any] = {}
    for name in ("needed", "promised", "proposed"):
        dates |= {f"{name}_by": _day(row[f"{name}_by"]), f"{name}_precision": row[f"{name}_by.precision"]}
    asks, gives = _speaks(sides, needing), _speaks(sides, giving)
    live = sides.actor.lens.is_live
    may = sorted(act for act in FOLLOWS[DependencyState(row["state"])] if (asks if act in NEEDING else gives) and live)
    return StandingView(
        id=UUID(row["id"]),
        version=row["version"],
        from_id=UUID(row["from"]),
        to_id=UUID(row["to"]),
        type=row["type"],
        lag_days=row["lag_days"],
        reason=row["reason"],
        state=row["state"],
        giving=_end(giving),
        needing=_end(needing),
        standing=row["standing"],
        because=tuple(Because(code, reason_words(code, facts)) for code in row["standing.reasons"] or ()),
        days_late=row["days_late"],
        may=tuple(act.value for act in may),
        may_remove=asks and live,
        **dates,
    )


def _speaks(sides: Sides, item: Mapping[str, Any]) -> bool:
    return sides.may(_id(item["owner"]), _id(item["team"]))


def _end(item: Mapping[str, Any]) -> End:
    return End(
        id=UUID(item["id"]),
        ref=item["ref"],
        title=item["title"],
        owner_id=_id(item["owner"]),
        team_id=_id(item["team"]),
        phase_id=_id(item["phase"]),
    )


def _facts(
    row: Mapping[str, Any], giving: Mapping[str, Any], needing: Mapping[str, Any], calendar: FiscalCalendar
) -> Facts:
    kind = row["type"]
    return Facts(
        type=kind,
        giver=giving["ref"],
        taker=needing["ref"],
        needed=_by(row, "needed"),
        promised=_by(row, "promised"),
        planned=_edge(giving, "start" if kind == "SS" else "end"),
        taker_planned=_edge(needing, "end" if kind == "FF" else "start"),
        calendar=calendar,
    )


def _edge(item: Mapping[str, Any], side: str) -> tuple[date | None, str | None]:
    frame = item["timeframe"] or {}
    return _day(frame.get(side)), frame.get(f"{side}_precision") or None


def _by(row: Mapping[str, Any], name: str) -> By | None:
    on = _day(row[f"{name}_by"])
    return None if on is None else By(on, row[f"{name}_by.precision"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
