"""What happened: to a record, on a day, in a batch; and taking it back."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from trimtab.api.labels import labels_of
from trimtab.core import ledger
from trimtab.core.edge import REFUSALS, actor_of, caller_of, clock_of
from trimtab.core.ledger import HistoryLine
from trimtab.core.ledger.models import Batch
from trimtab.integrations import public as integrations

router = Router(tags=["history"])
PAGE = 50
Entity = Literal[
    "item", "item_text", "area", "level", "track", "phase", "dimension", "dimension_value", "release", "estimate",
    "dependency", "relation", "increment", "item_increment", "launch", "launch_check", "launch_ready",
    "launch_release", "launch_item", "snapshot", "item_phase", "item_value", "person", "team", "team_member",
    "membership", "workspace", "custom_field", "custom_link", "health_statement", "confirmation",
    "comment", "attachment",
]  # fmt: skip


class RecordOf(Schema):
    entity: Entity
    id: UUID
    before: int | None = Field(None, ge=1, lt=2**63)


class FieldChangeOut(Schema):
    """Old and new value; a label is given where the value is the id of a record."""

    old: Any
    new: Any
    old_label: str | None
    new_label: str | None


class NamedOut(Schema):
    """A value as it is kept; its label where it is the id of a record."""

    value: Any
    label: str | None


class ActorOut(Schema):
    kind: str
    name: str


class LineOut(Schema):
    """A change of the record itself, or of one that belongs to it: ``entity`` and ``record_id`` say of which.

    ``about`` tells which part a line is about (the team of an estimate, both ends of a dependency), as it was last.
    ``at`` is when it was true, ``recorded_at`` when it was learned. ``op``: I created, U changed, D deleted, P purged.
    """

    seq: int
    entity: Entity
    record_id: UUID
    at: datetime
    recorded_at: datetime
    op: Literal["I", "U", "D", "P"]
    fields: dict[str, FieldChangeOut]
    about: dict[str, NamedOut]
    version: int
    actor: ActorOut
    origin: str
    cause: dict[str, Any] | None
    note: str
    batch_id: UUID | None
    change_set_id: UUID
    backfill: bool
    undone: bool


class HistoryOut(Schema):
    lines: list[LineOut]
    next: int | None


class DayOut(Schema):
    day: date
    changes: int


class DaysOut(Schema):
    """Days without a change are left out. ``first`` is the day of the earliest change that is known."""

    days: list[DayOut]
    first: date | None


class BatchOut(Schema):
    id: UUID
    kind: str
    label: str
    actor_name: str
    opened_at: datetime
    undone_at: datetime | None
    undone_by: UUID | None
    undoes: UUID | None


class RefusedOut(Schema):
    """What an undo left as it is, and why: somebody wrote it since, or it is referred to, or gone."""

    entity: str
    id: UUID
    field: str | None
    reason: str
    current: Any
    by: str | None
    at: datetime | None


class UndoOut(Schema):
    """``batch_id`` is the undo itself, which can be undone too; null where nothing could be restored."""

    batch_id: UUID | None
    restored: int
    refused: list[RefusedOut]


@router.get("/history", response={200: HistoryOut} | REFUSALS, operation_id="getHistory")
def get_history(request: HttpRequest, of: Query[RecordOf]) -> dict[str, Any]:
    """A record's changes, newest first, fifty at a time; ``before`` takes the ``next`` of the page before.

    An item's history tells of all that belongs to it too: description, values, estimates, phases, dependencies,
    relations, links.
    """
    lines = ledger.history(actor_of(request), of.entity, of.id, before_seq=of.before, limit=PAGE + 1)
    page = lines[:PAGE]
    labels = labels_of(page)
    return {
        "lines": [_line(line, labels) for line in page],
        "next": page[-1].seq if len(lines) > PAGE else None,
    }


def _line(line: HistoryLine, labels: Mapping[str, str]) -> dict[str, Any]:
    kept = ("seq", "entity", "record_id", "at", "recorded_at", "op", "version", "origin", "cause", "note")
    return {name: getattr(line, name) for name in kept} | {
        "fields": {field: _pair(values, labels) for field, values in line.fields.items()},
        "about": {field: {"value": value, "label": labels.get(str(value))} for field, value in line.told.items()},
        "actor": {"kind": line.actor_kind, "name": line.actor_name},
        "batch_id": line.batch_id,
        "change_set_id": line.change_set_id,
        "backfill": line.backfill,
        "undone": line.undone,
    }


def _pair(values: tuple[object, object], labels: Mapping[str, str]) -> dict[str, Any]:
    old, new = values
    return {"old": old, "new": new, "old_label": labels.get(str(old)), "new_label": labels.get(str(new))}


class Span(Schema):
    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")


@router.get("/history/days", response={200: DaysOut} | REFUSALS, operation_id="getHistoryDays")
def get_history_days(request: HttpRequest, span: Query[Span]) -> dict[str, Any]:
    """How much happened on each day, in the workspace's time zone; without bounds since the first change."""
    actor, caller = actor_of(request), caller_of(request)
    first = ledger.first_day(actor, caller.timezone)
    if first is None:
        return {"days": [], "first": None}
    begin = max(span.first or first, first)
    end = min(span.last or date.max, caller.clock.now.date() + timedelta(days=1))
    days = ledger.changes_per_day(actor, begin, end, caller.timezone) if begin <= end else []
    return {"days": [{"day": day, "changes": count} for day, count in days], "first": first}


@router.get("/batches", response={200: list[BatchOut]} | REFUSALS, operation_id="listBatches")
def list_batches(request: HttpRequest) -> list[Batch]:
    """Imports, bulk edits, undos: the newest hundred."""
    return ledger.latest_batches(actor_of(request), limit=100)


@router.post("/batches/{batch_id}/undo", response={200: UndoOut} | REFUSALS, operation_id="undoBatch")
def undo_batch(request: HttpRequest, batch_id: UUID) -> ledger.UndoResult:
    """Take back everything that a batch wrote, except where somebody has written since."""
    return integrations.undo_batch(actor=actor_of(request), clock=clock_of(request), batch_id=batch_id)


@router.post("/change-sets/{change_set_id}/undo", response={200: UndoOut} | REFUSALS, operation_id="undoChangeSet")
def undo_change_set(request: HttpRequest, change_set_id: UUID) -> ledger.UndoResult:
    """Take back one change, except where somebody has written since."""
    return integrations.undo_change_set(actor=actor_of(request), clock=clock_of(request), change_set_id=change_set_id)
