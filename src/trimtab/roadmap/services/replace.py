"""Something of the set-up ends, and what points to it goes elsewhere: one batch, undoable."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock
from trimtab.core.errors import Invalid
from trimtab.core.models import CustomLink
from trimtab.roadmap import queries
from trimtab.roadmap.models import Item, ItemPhase, ItemValue
from trimtab.roadmap.services.common import refusals, require_write, rolled_up_once
from trimtab.roadmap.services.config import SETTINGS, delete_setting

NEEDS_ANOTHER = frozenset({"level"})
"""Kinds of which every item needs one."""
REPLACEABLE = frozenset({"level", "phase", "dimension", "dimension_value", "release", "custom_field"})


@dataclass(frozen=True, slots=True)
class Replaced:
    """``batch_id`` undoes it; ``counts`` says how many of what were moved, or lost the value."""

    batch_id: UUID
    counts: dict[str, int]


def uses_of(actor: Actor, kind: str, record_id: UUID) -> dict[str, int]:
    """How many of what point to a setting; empty where nothing does. Raises NotFound, Forbidden."""
    setting = SETTINGS[kind]
    require_write(actor, setting.permission)
    queries.one(actor, setting.model, record_id)
    counts = queries.counts_of(actor, setting.uses, record_id)
    return counts | (queries.count_custom_values(actor, record_id) if kind == "custom_field" else {})


def replace_setting(*, actor: Actor, clock: Clock, kind: str, record_id: UUID, into: UUID | None) -> Replaced:
    """Let what points to a setting point to ``into`` (None: to nothing), and delete it.

    Raises NotFound, Forbidden, PastIsReadOnly, WrongLevel; Invalid where ``into`` is the same, of another track or
    dimension, or missing where every item needs one.
    """
    setting = SETTINGS[kind]
    require_write(actor, setting.permission)
    record: Any = queries.one(actor, setting.model, record_id, lock=True)
    _check(actor, kind, record, into)
    counts = uses_of(actor, kind, record_id)
    batch = ledger.open_batch(actor, clock, "bulk", f"Delete {record.name}")
    with refusals(), rolled_up_once(actor):
        with ledger.change_set(actor, at=clock.now, batch=batch, note=f"Delete {record.name}"):
            _move(actor, kind, record_id, into)
        delete_setting(actor=actor, clock=clock, kind=kind, record_id=record_id, batch=batch)
    return Replaced(batch, counts)


def _check(actor: Actor, kind: str, record: Any, into: UUID | None) -> None:
    if kind not in REPLACEABLE:
        raise Invalid("Teams and areas are reorganised instead.", fields={"kind": "is not replaced so"})
    if into is None:
        if kind in NEEDS_ANOTHER:
            raise Invalid("Every item needs one: say which.", fields={"into": "is missing"})
        return
    if kind in {"dimension", "custom_field"}:
        raise Invalid("Its values cannot be of another.", fields={"into": "is not possible here"})
    other: Any = queries.one(actor, SETTINGS[kind].model, into)
    fixed = SETTINGS[kind].fixed
    if other.id == record.id or any(getattr(other, name) != getattr(record, name) for name in fixed):
        raise Invalid("Choose another one beside it.", fields={"into": "is not beside it"})


def _move(actor: Actor, kind: str, old: UUID, into: UUID | None) -> None:
    items, phases, values = (queries.rows(actor, model) for model in (Item, ItemPhase, ItemValue))
    if kind in {"level", "release"}:
        items.filter(**{f"{kind}_id": old}).update(**{f"{kind}_id": into})
    elif kind == "phase":
        items.filter(phase_id=old).update(phase_id=into)
        standing = phases.filter(phase_id=old)
        standing.delete() if into is None else standing.update(phase_id=into)
    elif kind == "dimension":
        values.filter(dimension_id=old).delete()
    elif kind == "dimension_value":
        _revalue(values, old, into)
    else:
        queries.rows(actor, CustomLink).filter(field_id=old).delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "update roadmap_item set custom = custom - %s where workspace_id = %s and custom ? %s",
                [str(old), actor.workspace_id, str(old)],
            )


def _revalue(values: Any, old: UUID, into: UUID | None) -> None:
    """Items that have the other value already keep it once."""
    if into is not None:
        there = values.filter(value_id=into).values("item_id")
        values.filter(value_id=old, item_id__in=there).delete()
        values.filter(value_id=old).update(value_id=into)
    else:
        values.filter(value_id=old).delete()
