"""Making a workspace, which several domains fill with what it needs to begin."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from trimtab.accounts import public as accounts
from trimtab.accounts.api import workspace_out
from trimtab.accounts.schemas import WorkspaceIn, WorkspaceOut
from trimtab.core import scope
from trimtab.core.actors import Actor, Clock, Origin, Permission
from trimtab.core.edge import REFUSALS, caller_of
from trimtab.roadmap import public as roadmap

router = Router(tags=["accounts"])


def create_workspace(
    *, creator_email: str | None, clock: Clock, origin: Origin, slug: str, name: str, **settings: Any
) -> Actor:
    """A workspace that can be worked in at once: its creator as admin, the usual levels, phases and tracks.

    Raises NotFound (nobody of this address), SlugTaken, Invalid.
    """
    actor = accounts.create_workspace(
        creator_email=creator_email, clock=clock, origin=origin, slug=slug, name=name, **settings
    )
    with scope.workspace(actor.workspace_id):
        roadmap.create_defaults(actor=actor)
    return actor


@router.post("/workspaces", response={201: WorkspaceOut} | REFUSALS, operation_id="createWorkspace")
def post_workspace(request: HttpRequest, body: WorkspaceIn) -> Status[dict[str, Any]]:
    """For an admin of this workspace, or somebody who belongs to none yet; answers 409 `slug_taken`."""
    caller = caller_of(request)
    if caller.actor is not None:
        caller.actor.require(Permission.ADMIN)
    actor = create_workspace(
        creator_email=caller.email,
        clock=caller.clock,
        origin=caller.actor.origin if caller.actor else Origin.UI,
        **body.model_dump(),
    )
    with scope.workspace(actor.workspace_id):
        return Status(201, workspace_out(accounts.get_workspace(actor)))
