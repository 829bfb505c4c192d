"""Scoped reads of notices and of how people want to be told."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from trimtab.accounts.public import WorkspaceView, get_workspace, list_people, list_reachable, system_actor
from trimtab.collab import subjects
from trimtab.collab.errors import NoPerson
from trimtab.collab.models import Watcher
from trimtab.collab.notices.models import Delivery, Happening, Notice, NoticeChannel, NoticeSettings
from trimtab.collab.notices.rules import MERGE_WINDOW, Wishes
from trimtab.collab.subjects import About
from trimtab.core.actors import Actor, Permission, Role
from trimtab.core.errors import NotFound
from trimtab.core.models import ScopedQuerySet
from trimtab.core.query import rights

BATCH: Final = "batch"
OPERATION: Final = "operation"
MEMBERSHIP: Final = "membership"
CHANNEL: Final = "notice_channel"
_EVERYBODYS: Final = {
    BATCH: "select id, coalesce(nullif(label, ''), kind) from ledger_batch where id = any(%s)",
    OPERATION: "select id, label from core_operation where id = any(%s)",
    CHANNEL: "select id, name from scoped.notice_channel where id = any(%s)",
    MEMBERSHIP: "select id, 'Your membership' from scoped.membership where id = any(%s)",
}
"""What notices may be about that nobody talks about, and how each is called."""

_NEWEST: Final = """
select h.* from unnest(%s::uuid[]) n (id) cross join lateral (
  select * from collab_happening where workspace_id = %s and notice_id = n.id order by at desc, id desc limit %s
) h order by h.at desc, h.id desc
"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A member who can be told: a person here, with the address and role of their user."""

    person_id: UUID
    user_id: UUID
    email: str
    name: str
    role: Role

    def actor(self, workspace_id: UUID) -> Actor:
        """The recipient as one who reads."""
        return Actor(
            id=self.user_id, workspace_id=workspace_id, role=self.role, name=self.name, person_id=self.person_id
        )


def rows(workspace_id: UUID, model: Any) -> ScopedQuerySet:
    found: ScopedQuerySet = model.objects.in_workspace(workspace_id)
    return found


def me(actor: Actor) -> UUID:
    """The person that the actor is. Raises Forbidden, NoPerson."""
    actor.require(Permission.VIEW)
    if actor.person_id is None:
        raise NoPerson("You are no person of this workspace, so nobody can tell you anything.")
    return actor.person_id


def recipients(workspace_id: UUID) -> dict[UUID, Recipient]:
    """Everybody who can be told something today, by person: active members."""
    found = list_reachable(system_actor(workspace_id))
    return {one.person_id: Recipient(one.person_id, one.user_id, one.email, one.name, one.role) for one in found}


def seen_by(
    workspace_id: UUID, people: Iterable[Recipient], wanted: Mapping[str, Collection[UUID]]
) -> dict[UUID, Mapping[tuple[str, UUID], About]]:
    """Person → the records of ``wanted`` (entity → ids) that they may see today, as they are called.

    People with the same rights are asked for once.
    """
    found: dict[tuple[str, ...], Mapping[tuple[str, UUID], About]] = {}
    result = {}
    for person in people:
        actor = person.actor(workspace_id)
        right = tuple(rights.rows(actor, entity) for entity in wanted)
        if right not in found:
            found[right] = described(actor, wanted)
        result[person.person_id] = found[right]
    return result


def described(actor: Actor, wanted: Mapping[str, Collection[UUID]]) -> dict[tuple[str, UUID], About]:
    """(entity, id) → what it is called, for those that the actor may see."""
    known = {subject.entity: subject for subject in subjects.registered()}
    found: dict[tuple[str, UUID], About] = {}
    for entity, ids in wanted.items():
        if entity in _EVERYBODYS:
            found |= {(entity, about.id): about for about in _everybodys(entity, ids)}
        elif entity in known:
            found |= {(entity, key): about for key, about in known[entity].describe(actor, list(ids)).items()}
    return found


def _everybodys(entity: str, ids: Collection[UUID]) -> list[About]:
    with connection.cursor() as cursor:
        cursor.execute(_EVERYBODYS[entity], [list(ids)])
        return [About(key, "", title) for key, title in cursor.fetchall()]


def muted(workspace_id: UUID, wanted: Mapping[str, Collection[UUID]]) -> set[tuple[str, UUID, UUID]]:
    """(entity, record, person) of everybody who wants to hear nothing of a record."""
    if not wanted:
        return set()
    condition = Q()
    for entity, ids in wanted.items():
        condition |= Q(subject_entity=entity, subject_id__in=list(ids))
    found = rows(workspace_id, Watcher).filter(condition, muted=True)
    return set(found.values_list("subject_entity", "subject_id", "person_id"))


def settings_of(workspace_id: UUID, people: Collection[UUID]) -> dict[UUID, NoticeSettings]:
    """Person → their own settings; those who never chose are absent."""
    return {row.person_id: row for row in rows(workspace_id, NoticeSettings).filter(person_id__in=list(people))}


def find_settings(workspace_id: UUID, person_id: UUID, *, lock: bool = False) -> NoticeSettings | None:
    found = rows(workspace_id, NoticeSettings).filter(person_id=person_id)
    row: NoticeSettings | None = (found.select_for_update() if lock else found).first()
    return row


def wishes(settings: NoticeSettings | None, workspace: WorkspaceView) -> Wishes:
    """How somebody wants to be told, whether or not they ever chose."""
    if settings is None:
        return Wishes(zone=workspace.timezone)
    return Wishes(
        zone=settings.timezone or workspace.timezone,
        choices=settings.choices,
        weekly=settings.digest == "weekly",
        digest_minute=settings.digest_minute,
        digest_weekday=settings.digest_weekday,
        quiet_from=settings.quiet_from,
        quiet_until=settings.quiet_until,
        quiet_weekends=settings.quiet_weekends,
    )


def workspace_of(workspace_id: UUID) -> WorkspaceView:
    return get_workspace(system_actor(workspace_id))


def told_already(workspace_id: UUID, events: Collection[str]) -> set[tuple[str, UUID | None, UUID | None]]:
    """(event, person, channel) of what has been told."""
    found = rows(workspace_id, Happening).filter(event__in=list(events))
    return set(found.values_list("event", "person_id", "channel_id"))


def open_lines(
    workspace_id: UUID, people: Collection[UUID], records: Collection[UUID], since: datetime
) -> list[Notice]:
    """Unread lines of these people about these records whose last happening may still take up another, locked."""
    found = rows(workspace_id, Notice).filter(
        person_id__in=list(people), record_id__in=list(records), read_at=None, done_at=None,
        last_at__gte=since - MERGE_WINDOW,
    )  # fmt: skip
    return list(found.order_by("id").select_for_update())


def channels(workspace_id: UUID) -> list[NoticeChannel]:
    """Those that are in use."""
    return list(rows(workspace_id, NoticeChannel).filter(active=True).order_by("id"))


def get_channel(actor: Actor, channel_id: UUID, *, lock: bool = False) -> NoticeChannel:
    """Raises NotFound, Forbidden."""
    actor.require(Permission.VIEW)
    found = rows(actor.workspace_id, NoticeChannel)
    row: NoticeChannel | None = (found.select_for_update() if lock else found).filter(id=channel_id).first()
    if row is None:
        raise NotFound("There is no such channel.")
    return row


def get_notice(actor: Actor, notice_id: UUID) -> Notice:
    """One of the actor's own. Raises NotFound: absent, or somebody else's."""
    row: Notice | None = rows(actor.workspace_id, Notice).filter(person_id=me(actor), id=notice_id).first()
    if row is None:
        raise NotFound("There is no such notice.")
    return row


def happenings_of(workspace_id: UUID, notices: Collection[UUID], *, newest: int) -> dict[UUID, list[Happening]]:
    """Notice → what it gathers, newest first, at most ``newest`` each."""
    found: dict[UUID, list[Happening]] = {notice: [] for notice in notices}
    for row in Happening.objects.raw(_NEWEST, [list(notices), workspace_id, newest]):
        if row.notice_id is not None:
            found[row.notice_id].append(row)
    return found


def deliveries_of(workspace_id: UUID, happenings: Collection[UUID]) -> list[Delivery]:
    return list(rows(workspace_id, Delivery).filter(happening_id__in=list(happenings)).order_by("created_at", "id"))


def open_to_all(workspace_id: UUID, entity: str, record_id: UUID) -> bool:
    """Whether even a viewer who is nobody in particular may see the record today."""
    anybody = Actor(id=None, workspace_id=workspace_id, role=Role.VIEWER, name="")
    return (entity, record_id) in described(anybody, {entity: [record_id]})


def read_lines(workspace_id: UUID, notices: Collection[UUID]) -> set[UUID]:
    """Those of the notices that their readers have seen already."""
    found = rows(workspace_id, Notice).filter(id__in=list(notices)).exclude(read_at=None, done_at=None)
    return set(found.values_list("id", flat=True))


def seen_by_reader(
    workspace_id: UUID, person_id: UUID | None, happenings: Iterable[Happening]
) -> Mapping[tuple[str, UUID], About]:
    """What the happenings are about, as far as the person may see it today; without a person, as far as all may."""
    wanted: dict[str, set[UUID]] = {}
    for one in happenings:
        wanted.setdefault(one.entity, set()).add(one.record_id)
    if person_id is None:
        anybody = Actor(id=None, workspace_id=workspace_id, role=Role.VIEWER, name="")
        return described(anybody, wanted)
    reader = recipients(workspace_id).get(person_id)
    return {} if reader is None else described(reader.actor(workspace_id), wanted)


def names(workspace_id: UUID) -> dict[str, str]:
    """Person (id as text) → name, for everybody."""
    return {str(person.id): person.name for person in list_people(system_actor(workspace_id))}
