"""History from elsewhere, told about the time before a record's own first version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from trimtab.core.actors import Actor, ActorKind, Clock, Permission
from trimtab.core.errors import Invalid
from trimtab.core.ids import new_id
from trimtab.core.ledger.refusals import refusals


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """At ``at`` one field went from ``old`` to ``new`` (JSON values; None is missing). ``field`` is a column
    (``phase_id``) or ``custom.<field id>``; ``actor_name`` None: unknown; ``cause`` says where this is known from."""

    at: datetime
    field: str
    old: object
    new: object
    actor_name: str | None = None
    cause: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """A record's entries, and the fields that were never different (``{"number": 12}``)."""

    record_id: UUID
    entries: Sequence[HistoryEntry]
    constants: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class HistoryRejection:
    """Why nothing of a record's history was told. ``field`` and ``at`` name the entry, where it is one."""

    record_id: UUID
    field: str | None
    at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class BackfillResult:
    records: int
    entries: int
    rejected: tuple[HistoryRejection, ...]


def backfill(
    actor: Actor,
    clock: Clock,
    batch: UUID,
    entity: str,
    record_id: UUID,
    *,
    entries: Sequence[HistoryEntry],
    constants: Mapping[str, object],
) -> BackfillResult:
    """Tell one record's history. Raises Invalid with the reason if it does not fit; see ``backfill_many``."""
    result = backfill_many(actor, clock, batch, entity, [RecordHistory(record_id, entries, constants)])
    for rejection in result.rejected:
        raise Invalid(rejection.problem, fields={rejection.field or "": rejection.problem}, record=str(record_id))
    return result


def backfill_many(
    actor: Actor, clock: Clock, batch: UUID, entity: str, histories: Sequence[RecordHistory]
) -> BackfillResult:
    """Tell the histories of many records, each whole or not at all: what does not fit is listed with its reason.

    Entries may come in any order of time; where two have the same instant, the given order counts. Per field each
    ``old`` equals the ``new`` before it, and the last ``new`` what the record's first own version says. Before its
    first entry a field was what that entry's ``old`` says; fields without entries are missing, constants excepted;
    columns that are never empty need one or the other. Nothing is announced; undoing ``batch`` takes it back.
    """
    actor.require(Permission.EDIT)
    sets: dict[tuple[datetime, str | None, bytes], dict[str, object]] = {}
    entries: list[dict[str, object]] = []
    for history in histories:
        for entry in history.entries:
            key = (entry.at, entry.actor_name, orjson.dumps(entry.cause, option=orjson.OPT_SORT_KEYS))
            if key not in sets:
                sets[key] = _set(actor, entry.at, entry.actor_name, entry.cause)
            entries.append(
                {
                    "record": history.record_id,
                    "set": sets[key]["id"],
                    "at": entry.at,
                    "field": entry.field,
                    "old": entry.old,
                    "new": entry.new,
                }
            )
    constants = {str(history.record_id): history.constants for history in histories}
    with refusals(), connection.cursor() as cursor:
        cursor.execute(
            "select ledger_backfill(%s, %s, %s, %s::jsonb, %s::jsonb, %s::jsonb)::text",
            [actor.workspace_id, batch, entity, _json(list(sets.values())), _json(entries), _json(constants)],
        )
        answer: dict[str, Any] = orjson.loads(cursor.fetchone()[0])
    return BackfillResult(answer["records"], answer["entries"], tuple(map(_rejection, answer["rejected"] or ())))


def valid_from(  # noqa: PLR0917 - read like a sentence: by whom, when, in which batch, what, from when
    actor: Actor, clock: Clock, batch: UUID, entity: str, ids: Sequence[UUID], at: datetime
) -> int:
    """Let configuration that ``batch`` creates or uses hold from ``at`` on, so that a lens in the past finds it.

    Records that hold from then on already are left alone. Returns how many were drawn out; undone with the batch.
    """
    actor.require(Permission.EDIT)
    with refusals(), connection.cursor() as cursor:
        cursor.execute(
            "select ledger_valid_from(%s, %s, %s, %s, %s::jsonb)",
            [actor.workspace_id, batch, entity, list(ids), _json(_set(actor, at, actor.name, None))],
        )
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def _set(actor: Actor, at: datetime, name: str | None, cause: Mapping[str, object] | None) -> dict[str, object]:
    return {
        "id": new_id(),
        "at": at,
        "actor_kind": ActorKind.PERSON.value,
        "actor_name": name or "",
        "origin": actor.origin.value,
        "cause": cause,
        "request_id": actor.request_id,
    }


def _rejection(row: Mapping[str, Any]) -> HistoryRejection:
    at = row["at"] and datetime.fromisoformat(row["at"])
    return HistoryRejection(UUID(row["record"]), row["field"], at, row["problem"])


def _json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()
