"""Deliveries on their way: claimed, sent outside any transaction, and settled.

A worker that dies after the other side took a message and before that was written down leaves it claimed; when the
claim runs out it is sent once more, under the same name. In no other case is anything sent twice.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from django.db import connection
from django.db.models import Q

from trimtab.collab.mail import PostOffice, post_office
from trimtab.collab.notices import chat, letters, outbound, queries, rules, wording
from trimtab.collab.notices.errors import AddressRefused, RemoteError
from trimtab.collab.notices.models import ChannelSecret, Delivery, Happening, NoticeChannel, State, Via
from trimtab.collab.notices.wording import Entry, Message
from trimtab.core import scope, sealed
from trimtab.core.actors import Clock
from trimtab.core.ids import new_id

log = structlog.get_logger(__name__)
AT_ONCE: Final = 10
"""Messages that one claim takes: so many must go out, each within its time, before the claim runs out."""
LARGEST: Final = 100
"""Entries of one message."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message, claimed: what it says, and where it goes (an address of mail, or a webhook)."""

    claim: UUID
    message: Message
    via: Via
    to: str
    attempts: int


def workspaces_due(clock: Clock) -> list[UUID]:
    """The workspaces from which something may go out now."""
    with connection.cursor() as cursor:
        cursor.execute("select workspace_id from notice_workspaces_due(%s)", [clock.now])
        return [row[0] for row in cursor.fetchall()]


def send_due(workspace_id: UUID, clock: Clock) -> int:
    """Send what is due, as much as one claim takes; gives how many messages were tried. Call again while it is any."""
    with scope.workspace(workspace_id):
        claimed = _claim(workspace_id, clock)
        parcels = [parcel for rows in claimed if (parcel := _pack(workspace_id, rows, clock)) is not None]
    with post_office() as office:
        for parcel in parcels:
            _settle(workspace_id, parcel, clock, _attempt(office, parcel))
    return len(claimed)


def _claim(workspace_id: UUID, clock: Clock) -> list[list[Delivery]]:
    """Take what is due, one list of rows for each message, and what a dead worker has left behind."""
    waiting = Q(state=State.WAITING, not_before__lte=clock.now)
    abandoned = Q(state=State.SENDING, claimed_until__lt=clock.now)
    due = queries.rows(workspace_id, Delivery).filter(waiting | abandoned)
    first = due.order_by("not_before", "id").select_for_update(skip_locked=True)
    messages = _messages(first[: AT_ONCE * LARGEST])[:AT_ONCE]
    claim = new_id()
    until = clock.now + rules.CLAIM
    for rows in messages:
        bundle = rows[0].bundle or rows[0].id
        for row in rows:
            row.state, row.bundle, row.claim, row.claimed_until = State.SENDING, bundle, claim, until
            row.attempts += 1
        Delivery.objects.bulk_update(rows, ["state", "bundle", "claim", "claimed_until", "attempts"])
    return messages


def _messages(rows: Iterable[Delivery]) -> list[list[Delivery]]:
    """What goes out in one message: what did once, else what one person or channel has waiting."""
    gathered: dict[object, list[Delivery]] = {}
    for row in rows:
        key = row.bundle or (row.via, row.person_id, row.channel_id)
        gathered.setdefault(key, []).append(row)
    return [some[:LARGEST] for some in gathered.values()]


def _pack(workspace_id: UUID, rows: list[Delivery], clock: Clock) -> Parcel | None:
    """The message that these rows make today. What its reader may not see, or has read already, is dropped; None when
    that leaves nothing."""
    workspace = queries.workspace_of(workspace_id)
    to = _address(workspace_id, rows[0])
    entries = _entries(workspace_id, rows) if to else {}
    dropped = [row.id for row in rows if row.id not in entries]
    _end(workspace_id, dropped, State.DROPPED, clock, "" if to else "Nobody is there to get it any more.")
    if to is None or not entries:
        return None
    first = rows[0]
    assert first.bundle is not None
    assert first.claim is not None
    message = Message(
        id=first.bundle,
        workspace=workspace.name,
        entries=sorted(entries.values(), key=lambda entry: entry.at),
        digest=first.digest,
        inbox_url=wording.url_of(workspace, "/inbox"),
        preferences_url=wording.url_of(workspace, "/settings/notices"),
    )
    return Parcel(first.claim, message, Via(first.via), to, first.attempts)


def _address(workspace_id: UUID, row: Delivery) -> str | None:
    """Where the row goes: None when its person has left, or its channel is switched off."""
    if row.via == Via.MAIL:
        person = queries.recipients(workspace_id).get(row.person_id) if row.person_id else None
        return None if person is None else person.email
    channel = queries.rows(workspace_id, NoticeChannel).filter(id=row.channel_id, active=True).first()
    secret = queries.rows(workspace_id, ChannelSecret).filter(id=row.channel_id).first()
    return None if channel is None or secret is None else sealed.unseal(secret.sealed)


def _entries(workspace_id: UUID, rows: list[Delivery]) -> dict[UUID, Entry]:
    """Delivery → what it says, for those that may still be told."""
    workspace = queries.workspace_of(workspace_id)
    found = queries.rows(workspace_id, Happening).filter(id__in=[row.happening_id for row in rows])
    happenings = {one.id: one for one in found}
    read = queries.read_lines(workspace_id, {one.notice_id for one in happenings.values() if one.notice_id})
    seen = queries.seen_by_reader(workspace_id, rows[0].person_id, happenings.values())
    names = queries.names(workspace_id)
    return {
        row.id: wording.entry(workspace, one, about, names)
        for row in rows
        if (one := happenings.get(row.happening_id)) is not None
        and one.notice_id not in read
        and (about := seen.get((one.entity, one.record_id))) is not None
    }


def _attempt(office: PostOffice, parcel: Parcel) -> RemoteError | None:
    """Send it; None when the other side has taken it."""
    try:
        if parcel.via is Via.MAIL:
            office.send(letters.letter(parcel.message, parcel.to))
        else:
            outbound.post_json(parcel.to, chat.payload(parcel.via, parcel.message), outbound.policy())
    except RemoteError as failed:
        return failed
    except AddressRefused as refused:
        return RemoteError(refused.message, transient=False)
    return None


def _settle(workspace_id: UUID, parcel: Parcel, clock: Clock, failed: RemoteError | None) -> None:
    """Write down what became of it, unless the claim has run out and another worker has it."""
    with scope.workspace(workspace_id):
        mine = queries.rows(workspace_id, Delivery).filter(
            bundle=parcel.message.id, claim=parcel.claim, state=State.SENDING
        )
        if failed is None:
            mine.update(state=State.SENT, ended_at=clock.now, error="", claimed_until=None)
            return
        again = rules.retry_at(parcel.attempts, clock.now, failed.retry_after_s) if failed.transient else None
        log.warning("notice_not_sent", via=parcel.via.value, again=str(again), error=failed.message[:200])
        if again is None:
            mine.update(state=State.DEAD, ended_at=clock.now, error=failed.message[:500], claimed_until=None)
        else:
            mine.update(state=State.WAITING, not_before=again, error=failed.message[:500], claimed_until=None)


def _end(workspace_id: UUID, ids: Collection[UUID], state: State, clock: Clock, error: str) -> None:
    if ids:
        queries.rows(workspace_id, Delivery).filter(id__in=list(ids)).update(
            state=state, ended_at=clock.now, error=error, claimed_until=None
        )
