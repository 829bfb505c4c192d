"""Endpoints of field groups: which fields only named people and roles see."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from trimtab.accounts import schemas
from trimtab.accounts.services import field_groups
from trimtab.accounts.services.field_groups import Group, GroupValues, Guarded
from trimtab.core.edge import REFUSALS, actor_of, clock_of

router = Router(tags=["field groups"])
GROUP = {200: schemas.FieldGroupOut} | REFUSALS


def _values(body: schemas.FieldGroupIn) -> GroupValues:
    fields = tuple((each.entity, each.field) for each in body.fields)
    return GroupValues(body.name, body.description, fields, tuple(body.people), tuple(body.roles))


@router.get("/field-groups", response={200: list[schemas.FieldGroupOut]} | REFUSALS, operation_id="listFieldGroups")
def list_field_groups(request: HttpRequest) -> list[Group]:
    return field_groups.list_groups(actor_of(request))


@router.get("/field-groups/fields", response={200: list[schemas.GuardedOut]} | REFUSALS,
            operation_id="listGuardableFields")  # fmt: skip
def list_guardable_fields(request: HttpRequest) -> list[Guarded]:
    """Every field that a group can keep."""
    return field_groups.list_guardable(actor_of(request))


@router.post("/field-groups", response={201: schemas.FieldGroupOut} | REFUSALS, operation_id="createFieldGroup")
def create_field_group(request: HttpRequest, body: schemas.FieldGroupIn) -> Status[Group]:
    """Keep fields from everybody but these people and roles; answers 409 `key_taken`."""
    group = field_groups.create_group(actor=actor_of(request), clock=clock_of(request), values=_values(body))
    return Status(201, group)


@router.put("/field-groups/{group_id}", response=GROUP, operation_id="changeFieldGroup")
def change_field_group(request: HttpRequest, group_id: UUID, body: schemas.FieldGroupIn) -> Group:
    """Make a group exactly this."""
    return field_groups.change_group(
        actor=actor_of(request), clock=clock_of(request), group_id=group_id, values=_values(body)
    )


@router.delete("/field-groups/{group_id}", response={204: None} | REFUSALS, operation_id="deleteFieldGroup")
def delete_field_group(request: HttpRequest, group_id: UUID) -> Status[None]:
    """End a group: everybody sees its fields again."""
    field_groups.delete_group(actor=actor_of(request), clock=clock_of(request), group_id=group_id)
    return Status(204, None)
