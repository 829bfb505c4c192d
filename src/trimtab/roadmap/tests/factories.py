"""Plain builders of a plan; a test names only what it is about. Each opens a transaction of its own where none is."""

from typing import Any
from uuid import UUID

from trimtab.accounts.models import Person, Team
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Role
from trimtab.core.ids import new_id
from trimtab.core.models import CustomField, Record
from trimtab.core.tests.factories import NOON, inside, later, make_actor
from trimtab.core.tests.factories import make_workspace as make_empty_workspace
from trimtab.roadmap.models import Area, Item, Level, Phase, Release
from trimtab.roadmap.services import defaults, items

__all__ = [
    "NOON", "inside", "later", "level", "make_actor", "make_area", "make_custom_field", "make_item", "make_person",
    "make_record", "make_release", "make_team", "make_workspace", "phase",
]  # fmt: skip


def make_workspace(role: Role = Role.ADMIN, **over: Any) -> Actor:
    """A new workspace with the default levels, tracks and dimensions; gives somebody of ``role`` in it."""
    admin = make_empty_workspace(**over)
    with inside(admin):
        defaults.create_defaults(actor=admin)
    return admin if role is Role.ADMIN else make_actor(admin.workspace_id, role)


def make_record(actor: Actor, model: type[Record], clock: Clock = NOON, **values: Any) -> Any:
    """A row of any tracked table, past the services."""
    record = model(id=values.pop("id", None) or new_id(), workspace_id=actor.workspace_id, **values)
    with inside(actor), ledger.change_set(make_actor(actor.workspace_id), at=clock.now):
        return ledger.add(record)


def level(actor: Actor, key: str = "feature") -> UUID:
    """The id of a level by its key: bet, initiative, feature, work_item."""
    with inside(actor):
        found: UUID = Level.objects.get(key=key).id
    return found


def phase(actor: Actor, key: str = "doing") -> UUID:
    """The id of a phase by its key: backlog, ready, doing, review, done, cancelled, …"""
    with inside(actor):
        found: UUID = Phase.objects.get(key=key).id
    return found


def make_item(actor: Actor, clock: Clock = NOON, **over: Any) -> Item:
    """An item through ``create_item``. ``level`` takes a key (feature), ``phase`` one (backlog), ``parent`` an item."""
    values: dict[str, Any] = {"title": "Faster sync", "level_id": level(actor, over.pop("level", "feature"))}
    if "phase" in over:
        values["phase_id"] = phase(actor, over.pop("phase"))
    if over.get("parent") is not None:
        values["parent_id"] = over.pop("parent").id
    with inside(actor):
        return items.create_item(actor=make_actor(actor.workspace_id), clock=clock, values=values | over)


def make_team(actor: Actor, name: str = "Core", **over: Any) -> Team:
    return make_record(actor, Team, **{"name": name, "key": name.lower().replace(" ", "-")} | over)  # type: ignore[no-any-return]


def make_person(actor: Actor, name: str = "Ana Lima", **over: Any) -> Person:
    return make_record(actor, Person, **{"name": name} | over)  # type: ignore[no-any-return]


def make_area(actor: Actor, name: str = "Platform", **over: Any) -> Area:
    return make_record(actor, Area, **{"name": name} | over)  # type: ignore[no-any-return]


def make_release(actor: Actor, name: str = "v1.0", **over: Any) -> Release:
    return make_record(actor, Release, **{"name": name, "key": name.replace(".", "-")} | over)  # type: ignore[no-any-return]


def make_custom_field(actor: Actor, key: str, type: str, **over: Any) -> CustomField:  # noqa: A002 - the field's own word
    """``options`` takes keys."""
    options = [{"key": option, "name": option.title()} for option in over.pop("options", ())]
    values = {"entity": "item", "key": key, "name": key.title(), "type": type, "options": options}
    return make_record(actor, CustomField, **values | over)  # type: ignore[no-any-return]
