"""A person's inbox: what is in it, what they have done with it, and why it is there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from trimtab.collab.notices import kinds, queries, rules, wording
from trimtab.collab.notices.kinds import Channel
from trimtab.collab.notices.models import Happening, Notice
from trimtab.collab.services.common import require_personal
from trimtab.collab.subjects import About
from trimtab.core.actors import Actor, Clock
from trimtab.core.models import ScopedQuerySet

Show = Literal["open", "unread", "done"]
Mark = Literal["read", "unread", "done", "open"]
NEWEST: Final = 5
"""Happenings of a line that are listed with it."""
COUNTED: Final = 200
"""Beyond so many unread lines nobody counts."""


@dataclass(frozen=True, slots=True)
class InboxLine:
    """A line of the inbox as its reader sees it today. ``told`` are its newest happenings, newest first."""

    notice: Notice
    about: About
    path: str
    told: list[Happening]
    why: list[str]


@dataclass(frozen=True, slots=True)
class InboxPage:
    """``next`` is where the following page begins; None at the end."""

    lines: list[InboxLine]
    next: tuple[datetime, UUID] | None


def list_inbox(
    actor: Actor, *, show: Show, kind: str | None = None, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> InboxPage:
    """The actor's lines, newest first; those about records that they may not see today are left out.

    Raises Forbidden, NoPerson.
    """
    rows = _mine(actor, show, kind)
    if after is not None:
        rows = rows.filter(Q(last_at__lt=after[0]) | Q(last_at=after[0], id__lt=after[1]))
    found = list(rows.order_by("-last_at", "-id")[: limit + 1])
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    return InboxPage(_shown(actor, page), None if last is None else (last.last_at, last.id))


def count_unread(actor: Actor) -> dict[str, int]:
    """Kind → unread lines, of those that the actor may see; at most ``COUNTED`` in all."""
    rows = list(_mine(actor, "unread", None).order_by("-last_at")[:COUNTED])
    seen = queries.described(actor, _records(rows))
    counts: dict[str, int] = {}
    for row in rows:
        if (row.entity, row.record_id) in seen:
            counts[row.kind] = counts.get(row.kind, 0) + 1
    return counts


def mark(
    *,
    actor: Actor,
    clock: Clock,
    done_with: Mark,
    ids: Collection[UUID] | None,
    kind: str | None = None,
    until: datetime | None = None,
) -> int:
    """Mark lines of one's own: those of ``ids``, or (None) all, of one kind if given, up to ``until``; gives how many.

    Done is read as well; open again leaves it read. Raises Forbidden, NoPerson.
    """
    person_id = require_personal(actor)
    rows = queries.rows(actor.workspace_id, Notice).filter(person_id=person_id, shown=True)
    if ids is not None:
        rows = rows.filter(id__in=list(ids))
    if kind is not None:
        rows = rows.filter(kind=kind)
    if until is not None:
        rows = rows.filter(last_at__lte=until)
    if done_with == "read":
        return rows.filter(read_at=None).update(read_at=clock.now)
    if done_with == "unread":
        return rows.exclude(read_at=None).update(read_at=None, done_at=None)
    if done_with == "done":
        return rows.filter(done_at=None).update(done_at=clock.now, read_at=Coalesce(F("read_at"), clock.now))
    return rows.exclude(done_at=None).update(done_at=None)


@dataclass(frozen=True, slots=True)
class Sent:
    """How a happening of the line went out, or will. ``at`` is when it did, or not before when it may."""

    via: str
    state: str
    at: datetime
    digest: bool


@dataclass(frozen=True, slots=True)
class Why:
    """Why a line is in the inbox, how it was sent, and what the reader has chosen for its kind."""

    kind: str
    label: str
    reasons: list[str]
    sent: list[Sent]
    modes: Mapping[str, str]
    muted: bool
    change_sets: list[UUID]


def why(actor: Actor, notice_id: UUID) -> Why:
    """Raises NotFound, Forbidden, NoPerson."""
    notice = queries.get_notice(actor, notice_id)
    told = queries.happenings_of(actor.workspace_id, [notice.id], newest=NEWEST)[notice.id]
    settings = queries.find_settings(actor.workspace_id, notice.person_id)
    wishes = queries.wishes(settings, queries.workspace_of(actor.workspace_id))
    kind = kinds.kind_of(notice.kind)
    record = (notice.entity, notice.record_id)
    muted = queries.muted(actor.workspace_id, {notice.entity: [notice.record_id]})
    return Why(
        kind=kind.key,
        label=kind.label,
        reasons=wording.why(_reasons(told), queries.names(actor.workspace_id)),
        sent=[
            Sent(row.via, row.state, row.ended_at or row.not_before, row.digest)
            for row in queries.deliveries_of(actor.workspace_id, [one.id for one in told])
        ],
        modes={channel.value: rules.mode_of(wishes, kind, channel).value for channel in Channel},
        muted=(*record, notice.person_id) in muted,
        change_sets=list(dict.fromkeys(one.change_set_id for one in told if one.change_set_id is not None)),
    )


def _mine(actor: Actor, show: Show, kind: str | None) -> ScopedQuerySet:
    rows = queries.rows(actor.workspace_id, Notice).filter(person_id=queries.me(actor), shown=True)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if show == "done":
        return rows.exclude(done_at=None)
    return rows.filter(done_at=None, **({"read_at": None} if show == "unread" else {}))


def _shown(actor: Actor, page: list[Notice]) -> list[InboxLine]:
    seen = queries.described(actor, _records(page))
    told = queries.happenings_of(actor.workspace_id, [notice.id for notice in page], newest=NEWEST)
    names = queries.names(actor.workspace_id)
    return [
        InboxLine(
            notice=notice,
            about=about,
            path=wording.path_of(notice.entity, notice.record_id),
            told=told[notice.id],
            why=wording.why(_reasons(told[notice.id]), names),
        )
        for notice in page
        if (about := seen.get((notice.entity, notice.record_id))) is not None
    ]


def _records(page: Collection[Notice]) -> dict[str, set[UUID]]:
    found: dict[str, set[UUID]] = {}
    for notice in page:
        found.setdefault(notice.entity, set()).add(notice.record_id)
    return found


def _reasons(told: list[Happening]) -> list[Mapping[str, str | None]]:
    return [reason for one in told for reason in one.reasons]
