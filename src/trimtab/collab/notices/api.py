"""Endpoints of notices: the inbox, how one wants to be told, and what admins set up for it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from trimtab.collab import mail
from trimtab.collab.notices import kinds, queries, rules, schemas
from trimtab.collab.notices.kinds import Channel
from trimtab.collab.notices.models import Delivery, NoticeChannel, NoticeSettings, Via
from trimtab.collab.notices.services import channels, inbox, preferences
from trimtab.core.actors import Actor
from trimtab.core.edge import REFUSALS, actor_of, clock_of
from trimtab.core.errors import Invalid

router = Router(tags=["notices"])


@router.get("/notices", response={200: schemas.InboxOut} | REFUSALS, operation_id="listNotices")
def list_notices(
    request: HttpRequest,
    show: Literal["open", "unread", "done"] = "open",
    kind: Annotated[str | None, Field(max_length=40)] = None,
    after: Annotated[str | None, Field(max_length=100)] = None,
    limit: Annotated[int, Field(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """One's own inbox, newest first."""
    page = inbox.list_inbox(actor_of(request), show=show, kind=kind, after=_cursor(after), limit=limit)
    following = None if page.next is None else f"{page.next[0].isoformat()}~{page.next[1]}"
    return {"notices": [_line(line) for line in page.lines], "next": following}


@router.get("/notices/count", response={200: schemas.NoticeCountsOut} | REFUSALS, operation_id="countNotices")
def count_notices(request: HttpRequest) -> dict[str, Any]:
    """How many lines of one's inbox are unread."""
    counts = inbox.count_unread(actor_of(request))
    total = sum(counts.values())
    shown = [{"kind": kind.key, "label": kind.label, "unread": counts.get(kind.key, 0)} for kind in kinds.kinds()]
    return {"unread": total, "more": total >= inbox.COUNTED, "kinds": shown}


@router.post("/notices/mark", response={200: schemas.NoticeMarkedOut} | REFUSALS, operation_id="markNotices")
def mark_notices(request: HttpRequest, body: schemas.NoticeMarkIn) -> dict[str, int]:
    """Read, unread, done, or open again."""
    marked = inbox.mark(
        actor=actor_of(request), clock=clock_of(request), done_with=body.done_with, ids=body.ids, kind=body.kind,
        until=body.until,
    )  # fmt: skip
    return {"marked": marked}


@router.get("/notices/{notice_id}/why", response={200: schemas.NoticeWhyOut} | REFUSALS, operation_id="whyNotice")
def why_notice(request: HttpRequest, notice_id: UUID) -> inbox.Why:
    """Why one got this, how it went out, and what one has chosen for its kind."""
    return inbox.why(actor_of(request), notice_id)


@router.get("/notice-settings", response={200: schemas.NoticeSettingsOut} | REFUSALS, operation_id="getNoticeSettings")
def get_notice_settings(request: HttpRequest) -> dict[str, Any]:
    """How one is told of what."""
    return _settings(actor_of(request), preferences.settings_of(actor_of(request)))


@router.patch(
    "/notice-settings", response={200: schemas.NoticeSettingsOut} | REFUSALS, operation_id="updateNoticeSettings"
)
def update_notice_settings(request: HttpRequest, body: schemas.NoticeSettingsChange) -> dict[str, Any]:
    actor = actor_of(request)
    changed = preferences.change_settings(actor=actor, changes=body.model_dump(exclude_unset=True))
    return _settings(actor, changed)


@router.get(
    "/notice-channels", response={200: list[schemas.NoticeChannelOut]} | REFUSALS, operation_id="listNoticeChannels"
)
def list_notice_channels(request: HttpRequest) -> list[NoticeChannel]:
    """The webhooks of Slack and Teams; for admins."""
    return channels.list_channels(actor_of(request))


@router.post(
    "/notice-channels", response={201: schemas.NoticeChannelOut} | REFUSALS, operation_id="createNoticeChannel"
)
def create_notice_channel(request: HttpRequest, body: schemas.NoticeChannelIn) -> Status[NoticeChannel]:
    """Answers 400 `address_refused` for an address that nothing may be sent to."""
    made = channels.create_channel(
        actor=actor_of(request), clock=clock_of(request), name=body.name, via=Via(body.via), url=body.url,
        kinds_told=body.kinds, person_id=body.person_id,
    )  # fmt: skip
    return Status(201, made)


@router.patch(
    "/notice-channels/{channel_id}",
    response={200: schemas.NoticeChannelOut} | REFUSALS,
    operation_id="updateNoticeChannel",
)
def update_notice_channel(request: HttpRequest, channel_id: UUID, body: schemas.NoticeChannelChange) -> NoticeChannel:
    return channels.change_channel(
        actor=actor_of(request), clock=clock_of(request), channel_id=channel_id, version=body.version,
        changes=body.set.model_dump(exclude_unset=True),
    )  # fmt: skip


@router.delete("/notice-channels/{channel_id}", response={204: None} | REFUSALS, operation_id="deleteNoticeChannel")
def delete_notice_channel(request: HttpRequest, channel_id: UUID) -> Status[None]:
    channels.delete_channel(actor=actor_of(request), clock=clock_of(request), channel_id=channel_id)
    return Status(204, None)


@router.post(
    "/notice-channels/{channel_id}/test",
    response={200: schemas.NoticeTestOut} | REFUSALS,
    operation_id="testNoticeChannel",
)
def test_notice_channel(request: HttpRequest, channel_id: UUID) -> dict[str, UUID]:
    """Post a greeting within seconds; the delivery says whether it arrived."""
    made = channels.try_channel(actor=actor_of(request), clock=clock_of(request), channel_id=channel_id)
    return {"delivery_id": made}


@router.get(
    "/notice-deliveries",
    response={200: list[schemas.NoticeDeliveryOut]} | REFUSALS,
    operation_id="listNoticeDeliveries",
)
def list_notice_deliveries(request: HttpRequest) -> list[dict[str, Any]]:
    """What could not be delivered, given up or to be tried again; for admins."""
    return [_delivery(row) for row in channels.list_troubles(actor_of(request))]


@router.get(
    "/notice-deliveries/{delivery_id}",
    response={200: schemas.NoticeDeliveryOut} | REFUSALS,
    operation_id="getNoticeDelivery",
)
def get_notice_delivery(request: HttpRequest, delivery_id: UUID) -> dict[str, Any]:
    return _delivery(channels.get_delivery(actor_of(request), delivery_id))


@router.post(
    "/notice-deliveries/{delivery_id}/retry",
    response={200: schemas.NoticeDeliveryOut} | REFUSALS,
    operation_id="retryNoticeDelivery",
)
def retry_notice_delivery(request: HttpRequest, delivery_id: UUID) -> dict[str, Any]:
    """Try again what was given up. Answers 409 `delivery_not_dead`."""
    return _delivery(channels.retry(actor=actor_of(request), clock=clock_of(request), delivery_id=delivery_id))


def _cursor(after: str | None) -> tuple[datetime, UUID] | None:
    if after is None:
        return None
    at, _, notice = after.partition("~")
    try:
        return datetime.fromisoformat(at), UUID(notice)
    except ValueError as wrong:
        raise Invalid("This is no cursor of a page.", fields={"after": "Use the one that a page gave."}) from wrong


def _line(line: inbox.InboxLine) -> dict[str, Any]:
    notice = line.notice
    return {
        **{name: getattr(notice, name) for name in ("id", "kind", "entity", "record_id", "first_at", "last_at")},
        "happenings": notice.happenings,
        "ref": line.about.ref,
        "title": line.about.title,
        "path": line.path,
        "read": notice.read_at is not None,
        "done": notice.done_at is not None,
        "told": [
            {
                "id": one.id, "at": one.at, "actor": one.actor_name, "text": one.text, "lines": one.lines,
                "change_set_id": one.change_set_id,
            }
            for one in line.told
        ],
        "why": line.why,
    }  # fmt: skip


def _settings(actor: Actor, settings: NoticeSettings) -> dict[str, Any]:
    wishes = queries.wishes(settings, queries.workspace_of(actor.workspace_id))
    own = {channel.person_id for channel in queries.channels(actor.workspace_id)}
    return {
        **{name: getattr(settings, name) for name in preferences.FIELDS},
        "kinds": [
            {
                "key": kind.key,
                "label": kind.label,
                "modes": {channel.value: rules.mode_of(wishes, kind, channel).value for channel in Channel},
            }
            for kind in kinds.kinds()
        ],
        "mail": mail.is_set_up(),
        "chat": actor.person_id in own,
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    names = ("id", "via", "person_id", "channel_id", "state", "attempts", "error")
    return {name: getattr(row, name) for name in names} | {"at": row.ended_at or row.not_before}
