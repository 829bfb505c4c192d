"""The webhooks that admins set up, and what could not be delivered through anything."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from trimtab.collab.notices import kinds, outbound, queries
from trimtab.collab.notices.models import ChannelSecret, Delivery, Happening, NoticeChannel, State, Via
from trimtab.collab.services.common import refusals, require_write
from trimtab.core import ledger, sealed
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Conflict, Invalid, NotFound
from trimtab.core.ids import new_id

FIELDS: Final = frozenset({"name", "kinds", "active"})
TEST: Final = "test"
MOST_SHOWN: Final = 200


class NotDead(Conflict):
    """It is on its way or has arrived: there is nothing to try again."""

    code = "delivery_not_dead"


def create_channel(
    *, actor: Actor, clock: Clock, name: str, via: Via, url: str, kinds_told: Sequence[str], person_id: UUID | None
) -> NoticeChannel:
    """A webhook for a person (their own preferences decide) or for whoever reads the channel (``kinds_told``).

    Its address is kept sealed and shown to nobody again. Raises Forbidden, Invalid, AddressRefused, Conflict.
    """
    require_write(actor, Permission.ADMIN)
    parts = outbound.check_address(url, outbound.policy())
    _check(actor, kinds_told, person_id)
    channel = NoticeChannel(
        id=new_id(), workspace_id=actor.workspace_id, name=name.strip(), via=via.value, person_id=person_id,
        kinds=list(kinds_told), host=parts.hostname or "",
    )  # fmt: skip
    with refusals(), ledger.change_set(actor, at=clock.now):
        ledger.add(channel)
    ChannelSecret.objects.create(id=channel.id, workspace_id=actor.workspace_id, sealed=sealed.seal(url.strip()))
    return channel


def change_channel(
    *, actor: Actor, clock: Clock, channel_id: UUID, version: int, changes: Mapping[str, Any]
) -> NoticeChannel:
    """Rename it, choose its kinds, switch it on or off, or give its new address (``url``).

    Raises NotFound, Forbidden, StaleVersion, Invalid, AddressRefused.
    """
    require_write(actor, Permission.ADMIN)
    channel = queries.get_channel(actor, channel_id, lock=True)
    values = {name: value for name, value in changes.items() if name in FIELDS}
    _check(actor, values.get("kinds", ()), None)
    ledger.check_stale(channel, version_read=version, changes=values)
    url = changes.get("url")
    if url is not None:
        values["host"] = outbound.check_address(url, outbound.policy()).hostname or ""
        ChannelSecret.objects.update_or_create(
            id=channel.id, workspace_id=actor.workspace_id, defaults={"sealed": sealed.seal(url.strip())}
        )
    with refusals(), ledger.change_set(actor, at=clock.now):
        return ledger.save(channel, **values)


def delete_channel(*, actor: Actor, clock: Clock, channel_id: UUID) -> None:
    """Remove it with its address and all that waits for it. Raises NotFound, Forbidden."""
    require_write(actor, Permission.ADMIN)
    channel = queries.get_channel(actor, channel_id, lock=True)
    with refusals(), ledger.change_set(actor, at=clock.now):
        channel.delete()


def try_channel(*, actor: Actor, clock: Clock, channel_id: UUID) -> UUID:
    """Post a greeting, within seconds; gives the delivery to look at. Raises NotFound, Forbidden."""
    require_write(actor, Permission.ADMIN)
    channel = queries.get_channel(actor, channel_id)
    about = {"kind": TEST, "entity": queries.CHANNEL, "record_id": channel.id, "source_id": channel.id}
    told = Happening.objects.create(
        workspace_id=actor.workspace_id, created_at=clock.now, event=f"{TEST}:{new_id()}", channel_id=channel.id,
        at=clock.now, actor_name=actor.name, text="tries out this channel: notices will arrive here.", **about,
    )  # fmt: skip
    delivery: Delivery = Delivery.objects.create(
        workspace_id=actor.workspace_id, created_at=clock.now, happening_id=told.id, via=channel.via,
        channel_id=channel.id, not_before=clock.now,
    )  # fmt: skip
    return delivery.id


def list_channels(actor: Actor) -> list[NoticeChannel]:
    """All channels, by name. Raises Forbidden for anybody but an admin."""
    actor.require(Permission.ADMIN)
    return list(queries.rows(actor.workspace_id, NoticeChannel).order_by("name", "id"))


def list_troubles(actor: Actor) -> list[Delivery]:
    """What was given up, and what failed and will be tried again, newest first. Raises Forbidden."""
    actor.require(Permission.ADMIN)
    failing = queries.rows(actor.workspace_id, Delivery).filter(state__in=[State.DEAD, State.WAITING]).exclude(error="")
    return list(failing.order_by("-not_before", "-id")[:MOST_SHOWN])


def get_delivery(actor: Actor, delivery_id: UUID, *, lock: bool = False) -> Delivery:
    """Raises NotFound, Forbidden."""
    actor.require(Permission.ADMIN)
    found = queries.rows(actor.workspace_id, Delivery)
    row: Delivery | None = (found.select_for_update() if lock else found).filter(id=delivery_id).first()
    if row is None:
        raise NotFound("There is no such delivery.")
    return row


def retry(*, actor: Actor, clock: Clock, delivery_id: UUID) -> Delivery:
    """Try again what was given up, with all that would go out in the same message.

    Raises NotFound, Forbidden, NotDead.
    """
    require_write(actor, Permission.ADMIN)
    delivery = get_delivery(actor, delivery_id, lock=True)
    if delivery.state != State.DEAD:
        raise NotDead("It has not been given up.", state=delivery.state)
    together = queries.rows(actor.workspace_id, Delivery).filter(bundle=delivery.bundle, state=State.DEAD)
    together.update(state=State.WAITING, not_before=clock.now, attempts=0, ended_at=None)
    delivery.refresh_from_db()
    return delivery


def _check(actor: Actor, kinds_told: Sequence[str], person_id: UUID | None) -> None:
    unknown = [kind for kind in kinds_told if not kinds.is_kind(kind)]
    if unknown:
        sentence = f"There are no notices of the kind {unknown[0]}."
        raise Invalid(sentence, fields={"kinds": sentence})
    if person_id is not None and person_id not in queries.recipients(actor.workspace_id):
        raise Invalid("This is no member.", fields={"person_id": "There is no such member."})
