"""An item's values in the dimensions of its workspace."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from trimtab.core import guards, ledger
from trimtab.core.actors import Actor, Clock
from trimtab.core.errors import Forbidden, Invalid
from trimtab.core.ids import new_id
from trimtab.roadmap import queries
from trimtab.roadmap.models import Dimension, Item, ItemValue
from trimtab.roadmap.services import required
from trimtab.roadmap.services.common import lock_item, refusals


def set_dimensions(*, actor: Actor, clock: Clock, item_id: UUID, values: Mapping[str, Sequence[UUID]]) -> Item:
    """Make an item's values in the named dimensions exactly these. Raises NotFound, Forbidden, Invalid."""
    item = lock_item(actor, item_id)
    with required.demanded(actor, clock, item.id), refusals(), ledger.change_set(actor, at=clock.now):
        write(actor, item.id, values)
    return item


def write(actor: Actor, item_id: UUID, values: Mapping[str, Sequence[UUID]]) -> None:
    """``set_dimensions`` inside the open change set."""
    if not values:
        return
    known = {d.key: d for d in queries.rows(actor, Dimension).filter(key__in=list(values))}
    for key, wanted in values.items():
        if key not in known:
            raise Invalid("There is no such dimension.", fields={f"dimensions.{key}": "There is no such dimension."})
        if guards.hides(actor, f"item.dim.{known[key].id}"):
            raise Forbidden("You may not see or change this.", fields=[f"dimensions.{key}"])
        if len(set(wanted)) > 1 and not known[key].multiple:
            raise Invalid("One value is allowed here.", fields={f"dimensions.{key}": "One value is allowed here."})
        _revalue(actor, item_id, known[key].id, list(dict.fromkeys(wanted)))


def _revalue(actor: Actor, item_id: UUID, dimension_id: UUID, wanted: list[UUID]) -> None:
    mine = queries.rows(actor, ItemValue).filter(item_id=item_id, dimension_id=dimension_id)
    standing = set(mine.values_list("value_id", flat=True))
    if standing - set(wanted):
        mine.filter(value_id__in=standing - set(wanted)).delete()
    for value_id in wanted:
        if value_id not in standing:
            ledger.add(
                ItemValue(
                    id=new_id(), workspace_id=actor.workspace_id, item_id=item_id, dimension_id=dimension_id,
                    value_id=value_id,
                )
            )  # fmt: skip
