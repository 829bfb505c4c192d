"""What ties items to each other: dependencies, which order them, and relations, which do not."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from trimtab.collab import public as collab
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Invalid
from trimtab.core.ids import new_id
from trimtab.roadmap import queries
from trimtab.roadmap.models import Dependency, Relation
from trimtab.roadmap.services.common import refusals, require_write

DEPENDENCY_FIELDS = frozenset({"type", "lag_days", "needed_by", "promised_by", "state"})


def add_dependency(
    *, actor: Actor, clock: Clock, from_id: UUID, to_id: UUID, values: Mapping[str, Any] | None = None
) -> Dependency:
    """Let ``to_id`` wait for ``from_id``. ``values``: type, lag_days, needed_by, promised_by, state.

    Raises Forbidden, PastIsReadOnly, Invalid, AlreadyExists, CircularDependency.
    """
    require_write(actor, Permission.EDIT)
    _refuse_itself(from_id, to_id)
    dependency = Dependency(
        id=new_id(), workspace_id=actor.workspace_id, from_item_id=from_id, to_item_id=to_id, **_known(values or {})
    )
    with refusals(), ledger.change_set(actor, at=clock.now):
        return ledger.add(dependency)


def update_dependency(
    *, actor: Actor, clock: Clock, dependency_id: UUID, version: int, changes: Mapping[str, Any], note: str = ""
) -> Dependency:
    """Write the fields in ``changes``; ``note`` says why.

    Raises NotFound, Forbidden, PastIsReadOnly, StaleVersion, Invalid.
    """
    require_write(actor, Permission.EDIT)
    dependency = queries.one(actor, Dependency, dependency_id, lock=True)
    ledger.check_stale(dependency, version_read=version, changes=_known(changes))
    with refusals(), ledger.change_set(actor, at=clock.now, note=note):
        return ledger.save(dependency, **_known(changes))


def remove_dependency(*, actor: Actor, clock: Clock, dependency_id: UUID) -> None:
    """Raises NotFound, Forbidden, PastIsReadOnly."""
    require_write(actor, Permission.EDIT)
    dependency = queries.one(actor, Dependency, dependency_id, lock=True)
    with refusals(), ledger.change_set(actor, at=clock.now):
        collab.delete_about(actor, "dependency", [dependency.id])
        dependency.delete()


def add_relation(*, actor: Actor, clock: Clock, from_id: UUID, to_id: UUID, relation_type: str) -> Relation:
    """Say that two items have to do with each other. Raises Forbidden, PastIsReadOnly, Invalid, AlreadyExists."""
    require_write(actor, Permission.EDIT)
    _refuse_itself(from_id, to_id)
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


def _refuse_itself(from_id: UUID, to_id: UUID) -> None:
    if from_id == to_id:
        raise Invalid("An item cannot be tied to itself.", fields={"to_id": "Name another item."})


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(values) - DEPENDENCY_FIELDS)
    if unknown:
        raise Invalid("A dependency has no such field.", fields=dict.fromkeys(unknown, "There is no such field."))
    return dict(values)
