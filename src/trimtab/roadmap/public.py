"""What the layers above may ask of the roadmap. Takes ids, gives frozen values.

Every function runs inside ``scope.workspace``. A ``clock`` says since when something is true: an import gives its
configuration the first day of its history.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from trimtab.core.actors import Actor, Clock
from trimtab.core.models import FieldType
from trimtab.roadmap import errors, queries, rules
from trimtab.roadmap.agreements import Act, By
from trimtab.roadmap.custom_values import LINKED, FieldShape, canonical
from trimtab.roadmap.documents import item_document, item_json
from trimtab.roadmap.models import Dependency, Item
from trimtab.roadmap.services import config as settings
from trimtab.roadmap.services import (
    custom,
    dependencies,
    dimensions,
    estimates,
    items,
    launches,
    links,
    releases,
    snapshots,
    tree,
)
from trimtab.roadmap.services.bulk import (
    NewItem,
    NewTie,
    bulk_create_dependencies,
    bulk_create_items,
    bulk_create_relations,
    bulk_update_items,
    tree_checked_last,
)
from trimtab.roadmap.services.bulk_beside import Beside, bulk_update_beside
from trimtab.roadmap.services.bulk_config import bulk_add_configuration
from trimtab.roadmap.services.bulk_staged import bulk_create_staged
from trimtab.roadmap.services.common import rolled_up_once
from trimtab.roadmap.services.config import slug_of
from trimtab.roadmap.services.defaults import create_defaults
from trimtab.roadmap.services.dependency_watch import Transition, notice_transitions
from trimtab.roadmap.services.estimates import Effort
from trimtab.roadmap.services.freshness import confirm_fields
from trimtab.roadmap.services.past import rebuild_rollups, rebuild_rollups_of_the_past, undo_batch, undo_change_set
from trimtab.roadmap.settings_view import (
    AreaView,
    Config,
    DimensionView,
    FieldView,
    FreshnessRuleView,
    LayoutView,
    LevelView,
    PhaseView,
    ReleaseView,
    TrackView,
    ValueView,
    get_config,
)

__all__ = [
    "BEFORE_ALL_TIME",
    "LINKED",
    "Act",
    "AreaView",
    "Beside",
    "By",
    "Config",
    "DimensionView",
    "Edge",
    "Effort",
    "FieldShape",
    "FieldType",
    "FieldView",
    "FreshnessRuleView",
    "ItemRef",
    "LayoutView",
    "LevelView",
    "NewItem",
    "NewTie",
    "PhaseView",
    "ReleaseView",
    "TrackView",
    "Transition",
    "ValueView",
    "act_on_dependency",
    "add_dependency",
    "add_relation",
    "add_setting",
    "bind_launch",
    "bulk_add_configuration",
    "bulk_create_dependencies",
    "bulk_create_items",
    "bulk_create_relations",
    "bulk_create_staged",
    "bulk_update_beside",
    "bulk_update_items",
    "canonical",
    "config",
    "confirm_fields",
    "confirm_ready",
    "create_defaults",
    "create_item",
    "create_snapshot",
    "decide_launch",
    "delete_item",
    "errors",
    "field_shapes",
    "find_items_by_key",
    "generate_increments",
    "get_config",
    "item_document",
    "item_json",
    "items_by_number",
    "move_item",
    "notice_transitions",
    "periods_of",
    "rebuild_rollups",
    "rebuild_rollups_of_the_past",
    "remove_dependency",
    "remove_relation",
    "reserve_numbers",
    "rolled_up_once",
    "set_dimensions",
    "set_estimates",
    "set_increments",
    "set_track_phase",
    "settled",
    "slug_of",
    "tree_checked_last",
    "undo_batch",
    "undo_change_set",
    "update_item",
    "update_setting",
]

BEFORE_ALL_TIME = rules.BEFORE_ALL_TIME
Edge = rules.Edge
settled = rules.settled
periods_of = items.periods_of


@dataclass(frozen=True, slots=True)
class ItemRef:
    """An item as it stands after a write. ``number`` follows the workspace's prefix in what people call it."""

    id: UUID
    number: int
    version: int


def _ref(item: Item) -> ItemRef:
    return ItemRef(item.id, item.number, item.version)


def create_item(
    *,
    actor: Actor,
    clock: Clock,
    values: Mapping[str, Any],
    item_id: UUID | None = None,
    batch: UUID | None = None,
) -> ItemRef:
    """See ``services.items.create_item``."""
    return _ref(items.create_item(actor=actor, clock=clock, values=values, item_id=item_id, batch=batch))


def update_item(
    *,
    actor: Actor,
    clock: Clock,
    item_id: UUID,
    changes: Mapping[str, Any],
    version: int | None = None,
    note: str = "",
    batch: UUID | None = None,
) -> ItemRef:
    """See ``services.items.update_item``; without ``version`` the write is made on whatever stands."""
    if version is None:
        version = queries.get_item(actor, item_id, lock=True).version
    return _ref(
        items.update_item(
            actor=actor, clock=clock, item_id=item_id, version=version, changes=changes, note=note, batch=batch
        )
    )


def delete_item(*, actor: Actor, clock: Clock, item_id: UUID, with_children: bool = False) -> int:
    """See ``services.items.delete_item``."""
    return items.delete_item(actor=actor, clock=clock, item_id=item_id, with_children=with_children)


def move_item(
    *,
    actor: Actor,
    clock: Clock,
    item_id: UUID,
    parent: tuple[UUID | None] | None = None,
    before_id: UUID | None = None,
    after_id: UUID | None = None,
) -> ItemRef:
    """See ``services.tree.move_item``; made on whatever stands."""
    version = queries.get_item(actor, item_id, lock=True).version
    return _ref(
        tree.move_item(
            actor=actor,
            clock=clock,
            item_id=item_id,
            version=version,
            parent=parent,
            before_id=before_id,
            after_id=after_id,
        )
    )


def set_estimates(*, actor: Actor, clock: Clock, item_id: UUID, efforts: Iterable[Effort]) -> None:
    """See ``services.estimates.set_estimates``."""
    estimates.set_estimates(actor=actor, clock=clock, item_id=item_id, efforts=efforts)


def set_track_phase(*, actor: Actor, clock: Clock, item_id: UUID, track_id: UUID, phase_id: UUID | None) -> None:
    """See ``services.estimates.set_track_phase``."""
    estimates.set_track_phase(actor=actor, clock=clock, item_id=item_id, track_id=track_id, phase_id=phase_id)


def set_dimensions(*, actor: Actor, clock: Clock, item_id: UUID, values: Mapping[str, list[UUID]]) -> None:
    """See ``services.dimensions.set_dimensions``."""
    dimensions.set_dimensions(actor=actor, clock=clock, item_id=item_id, values=values)


def add_dependency(
    *, actor: Actor, clock: Clock, from_id: UUID, to_id: UUID, values: Mapping[str, Any] | None = None, note: str = ""
) -> UUID:
    """See ``services.dependencies.ask_dependency``."""
    made: UUID = dependencies.ask_dependency(
        actor=actor, clock=clock, from_id=from_id, to_id=to_id, values=values, note=note
    ).id
    return made


def act_on_dependency(
    *,
    actor: Actor,
    clock: Clock,
    dependency_id: UUID,
    act: Act,
    by: By | None = None,
    reason: str | None = None,
    note: str = "",
) -> None:
    """See ``services.dependencies.act_on_dependency``; made on whatever stands."""
    version = queries.one(actor, Dependency, dependency_id, lock=True).version
    dependencies.act_on_dependency(
        actor=actor, clock=clock, dependency_id=dependency_id, version=version, act=act, by=by, reason=reason, note=note
    )


def remove_dependency(*, actor: Actor, clock: Clock, dependency_id: UUID) -> None:
    """See ``services.dependencies.remove_dependency``."""
    dependencies.remove_dependency(actor=actor, clock=clock, dependency_id=dependency_id)


def generate_increments(
    *,
    actor: Actor,
    clock: Clock,
    kind: str,
    starts_on: date,
    until: date,
    weeks: int | None = None,
    team_id: UUID | None = None,
    name: str = "",
) -> list[UUID]:
    """See ``services.releases.generate_increments``; gives their ids, the earliest first."""
    made = releases.generate_increments(
        actor=actor, clock=clock, kind=kind, starts_on=starts_on, until=until, weeks=weeks, team_id=team_id, name=name
    )
    return [each.id for each in made]


def set_increments(*, actor: Actor, clock: Clock, item_id: UUID, increment_ids: Sequence[UUID]) -> None:
    """See ``services.releases.set_increments``."""
    releases.set_increments(actor=actor, clock=clock, item_id=item_id, increment_ids=increment_ids)


def bind_launch(
    *, actor: Actor, clock: Clock, launch_id: UUID, item_ids: Sequence[UUID], release_ids: Sequence[UUID]
) -> None:
    """See ``services.launches.bind_launch``."""
    launches.bind_launch(actor=actor, clock=clock, launch_id=launch_id, item_ids=item_ids, release_ids=release_ids)


def decide_launch(*, actor: Actor, clock: Clock, launch_id: UUID, verdict: str | None, reason: str = "") -> None:
    """See ``services.launches.decide_launch``; made on whatever stands."""
    version = launches.get_launch(actor, launch_id).version
    launches.decide_launch(
        actor=actor, clock=clock, launch_id=launch_id, version=version, verdict=verdict, reason=reason
    )


def confirm_ready(*, actor: Actor, clock: Clock, ready_id: UUID, ready: bool, note: str = "") -> None:
    """See ``services.launches.confirm_ready``."""
    launches.confirm_ready(actor=actor, clock=clock, ready_id=ready_id, ready=ready, note=note)


def create_snapshot(*, actor: Actor, clock: Clock, name: str, at: datetime | None = None, note: str = "") -> UUID:
    """See ``services.snapshots.create_snapshot``; gives its id."""
    made: UUID = snapshots.create_snapshot(actor=actor, clock=clock, name=name, at=at, note=note).id
    return made


def add_relation(*, actor: Actor, clock: Clock, from_id: UUID, to_id: UUID, relation_type: str) -> UUID:
    """See ``services.links.add_relation``."""
    made: UUID = links.add_relation(
        actor=actor, clock=clock, from_id=from_id, to_id=to_id, relation_type=relation_type
    ).id
    return made


def remove_relation(*, actor: Actor, clock: Clock, relation_id: UUID) -> None:
    """See ``services.links.remove_relation``."""
    links.remove_relation(actor=actor, clock=clock, relation_id=relation_id)


def add_setting(
    *,
    actor: Actor,
    clock: Clock,
    kind: str,
    values: Mapping[str, Any],
    record_id: UUID | None = None,
    batch: UUID | None = None,
) -> UUID:
    """Add an area, level, track, phase, dimension, dimension_value, release, increment, launch,
    launch_check, launch_ready or custom_field; gives its id."""
    made: UUID = settings.create_setting(
        actor=actor, clock=clock, kind=kind, values=values, record_id=record_id, batch=batch
    ).id
    return made


def update_setting(*, actor: Actor, clock: Clock, kind: str, record_id: UUID, changes: Mapping[str, Any]) -> None:
    """See ``services.config.update_setting``; made on whatever stands."""
    version = queries.one(actor, settings.SETTINGS[kind].model, record_id, lock=True).version
    settings.update_setting(actor=actor, clock=clock, kind=kind, record_id=record_id, version=version, changes=changes)


def config(actor: Actor) -> dict[str, Any]:
    """``get_config`` as a document: a list for each kind."""
    known = get_config(actor)
    return {kind.name: list(getattr(known, kind.name)) for kind in fields(known)}


def field_shapes(actor: Actor) -> dict[str, FieldShape]:
    """How the workspace's own fields of items keep their values, by key; see ``canonical``."""
    return custom.shapes(actor)


def find_items_by_key(actor: Actor, keys: Iterable[str]) -> dict[str, UUID]:
    """Ids by the items' own ``key``; unknown ones are absent."""
    return queries.find_items_by_key(actor, keys)


def items_by_number(actor: Actor, numbers: Iterable[int]) -> dict[int, UUID]:
    """Ids by number; unknown ones are absent."""
    return queries.find_items_by_number(actor, numbers)


def reserve_numbers(actor: Actor, count: int) -> int:
    """Take ``count`` consecutive item numbers out of the pool; gives the first. Holds others up until the commit."""
    return queries.take_numbers(actor, count)
