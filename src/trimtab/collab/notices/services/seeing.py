"""From the log to what happened: which change sets are news, and what the rules make of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

import structlog
from django.db import Error, connection, transaction

from trimtab.collab.notices import kinds
from trimtab.collab.notices.kinds import RegisteredRule, SeenSet, Tell
from trimtab.collab.notices.queries import BATCH
from trimtab.collab.notices.rules import STALE
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Origin
from trimtab.core.ledger import LoggedChange

log = structlog.get_logger(__name__)
NO_NEWS: Final = frozenset({Origin.IMPORT.value, Origin.SYNC.value})
"""What is brought over from elsewhere was news there."""
_QUIET_BATCHES: Final = """
select id from ledger_batch where id = any(%s) and (kind = any(%s) or undoes is not null)
"""


@dataclass(frozen=True, slots=True)
class Event:
    """What one change set did to one record, with everything that rules tell of it. ``key`` names it for good.

    ``place`` is what a line of the inbox is about: the record, or the batch that changed many at once.
    """

    key: str
    seen: SeenSet
    tells: tuple[tuple[str, Tell], ...]
    place: tuple[str, UUID]

    @property
    def entity(self) -> str:
        return self.tells[0][1].entity

    @property
    def record_id(self) -> UUID:
        return self.tells[0][1].record_id


def events(reader: Actor, changes: Sequence[LoggedChange], clock: Clock, person_of: Mapping[UUID, UUID]) -> list[Event]:
    """What there is to tell of these changes, in the order in which it was written.

    ``person_of`` maps a user to the person they are here.
    """
    wanted = kinds.entities_read()
    fresh = [c for c in changes if c.entity in wanted and _is_news(c, clock)]
    quiet = _quiet_batches({c.batch_id for c in fresh if c.batch_id})
    sets = dict.fromkeys(c.change_set_id for c in fresh if c.batch_id not in quiet)
    begun = {c.seq for c in fresh}
    return [
        event
        for seen in _seen_sets(reader, sets, wanted, person_of)
        if _first(seen) in begun  # one that an earlier page began was told with it, whole
        for event in _events_of(seen)
    ]


def _first(seen: SeenSet) -> int:
    return next(change.seq for change in seen.changes if change.op != "P")


def _is_news(change: LoggedChange, clock: Clock) -> bool:
    return (
        change.op != "P"
        and not change.backfill
        and change.origin not in NO_NEWS
        and clock.now - STALE <= change.at <= clock.now + timedelta(days=1)
    )


def _quiet_batches(batches: set[UUID]) -> set[UUID]:
    """Those that are imports or undo a whole batch: what they change is no news record by record."""
    if not batches:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_QUIET_BATCHES, [list(batches), [*NO_NEWS, "sample"]])
        return {row[0] for row in cursor.fetchall()}


def _seen_sets(
    reader: Actor, sets: Iterable[UUID], wanted: frozenset[str], person_of: Mapping[UUID, UUID]
) -> Iterator[SeenSet]:
    found = sorted(ledger.whole(list(sets), wanted), key=lambda c: c.change_set_id)
    seen = []
    for change_set, group in groupby(found, key=lambda c: c.change_set_id):
        changes = tuple(sorted(group, key=lambda c: c.seq))
        first = changes[0]
        person = None if first.actor_id is None else person_of.get(first.actor_id)
        seen.append(
            SeenSet(
                reader,
                change_set,
                first.at,
                first.actor_id,
                person,
                first.actor_name,
                first.note,
                first.batch_id,
                changes,
            )
        )
    yield from sorted(seen, key=lambda one: one.changes[0].seq)


def _events_of(seen: SeenSet) -> list[Event]:
    touched = {change.entity for change in seen.changes}
    told: dict[tuple[str, UUID], list[tuple[str, Tell]]] = {}
    for rule in kinds.rules():
        if rule.entities & touched:
            for tell in _told(rule, seen):
                told.setdefault((tell.entity, tell.record_id), []).append((rule.kind, tell))
    return [
        Event(
            key=f"{seen.id}:{entity}:{record_id}",
            seen=seen,
            tells=tuple(tells),
            place=(BATCH, seen.batch_id) if seen.batch_id else (entity, record_id),
        )
        for (entity, record_id), tells in told.items()
    ]


def _told(rule: RegisteredRule, seen: SeenSet) -> list[Tell]:
    """What a rule says. One that breaks is written down and passed over: it must not keep everybody else's notices
    back. What the database could not do is tried again with the whole page."""
    try:
        with transaction.atomic():
            return list(rule.rule(seen))
    except Error:
        raise
    except Exception:
        log.exception("notice_rule_failed", kind=rule.kind, change_set=str(seen.id))
        return []
