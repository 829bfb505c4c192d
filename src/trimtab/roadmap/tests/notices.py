"""Plain builders of who is told what; a test names only what it is about."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from trimtab.accounts import public as accounts
from trimtab.collab import public as collab
from trimtab.collab.models import ChannelSecret, Delivery, Happening, Notice, NoticeChannel, NoticeSettings
from trimtab.collab.notices.services import following
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Role
from trimtab.core.tests.factories import inside
from trimtab.roadmap import public as roadmap


def now() -> Clock:
    """Notices are for what is new, so their tests live today."""
    return Clock(datetime.now(UTC))


def catch_up(actor: Actor, clock: Clock | None = None) -> None:
    """What the worker would do: tell everything that the log holds."""
    clock = clock or now()
    while following.read_on(actor.workspace_id, clock):
        pass


def lines_of(person: Actor) -> list[Notice]:
    """Somebody's inbox, oldest first, but for how they came to be here."""
    mine = Notice.objects.in_workspace(person.workspace_id).filter(person_id=person.person_id)
    with inside(person):
        return list(mine.exclude(entity="membership").order_by("first_at", "id"))


def happenings(actor: Actor, **over: Any) -> list[Happening]:
    """Everything that anybody was told, oldest first."""
    with inside(actor):
        return list(Happening.objects.in_workspace(actor.workspace_id).filter(**over).order_by("at", "id"))


def deliveries(actor: Actor, **over: Any) -> list[Delivery]:
    with inside(actor):
        return list(Delivery.objects.in_workspace(actor.workspace_id).filter(**over).order_by("created_at", "id"))


def watch(person: Actor, item_id: UUID, *, on: bool = True) -> None:
    with inside(person):
        collab.set_watching(actor=person, clock=now(), entity="item", record_id=item_id, on=on)


def assign(actor: Actor, item_id: UUID, person: Actor | None, clock: Clock | None = None) -> None:
    """Make somebody the owner of an item."""
    with inside(actor):
        changes = {"owner_id": None if person is None else person.person_id}
        roadmap.update_item(actor=actor, clock=clock or now(), item_id=item_id, changes=changes)


def set_health(actor: Actor, item_id: UUID, health: str, clock: Clock | None = None, note: str = "") -> None:
    with inside(actor):
        roadmap.update_item(actor=actor, clock=clock or now(), item_id=item_id, changes={"health": health}, note=note)


def prefer(person: Actor, **values: Any) -> None:
    """Settings of a person, past the service."""
    with inside(person):
        NoticeSettings.objects.update_or_create(
            workspace_id=person.workspace_id, person_id=person.person_id, defaults=values
        )


def join_as(admin: Actor, name: str, role: Role = Role.EDITOR) -> Actor:
    """Somebody of a name of their own beside ``admin``."""
    from trimtab.accounts.tests.factories import PASSWORD, slug_of, unique_email
    from trimtab.core.actors import Origin

    email = unique_email(name.lower().replace(" ", "."))
    with inside(admin):
        accounts.add_member(actor=admin, clock=now(), email=email, role=role, name=name, password=PASSWORD)
    return accounts.actor_for(email=email, workspace_slug=slug_of(admin), origin=Origin.UI)


def fill_notices(actor: Actor, item_id: UUID) -> None:
    """A row in every table of notices, past the services."""
    with inside(actor), ledger.change_set(actor, at=now().now):
        channel = NoticeChannel(workspace_id=actor.workspace_id, name="Plans", via="slack", host="hooks.slack.com")
        ledger.add(channel)
        ChannelSecret.objects.create(id=channel.id, workspace_id=actor.workspace_id, sealed=b"sealed")
        here = {"workspace_id": actor.workspace_id, "person_id": actor.person_id}
        NoticeSettings.objects.create(**here)
        about = {"kind": "changed", "entity": "item", "record_id": item_id}
        line = Notice.objects.create(**here, **about, first_at=now().now, last_at=now().now)
        told = Happening.objects.create(
            **here, **about, event=f"test:{item_id}", notice_id=line.id, source_id=item_id, at=now().now, text="changed"
        )
        Delivery.objects.create(**here, happening_id=told.id, via="mail", not_before=now().now)
