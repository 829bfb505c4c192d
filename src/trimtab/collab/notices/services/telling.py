"""From events to lines of inboxes and deliveries: each event once for each person, whatever they wish.

All of it commits with the consumer's place in the log, so that a worker that dies leaves nothing half told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from trimtab.accounts.public import WorkspaceView, list_sample_users
from trimtab.collab import mail
from trimtab.collab.notices import kinds, queries, rules
from trimtab.collab.notices.kinds import Channel, Mode, NoticeKind, Tell, Why
from trimtab.collab.notices.models import Delivery, Happening, Notice, NoticeChannel, NoticeSettings, Via
from trimtab.collab.notices.queries import Recipient
from trimtab.collab.notices.services.seeing import Event
from trimtab.core.actors import Clock
from trimtab.core.bulk import insert_untracked
from trimtab.core.ids import new_id

_GROW: Final = """
update collab_notice n set happenings = r.happenings, last_at = r.last_at
from jsonb_to_recordset(%s::jsonb) r (id uuid, happenings int, last_at timestamptz)
where n.workspace_id = %s and n.id = r.id
"""
_SAY: Final = "select pg_notify('trimtab_changes', %s)"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is told; ``stands_for`` is the person in whose absence they are."""

    why: Why
    kind: str
    tell: Tell
    stands_for: UUID | None = None

    @property
    def rank(self) -> tuple[bool, int]:
        """One's own reasons come before those of somebody else."""
        return self.stands_for is not None, rules.strength(self.why)


Told = dict[UUID, list[Reason]]


@dataclass(slots=True)
class Page:
    """What telling one page of events needs to know, and the rows that it makes."""

    workspace: WorkspaceView
    clock: Clock
    people: Mapping[UUID, Recipient]
    settings: Mapping[UUID, NoticeSettings] = field(default_factory=dict)
    channels: list[NoticeChannel] = field(default_factory=list)
    no_mail: frozenset[UUID] = frozenset()
    already: set[tuple[str, UUID | None, UUID | None]] = field(default_factory=set)
    lines: dict[tuple[UUID, str, str, UUID], Notice] = field(default_factory=dict)
    known: set[UUID] = field(default_factory=set)
    fresh: list[Notice] = field(default_factory=list)
    grown: dict[UUID, Notice] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def workspace_id(self) -> UUID:
        return self.workspace.id


def tell(workspace_id: UUID, clock: Clock, events: Collection[Event], people: Mapping[UUID, Recipient]) -> int:
    """Write down who is told what; gives how many happenings that made. Those that were told are passed over."""
    if not events:
        return 0
    page = Page(queries.workspace_of(workspace_id), clock, people)
    told = _who(page, events)
    _prepare(page, events, told)
    for event in events:
        for person_id, reasons in told[event.key].items():
            if (event.key, person_id, None) not in page.already:
                _tell_person(page, event, page.people[person_id], reasons)
        for channel in page.channels:
            if channel.person_id is None and (event.key, None, channel.id) not in page.already:
                _tell_channel(page, event, channel)
    _write(page)
    return len(page.happenings)


def _who(page: Page, events: Collection[Event]) -> dict[str, Told]:
    """Event → person → why, strongest first: everybody who should know, may see it and has not muted it."""
    named = {event.key: _named(event) for event in events}
    away = _stand_ins(page, {person for told in named.values() for person in told})
    for event in events:
        _add_stand_ins(event, named[event.key], away)
    records = _by_entity(event.tells[0][1] for event in events)
    everybody = {person for told in named.values() for person in told}
    seen = queries.seen_by(page.workspace_id, [page.people[p] for p in everybody if p in page.people], records)
    muted = queries.muted(page.workspace_id, records)
    return {event.key: dict(_allowed(event, named[event.key], seen, muted)) for event in events}


def _named(event: Event) -> Told:
    """Everybody whom a rule names, but not whoever did it."""
    told: Told = defaultdict(list)
    for kind, tell in event.tells:
        for person, why in tell.to.items():
            if person != event.seen.person_id or tell.own_too:
                told[person].append(Reason(why, kind, tell))
    return told


def _stand_ins(page: Page, people: Collection[UUID]) -> dict[UUID, UUID]:
    """Person who is away today → who stands in for them."""
    page.settings = queries.settings_of(page.workspace_id, people)
    return {
        person: row.stand_in_id
        for person, row in page.settings.items()
        if row.stand_in_id is not None
        and rules.is_away(row.away_from, row.away_until, row.timezone or page.workspace.timezone, page.clock.now)
    }


def _add_stand_ins(event: Event, told: Told, away: Mapping[UUID, UUID]) -> None:
    for person in [person for person in told if person in away]:
        stand_in = away[person]
        if stand_in == event.seen.person_id:
            continue
        first = min(told[person], key=lambda reason: reason.rank)
        if first.stands_for is None:  # nobody stands in for a stand-in
            told[stand_in].append(Reason(first.why, first.kind, first.tell, stands_for=person))


def _allowed(
    event: Event,
    told: Told,
    seen: Mapping[UUID, Mapping[tuple[str, UUID], object]],
    muted: Collection[tuple[str, UUID, UUID]],
) -> Iterator[tuple[UUID, list[Reason]]]:
    record = (event.entity, event.record_id)
    for person, reasons in told.items():
        if record not in seen.get(person, {}):
            continue
        if (*record, person) in muted:
            reasons = [reason for reason in reasons if kinds.kind_of(reason.kind).direct]  # noqa: PLW2901
        if reasons:
            yield person, sorted(reasons, key=lambda reason: reason.rank)


def _by_entity(tells: Iterable[Tell]) -> dict[str, set[UUID]]:
    found: dict[str, set[UUID]] = defaultdict(set)
    for tell in tells:
        found[tell.entity].add(tell.record_id)
    return found


def _prepare(page: Page, events: Collection[Event], told: Mapping[str, Told]) -> None:
    """Look up, once for the page, what decides over each row."""
    people = {person for some in told.values() for person in some}
    page.settings = queries.settings_of(page.workspace_id, people)
    page.channels = queries.channels(page.workspace_id)
    page.already = queries.told_already(page.workspace_id, [event.key for event in events])
    if mail.is_set_up():
        page.no_mail = frozenset(user.id for user in list_sample_users())
    since = min(event.seen.at for event in events)
    for line in queries.open_lines(page.workspace_id, people, [event.place[1] for event in events], since):
        page.lines[line.person_id, line.kind, line.entity, line.record_id] = line
        page.known.add(line.id)


def _tell_person(page: Page, event: Event, person: Recipient, reasons: list[Reason]) -> None:
    first = reasons[0]
    kind = kinds.kind_of(first.kind)
    wishes = queries.wishes(page.settings.get(person.person_id), page.workspace)
    line = _line(page, event, person, kind, shown=rules.mode_of(wishes, kind, Channel.INBOX) is not Mode.OFF)
    happening = _happening(event, kind, first.tell, reasons)
    happening.workspace_id, happening.person_id, happening.notice_id = page.workspace_id, person.person_id, line.id
    happening.created_at = page.clock.now
    page.happenings.append(happening)
    for via, channel, mode in _ways(page, person, kind, wishes):
        at = rules.send_at(wishes, kind, mode, page.clock.now)
        page.deliveries.append(_delivery(page, happening, via, channel, at, digest=mode is Mode.DIGEST))


def _ways(
    page: Page, person: Recipient, kind: NoticeKind, wishes: rules.Wishes
) -> Iterator[tuple[Via, NoticeChannel | None, Mode]]:
    """Through what the person wants to hear of the kind outside the inbox, where that is set up."""
    mode = rules.mode_of(wishes, kind, Channel.MAIL)
    if mode is not Mode.OFF and mail.is_set_up() and person.user_id not in page.no_mail:
        yield Via.MAIL, None, mode
    mode = rules.mode_of(wishes, kind, Channel.CHAT)
    for channel in page.channels if mode is not Mode.OFF else ():
        if channel.person_id == person.person_id:
            yield Via(channel.via), channel, mode


def _line(page: Page, event: Event, person: Recipient, kind: NoticeKind, *, shown: bool) -> Notice:
    """The line of the inbox that the event belongs to: an open one of its kind and record, or a new one."""
    entity, record_id = event.place
    key = (person.person_id, kind.key, entity, record_id)
    line = page.lines.get(key)
    at = event.seen.at
    if line is not None and kind.merges and abs(at - line.last_at) <= rules.MERGE_WINDOW and line.shown == shown:
        line.happenings += 1
        line.last_at = max(line.last_at, at)
        if line.id in page.known:
            page.grown[line.id] = line
        return line
    line = Notice(
        workspace_id=page.workspace_id, created_at=page.clock.now, person_id=person.person_id, kind=kind.key,
        entity=entity, record_id=record_id, first_at=at, last_at=at, shown=shown,
    )  # fmt: skip
    page.fresh.append(line)
    page.lines[key] = line
    return line


def _happening(event: Event, kind: NoticeKind, tell: Tell, reasons: list[Reason]) -> Happening:
    return Happening(
        id=new_id(),
        event=event.key,
        kind=kind.key,
        entity=tell.entity,
        record_id=tell.record_id,
        source_id=tell.source_id or tell.record_id,
        change_set_id=event.seen.id,
        at=event.seen.at,
        actor_name=event.seen.actor_name[:200],
        text=tell.text[:500],
        lines=[{"label": line.label, "old": line.old, "new": line.new} for line in tell.lines],
        reasons=[
            {"why": r.why.value, "kind": r.kind, "stands_for": None if r.stands_for is None else str(r.stands_for)}
            for r in reasons
        ],
    )


def _tell_channel(page: Page, event: Event, channel: NoticeChannel) -> None:
    """A group's channel is told of the kinds it was set up for, if everybody in the workspace may see the record."""
    offered = [(kind, tell) for kind, tell in event.tells if kind in channel.kinds]
    if not offered or not _open_to_all(page, event):
        return
    kind_key, tell = min(offered, key=lambda offer: kinds.kind_of(offer[0]).position)
    kind = kinds.kind_of(kind_key)
    happening = _happening(event, kind, tell, [])
    happening.workspace_id, happening.channel_id, happening.created_at = page.workspace_id, channel.id, page.clock.now
    page.happenings.append(happening)
    at = rules.send_at(rules.Wishes(), kind, Mode.NOW, page.clock.now)
    page.deliveries.append(_delivery(page, happening, Via(channel.via), channel, at, digest=False))


def _open_to_all(page: Page, event: Event) -> bool:
    return queries.open_to_all(page.workspace_id, event.entity, event.record_id)


def _delivery(
    page: Page, happening: Happening, via: Via, channel: NoticeChannel | None, at: Any, *, digest: bool
) -> Delivery:
    return Delivery(
        workspace_id=page.workspace_id, created_at=page.clock.now, happening_id=happening.id,
        person_id=happening.person_id, via=via, channel_id=None if channel is None else channel.id,
        digest=digest, not_before=at,
    )  # fmt: skip


def _write(page: Page) -> None:
    if not page.happenings:
        return
    insert_untracked(page.fresh)
    _grow(page)
    insert_untracked(page.happenings)
    insert_untracked(page.deliveries)
    say(page.workspace_id)


def _grow(page: Page) -> None:
    if page.grown:
        lines = [{"id": n.id, "happenings": n.happenings, "last_at": n.last_at} for n in page.grown.values()]
        with connection.cursor() as cursor:
            cursor.execute(_GROW, [orjson.dumps(lines).decode(), page.workspace_id])


def say(workspace_id: UUID) -> None:
    """Tell open screens, when the transaction commits, that inboxes have changed."""
    with connection.cursor() as cursor:
        cursor.execute(_SAY, [f"{workspace_id}:notices"])
