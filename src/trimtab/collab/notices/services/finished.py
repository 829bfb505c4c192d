"""Long work that has ended is news for whoever began it. Operations are not in the log, so they are looked for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from trimtab.collab.notices import kinds, queries
from trimtab.collab.notices.kinds import SeenSet, Tell, Why
from trimtab.collab.notices.models import Happening
from trimtab.collab.notices.services.seeing import Event
from trimtab.core.actors import Actor, Clock
from trimtab.core.models import Operation, OperationState

RECENT: Final = timedelta(days=3)
_ENDED: Final = {
    OperationState.DONE: "“{label}” is done",
    OperationState.FAILED: "“{label}” has failed: {error}",
}


def waiting(workspace_id: UUID, clock: Clock) -> list[Operation]:
    """Work of the announced kinds that has ended and that nobody was told of yet."""
    announced = kinds.operations()
    if not announced:
        return []
    ended = list(
        queries.rows(workspace_id, Operation).filter(
            kind__in=announced, state__in=list(_ENDED), created_at__gt=clock.now - RECENT, actor_id__isnull=False
        )
    )
    if not ended:
        return []
    known = queries.rows(workspace_id, Happening).filter(event__in=[_key(one) for one in ended])
    told = set(known.values_list("event", flat=True))
    return [one for one in ended if _key(one) not in told]


def events(reader: Actor, ended: list[Operation], person_of: Mapping[UUID, UUID]) -> list[Event]:
    """One event for each; whoever is no member any more is told nothing."""
    return [
        _event(reader, one, person_of[one.actor_id])
        for one in ended
        if one.actor_id is not None and one.actor_id in person_of
    ]


def _event(reader: Actor, operation: Operation, person_id: UUID) -> Event:
    text = _ENDED[OperationState(operation.state)].format(label=operation.label, error=operation.error)
    at = operation.ended_at or operation.updated_at
    seen = SeenSet(reader, operation.id, at, operation.actor_id, person_id, "", "", None, ())
    tell = Tell(queries.OPERATION, operation.id, text, {person_id: Why.CONCERNED}, own_too=True)
    kind = kinds.operations()[operation.kind]
    return Event(_key(operation), seen, ((kind, tell),), (queries.OPERATION, operation.id))


def _key(operation: Operation) -> str:
    return f"operation:{operation.id}"
