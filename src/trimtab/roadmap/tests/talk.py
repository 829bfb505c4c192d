"""Plain builders of what people say; a test names only what it is about."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.test import Client

from trimtab.accounts.tests.factories import Call, found_workspace, join
from trimtab.collab import documents
from trimtab.collab.files import store
from trimtab.collab.models import Comment
from trimtab.collab.services import comments
from trimtab.core.actors import Actor, Clock, Role
from trimtab.core.tests.factories import NOON, inside
from trimtab.roadmap.models import Item
from trimtab.roadmap.services import defaults
from trimtab.roadmap.tests.factories import make_item

__all__ = ["PNG", "found", "join", "kept", "make_item", "read", "say", "talk", "upload"]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


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
    with inside(actor):
        return orjson.loads(documents.comments_json(actor, "item", item_id))["comments"]  # type: ignore[no-any-return]


def upload(call: Call, item_id: Any, content: bytes = PNG, name: str = "plan.png", **over: Any) -> Any:
    """Send a file as the body of a request."""
    of = urlencode({"entity": "item", "id": item_id, "name": name, **over})
    return Client().generic(
        "POST", f"/api/v1/attachments?{of}", content, content_type="application/octet-stream", headers=call.headers
    )


def kept(actor: Actor) -> set[UUID]:
    """The files of a workspace whose bytes are in the store."""
    return {file_id for file_id, _ in store.current().kept(actor.workspace_id)}
