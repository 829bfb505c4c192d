"""How much work an item is, by team; and where it is in each track."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from trimtab.core import guards, ledger
from trimtab.core.actors import Actor, Clock
from trimtab.core.errors import Invalid
from trimtab.core.ids import new_id
from trimtab.roadmap import queries
from trimtab.roadmap.models import Estimate, Item, ItemPhase, Phase, Track
from trimtab.roadmap.services import required
from trimtab.roadmap.services.common import lock_item, refusals, rolled_up_once


@dataclass(frozen=True, slots=True)
class Effort:
    """Person-days of one team (None: whoever does it); ``low`` ≤ ``likely`` ≤ ``high``."""

    likely: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    team_id: UUID | None = None


def set_estimates(*, actor: Actor, clock: Clock, item_id: UUID, efforts: Iterable[Effort]) -> Item:
    """Make an item's estimates exactly these, one per team. Raises NotFound, Forbidden, PastIsReadOnly, Invalid."""
    item = lock_item(actor, item_id)
    guards.require_writable(actor, "item", ("estimates",))
    wanted: dict[UUID | None, Effort] = {}
    for effort in efforts:
        if effort.team_id in wanted:
            raise Invalid("One estimate per team.", fields={"estimates": "A team is named twice."})
        if not (effort.low or 0) <= effort.likely <= (effort.high or effort.likely) or effort.likely < 0:
            raise Invalid("Low, likely, high is the order.", fields={"estimates": "Low ≤ likely ≤ high is expected."})
        wanted[effort.team_id] = effort
    with (
        required.demanded(actor, clock, item.id),
        refusals(),
        ledger.change_set(actor, at=clock.now),
        rolled_up_once(actor),
    ):
        standing = {e.team_id: e for e in queries.rows(actor, Estimate).filter(item_id=item.id).order_by("id")}
        gone = [estimate.id for team, estimate in standing.items() if team not in wanted]
        if gone:
            queries.rows(actor, Estimate).filter(id__in=gone).delete()
        for team, effort in wanted.items():
            numbers = {"low": effort.low, "likely": effort.likely, "high": effort.high}
            if team in standing:
                ledger.save(standing[team], **numbers)
            else:
                place = {"workspace_id": actor.workspace_id, "item_id": item.id, "team_id": team}
                ledger.add(Estimate(id=new_id(), **place, **numbers))
    return item


def set_track_phase(*, actor: Actor, clock: Clock, item_id: UUID, track_id: UUID, phase_id: UUID | None) -> Item:
    """Put an item into a phase of one track, or take it out of the track with None.

    In the primary track this is the item's phase. Raises NotFound, Forbidden, PastIsReadOnly, Invalid.
    """
    item = lock_item(actor, item_id)
    track = queries.one(actor, Track, track_id)
    known = queries.rows(actor, Phase).filter(id=phase_id, track_id=track.id)
    if phase_id is not None and not known.exists():
        raise Invalid("The track has no such phase.", fields={"phase_id": "There is no such phase."})
    with required.demanded(actor, clock, item.id), refusals(), ledger.change_set(actor, at=clock.now):
        if track.primary:
            return ledger.save(item, phase_id=phase_id)
        standing = queries.rows(actor, ItemPhase).filter(item_id=item.id, track_id=track.id)
        place = standing.first()
        if phase_id is None:
            standing.delete()
        elif place is None:
            ledger.add(
                ItemPhase(
                    id=new_id(), workspace_id=actor.workspace_id, item_id=item.id, track_id=track.id, phase_id=phase_id
                )
            )
        else:
            ledger.save(place, phase_id=phase_id)
    return item
