"""Values of the fields that a workspace adds: in the item's ``custom`` document, or as links to records."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from trimtab.core import ledger
from trimtab.core.actors import Actor
from trimtab.core.errors import Invalid
from trimtab.core.ids import new_id
from trimtab.core.models import CustomField, CustomLink, FieldType
from trimtab.roadmap import queries
from trimtab.roadmap.custom_values import LINKED, FieldShape, canonical
from trimtab.roadmap.models import Item


def shapes(actor: Actor) -> dict[str, FieldShape]:
    """How the workspace's own fields of items keep their values, by key."""
    return {key: shape_of(field) for key, field in queries.custom_fields(actor).items()}


def shape_of(field: CustomField) -> FieldShape:
    options = tuple(str(option["key"]) for option in field.options)
    return FieldShape(field.id, field.key, FieldType(field.type), options)


def fill(actor: Actor, item: Item, values: Mapping[str, object]) -> None:
    """Set a new item's ``custom`` from values by key; links are written later. Raises Invalid."""
    if values:
        item.custom = merged(actor, item, values)


def merged(actor: Actor, item: Item, values: Mapping[str, object]) -> dict[str, Any]:
    """The item's ``custom`` after ``values`` (by key; None takes one away), without links. Raises Invalid."""
    document = dict(item.custom)
    for shape, value in canonical_values(actor, values):
        if shape.type in LINKED:
            continue
        document.pop(str(shape.id), None)
        if value is not None:
            document[str(shape.id)] = value
    return document


def canonical_values(actor: Actor, values: Mapping[str, object]) -> list[tuple[FieldShape, Any]]:
    """Each field with its value as it is kept. Raises Invalid for a field that is not there."""
    known = shapes(actor)
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise Invalid("There is no such field.", fields={f"custom.{key}": "There is no such field." for key in unknown})
    return [(known[key], canonical(known[key], value)) for key, value in values.items()]


def write_links(actor: Actor, item_id: UUID, values: Mapping[str, object]) -> None:
    """Make an item's links those of ``values``, in their order; inside the open change set. Raises Invalid."""
    if not values:
        return
    for shape, value in canonical_values(actor, values):
        if shape.type in LINKED:
            _relink(actor, item_id, shape, value or [])


def _relink(actor: Actor, item_id: UUID, shape: FieldShape, wanted: list[UUID]) -> None:
    column = LINKED[shape.type]
    standing = {getattr(link, column): link for link in queries.links_of(actor, item_id) if link.field_id == shape.id}
    gone = [link.id for target, link in standing.items() if target not in wanted]
    if gone:
        queries.rows(actor, CustomLink).filter(id__in=gone).delete()
    for position, target in enumerate(wanted):
        if target in standing:
            ledger.save(standing[target], position=position)
        else:
            link = CustomLink(
                id=new_id(), workspace_id=actor.workspace_id, field_id=shape.id, entity="item", record_id=item_id,
                position=position, **{column: target},
            )  # fmt: skip
            ledger.add(link)
