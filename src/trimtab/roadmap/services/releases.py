"""When releases ship, and in which increments items are worked on."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from trimtab.accounts.public import Kind, fiscal_calendar, get_workspace, list_teams, periods
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Invalid
from trimtab.core.fiscal import fiscal_year
from trimtab.core.ids import new_id
from trimtab.roadmap import queries, rules
from trimtab.roadmap.models import Item, Release
from trimtab.roadmap.models_delivery import Increment, IncrementKind, ItemIncrement
from trimtab.roadmap.services.common import lock_item, refusals, require_write
from trimtab.roadmap.services.items import periods_of

MOST_INCREMENTS: Final = 200
MOST_OF_AN_ITEM: Final = 100
_LONGEST_WEEKS: Final = 26


def settled_release(actor: Actor, release: Release, values: dict[str, Any]) -> dict[str, Any]:
    """``values`` with the last day of the period in which it ships. Raises Invalid."""
    if not values.keys() & {"released_on", "released_precision"}:
        return values
    precision = None if release.released_on is None else release.released_precision or "day"
    edge = rules.edited(rules.Edge(release.released_on, precision), values, "released")
    if edge.precision == "later":
        raise Invalid("A release has a date or none.", fields={"released_precision": "Later is no date."})
    settled = rules.settled(rules.Edge(), edge, periods_of(actor))
    return values | {"released_on": settled["end_on"], "released_precision": settled["end_precision"]}


def list_increments(actor: Actor) -> list[Increment]:
    """Sprints and increments as the actor's lens sees them, the earliest first. Raises Forbidden."""
    found = queries.seen(actor, Increment, "increment")
    return sorted(found, key=lambda each: (each.starts_on, each.kind, each.name, each.id))


def generate_increments(
    *,
    actor: Actor,
    clock: Clock,
    kind: str,
    starts_on: date,
    until: date,
    weeks: int | None = None,
    team_id: UUID | None = None,
    name: str = "",
) -> list[Increment]:
    """Make all sprints or increments from ``starts_on`` on that begin by ``until``; gives those that are new.

    ``weeks`` is how long each lasts; without it they are those of the fiscal calendar. They are called ``name`` and a
    number that goes on from those that are there, or as the calendar calls them. What is there already, day for day,
    is left. Raises Forbidden, PastIsReadOnly, Invalid, Overlaps, AlreadyExists.
    """
    require_write(actor, Permission.EDIT)
    same = list(queries.rows(actor, Increment).filter(kind=kind, team_id=team_id))
    taken = {(each.starts_on, each.ends_on) for each in same}
    days = list(_calendar(actor, starts_on, until) if weeks is None else _weeks(starts_on, until, weeks))
    if len(days) > MOST_INCREMENTS:
        raise Invalid(f"These would be more than {MOST_INCREMENTS}.", fields={"until": "Choose an earlier day."})
    called = name.strip() or IncrementKind(kind).label
    prefix = next((f"{team.key}-" for team in list_teams(actor) if team.id == team_id), "")
    made = []
    with refusals(), ledger.change_set(actor, at=clock.now):
        for number, (first, last, words) in enumerate(days, start=len(same) + 1 - len(taken & {d[:2] for d in days})):
            if (first, last) in taken:
                continue
            title = words or f"{called} {number}"
            key = f"{prefix}{kind}-{first:%Y-%m-%d}"
            made.append(
                ledger.add(
                    Increment(
                        id=new_id(), workspace_id=actor.workspace_id, key=key[:60], name=title, kind=kind,
                        team_id=team_id, starts_on=first, ends_on=last,
                    )
                )
            )  # fmt: skip
    return made


def _weeks(first: date, until: date, weeks: int) -> Iterator[tuple[date, date, str]]:
    if not 1 <= weeks <= _LONGEST_WEEKS:
        raise Invalid("Increments last 1 to 26 weeks.", fields={"weeks": "1 to 26"})
    count = 0
    while first <= until and count <= MOST_INCREMENTS:
        after = first + timedelta(weeks=weeks)
        yield first, after - timedelta(days=1), ""
        first, count = after, count + 1


def _calendar(actor: Actor, first: date, until: date) -> Iterator[tuple[date, date, str]]:
    calendar = fiscal_calendar(get_workspace(actor))
    for year in range(fiscal_year(calendar, first), min(fiscal_year(calendar, until), first.year + 20) + 1):
        try:
            found = periods(calendar, year, Kind.INCREMENT)
        except ValueError:
            raise Invalid(
                "The fiscal calendar has no increments: say how many weeks they last.", fields={"weeks": "Is missing."}
            ) from None
        yield from ((p.starts_on, p.ends_on, p.name) for p in found if p.ends_on >= first and p.starts_on <= until)


def set_increments(*, actor: Actor, clock: Clock, item_id: UUID, increment_ids: Sequence[UUID]) -> Item:
    """Let an item be worked on in exactly these increments. Raises NotFound, Forbidden, PastIsReadOnly, Invalid."""
    item = lock_item(actor, item_id)
    wanted = set(increment_ids)
    if len(wanted) > MOST_OF_AN_ITEM:
        raise Invalid("An item has at most 100 increments.", fields={"increment_ids": "These are too many."})
    standing = {tie.increment_id: tie for tie in queries.rows(actor, ItemIncrement).filter(item_id=item.id)}
    with refusals(), ledger.change_set(actor, at=clock.now):
        for gone in standing.keys() - wanted:
            standing[gone].delete()
        for new in sorted(wanted - standing.keys()):
            ledger.add(ItemIncrement(id=new_id(), workspace_id=actor.workspace_id, item_id=item.id, increment_id=new))
    return item
