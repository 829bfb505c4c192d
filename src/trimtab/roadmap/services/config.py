"""What a workspace is set up with: areas, levels, tracks, phases, dimensions, releases, its own fields."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from trimtab.collab import public as collab
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Conflict, Invalid
from trimtab.core.ids import new_id
from trimtab.core.models import CustomField, CustomLink, FieldType, Record
from trimtab.roadmap import queries
from trimtab.roadmap.errors import InUse
from trimtab.roadmap.models import (
    Area,
    Dimension,
    DimensionValue,
    Item,
    ItemPhase,
    ItemValue,
    Level,
    Phase,
    Release,
    Track,
)
from trimtab.roadmap.models_delivery import (
    Increment,
    ItemIncrement,
    Launch,
    LaunchCheck,
    LaunchItem,
    LaunchReady,
    LaunchRelease,
)
from trimtab.roadmap.models_rules import FreshnessRule, Layout
from trimtab.roadmap.services import formulas, freshness, layouts
from trimtab.roadmap.services.common import refusals, require_write
from trimtab.roadmap.services.launches import settled_launch
from trimtab.roadmap.services.releases import settled_release

Uses = Mapping[str, tuple[type[Record], str]]


@dataclass(frozen=True, slots=True)
class Setting:
    """One kind of configuration: what may be written, who may, and what keeps it from being deleted.

    ``whole`` gives a field's value with all its parts, those that were left out too. ``fixed`` fields are given when it
    is made and never change. ``owned`` goes with it: (model, column).
    ``settle`` makes of the record and what is asked for what is written.
    """

    model: type[Record]
    fields: frozenset[str]
    fixed: frozenset[str] = frozenset()
    uses: Uses = field(default_factory=dict)
    owned: tuple[tuple[type[Record], str], ...] = ()
    permission: Permission = Permission.CONFIGURE
    check: Callable[[Actor, Any], None] | None = None
    whole: Callable[[str, Any], Any] = lambda name, value: value
    settle: Callable[[Actor, Any, dict[str, Any]], dict[str, Any]] | None = None


def _check_area(actor: Actor, area: Any) -> None:
    seen, above = {area.id}, area.parent_id
    while above is not None:
        if above in seen:
            raise Conflict("An area cannot lie under itself.", fields={"parent_id": "Lies under this area."})
        seen.add(above)
        above = queries.one(actor, Area, above).parent_id


def move_area(actor: Actor, area_id: UUID, parent_id: UUID | None) -> None:
    """Hang an area below another, or at the top, inside the open change set. Raises NotFound, Conflict."""
    area = queries.one(actor, Area, area_id, lock=True)
    wanted = Area(id=area.id, workspace_id=area.workspace_id, parent_id=parent_id)
    _check_area(actor, wanted)
    ledger.save(area, parent_id=parent_id)


def _check_field(actor: Actor, custom: Any) -> None:
    keys = [option.get("key") for option in custom.options]
    if custom.type in {FieldType.CHOICE, FieldType.CHOICES} and not keys:
        raise Invalid("A choice needs options.", fields={"options": "Options are missing."})
    if len(set(keys)) != len(keys) or not all(isinstance(key, str) and key for key in keys):
        raise Invalid("Options need keys that differ.", fields={"options": "A key is missing or there twice."})
    if custom.key in RESERVED:
        raise Invalid("This key is taken by a built-in field.", fields={"key": "Choose another key."})
    formulas.check_definition(actor, custom)


RESERVED = frozenset(
    {
        "ref", "key", "title", "text", "level", "area", "parent", "phase", "owner", "team", "timeframe", "start", "end",
        "health", "benefit", "horizon", "tags", "release", "progress", "effort", "review", "rank", "created", "updated",
        "children", "dim", "sort", "increment", "launch", "number", "description",
    }
)  # fmt: skip

SETTINGS: dict[str, Setting] = {
    "area": Setting(
        Area, frozenset({"name", "parent_id", "owner_id", "rank"}), check=_check_area,
        uses={"items": (Item, "area_id"), "areas": (Area, "parent_id"), "layouts": (Layout, "area_id")},
    ),
    "level": Setting(
        Level, frozenset({"key", "name", "rank"}), permission=Permission.ADMIN,
        uses={
            "items": (Item, "level_id"), "layouts": (Layout, "level_id"), "freshness rules": (FreshnessRule, "level_id")
        },
    ),
    "track": Setting(
        Track, frozenset({"key", "name", "position"}), owned=((Phase, "track_id"),),
        uses={"items": (Item, "phase__track_id"), "items in the track": (ItemPhase, "track_id")},
    ),
    "phase": Setting(
        Phase, frozenset({"track_id", "key", "name", "category", "position", "review"}), fixed=frozenset({"track_id"}),
        uses={"items": (Item, "phase_id"), "items in the track": (ItemPhase, "phase_id")},
    ),
    "dimension": Setting(
        Dimension, frozenset({"key", "name", "multiple", "position"}), owned=((DimensionValue, "dimension_id"),),
        uses={"items": (ItemValue, "dimension_id")},
    ),
    "dimension_value": Setting(
        DimensionValue, frozenset({"dimension_id", "key", "name", "color", "target_share", "position"}),
        fixed=frozenset({"dimension_id"}), uses={"items": (ItemValue, "value_id")},
    ),
    "release": Setting(
        Release,
        frozenset({"key", "name", "area_id", "starts_on", "released_on", "released_precision", "state", "note"}),
        permission=Permission.EDIT, uses={"items": (Item, "release_id"), "launches": (LaunchRelease, "release_id")},
        settle=settled_release,
    ),
    "increment": Setting(
        Increment, frozenset({"key", "name", "kind", "team_id", "starts_on", "ends_on", "goal"}),
        permission=Permission.EDIT, owned=((ItemIncrement, "increment_id"),),
    ),
    "launch": Setting(
        Launch,
        frozenset({
            "name", "tier", "state", "area_id", "owner_id", "start_on", "start_precision", "end_on", "end_precision",
            "audiences", "message", "faq",
        }),
        permission=Permission.EDIT, settle=settled_launch,
        owned=(
            (LaunchCheck, "launch_id"), (LaunchReady, "launch_id"), (LaunchRelease, "launch_id"),
            (LaunchItem, "launch_id"),
        ),
    ),
    "launch_check": Setting(
        LaunchCheck, frozenset({"launch_id", "title", "owner_id", "due_on", "done", "position"}),
        fixed=frozenset({"launch_id"}), permission=Permission.EDIT,
    ),
    "launch_ready": Setting(
        LaunchReady, frozenset({"launch_id", "part", "person_id", "note"}), fixed=frozenset({"launch_id"}),
        permission=Permission.EDIT,
    ),
    "custom_field": Setting(
        CustomField,
        frozenset({"entity", "key", "name", "type", "options", "unit", "indexed", "confidential", "position", "formula",
                   "rolls_up"}),
        fixed=frozenset({"entity", "type"}), uses={"values": (CustomLink, "field_id")}, check=_check_field,
        whole=formulas.whole,
    ),
    "layout": Setting(
        Layout, frozenset({"level_id", "area_id", "sections"}), fixed=frozenset({"level_id", "area_id"}),
        check=layouts.check_layout, whole=layouts.whole,
    ),
    "freshness_rule": Setting(
        FreshnessRule, frozenset({"field", "level_id", "days"}), fixed=frozenset({"field", "level_id"}),
        check=freshness.check_rule,
    ),
}  # fmt: skip


TALKED_ABOUT = frozenset({"area", "launch", "release"})


def create_setting(
    *,
    actor: Actor,
    clock: Clock,
    kind: str,
    values: Mapping[str, Any],
    record_id: UUID | None = None,
    batch: UUID | None = None,
) -> Any:
    """Add an area, level, track, phase, dimension, dimension_value, release, increment, launch or custom_field, as
    ``kind`` says.

    A missing ``key`` is made from the name. Raises Forbidden, PastIsReadOnly, Invalid, AlreadyExists.
    """
    setting = SETTINGS[kind]
    require_write(actor, setting.permission)
    known = _known(setting, values, setting.fields)
    if "key" in setting.fields and not known.get("key"):
        known["key"] = slug_of(str(known.get("name") or ""))
    if setting.settle is not None:
        known = setting.settle(actor, setting.model(), known)
    record = setting.model(id=record_id or new_id(), workspace_id=actor.workspace_id, **known)
    if setting.check is not None:
        setting.check(actor, record)
    with refusals(), ledger.change_set(actor, batch=batch, at=clock.now):
        return ledger.add(record)


def update_setting(
    *, actor: Actor, clock: Clock, kind: str, record_id: UUID, version: int, changes: Mapping[str, Any]
) -> Any:
    """Write the fields in ``changes``.

    Raises NotFound, Forbidden, PastIsReadOnly, StaleVersion, Invalid, WrongLevel.
    """
    setting = SETTINGS[kind]
    require_write(actor, setting.permission)
    known = _known(setting, changes, setting.fields - setting.fixed)
    record: Any = queries.one(actor, setting.model, record_id, lock=True)
    if setting.settle is not None:
        known = setting.settle(actor, record, known)
    ledger.check_stale(record, version_read=version, changes=known)
    if setting.check is not None:
        wanted = setting.model(**{f.attname: getattr(record, f.attname) for f in setting.model._meta.concrete_fields})
        for name, value in known.items():
            setattr(wanted, name, value)
        setting.check(actor, wanted)
    old = getattr(record, "key", "")
    with refusals(), ledger.change_set(actor, at=clock.now):
        saved = ledger.save(record, **known)
        if kind == "custom_field":
            formulas.follow_rename(actor, old, saved.key)
        return saved


def delete_setting(*, actor: Actor, clock: Clock, kind: str, record_id: UUID, batch: UUID | None = None) -> None:
    """Delete what nothing points to; a track's phases and a dimension's values go with it.

    Raises NotFound, Forbidden, PastIsReadOnly; InUse with ``extra.counts``.
    """
    setting = SETTINGS[kind]
    require_write(actor, setting.permission)
    record: Any = queries.one(actor, setting.model, record_id, lock=True)
    counts = queries.counts_of(actor, setting.uses, record_id)
    if kind == "custom_field":
        counts |= queries.count_custom_values(actor, record_id)
    if kind == "track" and record.primary:
        raise InUse("Every item's phase is in the primary track.", counts=counts)
    if counts:
        listed = ", ".join(f"{count} {name}" for name, count in counts.items())
        raise InUse(f"It is in use: {listed}.", counts=counts)
    with refusals(), ledger.change_set(actor, at=clock.now, batch=batch):
        for model, column in setting.owned:
            queries.rows(actor, model).filter(**{column: record_id}).delete()
        if kind in TALKED_ABOUT:
            collab.delete_about(actor, kind, [record.id])
        record.delete()


def _known(setting: Setting, values: Mapping[str, Any], allowed: frozenset[str]) -> dict[str, Any]:
    unknown = sorted(set(values) - allowed)
    if unknown:
        raise Invalid("There is no such field to write.", fields=dict.fromkeys(unknown, "This cannot be written."))
    if "name" in values and not str(values["name"] or "").strip():
        raise Invalid("A name is missing.", fields={"name": "A name is missing."})
    return {name: setting.whole(name, value) for name, value in values.items()}


def slug_of(name: str) -> str:
    """A key made from a name: ``Go-to-market: Q3`` gives ``go-to-market-q3``. Raises Invalid where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")[:60]
    if not slug:
        raise Invalid("A key is missing.", fields={"key": "Give a key of letters and digits."})
    return slug


def values_of(dimension: Dimension) -> list[DimensionValue]:
    """A dimension's values, in the order in which people see them."""
    mine = DimensionValue.objects.in_workspace(dimension.workspace_id).filter(dimension_id=dimension.id)
    return list(mine.order_by("position", "key"))
