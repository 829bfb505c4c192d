"""Endpoints of increments, launches, baselines and the schedule. Shape and status only."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field, model_validator

from trimtab.core.edge import REFUSALS, actor_of, clock_of
from trimtab.roadmap import schemas_delivery as schemas
from trimtab.roadmap.services import config, launches, releases, schedule, snapshots
from trimtab.roadmap.services.launches import LaunchView
from trimtab.roadmap.services.schedule import ScheduleView

router = Router()
LAUNCH = {200: schemas.LaunchOut} | REFUSALS
INCREMENTS = {200: list[schemas.IncrementOut]} | REFUSALS


@router.post("/increment-series", response={201: list[schemas.IncrementOut]} | REFUSALS,
             operation_id="generateIncrements", tags=["increments"])  # fmt: skip
def generate_increments(request: HttpRequest, body: schemas.GenerateIn) -> Status[list[Any]]:
    """Make all from a day on; what is there already is left. Answers 409 `overlaps`."""
    made = releases.generate_increments(actor=actor_of(request), clock=clock_of(request), **body.model_dump())
    return Status(201, made)


@router.put("/items/{item_id}/increments", response=INCREMENTS, operation_id="setItemIncrements", tags=["increments"])
def set_item_increments(request: HttpRequest, item_id: UUID, body: schemas.ItemIncrementsIn) -> list[Any]:
    """Let the item be worked on in exactly these; answers with them."""
    actor = actor_of(request)
    releases.set_increments(actor=actor, clock=clock_of(request), item_id=item_id, increment_ids=body.increment_ids)
    wanted = set(body.increment_ids)
    return [each for each in releases.list_increments(actor) if each.id in wanted]


@router.get("/launches", response={200: list[schemas.LaunchOut]} | REFUSALS, operation_id="listLaunches",
            tags=["launches"])  # fmt: skip
def list_launches(request: HttpRequest) -> list[LaunchView]:
    """Every launch with all that belongs to it, the soonest first. Live, or as they were."""
    return launches.list_launches(actor_of(request))


@router.post("/launches", response={201: schemas.LaunchOut} | REFUSALS, operation_id="createLaunch", tags=["launches"])
def create_launch(request: HttpRequest, body: schemas.LaunchIn) -> Status[LaunchView]:
    actor = actor_of(request)
    values = body.model_dump(exclude_unset=True)
    made = config.create_setting(actor=actor, clock=clock_of(request), kind="launch", values=values)
    return Status(201, launches.get_launch(actor, made.id))


@router.get("/launches/{launch_id}", response=LAUNCH, operation_id="getLaunch", tags=["launches"])
def get_launch(request: HttpRequest, launch_id: UUID) -> LaunchView:
    """A launch with all that belongs to it. Live, or as it was."""
    return launches.get_launch(actor_of(request), launch_id)


@router.patch("/launches/{launch_id}", response=LAUNCH, operation_id="updateLaunch", tags=["launches"])
def update_launch(request: HttpRequest, launch_id: UUID, body: schemas.LaunchChange) -> LaunchView:
    """Write some fields. Answers 409 `stale_version` if one of them changed since `version`."""
    actor = actor_of(request)
    config.update_setting(
        actor=actor,
        clock=clock_of(request),
        kind="launch",
        record_id=launch_id,
        version=body.version,
        changes=body.set.model_dump(exclude_unset=True),
    )
    return launches.get_launch(actor, launch_id)


@router.delete("/launches/{launch_id}", response={204: None} | REFUSALS, operation_id="deleteLaunch",
               tags=["launches"])  # fmt: skip
def delete_launch(request: HttpRequest, launch_id: UUID) -> Status[None]:
    """Delete a launch with its checklist; what it binds stays."""
    config.delete_setting(actor=actor_of(request), clock=clock_of(request), kind="launch", record_id=launch_id)
    return Status(204, None)


@router.put("/launches/{launch_id}/binds", response=LAUNCH, operation_id="bindLaunch", tags=["launches"])
def bind_launch(request: HttpRequest, launch_id: UUID, body: schemas.BindIn) -> LaunchView:
    """Let it bring exactly these items and releases to market."""
    actor = actor_of(request)
    launches.bind_launch(actor=actor, clock=clock_of(request), launch_id=launch_id, **body.model_dump())
    return launches.get_launch(actor, launch_id)


@router.post("/launches/{launch_id}/decide", response=LAUNCH, operation_id="decideLaunch", tags=["launches"])
def decide_launch(request: HttpRequest, launch_id: UUID, body: schemas.DecideIn) -> LaunchView:
    """Go or no-go, and why; null takes it back."""
    actor = actor_of(request)
    launches.decide_launch(actor=actor, clock=clock_of(request), launch_id=launch_id, **body.model_dump())
    return launches.get_launch(actor, launch_id)


@router.post("/launch-checks/{check_id}/tick", response={200: schemas.CheckOut} | REFUSALS, operation_id="tickCheck",
             tags=["launches"])  # fmt: skip
def tick_check(request: HttpRequest, check_id: UUID, body: schemas.TickIn) -> launches.CheckView:
    """Tick a line of a checklist: its owner, or an editor."""
    done = launches.tick_check(actor=actor_of(request), clock=clock_of(request), check_id=check_id, done=body.done)
    return launches.check_view(done)


@router.post("/launch-readiness/{ready_id}/confirm", response={200: schemas.ReadyOut} | REFUSALS,
             operation_id="confirmReady", tags=["launches"])  # fmt: skip
def confirm_ready(request: HttpRequest, ready_id: UUID, body: schemas.ReadyConfirmIn) -> launches.ReadyView:
    """Say that a part of the company is ready: the person it waits for, or an editor."""
    confirmed = launches.confirm_ready(
        actor=actor_of(request), clock=clock_of(request), ready_id=ready_id, ready=body.ready, note=body.note
    )
    return launches.ready_view(confirmed)


@router.get("/snapshots", response={200: list[schemas.SnapshotOut]} | REFUSALS, operation_id="listSnapshots",
            tags=["snapshots"])  # fmt: skip
def list_snapshots(request: HttpRequest) -> list[Any]:
    """Every baseline, the latest first."""
    return snapshots.list_snapshots(actor_of(request))


@router.post("/snapshots", response={201: schemas.SnapshotOut} | REFUSALS, operation_id="createSnapshot",
             tags=["snapshots"])  # fmt: skip
def create_snapshot(request: HttpRequest, body: schemas.SnapshotIn) -> Status[Any]:
    """Name an instant: now, or one that has passed. Answers 409 `already_exists`."""
    made = snapshots.create_snapshot(actor=actor_of(request), clock=clock_of(request), **body.model_dump())
    return Status(201, made)


@router.delete("/snapshots/{snapshot_id}", response={204: None} | REFUSALS, operation_id="deleteSnapshot",
               tags=["snapshots"])  # fmt: skip
def delete_snapshot(request: HttpRequest, snapshot_id: UUID) -> Status[None]:
    """Forget the name; the past itself stays."""
    snapshots.delete_snapshot(actor=actor_of(request), clock=clock_of(request), snapshot_id=snapshot_id)
    return Status(204, None)


class ComparedOf(Schema):
    text: str = Field("", max_length=2000, description="A query: which items to compare.")


@router.get("/snapshots/{snapshot_id}/comparison", response={200: schemas.ComparisonOut} | REFUSALS,
            operation_id="compareSnapshot", tags=["snapshots"])  # fmt: skip
def compare_snapshot(request: HttpRequest, snapshot_id: UUID, of: Query[ComparedOf]) -> dict[str, Any]:
    """What moved, was added, dropped or changed since, and by how much."""
    actor = actor_of(request)
    found = snapshots.compare_snapshot(actor, clock_of(request), snapshot_id, text=of.text)
    return {
        "snapshot": snapshots.get_snapshot(actor, snapshot_id),
        "differences": [_difference(each) for each in found.differences],
        "same": found.same,
        "truncated": found.truncated,
    }


def _difference(each: snapshots.Difference) -> dict[str, Any]:
    known = {name: getattr(each, name) for name in ("id", "ref", "title", "what", "deleted", "start", "end")}
    return known | {"fields": {name: {"then": then, "now": now} for name, (then, now) in each.fields.items()}}


class ScheduleOf(Schema):
    """At most one; without any, every item that is tied to another."""

    item: UUID | None = None
    release: UUID | None = None
    launch: UUID | None = None

    @model_validator(mode="after")
    def one_target(self) -> "ScheduleOf":
        """Raises ValueError where two are named."""
        if sum(each is not None for each in (self.item, self.release, self.launch)) > 1:
            raise ValueError("Name an item, a release or a launch, not several.")
        return self


@router.get("/schedule", response={200: schemas.ScheduleOut} | REFUSALS, operation_id="getSchedule", tags=["schedule"])
def get_schedule(request: HttpRequest, of: Query[ScheduleOf]) -> ScheduleView:
    """Earliest and latest days, slack, and the chain that decides the end. Live, or as it was."""
    target = schedule.Target(of.item, of.release, of.launch)
    return schedule.get_schedule(actor_of(request), clock_of(request), target)
