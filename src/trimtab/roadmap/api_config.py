"""Endpoints of what a workspace is set up with. Each kind is created, changed and deleted in the same way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from trimtab.core.edge import REFUSALS, actor_of, clock_of
from trimtab.roadmap import schemas, settings_view
from trimtab.roadmap import schemas_delivery as delivery
from trimtab.roadmap import schemas_rules as rules
from trimtab.roadmap.schemas_base import Body, Change
from trimtab.roadmap.services import config, launches, replace

router = Router(tags=["config"])


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of configuration as the API shows it. ``view`` makes of a record what ``out`` says."""

    kind: str
    path: str
    name: str
    body: type[Body]
    change: type[Change]
    out: type[Schema]
    view: Callable[[Any], Any]


def _viewed(kind: Any) -> Callable[[Any], Any]:
    return lambda record: settings_view.view(kind, record)


def _dimension(record: Any) -> Any:
    values = [settings_view.view(settings_view.ValueView, value) for value in config.values_of(record)]
    return settings_view.view(settings_view.DimensionView, record, values=tuple(values))


KINDS = (
    Kind("area", "areas", "Area", schemas.AreaIn, schemas.AreaChange, schemas.AreaOut,
         _viewed(settings_view.AreaView)),
    Kind("level", "levels", "Level", schemas.LevelIn, schemas.LevelChange, schemas.LevelOut,
         _viewed(settings_view.LevelView)),
    Kind("track", "tracks", "Track", schemas.TrackIn, schemas.TrackChange, schemas.TrackOut,
         _viewed(settings_view.TrackView)),
    Kind("phase", "phases", "Phase", schemas.PhaseIn, schemas.PhaseChange, schemas.PhaseOut,
         _viewed(settings_view.PhaseView)),
    Kind("dimension", "dimensions", "Dimension", schemas.DimensionIn, schemas.DimensionChange, schemas.DimensionOut,
         _dimension),
    Kind("dimension_value", "dimension-values", "DimensionValue", schemas.ValueIn, schemas.ValueChange,
         schemas.ValueOut, _viewed(settings_view.ValueView)),
    Kind("release", "releases", "Release", delivery.ReleaseIn, delivery.ReleaseChange, delivery.ReleaseOut,
         _viewed(settings_view.ReleaseView)),
    Kind("increment", "increments", "Increment", delivery.IncrementIn, delivery.IncrementChange,
         delivery.IncrementOut, lambda record: record),
    Kind("launch_check", "launch-checks", "LaunchCheck", delivery.CheckIn, delivery.CheckChange, delivery.CheckOut,
         launches.check_view),
    Kind("launch_ready", "launch-readiness", "LaunchReady", delivery.ReadyIn, delivery.ReadyChange, delivery.ReadyOut,
         launches.ready_view),
    Kind("custom_field", "custom-fields", "CustomField", schemas.FieldIn, schemas.FieldChange, schemas.FieldOut,
         _viewed(settings_view.FieldView)),
    Kind("layout", "layouts", "Layout", rules.ItemLayoutIn, rules.ItemLayoutChange, rules.ItemLayoutOut,
         _viewed(settings_view.LayoutView)),
    Kind("freshness_rule", "freshness-rules", "FreshnessRule", rules.FreshnessRuleIn, rules.FreshnessRuleChange,
         rules.FreshnessRuleOut, _viewed(settings_view.FreshnessRuleView)),
)  # fmt: skip


def _offer(kind: Kind) -> None:
    def create(request: HttpRequest, body: Any) -> Status[Any]:
        record = config.create_setting(
            actor=actor_of(request), clock=clock_of(request), kind=kind.kind, values=body.model_dump(exclude_unset=True)
        )
        return Status(201, kind.view(record))

    def update(request: HttpRequest, record_id: UUID, body: Any) -> Any:
        record = config.update_setting(
            actor=actor_of(request),
            clock=clock_of(request),
            kind=kind.kind,
            record_id=record_id,
            version=body.version,
            changes=body.set.model_dump(exclude_unset=True),
        )
        return kind.view(record)

    def delete(request: HttpRequest, record_id: UUID) -> Status[None]:
        config.delete_setting(actor=actor_of(request), clock=clock_of(request), kind=kind.kind, record_id=record_id)
        return Status(204, None)

    create.__annotations__["body"] = kind.body
    update.__annotations__["body"] = kind.change
    words = kind.kind.replace("_", " ")
    one = f"/{kind.path}/{{record_id}}"
    for method, path, function, status, out, told in (
        (router.post, f"/{kind.path}", create, 201, kind.out, "Answers 409 `already_exists` for a key that is taken."),
        (router.patch, one, update, 200, kind.out, "Answers 409 `stale_version` if a field changed since `version`."),
        (router.delete, one, delete, 204, None, "Answers 409 `in_use`, with counts, while something points to it."),
    ):
        method(
            path,
            response={status: out} | REFUSALS,
            operation_id=f"{function.__name__}{kind.name}",
            summary=f"{function.__name__.title()} {words}",
            description=told,
        )(function)


for _kind in KINDS:
    _offer(_kind)


class UsesOut(Schema):
    """How many of what point to it; empty where nothing does."""

    counts: dict[str, int]


class ReplaceIn(Body):
    """``into`` null: what points to it points to nothing then."""

    into: UUID | None = None


class ReplacedOut(Schema):
    """``batch_id`` can be undone."""

    batch_id: UUID
    counts: dict[str, int]


KindWord = Literal["area", "level", "track", "phase", "dimension", "dimension_value", "release", "custom_field"]


@router.get("/settings/{kind}/{record_id}/uses", response={200: UsesOut} | REFUSALS, operation_id="listUses")
def list_uses(request: HttpRequest, kind: KindWord, record_id: UUID) -> dict[str, Any]:
    """What points to a setting, before it is deleted."""
    return {"counts": replace.uses_of(actor_of(request), kind, record_id)}


@router.post("/settings/{kind}/{record_id}/replace", response={200: ReplacedOut} | REFUSALS,
             operation_id="replaceSetting")  # fmt: skip
def replace_setting(request: HttpRequest, kind: KindWord, record_id: UUID, body: ReplaceIn) -> replace.Replaced:
    """Delete a setting; what points to it points to another one then. One batch."""
    return replace.replace_setting(
        actor=actor_of(request), clock=clock_of(request), kind=kind, record_id=record_id, into=body.into
    )
