"""Items: create, change, delete."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q

from trimtab.accounts.public import Kind, fiscal_calendar, get_workspace, period_of
from trimtab.collab import public as collab
from trimtab.core import guards, ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Invalid, StaleVersion
from trimtab.core.ids import new_id
from trimtab.core.models import CustomLink, ExternalKey
from trimtab.roadmap import queries, rules
from trimtab.roadmap.errors import HasChildren
from trimtab.roadmap.models import Category, Dependency, Estimate, Item, ItemPhase, ItemText, ItemValue, Relation
from trimtab.roadmap.models_delivery import ItemIncrement, Launch, LaunchItem
from trimtab.roadmap.models_rules import Confirmation, HealthStatement
from trimtab.roadmap.services import custom, dimensions, health, required
from trimtab.roadmap.services.common import lock_item, refusals, require_write, rolled_up_once

COLUMNS = frozenset(
    {
        "title", "key", "level_id", "area_id", "parent_id", "phase_id", "owner_id", "team_id", "release_id",
        "start_on", "start_precision", "end_on", "end_precision", "health", "health_note", "horizon", "benefit",
        "progress", "tags", "review",
    }
)  # fmt: skip
BESIDE = frozenset({"description", "description_version", "dimensions", "custom", "health_until"})
_TIMEFRAME = ("start_on", "start_precision", "end_on", "end_precision")


def create_item(
    *,
    actor: Actor,
    clock: Clock,
    values: Mapping[str, Any],
    item_id: UUID | None = None,
    batch: UUID | None = None,
) -> Item:
    """A new item behind all others. ``values`` takes the fields of an item, ``title`` and ``level_id`` at least.

    Without ``phase_id`` it starts in the first phase to do.
    Raises Forbidden, PastIsReadOnly, Invalid, WrongLevel, RequiredMissing.
    """
    require_write(actor, Permission.EDIT)
    _refuse_unknown(values)
    guards.require_writable(actor, "item", values)
    if not values.get("level_id"):
        raise Invalid("An item needs a level.", fields={"level_id": "A level is missing."})
    item = Item(id=item_id or new_id(), workspace_id=actor.workspace_id)
    columns = _checked(actor, item, {"title": "", **_columns(values)})
    if "phase_id" not in values:
        columns["phase_id"] = queries.first_phase(actor, Category.TODO)
    kept = custom.canonical_values(actor, values.get("custom") or {})
    for name, value in columns.items():
        setattr(item, name, value)
    with (
        required.demanded(actor, clock, item.id, new=True),
        refusals(),
        ledger.change_set(actor, batch=batch, at=clock.now),
    ):
        item.number = queries.take_numbers(actor, 1)
        item.rank = rules.rank_of(item.number)
        item.custom = custom.merged(item, kept)
        ledger.add(item)
        if values.get("description"):
            ledger.add(ItemText(id=item.id, workspace_id=actor.workspace_id, body=values["description"]))
        dimensions.write(actor, item.id, values.get("dimensions") or {})
        custom.write_links(actor, item.id, kept)
        if item.health is not None:
            health.write(actor, clock, item, values)
    return item


def update_item(
    *,
    actor: Actor,
    clock: Clock,
    item_id: UUID,
    version: int,
    changes: Mapping[str, Any],
    note: str = "",
    batch: UUID | None = None,
) -> Item:
    """Write the fields in ``changes``; the others stay. ``version`` is the one that the caller read.

    ``dimensions`` and ``custom`` take the keys that change; ``description_version`` is the one that was read, if given.
    The same values again leave no trace.
    Raises NotFound, Forbidden, PastIsReadOnly, StaleVersion, Invalid, DatesInverted, WrongLevel, RequiredMissing.
    """
    item = lock_item(actor, item_id)
    _refuse_unknown(changes)
    guards.require_writable(actor, "item", changes)
    asked = _columns(changes)
    kept = custom.canonical_values(actor, changes.get("custom") or {})
    ledger.check_stale(item, version_read=version, changes=asked | custom.asked(kept))
    columns = _checked(actor, item, asked)
    states = health.is_stated_by(item, columns, changes)
    with (
        required.demanded(actor, clock, item.id),
        refusals(),
        ledger.change_set(actor, batch=batch, at=clock.now, note=note),
    ):
        if kept:
            columns["custom"] = custom.merged(item, kept)
        item = ledger.save(item, **columns)
        if "description" in changes:
            _describe(actor, item, changes["description"] or "", changes.get("description_version"))
        dimensions.write(actor, item.id, changes.get("dimensions") or {})
        custom.write_links(actor, item.id, kept)
        if states:
            health.write(actor, clock, item, changes)
    return item


def delete_item(*, actor: Actor, clock: Clock, item_id: UUID, with_children: bool = False) -> int:
    """Delete an item and all that hangs on it; gives how many items went. Undo brings them back.

    Raises NotFound, Forbidden, PastIsReadOnly; HasChildren unless ``with_children``.
    """
    require_write(actor, Permission.EDIT)
    item = queries.get_item(actor, item_id, lock=True)
    below = queries.ids_below(actor, item.id)
    if below and not with_children:
        raise HasChildren("Other items lie under this one.", children=len(below))
    ids = [*below, item.id]
    with refusals(), ledger.change_set(actor, at=clock.now), rolled_up_once(actor):
        list(queries.rows(actor, Item).filter(id__in=ids).order_by("id").select_for_update().values_list("id"))
        delete_what_hangs_on(actor, ids)
        queries.rows(actor, Item).filter(id__in=ids).delete()
    return len(ids)


def delete_what_hangs_on(actor: Actor, ids: list[UUID]) -> None:
    """Delete everything that belongs to these items or ties others to them, inside the open change set."""
    ties = queries.rows(actor, Dependency).filter(Q(from_item_id__in=ids) | Q(to_item_id__in=ids))
    collab.delete_about(actor, "dependency", list(ties.values_list("id", flat=True)))
    collab.delete_about(actor, "item", ids)
    for model, condition in (
        (Dependency, {"from_item_id__in": ids}), (Dependency, {"to_item_id__in": ids}),
        (Relation, {"from_item_id__in": ids}), (Relation, {"to_item_id__in": ids}),
        (ItemIncrement, {"item_id__in": ids}), (LaunchItem, {"item_id__in": ids}),
        (Estimate, {"item_id__in": ids}), (ItemValue, {"item_id__in": ids}), (ItemPhase, {"item_id__in": ids}),
        (ItemText, {"id__in": ids}),
        (HealthStatement, {"id__in": ids}), (Confirmation, {"item_id__in": ids}),
        (CustomLink, {"item_id__in": ids}),
        (CustomLink, {"entity": "item", "record_id__in": ids}), (ExternalKey, {"entity": "item", "record_id__in": ids}),
    ):  # fmt: skip
        queries.rows(actor, model).filter(**condition).delete()


def _refuse_unknown(values: Mapping[str, Any]) -> None:
    unknown = sorted(set(values) - COLUMNS - BESIDE)
    if unknown:
        raise Invalid("Items have no such field.", fields=dict.fromkeys(unknown, "There is no such field."))


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in COLUMNS}


def _checked(actor: Actor, item: Item, columns: dict[str, Any]) -> dict[str, Any]:
    """``columns`` as they are to be written. Raises Invalid, DatesInverted."""
    if "title" in columns:
        columns["title"] = (columns["title"] or "").strip()
        if not columns["title"]:
            raise Invalid("An item needs a title.", fields={"title": "A title is missing."})
    if columns.get("level_id", item.level_id) is None:
        raise Invalid("An item needs a level.", fields={"level_id": "A level is missing."})
    if "tags" in columns:
        columns["tags"] = list(dict.fromkeys(tag.strip() for tag in columns["tags"] or [] if tag.strip()))
    if columns.get("phase_id") and columns["phase_id"] != item.phase_id:
        _require_primary_phase(actor, columns["phase_id"])
    if any(name in columns for name in _TIMEFRAME):
        columns |= timeframe(actor, item, columns)
    return columns


def timeframe(actor: Actor, item: Item | Launch, changes: dict[str, Any]) -> dict[str, Any]:
    """The four columns of the record's timeframe after ``changes``. Raises Invalid, DatesInverted."""
    start = rules.edited(rules.Edge(item.start_on, item.start_precision), changes, "start")
    end = rules.edited(rules.Edge(item.end_on, item.end_precision), changes, "end")
    if {start.precision, end.precision} <= {None, "day", "later"}:
        return rules.settled(start, end, lambda day, precision: (day, day))
    return rules.settled(start, end, periods_of(actor))


def periods_of(actor: Actor) -> rules.PeriodOf:
    """The fiscal periods of the actor's workspace."""
    calendar = fiscal_calendar(get_workspace(actor))

    def of(day: Any, precision: str) -> Any:
        period = period_of(calendar, day, Kind(precision))
        return period.starts_on, period.ends_on

    return of


def _require_primary_phase(actor: Actor, phase_id: UUID) -> None:
    if phase_id not in queries.primary_phases(actor):
        raise Invalid("An item's phase is one of the primary track.", fields={"phase_id": "There is no such phase."})


def _describe(actor: Actor, item: Item, body: str, version_read: int | None) -> None:
    text = queries.rows(actor, ItemText).filter(id=item.id).first()
    if text is not None and version_read is not None and text.version > version_read and text.body != body:
        stale = {"description": {"current": text.body, "at": text.updated_at.isoformat(), "by": ""}}
        raise StaleVersion("This changed since you opened it.", current_version=item.version, fields=stale)
    if text is None:
        if body:
            ledger.add(ItemText(id=item.id, workspace_id=actor.workspace_id, body=body))
    else:
        ledger.save(text, body=body)
