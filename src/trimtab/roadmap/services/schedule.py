"""The schedule of the plan: what ends when at the earliest, how much slack there is, and what decides it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from trimtab.accounts.public import get_workspace
from trimtab.core.actors import Actor, Clock
from trimtab.core.errors import NotFound
from trimtab.core.query.answer import run
from trimtab.roadmap import queries
from trimtab.roadmap.models import Release
from trimtab.roadmap.rules import COARSENESS
from trimtab.roadmap.scheduling import Progress, Slot, Task, Tie, schedule, upstream
from trimtab.roadmap.services.launches import get_launch

_PAGE: Final = 20_000
_AT_ONCE: Final = 1_000
_ITEM: Final = ["ref", "title", "timeframe", "start.rolled", "start.precision.rolled", "end.rolled",
                "end.precision.rolled", "phase.category"]  # fmt: skip
_TIE: Final = ["from", "to", "type", "lag_days"]


@dataclass(frozen=True, slots=True)
class NodeView:
    """An item in the schedule. Days are as exact as ``precision``; None is not known.

    ``missing`` names the dates that the item itself lacks, ``unknown`` those it waits for whose days are not known.
    ``from_children``: it states no dates of its own, its children do. ``slack_days`` below 0 is too late.
    """

    id: UUID
    ref: str
    title: str
    start_on: date | None
    end_on: date | None
    from_children: bool
    earliest_start: date | None
    earliest_end: date | None
    latest_start: date | None
    latest_end: date | None
    slack_days: int | None
    precision: str
    critical: bool
    missing: tuple[str, ...]
    unknown: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class TieView:
    """A dependency in the schedule; ``driving``: it decides the days of the item that waits."""

    id: UUID
    from_id: UUID
    to_id: UUID
    type: str
    lag_days: int
    driving: bool


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """``end`` is the earliest day for all targets, as exact as ``precision``; ``chain`` is what decides it."""

    end: date | None
    precision: str
    deadline: date | None
    slack_days: int | None
    targets: tuple[UUID, ...]
    chain: tuple[UUID, ...]
    nodes: tuple[NodeView, ...]
    ties: tuple[TieView, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What has to be there: an item, all items of a release, or of a launch; at most one is named, none for all."""

    item_id: UUID | None = None
    release_id: UUID | None = None
    launch_id: UUID | None = None


def get_schedule(actor: Actor, clock: Clock, target: Target) -> ScheduleView:
    """The schedule of everything that the target waits for, through the actor's lens; without a target of every item
    that is tied to another. Declined dependencies and cancelled items do not count. Raises NotFound, Forbidden.
    """
    ties = _ties(actor, clock)
    wanted, deadline = _targets(actor, clock, target)
    tied = [end for tie in ties for end in (tie.before, tie.after)]
    known = _items(actor, clock, upstream(ties, tied if wanted is None else wanted))
    if target.item_id is not None and target.item_id not in known:
        raise NotFound("There is no such item.")
    targets = [] if wanted is None else [item_id for item_id in wanted if item_id in known]
    tasks = [_task(row) for row in known.values() if row["phase.category"] != "cancelled"]
    if wanted is not None and not targets:
        tasks = []
    found = schedule(tasks, ties, targets=targets, today=_today(actor, clock), deadline=deadline)
    placed = found.slots
    driving = {slot.driver.id for slot in placed.values() if slot.driver is not None}
    return ScheduleView(
        end=found.end,
        precision=placed[found.chain[-1]].precision if found.chain else "day",
        deadline=deadline,
        slack_days=None if deadline is None or found.end is None else (deadline - found.end).days,
        targets=tuple(targets),
        chain=found.chain,
        nodes=tuple(_node(known[item_id], slot, found.chain) for item_id, slot in placed.items()),
        ties=tuple(
            TieView(tie.id, tie.before, tie.after, tie.type, tie.lag_days, tie.id in driving)
            for tie in ties
            if tie.before in placed and tie.after in placed
        ),
    )


def _today(actor: Actor, clock: Clock) -> date:
    """The day that the lens looks at, in the workspace's time zone."""
    at = actor.lens.as_of or actor.lens.known_on or clock.now
    return at.astimezone(ZoneInfo(get_workspace(actor).timezone)).date()


def _targets(actor: Actor, clock: Clock, target: Target) -> tuple[list[UUID] | None, date | None]:
    if target.item_id is not None:
        return [target.item_id], None
    if target.release_id is not None:
        release = next((r for r in queries.seen(actor, Release, "release") if r.id == target.release_id), None)
        if release is None:
            raise NotFound("There is no such release.")
        return _in_release(actor, clock, [release.id]), release.released_on
    if target.launch_id is not None:
        launch = get_launch(actor, target.launch_id)
        bound = [*launch.item_ids, *_in_release(actor, clock, list(launch.release_ids))]
        return list(dict.fromkeys(bound)), launch.end_on
    return None, None


def _in_release(actor: Actor, clock: Clock, ids: list[UUID]) -> list[UUID]:
    if not ids:
        return []
    condition = {"field": "release", "op": "in", "values": [str(each) for each in ids]}
    return list(_asked(actor, clock, condition, ["ref"]))


def _ties(actor: Actor, clock: Clock) -> list[Tie]:
    found = _asked(actor, clock, {"not": {"field": "state", "op": "in", "values": ["declined"]}}, _TIE, "dependency")
    return [
        Tie(tie_id, UUID(row["from"]), UUID(row["to"]), row["type"], row["lag_days"]) for tie_id, row in found.items()
    ]


def _items(actor: Actor, clock: Clock, ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    wanted = sorted(map(str, ids))
    found: dict[UUID, dict[str, Any]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        found |= _asked(actor, clock, {"field": "ref", "op": "in", "values": some}, _ITEM)
    return found


def _asked(
    actor: Actor, clock: Clock, condition: Mapping[str, object], columns: list[str], source: str = "item"
) -> dict[UUID, dict[str, Any]]:
    """Every row of the answer, by id, page after page."""
    found: dict[UUID, dict[str, Any]] = {}
    after: str | None = None
    while True:
        page = {"size": _PAGE} | ({} if after is None else {"after": after})
        asked = {"source": source, "columns": columns, "page": page}
        answer = orjson.loads(run(actor, clock, asked | {"filter": condition}))
        named = answer["columns"]
        for values in zip(*named.values(), strict=True):
            row = dict(zip(named, values, strict=True))
            found[UUID(row["id"])] = row
        after = answer["next"]
        if after is None:
            return found


def _edges(row: Mapping[str, Any]) -> tuple[tuple[Any, Any], tuple[Any, Any], bool]:
    """(start, precision), (end, precision) as stated, else as the children add up to; and which of the two."""
    frame = row["timeframe"]
    if frame:
        sides = ((frame[side] or None, frame[f"{side}_precision"] or None) for side in ("start", "end"))
        return (*sides, False)  # type: ignore[return-value]
    rolled = tuple((row[f"{side}.rolled"], row[f"{side}.precision.rolled"]) for side in ("start", "end"))
    return (*rolled, any(day for day, _ in rolled))  # type: ignore[return-value]


def _task(row: Mapping[str, Any]) -> Task:
    (start, start_precision), (end, end_precision), _ = _edges(row)
    precisions = [p for day, p in ((start, start_precision), (end, end_precision)) if day and p]
    category = row["phase.category"] or "todo"
    return Task(
        UUID(row["id"]),
        _day(start),
        _day(end),
        max(precisions, key=COARSENESS.index, default="day"),
        Progress(category),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _node(row: Mapping[str, Any], slot: Slot, chain: tuple[UUID, ...]) -> NodeView:
    (start, _), (end, _), from_children = _edges(row)
    item_id = UUID(row["id"])
    return NodeView(
        id=item_id,
        ref=row["ref"],
        title=row["title"],
        start_on=_day(start),
        end_on=_day(end),
        from_children=from_children,
        earliest_start=slot.earliest_start,
        earliest_end=slot.earliest_end,
        latest_start=slot.latest_start,
        latest_end=slot.latest_end,
        slack_days=slot.slack_days,
        precision=slot.precision,
        critical=item_id in chain,
        missing=tuple(name for name, day in (("start", start), ("end", end)) if not day),
        unknown=tuple(sorted(slot.unknown)),
    )
