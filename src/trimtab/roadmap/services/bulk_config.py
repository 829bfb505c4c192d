"""Configuration that comes along with many items: inside the change set of whoever brings it, in one statement each."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max

from trimtab.core.actors import Actor, Permission
from trimtab.core.bulk import insert_rows
from trimtab.core.errors import Conflict
from trimtab.core.models import CustomField, Record
from trimtab.roadmap import queries
from trimtab.roadmap.models import Area, Dimension, DimensionValue, Phase, Release, Track
from trimtab.roadmap.services.common import refusals, require_write

_MODELS: dict[str, type[Record]] = {
    "area": Area, "dimension": Dimension, "dimension_value": DimensionValue, "phase": Phase, "release": Release,
    "custom_field": CustomField,
}  # fmt: skip


def bulk_add_configuration(actor: Actor, kind: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert areas, dimensions, values (dimension_value), phases, releases or custom fields; gives how many.

    A row maps columns to JSON-safe values, ``id`` and ``name`` among them. Phases join the primary track, behind those
    that are there. Fields and dimensions are for those who configure.
    Raises Forbidden, AlreadyExists, Conflict (no primary track).
    """
    require_write(actor, Permission.CONFIGURE if kind in {"custom_field", "dimension"} else Permission.EDIT)
    model = _MODELS[kind]
    if model in (Area, Release):
        placed = rows
    else:
        last = queries.rows(actor, model).aggregate(last=Max("position"))["last"]
        first = 0 if last is None else last + 1
        track = {"track_id": _primary_track(actor)} if model is Phase else {}
        placed = [{**track, "position": place, **row} for place, row in enumerate(rows, start=first)]
    with refusals():
        return insert_rows(model, actor.workspace_id, placed)


def _primary_track(actor: Actor) -> Any:
    track = queries.rows(actor, Track).filter(primary=True).first()
    if track is None:
        raise Conflict("This workspace has no primary track: set it up first.")
    return track.pk
