"""Values of the fields that a workspace adds: in the item's ``custom`` document, or as links to records."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from trimtab.core import guards, ledger
from trimtab.core.actors import Actor
from trimtab.core.errors import Forbidden, Invalid
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


Kept = list[tuple[FieldShape, Any]]
"""Fields with their values as they are kept, links included; see ``canonical``."""


def canonical_values(actor: Actor, values: Mapping[str, object]) -> Kept:
    """Values by key as they are kept. Raises Invalid, also for a field that is not there."""
    known = shapes(actor) if values else {}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise Invalid("There is no such field.", fields={f"custom.{key}": "There is no such field." for key in unknown})
    kept_away = sorted(key for key in values if guards.hides(actor, f"item.custom.{known[key].id}"))
    if kept_away:
        raise Forbidden("You may not see or change this.", fields=[f"custom.{key}" for key in kept_away])
    return [(known[key], canonical(known[key], value)) for key, value in values.items()]


def asked(kept: Kept) -> dict[str, Any]:
    """What is to be written as the ledger names it, for a look at what somebody else has written."""
    plain = {str(shape.id): value for shape, value in kept if shape.type not in LINKED}
    return {"custom": plain} if plain else {}


def merged(item: Item, kept: Kept) -> dict[str, Any]:
    """The item's ``custom`` after ``kept``: None takes a value away, links lie elsewhere."""
    document = dict(item.custom)
    for shape, value in kept:
        if shape.type in LINKED:
            continue
        document.pop(str(shape.id), None)
        if value is not None:
            document[str(shape.id)] = value
    return document


def write_links(actor: Actor, item_id: UUID, kept: Kept) -> None:
    """Make an item's links those of ``kept``, in their order; inside the open change set."""
    for shape, value in kept:
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
