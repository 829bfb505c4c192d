"""Who hears of a record: who asked to, who took part, who answers for it; and who would rather not."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from trimtab.collab import queries, subjects
from trimtab.collab.models import Watcher, WatchPreference, WatchReason
from trimtab.collab.services.common import refusals, require_personal
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.ids import new_id

_PREFERENCE: Final = {WatchReason.COMMENTED: "commented", WatchReason.MENTIONED: "mentioned"}


@dataclass(frozen=True, slots=True)
class Watching:
    """A person who watches a record, and why: manual, commented, mentioned, owner."""

    person_id: UUID
    reason: str


def watch(*, actor: Actor, clock: Clock, entity: str, record_id: UUID, watching: bool) -> None:
    """Watch a record, or hear no more of it, whatever else would make one a watcher.

    Whoever may see it may watch it. Raises NotFound, Forbidden, PastIsReadOnly, NoPerson.
    """
    person_id = require_personal(actor)
    subjects.visible(actor, entity, record_id)
    row = next((r for r in queries.watchers(actor, entity, [record_id]) if r.person_id == person_id), None)
    with refusals(), ledger.change_set(actor, at=clock.now):
        if row is None:
            ledger.add(_row(actor, entity, record_id, person_id, WatchReason.MANUAL, muted=not watching))
        else:
            ledger.save(row, muted=not watching, **({"reason": WatchReason.MANUAL.value} if row.muted else {}))


def begin(actor: Actor, entity: str, record_id: UUID, people: Iterable[UUID | None], reason: WatchReason) -> None:
    """Let people watch who do not yet, inside the open change set; whoever said no, here or always, is left alone."""
    wanted = {person for person in people if person is not None}
    if not wanted:
        return
    wanted -= {row.person_id for row in queries.watchers(actor, entity, [record_id])}
    preferences = queries.watch_preferences(actor, wanted)
    for person in sorted(wanted):
        preference = preferences.get(person)
        if preference is None or getattr(preference, _PREFERENCE[reason]):
            ledger.add(_row(actor, entity, record_id, person, reason, muted=False))


def forget(actor: Actor, entity: str, ids: Collection[UUID]) -> None:
    """Nobody watches these any more, inside the open change set."""
    queries.rows(actor, Watcher).filter(subject_entity=entity, subject_id__in=list(ids)).delete()


def prefer(*, actor: Actor, clock: Clock, owned: bool, commented: bool, mentioned: bool) -> WatchPreference:
    """What one watches without asking. Raises Forbidden, PastIsReadOnly, NoPerson."""
    person_id = require_personal(actor)
    said = {"owned": owned, "commented": commented, "mentioned": mentioned}
    preference = queries.watch_preferences(actor, [person_id]).get(person_id)
    with refusals(), ledger.change_set(actor, at=clock.now):
        if preference is not None:
            return ledger.save(preference, **said)
        return ledger.add(WatchPreference(id=new_id(), workspace_id=actor.workspace_id, person_id=person_id, **said))


def watchers_of(actor: Actor, entity: str, ids: Collection[UUID]) -> dict[UUID, tuple[Watching, ...]]:
    """Who watches each of these records today, each person once, by id; records that nobody watches are absent.

    Whoever answers for a record watches it, unless they muted it or prefer not to.
    """
    actor.require(Permission.VIEW)
    found: dict[UUID, dict[UUID, Watching]] = defaultdict(dict)
    muted: set[tuple[UUID, UUID]] = set()
    for row in queries.watchers(actor, entity, ids):
        if row.muted:
            muted.add((row.subject_id, row.person_id))
        else:
            found[row.subject_id][row.person_id] = Watching(row.person_id, row.reason)
    owners = subjects.kind(entity).owners(actor, ids)
    careless = _not_for_owning(actor, {person for people in owners.values() for person in people})
    for record_id, people in owners.items():
        for person in people - careless:
            if (record_id, person) not in muted:
                found[record_id].setdefault(person, Watching(person, "owner"))
    return {record_id: _sorted(people) for record_id, people in found.items()}


def _sorted(people: Mapping[UUID, Watching]) -> tuple[Watching, ...]:
    return tuple(people[person] for person in sorted(people))


def _not_for_owning(actor: Actor, people: set[UUID]) -> set[UUID]:
    """Those of ``people`` who do not want to watch what they own."""
    said = queries.watch_preferences(actor, people)
    return {person for person, preference in said.items() if not preference.owned}


def _row(actor: Actor, entity: str, record_id: UUID, person_id: UUID, reason: WatchReason, *, muted: bool) -> Watcher:
    return Watcher(
        id=new_id(),
        workspace_id=actor.workspace_id,
        subject_entity=entity,
        subject_id=record_id,
        person_id=person_id,
        reason=reason.value,
        muted=muted,
    )
