"""Launches: what is brought to market, who is ready for it, and go or no-go. Record only: nothing is sent anywhere."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Forbidden, Invalid, NotFound
from trimtab.core.ids import new_id
from trimtab.core.models import Record
from trimtab.roadmap import queries
from trimtab.roadmap.models_delivery import Launch, LaunchCheck, LaunchItem, LaunchReady, LaunchRelease, LaunchState
from trimtab.roadmap.services.common import refusals, require_write
from trimtab.roadmap.services.items import timeframe

MOST_BOUND: Final = 500
_TIMEFRAME = frozenset({"start_on", "start_precision", "end_on", "end_precision"})
P = TypeVar("P", LaunchCheck, LaunchReady)


@dataclass(frozen=True, slots=True)
class CheckView:
    id: UUID
    version: int
    launch_id: UUID
    title: str
    owner_id: UUID | None
    due_on: date | None
    done: bool
    position: int


@dataclass(frozen=True, slots=True)
class ReadyView:
    """``confirmed_at`` is None until ``person_id`` has said that their part is ready."""

    id: UUID
    version: int
    launch_id: UUID
    part: str
    person_id: UUID | None
    confirmed_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class LaunchView:
    """A launch with all that belongs to it."""

    id: UUID
    version: int
    name: str
    tier: int
    state: str
    area_id: UUID | None
    owner_id: UUID | None
    start_on: date | None
    start_precision: str | None
    end_on: date | None
    end_precision: str | None
    audiences: list[str]
    message: str
    faq: str
    verdict: str | None
    decided_by_id: UUID | None
    decided_at: datetime | None
    verdict_reason: str | None
    checks: tuple[CheckView, ...] = ()
    ready: tuple[ReadyView, ...] = ()
    item_ids: tuple[UUID, ...] = ()
    release_ids: tuple[UUID, ...] = ()


def check_view(record: LaunchCheck) -> CheckView:
    """A line of a checklist as others see it."""
    return _plain(CheckView, record)  # type: ignore[no-any-return]


def ready_view(record: LaunchReady) -> ReadyView:
    """Somebody's readiness as others see it."""
    return _plain(ReadyView, record)  # type: ignore[no-any-return]


def _plain(kind: Any, record: Record, **over: Any) -> Any:
    return kind(**{name: getattr(record, name) for name in kind.__slots__ if name not in over}, **over)


def settled_launch(actor: Actor, launch: Launch, values: dict[str, Any]) -> dict[str, Any]:
    """``values`` with the whole periods of its timeframe, and audiences without repetition. Raises Invalid."""
    if "audiences" in values:
        named = (each.strip() for each in values["audiences"] or ())
        values = values | {"audiences": list(dict.fromkeys(each for each in named if each))}
    return values | timeframe(actor, launch, values) if values.keys() & _TIMEFRAME else values


def list_launches(actor: Actor) -> list[LaunchView]:
    """Every launch as the actor's lens sees it, the soonest first, those without a date last. Raises Forbidden."""
    checks = _by_launch(queries.seen(actor, LaunchCheck, "launch_check"), check_view)
    ready = _by_launch(queries.seen(actor, LaunchReady, "launch_ready"), ready_view)
    items = _by_launch(queries.seen(actor, LaunchItem, "launch_item"), lambda tie: tie.item_id)
    releases = _by_launch(queries.seen(actor, LaunchRelease, "launch_release"), lambda tie: tie.release_id)
    views = [
        _plain(
            LaunchView,
            launch,
            checks=tuple(sorted(checks[launch.id], key=lambda each: (each.position, each.id))),
            ready=tuple(sorted(ready[launch.id], key=lambda each: (each.part, each.id))),
            item_ids=tuple(sorted(items[launch.id])),
            release_ids=tuple(sorted(releases[launch.id])),
        )
        for launch in queries.seen(actor, Launch, "launch")
    ]
    return sorted(views, key=lambda each: (each.end_on or each.start_on or date.max, each.name, each.id))


def _by_launch(records: Sequence[Any], view: Callable[[Any], Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for record in records:
        found[record.launch_id].append(view(record))
    return found


def get_launch(actor: Actor, launch_id: UUID) -> LaunchView:
    """One launch as the actor's lens sees it. Raises NotFound, Forbidden."""
    for launch in list_launches(actor):
        if launch.id == launch_id:
            return launch
    raise NotFound("There is no such launch.")


def bind_launch(
    *,
    actor: Actor,
    clock: Clock,
    launch_id: UUID,
    item_ids: Sequence[UUID] | None = None,
    release_ids: Sequence[UUID] | None = None,
) -> None:
    """Let a launch bring exactly these items and releases to market; None leaves what is bound.

    Raises NotFound, Forbidden, PastIsReadOnly, Invalid.
    """
    require_write(actor, Permission.EDIT)
    queries.one(actor, Launch, launch_id, lock=True)
    with refusals(), ledger.change_set(actor, at=clock.now):
        if item_ids is not None:
            _bind(actor, LaunchItem, "item_id", launch_id, item_ids)
        if release_ids is not None:
            _bind(actor, LaunchRelease, "release_id", launch_id, release_ids)


def _bind(
    actor: Actor, model: type[LaunchItem] | type[LaunchRelease], column: str, launch_id: UUID, ids: Sequence[UUID]
) -> None:
    wanted = set(ids)
    if len(wanted) > MOST_BOUND:
        raise Invalid(f"A launch binds at most {MOST_BOUND}.", fields={f"{column}s": "These are too many."})
    standing = {getattr(tie, column): tie for tie in queries.rows(actor, model).filter(launch_id=launch_id)}
    for gone in standing.keys() - wanted:
        standing[gone].delete()
    for new in sorted(wanted - standing.keys()):
        ledger.add(model(id=new_id(), workspace_id=actor.workspace_id, launch_id=launch_id, **{column: new}))


def decide_launch(
    *, actor: Actor, clock: Clock, launch_id: UUID, version: int, verdict: str | None, reason: str = ""
) -> None:
    """Say go or no-go, and why; None takes it back. Who and when are kept with it.

    Raises NotFound, Forbidden, PastIsReadOnly, StaleVersion, Invalid.
    """
    require_write(actor, Permission.EDIT)
    launch = queries.one(actor, Launch, launch_id, lock=True)
    words = reason.strip()
    if verdict is not None and not words:
        raise Invalid("Say why.", fields={"reason": "A reason is missing."})
    if launch.state == LaunchState.CANCELLED and verdict is not None:
        raise Invalid("This launch is cancelled.", fields={"verdict": "Plan it again first."})
    columns: dict[str, Any] = {
        "verdict": verdict,
        "verdict_reason": words if verdict else None,
        "decided_by_id": actor.person_id if verdict else None,
        "decided_at": clock.now if verdict else None,
    }
    ledger.check_stale(launch, version_read=version, changes=columns)
    with refusals(), ledger.change_set(actor, at=clock.now):
        ledger.save(launch, **columns)


def tick_check(*, actor: Actor, clock: Clock, check_id: UUID, done: bool) -> LaunchCheck:
    """Tick a line of a checklist: its owner, or an editor. Raises NotFound, Forbidden, PastIsReadOnly."""
    check = _of_mine(actor, LaunchCheck, check_id, "owner_id")
    with ledger.change_set(actor, at=clock.now):
        return ledger.save(check, done=done)


def confirm_ready(*, actor: Actor, clock: Clock, ready_id: UUID, ready: bool, note: str = "") -> LaunchReady:
    """Say that a part of the company is ready, or is not any more: the person it waits for, or an editor.

    Raises NotFound, Forbidden, PastIsReadOnly.
    """
    part = _of_mine(actor, LaunchReady, ready_id, "person_id")
    confirmed = (part.confirmed_at or clock.now) if ready else None
    with ledger.change_set(actor, at=clock.now):
        return ledger.save(part, confirmed_at=confirmed, note=note.strip())


def _of_mine(actor: Actor, model: type[P], record_id: UUID, column: str) -> P:
    require_write(actor, Permission.CONTRIBUTE)
    record = queries.one(actor, model, record_id, lock=True)
    mine = actor.person_id is not None and getattr(record, column) == actor.person_id
    if not mine and not actor.may(Permission.EDIT):
        raise Forbidden("Only whose it is, or an editor, may say so.", permission=Permission.EDIT.value)
    return record
