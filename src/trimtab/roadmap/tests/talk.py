"""Plain builders of what people say; a test names only what it is about."""

from typing import Any
from uuid import UUID

from trimtab.accounts.tests.factories import found_workspace, join
from trimtab.collab import documents
from trimtab.collab.models import Comment
from trimtab.collab.services import comments
from trimtab.core.actors import Actor, Clock, Role
from trimtab.core.tests.factories import NOON, inside
from trimtab.roadmap.models import Item
from trimtab.roadmap.services import defaults
from trimtab.roadmap.tests.factories import make_item

__all__ = ["found", "join", "make_item", "read", "say", "talk"]


def found() -> Actor:
    """A workspace with the default levels; gives its admin, Ana Lima, who is a person there."""
    admin = found_workspace()
    with inside(admin):
        defaults.create_defaults(actor=admin)
    return admin


def talk(role: Role = Role.CONTRIBUTOR) -> tuple[Actor, Actor, Item]:
    """An admin, somebody of ``role`` beside them, and an item to talk about."""
    admin = found()
    return admin, join(admin, role), make_item(admin)


def say(actor: Actor, item: Item, body: str = "Why so late?", clock: Clock = NOON, **over: Any) -> Comment:
    """A comment on an item through ``post_comment``."""
    with inside(actor):
        return comments.post_comment(actor=actor, clock=clock, entity="item", record_id=item.id, body=body, **over)


def read(actor: Actor, item_id: UUID) -> list[dict[str, Any]]:
    """The comments on an item as ``actor`` reads them, oldest first."""
    import orjson

    with inside(actor):
        return orjson.loads(documents.comments_json(actor, "item", item_id))["comments"]  # type: ignore[no-any-return]
