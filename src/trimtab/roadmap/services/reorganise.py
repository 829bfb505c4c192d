"""Work is organised anew: a team is split, teams or areas become one, or move with all below. One batch, undoable."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from trimtab.accounts.public import create_team, get_workspace, move_team
from trimtab.core import ledger, organisation
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.bulk import insert_rows
from trimtab.core.errors import Invalid, NotFound
from trimtab.core.ids import new_id
from trimtab.core.models import Succession
from trimtab.core.organisation import Holding
from trimtab.roadmap.services.common import refusals, require_write, rolled_up_once
from trimtab.roadmap.services.config import move_area

Kind = Literal["team", "area"]
SHOWN: Final = 500
"""How many records of each kind a preview lists."""
_TABLES: Final = {"team": "accounts_team", "area": "roadmap_area"}
_HELD: Final = (
    "select r.id, r.{by}, {title}, r.updated_at from {table} r"
    " where r.workspace_id = %(workspace)s and r.{column} = %(old)s order by 3, 1"
)
_ADDED: Final = (
    "update {table} o set {sums} from {table} r where r.workspace_id = %(workspace)s and r.id = any(%(ids)s)"
    " and o.workspace_id = r.workspace_id and o.{column} = %(new)s {same}"
)
_DROPPED: Final = (
    "delete from {table} r where r.workspace_id = %(workspace)s and r.id = any(%(ids)s)"
    " and exists (select from {table} o where o.workspace_id = r.workspace_id and o.{column} = %(new)s {same})"
)
_MOVED: Final = (
    "update {table} set {column} = %(new)s"
    " where workspace_id = %(workspace)s and id = any(%(ids)s) and {column} = %(old)s"
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where something goes: a team or an area that is there (``id``), or a team to be made (``name``)."""

    id: UUID | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """One team becomes several. ``assigned`` sends a record to the target of that number; all else goes to ``rest``.

    A record is named by its id; estimates, and fields that name the team, go by their item. The team stays if it is
    among the targets, and ends if not.
    """

    team_id: UUID
    targets: Sequence[Target]
    rest: int = 0
    assigned: Mapping[UUID, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merge:
    """Teams, or areas, become one that is there."""

    kind: Kind
    ids: Sequence[UUID]
    into: UUID


@dataclass(frozen=True, slots=True)
class Move:
    """A team, or an area, goes below another with all that lies below it; None: to the top."""

    kind: Kind
    id: UUID
    parent_id: UUID | None


Change = Split | Merge | Move


@dataclass(frozen=True, slots=True)
class Touched:
    """One record that goes elsewhere; ``target`` is the number of a split's target, 0 for a merge."""

    id: UUID
    by: UUID
    title: str
    target: int


@dataclass(frozen=True, slots=True)
class TouchedKind:
    """What goes elsewhere of one kind: how many to each target, and the first of them."""

    key: str
    label: str
    counts: dict[int, int]
    records: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class Reorganised:
    """``batch_id`` undoes it; ``counts`` by kind; ``ids`` are the targets, in their order."""

    batch_id: UUID
    counts: dict[str, int]
    ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    id: UUID
    by: UUID
    title: str
    updated_at: datetime


def preview(actor: Actor, change: Change) -> list[TouchedKind]:
    """What a change would touch. Raises NotFound, Forbidden, Invalid."""
    require_write(actor, Permission.CONFIGURE)
    if isinstance(change, Move):
        _named(actor, change.kind, [change.id, *([change.parent_id] if change.parent_id else [])])
        return _below(actor, change)
    _check(actor, change)
    found = []
    for holding in organisation.held_by(_kind(change)):
        held = [(each, old) for old in _olds(change) for each in _held(actor, holding, old)]
        touched = [Touched(e.id, e.by, e.title or "", _target(change, e)) for e, _ in held]
        if touched:
            counts = dict(Counter(each.target for each in touched))
            found.append(TouchedKind(holding.key, holding.label, counts, tuple(touched[:SHOWN])))
    return found


def reorganise(*, actor: Actor, clock: Clock, change: Change, on: date | None = None) -> Reorganised:
    """Do it, as of the beginning of the day ``on`` (today at the latest; now unless given), in one batch.

    What is moved later than it was last written is so from that write on. What a team or an area became is written
    down, so that its past can be read by today's organisation.
    Raises NotFound, Forbidden, PastIsReadOnly, Invalid, TeamCycle, Conflict (an area under itself), KeyTaken.
    """
    require_write(actor, Permission.CONFIGURE)
    at = _instant(actor, clock, on)
    when = Clock(at)
    if not isinstance(change, Move):
        _check(actor, change)
    label = _label(actor, change)
    batch = ledger.open_batch(actor, clock, "reorganise", label)
    with refusals(), ledger.change_set(actor, at=at, batch=batch, note=label), rolled_up_once(actor):
        if isinstance(change, Move):
            move = move_team if change.kind == "team" else move_area
            move(actor, change.id, change.parent_id)
            return Reorganised(batch, {change.kind: 1}, (change.id,))
        ids = _targets(actor, when, change, batch)
        counts = _pass_on(actor, at, change, ids)
    # What was written later than ``at`` still names them until then.
    with refusals(), ledger.change_set(actor, at=clock.now, batch=batch, note=label):
        _end(actor, _kind(change), [old for old in _olds(change) if old not in ids])
    return Reorganised(batch, counts, ids)


def _instant(actor: Actor, clock: Clock, on: date | None) -> datetime:
    if on is None:
        return clock.now
    at = datetime.combine(on, time(), tzinfo=ZoneInfo(get_workspace(actor).timezone))
    if at > clock.now:
        raise Invalid("A change of tomorrow is made tomorrow.", fields={"on": "lies in the future"})
    return at


def _kind(change: Split | Merge) -> Kind:
    return change.kind if isinstance(change, Merge) else "team"


def _olds(change: Split | Merge) -> Sequence[UUID]:
    return change.ids if isinstance(change, Merge) else (change.team_id,)


def _target(change: Split | Merge, held: _Held) -> int:
    return 0 if isinstance(change, Merge) else change.assigned.get(held.by, change.rest)


def _named(actor: Actor, kind: Kind, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of teams or areas, locked. Raises NotFound unless all are there."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select id, name from {_TABLES[kind]} where workspace_id = %s and id = any(%s) order by id for update",  # noqa: S608
            [actor.workspace_id, list(ids)],
        )
        found = dict(cursor.fetchall())
    if set(ids) - found.keys():
        raise NotFound(f"There is no such {kind}.")
    return found


def _check(actor: Actor, change: Split | Merge) -> None:
    if isinstance(change, Merge):
        if change.into in change.ids or not change.ids or len(set(change.ids)) < len(change.ids):
            raise Invalid("What becomes one is named once, and goes into another.", fields={"ids": "is not so"})
        _named(actor, change.kind, [*change.ids, change.into])
        return
    there = [target.id for target in change.targets if target.id is not None]
    _named(actor, "team", [change.team_id, *there])
    if len(change.targets) < 2 or len(set(there)) < len(there):
        raise Invalid("A team is split into two or more, each named once.", fields={"targets": "are too few"})
    if any((target.id is None) == (not target.name.strip()) for target in change.targets):
        raise Invalid("A target is a team that is there, or a new one's name.", fields={"targets": "lack a name"})
    numbers = {change.rest, *change.assigned.values()}
    if not numbers <= set(range(len(change.targets))):
        raise Invalid("There is no such target.", fields={"assigned": "names a target that is not there"})


def _label(actor: Actor, change: Change) -> str:
    if isinstance(change, Move):
        return f"Move {_named(actor, change.kind, [change.id])[change.id]}"
    if isinstance(change, Split):
        return f"Split {_named(actor, 'team', [change.team_id])[change.team_id]}"
    names = _named(actor, change.kind, [*change.ids, change.into])
    return f"Merge {', '.join(names[each] for each in change.ids)} into {names[change.into]}"[:300]


def _below(actor: Actor, change: Move) -> list[TouchedKind]:
    """How much moves along: what lies below, and the items of all of it."""
    table, column = _TABLES[change.kind], f"{change.kind}_id"
    with connection.cursor() as cursor:
        cursor.execute(
            "with recursive b as (select id from "  # noqa: S608 - our own names
            f"{table} where workspace_id = %(ws)s and id = %(id)s union select t.id from {table} t join b"
            f" on t.workspace_id = %(ws)s and t.parent_id = b.id) select (select count(*) - 1 from b),"
            f" (select count(*) from roadmap_item where workspace_id = %(ws)s and {column} in (select id from b))",
            {"ws": actor.workspace_id, "id": change.id},
        )
        below, items = cursor.fetchone()
    counts = (("below", f"{change.kind.title()}s below", below), ("items", "Items", items))
    return [TouchedKind(key, label, {0: count}, ()) for key, label, count in counts if count]


def _targets(actor: Actor, when: Clock, change: Split | Merge, batch: UUID) -> tuple[UUID, ...]:
    """The ids of the targets; new teams are made beside the one that is split."""
    if isinstance(change, Merge):
        return (change.into,)
    with connection.cursor() as cursor:
        cursor.execute("select parent_id, kind from accounts_team where id = %s", [change.team_id])
        parent, kind = cursor.fetchone()
    return tuple(
        target.id or create_team(actor=actor, clock=when, name=target.name, parent_id=parent, kind=kind, batch=batch).id
        for target in change.targets
    )


def _pass_on(actor: Actor, at: datetime, change: Split | Merge, ids: tuple[UUID, ...]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for old in _olds(change):
        told: list[dict[str, Any]] = []
        usual = ids[change.rest] if isinstance(change, Split) and old not in ids else ids[0]
        stays = old in ids
        _lift(actor, _kind(change), old, set(ids) - {old})
        for holding in organisation.held_by(_kind(change)):
            places: dict[UUID, list[_Held]] = {}
            for each in _held(actor, holding, old):
                new = ids[_target(change, each)]
                if new != old:
                    places.setdefault(new, []).append(each)
            for new, held in places.items():
                _give(actor, holding, old, new, [each.id for each in held])
                counts[holding.key] += len(held)
                if holding.told:
                    row = {"entity": _kind(change), "old_id": str(old), "new_id": str(new)}
                    told += _told(row, held, at, apart=stays or new != usual)
        _succeed(actor, told, _kind(change), None if stays else (old, usual), at)
    return dict(counts)


def _lift(actor: Actor, kind: Kind, old: UUID, targets: set[UUID]) -> None:
    """Take targets out from below what goes into them: beside it, so that nothing lies below itself."""
    table = _TABLES[kind]
    with connection.cursor() as cursor:
        cursor.execute(
            f"with recursive b as (select id from {table} where workspace_id = %(ws)s and id = %(old)s union"  # noqa: S608
            f" select t.id from {table} t join b on t.workspace_id = %(ws)s and t.parent_id = b.id)"
            f" update {table} t set parent_id = (select parent_id from {table} where id = %(old)s)"
            " where t.workspace_id = %(ws)s and t.id = any(%(targets)s) and t.id in (select id from b)",
            {"ws": actor.workspace_id, "old": old, "targets": list(targets)},
        )


def _told(row: dict[str, Any], held: Sequence[_Held], at: datetime, *, apart: bool) -> list[dict[str, Any]]:
    """Records that do not simply go where everything goes (``apart``), or went there later than all."""
    return [
        row | {"id": str(new_id()), "record_id": str(each.id), "at": max(each.updated_at, at).isoformat()}
        for each in held
        if apart or each.updated_at > at
    ]


def _succeed(
    actor: Actor, told: list[dict[str, Any]], kind: Kind, became: tuple[UUID, UUID] | None, at: datetime
) -> None:
    rows = list(told)
    if became is not None:
        old, new = became
        rows.append({"id": str(new_id()), "entity": kind, "old_id": str(old), "new_id": str(new), "at": at.isoformat()})
    insert_rows(Succession, actor.workspace_id, rows)


def _held(actor: Actor, holding: Holding, old: UUID) -> list[_Held]:
    with connection.cursor() as cursor:
        cursor.execute(_sql(_HELD, holding), {"workspace": actor.workspace_id, "old": old})
        return [_Held(*row) for row in cursor.fetchall()]


def _give(actor: Actor, holding: Holding, old: UUID, new: UUID, ids: list[UUID]) -> None:
    given: dict[str, Any] = {"workspace": actor.workspace_id, "old": old, "new": new, "ids": ids}
    with connection.cursor() as cursor:
        if holding.once:
            if holding.adds:
                cursor.execute(_sql(_ADDED, holding), given)
            cursor.execute(_sql(_DROPPED, holding), given)
        cursor.execute(_sql(_MOVED, holding), given)


def _sql(template: str, holding: Holding) -> str:
    """Every name in it is written in our own code."""
    same = "".join(f" and o.{name} is not distinct from r.{name}" for name in holding.once)
    first = holding.adds[1] if len(holding.adds) > 1 else ""
    sums = ", ".join(
        f"{name} = case when o.{name} is null and r.{name} is null then null"
        f" else coalesce(o.{name}, o.{first}) + coalesce(r.{name}, r.{first}) end"
        for name in holding.adds
    )
    names = {"table": holding.table, "column": holding.column, "by": holding.by, "title": holding.title}
    return template.format(**names, same=same, sums=sums)


def _end(actor: Actor, kind: Kind, olds: Sequence[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"delete from {_TABLES[kind]} where workspace_id = %s and id = any(%s)",  # noqa: S608 - our own names
            [actor.workspace_id, list(olds)],
        )
