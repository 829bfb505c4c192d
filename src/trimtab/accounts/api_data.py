"""Endpoints of administration in bulk and of data: people by table, purge, erasure, retention, periods to come."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from trimtab.accounts import schemas_data as schemas
from trimtab.accounts.services import data, people_bulk
from trimtab.accounts.services.data import Place
from trimtab.accounts.services.people_bulk import Applied, Line
from trimtab.core.edge import REFUSALS, actor_of, clock_of
from trimtab.core.retention import Rule

router = Router()


@router.post("/bulk/people/preview", response={200: list[schemas.BulkLineOut]} | REFUSALS,
             operation_id="previewPeople", tags=["people"])  # fmt: skip
def preview_people(request: HttpRequest, body: schemas.BulkPeopleIn) -> list[Line]:
    """What each row of a table of people would do: create, change, same or refuse, and why."""
    return people_bulk.preview(actor_of(request), body.text, new_teams=body.new_teams)


@router.post(
    "/bulk/people", response={200: schemas.BulkPeopleOut} | REFUSALS, operation_id="applyPeople", tags=["people"]
)
def apply_people(request: HttpRequest, body: schemas.BulkPeopleIn) -> Applied:
    """Take a table of people and their places in teams, in one batch; refused rows are left out."""
    return people_bulk.apply(actor=actor_of(request), clock=clock_of(request), text=body.text, new_teams=body.new_teams)


@router.post("/people/{person_id}/erase", response={204: None} | REFUSALS, operation_id="erasePerson", tags=["people"])
def erase_person(request: HttpRequest, person_id: UUID) -> Status[None]:
    """Take a person's data out for good, the past included; answers 409 `still_here` for who has not left."""
    data.erase_person(actor=actor_of(request), clock=clock_of(request), person_id=person_id)
    return Status(204, None)


@router.post(
    "/purge/find", response={200: list[schemas.FoundPlaceOut]} | REFUSALS, operation_id="findText", tags=["data"]
)
def find_text(request: HttpRequest, body: schemas.FindTextIn) -> list[Place]:
    """Where a text is or ever was."""
    return data.find_text(actor_of(request), body.text)


@router.post("/purge", response={200: schemas.PurgedOut} | REFUSALS, operation_id="purgeFields", tags=["data"])
def purge_fields(request: HttpRequest, body: schemas.PurgeIn) -> dict[str, int]:
    """Empty fields in the present and the past, for good. That it happened is recorded, without the value."""
    places = [(each.entity, each.record_id, each.field) for each in body.places]
    count = data.purge(actor=actor_of(request), clock=clock_of(request), places=places, note=body.note)
    return {"purged": count}


@router.get(
    "/retention", response={200: list[schemas.RetentionRuleOut]} | REFUSALS, operation_id="listRetention", tags=["data"]
)
def list_retention(request: HttpRequest) -> list[Rule]:
    """For how long what is kept, and how much would go today."""
    return data.list_rules(actor_of(request), clock_of(request))


@router.put("/retention/{kind}", response={200: list[schemas.RetentionRuleOut]} | REFUSALS, operation_id="setRetention",
            tags=["data"])  # fmt: skip
def set_retention(request: HttpRequest, kind: str, body: schemas.RetentionRuleIn) -> list[Any]:
    """Keep a kind of thing for so many days; null: as long as is usual."""
    return data.keep_for(actor=actor_of(request), clock=clock_of(request), kind=kind, days=body.days)
