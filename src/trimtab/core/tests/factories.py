"""Plain builders of the ground that every test stands on; a test names only what it is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from trimtab.core import ledger, scope
from trimtab.core.actors import Actor, ActorKind, Clock, Origin, Role
from trimtab.core.ids import new_id
from trimtab.core.models import Workspace

NOON = Clock(now=datetime(2026, 3, 2, 12, tzinfo=UTC))


def later(**delta: float) -> Clock:
    """A clock that stands so much behind noon: ``later(days=1)``."""
    return Clock(now=NOON.now + timedelta(**delta))


def make_actor(workspace_id: UUID, role: Role = Role.ADMIN, **over: object) -> Actor:
    """Somebody in a workspace, an admin unless said otherwise."""
    values: dict[str, object] = {
        "id": None, "role": role, "name": "Ana Lima", "kind": ActorKind.PERSON, "origin": Origin.API,
    }  # fmt: skip
    return Actor(workspace_id=workspace_id, **values | over)  # type: ignore[arg-type]


def make_workspace(**over: object) -> Actor:
    """A new empty workspace; gives its admin."""
    workspace_id = new_id()
    actor = make_actor(workspace_id)
    values = {"slug": f"w-{workspace_id.hex[-12:]}", "name": "Acme", "prefix": "TT"} | over
    with scope.workspace(workspace_id), ledger.change_set(actor, at=datetime(2000, 1, 1, tzinfo=UTC)):
        Workspace.objects.create(id=workspace_id, workspace_id=workspace_id, **values)
    return actor


@contextmanager
def inside(actor: Actor) -> Iterator[None]:
    """One transaction in the actor's workspace."""
    with scope.workspace(actor.workspace_id):
        yield
