"""Endpoints of dependencies: asking, answering, and how they stand. Shape and status only."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from trimtab.core.edge import REFUSALS, actor_of, clock_of
from trimtab.roadmap import schemas_dependencies as schemas
from trimtab.roadmap.agreements import Act, By
from trimtab.roadmap.services import dependencies, standings
from trimtab.roadmap.services.standings import StandingView

router = Router(tags=["dependencies"])
STANDING = {200: schemas.StandingOut} | REFUSALS


@router.get("/items/{item_id}/dependencies", response={200: list[schemas.StandingOut]} | REFUSALS,
            operation_id="listItemDependencies")  # fmt: skip
def list_item_dependencies(request: HttpRequest, item_id: UUID) -> list[StandingView]:
    """What an item waits for and what waits for it: as stated, as it stands, and why. Live, or as it was."""
    return standings.list_standings(actor_of(request), clock_of(request), item_id)


@router.get("/dependencies/{dependency_id}", response=STANDING, operation_id="getDependency")
def get_dependency(request: HttpRequest, dependency_id: UUID) -> StandingView:
    """A dependency as stated, how it stands, and why. Live, or as it was."""
    return standings.get_standing(actor_of(request), clock_of(request), dependency_id)


@router.post("/dependencies", response={201: schemas.StandingOut} | REFUSALS, operation_id="createDependency")
def create_dependency(request: HttpRequest, body: schemas.DependencyIn) -> Status[StandingView]:
    """Ask that `to_id` may wait for `from_id`. Answers 409 `circular_dependency` or `already_exists`."""
    actor, clock = actor_of(request), clock_of(request)
    made = dependencies.ask_dependency(
        actor=actor,
        clock=clock,
        from_id=body.from_id,
        to_id=body.to_id,
        values=body.model_dump(exclude={"from_id", "to_id", "note"}, exclude_none=True),
        note=body.note,
    )
    return Status(201, standings.get_standing(actor, clock, made.id))


@router.patch("/dependencies/{dependency_id}", response=STANDING, operation_id="updateDependency")
def update_dependency(request: HttpRequest, dependency_id: UUID, body: schemas.DependencyChange) -> StandingView:
    """Change what was asked for; what was answered stands. Answers 409 `stale_version`."""
    actor, clock = actor_of(request), clock_of(request)
    dependencies.change_dependency(
        actor=actor,
        clock=clock,
        dependency_id=dependency_id,
        version=body.version,
        changes=body.set.model_dump(exclude_unset=True),
    )
    return standings.get_standing(actor, clock, dependency_id)


@router.delete("/dependencies/{dependency_id}", response={204: None} | REFUSALS, operation_id="deleteDependency")
def delete_dependency(request: HttpRequest, dependency_id: UUID) -> Status[None]:
    """Nobody waits any more."""
    dependencies.remove_dependency(actor=actor_of(request), clock=clock_of(request), dependency_id=dependency_id)
    return Status(204, None)


@router.post("/dependencies/{dependency_id}/ask", response=STANDING, operation_id="askDependency")
def ask_dependency(request: HttpRequest, dependency_id: UUID, body: schemas.AskIn) -> StandingView:
    """Ask anew, perhaps for another day; takes back what was answered. Answers 409 `wrong_state`."""
    return _act(request, dependency_id, body, Act.ASK, by=_by(body.needed_by, body.needed_precision))


@router.post("/dependencies/{dependency_id}/agree", response=STANDING, operation_id="agreeDependency")
def agree_dependency(request: HttpRequest, dependency_id: UUID, body: schemas.AgreeIn) -> StandingView:
    """Promise it by a day, or for when it is needed. Answers 409 `wrong_state`."""
    return _act(request, dependency_id, body, Act.AGREE, by=_by(body.promised_by, body.promised_precision))


@router.post("/dependencies/{dependency_id}/decline", response=STANDING, operation_id="declineDependency")
def decline_dependency(request: HttpRequest, dependency_id: UUID, body: schemas.DeclineIn) -> StandingView:
    """Say no, and why. Answers 409 `wrong_state`."""
    return _act(request, dependency_id, body, Act.DECLINE, reason=body.reason)


@router.post("/dependencies/{dependency_id}/propose", response=STANDING, operation_id="proposeDependency")
def propose_dependency(request: HttpRequest, dependency_id: UUID, body: schemas.ProposeDateIn) -> StandingView:
    """Propose another date; an earlier promise stands until it is accepted. Answers 409 `wrong_state`."""
    by = _by(body.proposed_by, body.proposed_precision)
    return _act(request, dependency_id, body, Act.PROPOSE, by=by, reason=body.reason)


@router.post("/dependencies/{dependency_id}/accept", response=STANDING, operation_id="acceptDependency")
def accept_dependency(request: HttpRequest, dependency_id: UUID, body: schemas.ActIn) -> StandingView:
    """Accept the proposed date. Answers 409 `wrong_state`."""
    return _act(request, dependency_id, body, Act.ACCEPT)


def _act(request: HttpRequest, dependency_id: UUID, body: schemas.ActIn, act: Act, **what: Any) -> StandingView:
    actor, clock = actor_of(request), clock_of(request)
    dependencies.act_on_dependency(
        actor=actor,
        clock=clock,
        dependency_id=dependency_id,
        version=body.version,
        act=act,
        note=body.note,
        **what,
    )
    return standings.get_standing(actor, clock, dependency_id)


def _by(on: date | None, precision: str) -> By | None:
    return None if on is None else By(on, precision)
