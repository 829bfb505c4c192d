"""Baselines: named instants, and what has become of the plan since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from trimtab.core import ledger
from trimtab.core.actors import LIVE, Actor, Clock, Lens, Permission
from trimtab.core.errors import Invalid
from trimtab.core.ids import new_id
from trimtab.core.query import fields, rows
from trimtab.roadmap import queries
from trimtab.roadmap.models_delivery import Snapshot
from trimtab.roadmap.services.common import refusals, require_write

FIELDS: Final = (
    "title", "level", "area", "parent", "phase", "owner", "team", "release", "benefit", "effort", "health", "horizon",
)  # fmt: skip
"""What is compared besides the timeframe and the phase's category, as far as the actor may see it."""
_COLUMNS: Final = ["ref", *FIELDS, "phase.category", "timeframe"]
MOST: Final = 20_000
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Moved:
    """An end that moved by so many days, later is positive; ``exact`` if both were meant to the day."""

    days: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """What has become of an item: added, dropped (deleted or cancelled), moved, changed.

    ``fields`` maps what differs to (then, now); references are ids, a timeframe has its precisions.
    """

    id: UUID
    ref: str
    title: str
    what: str
    deleted: bool
    start: Moved | None
    end: Moved | None
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Today against a baseline. ``same`` counts what did not change. ``truncated``: more than 20,000 items matched."""

    differences: Sequence[Difference]
    same: int
    truncated: bool


def create_snapshot(*, actor: Actor, clock: Clock, name: str, at: datetime | None = None, note: str = "") -> Snapshot:
    """Name an instant: now, or an earlier one as it is known now.

    Raises Forbidden, PastIsReadOnly, AlreadyExists, Invalid for a time to come.
    """
    require_write(actor, Permission.EDIT)
    if at is not None and at > clock.now:
        raise Invalid("This has not happened yet.", fields={"at": "Choose an instant that has passed."})
    snapshot = Snapshot(
        id=new_id(), workspace_id=actor.workspace_id, name=name.strip(), at=at or clock.now, note=note.strip()
    )
    with refusals(), ledger.change_set(actor, at=clock.now):
        return ledger.add(snapshot)


def list_snapshots(actor: Actor) -> list[Snapshot]:
    """Every baseline, the latest first. Raises Forbidden."""
    return list(queries.rows(actor, Snapshot).order_by("-at", "id"))


def get_snapshot(actor: Actor, snapshot_id: UUID) -> Snapshot:
    """Raises NotFound, Forbidden."""
    return queries.one(actor, Snapshot, snapshot_id)


def delete_snapshot(*, actor: Actor, clock: Clock, snapshot_id: UUID) -> None:
    """Forget the name; the past itself stays. Raises NotFound, Forbidden, PastIsReadOnly."""
    require_write(actor, Permission.EDIT)
    snapshot = queries.one(actor, Snapshot, snapshot_id, lock=True)
    with ledger.change_set(actor, at=clock.now):
        snapshot.delete()


def lens_of(actor: Actor, snapshot: Snapshot) -> Lens:
    """The plan at the baseline, as it was known when the baseline was made. Raises Forbidden."""
    return Lens(as_of=snapshot.at, known_on=queries.first_recorded(actor, "snapshot", snapshot.id))


def compare_snapshot(actor: Actor, clock: Clock, snapshot_id: UUID, *, text: str = "") -> Comparison:
    """What has become of the items that ``text`` (a query) finds today or found then, as far as the actor may see.

    Raises NotFound, Forbidden, QueryInvalid.
    """
    snapshot = queries.one(actor, Snapshot, snapshot_id)
    then_actor, now_actor = actor.with_lens(lens_of(actor, snapshot)), actor.with_lens(LIVE)
    then, now = (_items(each, clock, {"text": text}) for each in (then_actor, now_actor))
    truncated = MOST in {len(then), len(now)}
    then |= _by_ids(then_actor, clock, now.keys() - then.keys())
    now |= _by_ids(now_actor, clock, then.keys() - now.keys())
    found = [_difference(then.get(item_id), now.get(item_id)) for item_id in sorted(then.keys() | now.keys())]
    differences = [each for each in found if each is not None]
    return Comparison(
        sorted(differences, key=lambda each: (-abs(each.end.days) if each.end else 0, each.ref)),
        len(found) - len(differences),
        truncated,
    )


def _items(actor: Actor, clock: Clock, condition: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    allowed = {field["name"] for field in fields(actor, "item")}
    columns = [name for name in _COLUMNS if name in allowed]
    question = {"source": "item", "columns": columns, "page": {"size": MOST}, **condition}
    return {row["id"]: row for row in rows(actor, clock, question)}


def _by_ids(actor: Actor, clock: Clock, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = sorted(ids)
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        found |= _items(actor, clock, {"filter": {"field": "ref", "op": "in", "values": some}})
    return found


def _difference(then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> Difference | None:
    """None where nothing differs, and where it was cancelled then and still is, or came and went."""
    present = now or then
    assert present is not None
    counted_then, counted_now = _counts(then), _counts(now)
    start, end = (_moved(then, now, side) for side in ("start", "end"))
    fields = _fields(then, now)
    if not counted_then and not counted_now:
        return None
    if counted_then and counted_now:
        if not fields:
            return None
        what = "moved" if start or end else "changed"
    else:
        what = "dropped" if counted_then else "added"
    return Difference(UUID(present["id"]), present["ref"], present["title"], what, now is None, start, end, fields)


def _counts(row: Mapping[str, Any] | None) -> bool:
    return row is not None and row["phase.category"] != "cancelled"


def _fields(then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> dict[str, tuple[Any, Any]]:
    if then is None or now is None:
        return {}
    return {name: (then.get(name), now.get(name)) for name in (*FIELDS, "timeframe") if then.get(name) != now.get(name)}


def _moved(then: Mapping[str, Any] | None, now: Mapping[str, Any] | None, side: str) -> Moved | None:
    """How far an edge of the timeframe moved; None where it stands, or one of the days is missing."""
    frames = [(row or {}).get("timeframe") or {} for row in (then, now)]
    days = [date.fromisoformat(frame[side]) for frame in frames if frame.get(side)]
    if len(days) < len(frames):
        return None
    before, after = days
    exact = {frame.get(f"{side}_precision") for frame in frames} == {"day"}
    return Moved((after - before).days, exact) if after != before else None
