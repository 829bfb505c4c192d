"""Where an item lies: under which parent, and where in the order of all items."""

from uuid import UUID

from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock
from trimtab.core.errors import Invalid
from trimtab.roadmap import queries, rules
from trimtab.roadmap.models import Item
from trimtab.roadmap.services.common import lock_item, refusals

LONGEST_RANK = 100
_WINDOW = 32


def move_item(
    *,
    actor: Actor,
    clock: Clock,
    item_id: UUID,
    version: int,
    parent: tuple[UUID | None] | None = None,
    before_id: UUID | None = None,
    after_id: UUID | None = None,
) -> Item:
    """Hang an item under another and put it beside one.

    ``parent`` is ``(id,)`` for a new parent, ``(None,)`` for none, None to leave it. ``before_id`` and ``after_id`` are
    the neighbours that it comes to lie between; one is enough; neither leaves the order.
    Raises NotFound, Forbidden, PastIsReadOnly, StaleVersion (parent), WrongLevel, Invalid.
    """
    item = lock_item(actor, item_id)
    changes: dict[str, object] = {} if parent is None else {"parent_id": parent[0]}
    ledger.check_stale(item, version_read=version, changes=changes)
    with refusals(), ledger.change_set(actor, at=clock.now):
        if before_id is not None or after_id is not None:
            changes["rank"] = _rank(actor, item, before_id, after_id)
        return ledger.save(item, **changes)


def _rank(actor: Actor, item: Item, before_id: UUID | None, after_id: UUID | None) -> str:
    if item.id in {before_id, after_id}:
        raise Invalid("An item cannot lie beside itself.", fields={"before_id": "Name another item."})
    after = None if after_id is None else queries.get_item(actor, after_id)
    before = None if before_id is None else queries.get_item(actor, before_id)
    if after is None:
        assert before is not None
        after = queries.find_neighbour(actor, before, behind=False, but=item.id)
    elif before is None:
        before = queries.find_neighbour(actor, after, behind=True, but=item.id)
    low = None if after is None else after.rank
    high = _end_of_list(actor, low) if before is None else before.rank
    if low is not None and high is not None and low > high:
        raise Invalid("These two do not lie in this order.", fields={"after_id": "Lies behind the other."})
    if low is not None and low == high:
        return _make_room(actor, item, after)
    rank = rules.rank_between(low, high)
    return rank if len(rank) <= LONGEST_RANK or after is None else _make_room(actor, item, after)


def _end_of_list(actor: Actor, low: str | None) -> str | None:
    """Where the next new item will lie, so that it still comes last."""
    end = rules.rank_of(queries.last_number(actor) + 1)
    return end if low is None or low < end else None


def _make_room(actor: Actor, item: Item, after: Item | None) -> str:
    """Spread the items behind ``after`` anew, with a gap in front; gives the gap's rank."""
    assert after is not None
    crowd = queries.list_behind(actor, after, but=item.id, limit=_WINDOW)
    last = queries.find_neighbour(actor, crowd[-1], behind=True, but=item.id) if crowd else None
    while last is not None and last.rank == crowd[-1].rank:
        crowd.append(last)
        last = queries.find_neighbour(actor, last, behind=True, but=item.id)
    gap, *fresh = rules.ranks_between(after.rank, None if last is None else last.rank, len(crowd) + 1)
    for other, rank in zip(crowd, fresh, strict=True):
        ledger.save(other, rank=rank)
    return gap
