"""Relations: two items that have to do with each other, in no order. Dependencies have a module of their own."""

from uuid import UUID

from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Invalid
from trimtab.core.ids import new_id
from trimtab.roadmap import queries
from trimtab.roadmap.models import Relation
from trimtab.roadmap.services.common import refusals, require_write


def add_relation(*, actor: Actor, clock: Clock, from_id: UUID, to_id: UUID, relation_type: str) -> Relation:
    """Say that two items have to do with each other. Raises Forbidden, PastIsReadOnly, Invalid, AlreadyExists."""
    require_write(actor, Permission.EDIT)
    refuse_itself(from_id, to_id)
    relation = Relation(
        id=new_id(), workspace_id=actor.workspace_id, from_item_id=from_id, to_item_id=to_id, type=relation_type
    )
    with refusals(), ledger.change_set(actor, at=clock.now):
        return ledger.add(relation)


def remove_relation(*, actor: Actor, clock: Clock, relation_id: UUID) -> None:
    """Raises NotFound, Forbidden, PastIsReadOnly."""
    require_write(actor, Permission.EDIT)
    relation = queries.one(actor, Relation, relation_id, lock=True)
    with ledger.change_set(actor, at=clock.now):
        relation.delete()


def refuse_itself(from_id: UUID, to_id: UUID) -> None:
    """Raises Invalid."""
    if from_id == to_id:
        raise Invalid("An item cannot be tied to itself.", fields={"to_id": "Name another item."})
