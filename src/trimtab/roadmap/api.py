"""Endpoints of the roadmap: items and what ties them. Shape and status only."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from trimtab.core.actors import Actor
from trimtab.core.edge import REFUSALS, actor_of, clock_of
from trimtab.roadmap import documents, schemas
from trimtab.roadmap.api_config import router as config
from trimtab.roadmap.api_delivery import router as delivery
from trimtab.roadmap.api_dependencies import router as dependencies
from trimtab.roadmap.api_reorganise import router as reorganise
from trimtab.roadmap.api_rules import router as rules
from trimtab.roadmap.models import Relation
from trimtab.roadmap.services import estimates, items, links, tree
from trimtab.roadmap.services.estimates import Effort

router = Router()
router.add_router("", config)
router.add_router("", reorganise)
router.add_router("", delivery)
router.add_router("", dependencies)
router.add_router("", rules)
ITEM = {200: schemas.ItemOut} | REFUSALS


def _item(actor: Actor, item_id: UUID, status: int = 200) -> HttpResponse:
    """The database has built the answer; its shape is that of ``ItemOut``."""
    return HttpResponse(documents.item_json(actor, item_id), status=status, content_type="application/json")


@router.post("/items", response={201: schemas.ItemOut} | REFUSALS, operation_id="createItem", tags=["items"])
def create_item(request: HttpRequest, body: schemas.ItemIn) -> HttpResponse:
    """A new item, behind all others; without a phase it starts in the first one to do. Answers 409 `wrong_level`."""
    actor = actor_of(request)
    item = items.create_item(actor=actor, clock=clock_of(request), values=body.model_dump(exclude_unset=True))
    return _item(actor, item.id, 201)


@router.get("/items/{item_id}", response=ITEM, operation_id="getItem", tags=["items"])
def get_item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """An item with all that hangs on it, live or as it was."""
    return _item(actor_of(request), item_id)


@router.patch("/items/{item_id}", response=ITEM, operation_id="updateItem", tags=["items"])
def update_item(request: HttpRequest, item_id: UUID, body: schemas.ItemChange) -> HttpResponse:
    """Write some fields. Answers 409 `stale_version` if one of them changed since `version`, or `wrong_level`."""
    actor = actor_of(request)
    items.update_item(
        actor=actor,
        clock=clock_of(request),
        item_id=item_id,
        version=body.version,
        changes=body.set.model_dump(exclude_unset=True),
    )
    return _item(actor, item_id)


@router.delete("/items/{item_id}", response={200: schemas.DeletedOut} | REFUSALS, operation_id="deleteItem",
               tags=["items"])  # fmt: skip
def delete_item(request: HttpRequest, item_id: UUID, with_children: bool = False) -> dict[str, int]:
    """Delete an item; answers 409 `has_children` unless `with_children`."""
    count = items.delete_item(
        actor=actor_of(request), clock=clock_of(request), item_id=item_id, with_children=with_children
    )
    return {"deleted": count}


@router.post("/items/{item_id}/move", response=ITEM, operation_id="moveItem", tags=["items"])
def move_item(request: HttpRequest, item_id: UUID, body: schemas.MoveIn) -> HttpResponse:
    """Hang it under another item, put it beside one. Answers 409 `wrong_level` or `stale_version`."""
    actor = actor_of(request)
    tree.move_item(
        actor=actor,
        clock=clock_of(request),
        item_id=item_id,
        version=body.version,
        parent=(body.parent_id,) if "parent_id" in body.model_fields_set else None,
        before_id=body.before_id,
        after_id=body.after_id,
    )
    return _item(actor, item_id)


@router.put("/items/{item_id}/estimates", response=ITEM, operation_id="setItemEstimates", tags=["items"])
def set_item_estimates(request: HttpRequest, item_id: UUID, body: schemas.EstimatesIn) -> HttpResponse:
    """Make the item's estimates exactly these, one per team, in person-days."""
    actor = actor_of(request)
    efforts = [Effort(**estimate.model_dump()) for estimate in body.estimates]
    estimates.set_estimates(actor=actor, clock=clock_of(request), item_id=item_id, efforts=efforts)
    return _item(actor, item_id)


@router.put("/items/{item_id}/phases", response=ITEM, operation_id="setItemPhase", tags=["items"])
def set_item_phase(request: HttpRequest, item_id: UUID, body: schemas.TrackPhaseIn) -> HttpResponse:
    """Put the item into a phase of one track; null takes it out of the track."""
    actor = actor_of(request)
    estimates.set_track_phase(
        actor=actor, clock=clock_of(request), item_id=item_id, track_id=body.track_id, phase_id=body.phase_id
    )
    return _item(actor, item_id)


@router.post("/relations", response={201: schemas.RelationOut} | REFUSALS, operation_id="createRelation",
             tags=["relations"])  # fmt: skip
def create_relation(request: HttpRequest, body: schemas.RelationIn) -> Status[dict[str, Any]]:
    """Say that two items have to do with each other; answers 409 `already_exists`."""
    relation: Relation = links.add_relation(
        actor=actor_of(request),
        clock=clock_of(request),
        from_id=body.from_id,
        to_id=body.to_id,
        relation_type=body.type,
    )
    return Status(201, {"id": relation.id, "from_id": body.from_id, "to_id": body.to_id, "type": body.type})


@router.delete("/relations/{relation_id}", response={204: None} | REFUSALS, operation_id="deleteRelation",
               tags=["relations"])  # fmt: skip
def delete_relation(request: HttpRequest, relation_id: UUID) -> Status[None]:
    links.remove_relation(actor=actor_of(request), clock=clock_of(request), relation_id=relation_id)
    return Status(204, None)
