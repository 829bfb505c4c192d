"""The configuration of a measured workspace: teams, people, areas, releases, dimensions, twenty custom fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from bench.load.shape import EMAIL, Shape
from trimtab.accounts import public as accounts
from trimtab.accounts.models import Person, Team
from trimtab.core import ledger, scope
from trimtab.core.actors import Actor, Clock, Origin
from trimtab.core.ids import new_id
from trimtab.core.models import CustomField
from trimtab.roadmap.models import Area, Dimension, DimensionValue, Level, Phase, Release
from trimtab.roadmap.services.defaults import create_defaults

CHOICES = [{"key": f"c{n}", "name": f"Choice {n}"} for n in range(8)]
FIELDS = (
    *((f"number_{n}", "number") for n in range(6)),
    *((f"choice_{n}", "choice") for n in range(5)),
    *((f"date_{n}", "date") for n in range(3)),
    *((f"flag_{n}", "bool") for n in range(2)),
    *((f"text_{n}", "text") for n in range(3)),
    ("several", "choices"),
)


@dataclass(slots=True)
class Ids:
    """Ids of what the items point to."""

    actor: Actor
    levels: Mapping[str, UUID]
    phases: list[UUID]
    teams: list[UUID] = field(default_factory=list)
    people: list[UUID] = field(default_factory=list)
    areas: list[UUID] = field(default_factory=list)
    releases: list[UUID] = field(default_factory=list)
    values: dict[str, list[tuple[UUID, UUID]]] = field(default_factory=dict)
    fields: dict[str, UUID] = field(default_factory=dict)


def configure(shape: Shape, since: datetime) -> Ids:
    """Make the workspace with everything that an item can point to, valid since the beginning of its history."""
    actor = accounts.create_workspace(
        creator_email=EMAIL, clock=Clock(since), origin=Origin.CLI, slug=shape.slug, name=shape.slug.title()
    )
    with scope.workspace(actor.workspace_id):
        create_defaults(actor=actor)
        with ledger.change_set(actor, at=since):
            return _fill(actor)


def _fill(actor: Actor) -> Ids:
    def add(model: type[Any], **values: Any) -> UUID:
        return ledger.add(model(id=new_id(), workspace_id=actor.workspace_id, **values)).id

    ids = Ids(
        actor=actor,
        levels={level.key: level.id for level in Level.objects.in_workspace(actor.workspace_id)},
        phases=[
            p.id
            for p in Phase.objects.in_workspace(actor.workspace_id).filter(track__primary=True).order_by("position")
        ],
    )
    ids.teams = [add(Team, key=f"team-{n}", name=f"Team {n}") for n in range(24)]
    ids.people = [add(Person, name=f"Person {n}") for n in range(200)]
    lines = [add(Area, name=f"Line {n}") for n in range(6)]
    ids.areas = [add(Area, name=f"Product {n}", parent_id=lines[n % 6]) for n in range(36)]
    ids.releases = [add(Release, key=f"r{n}", name=f"Release {n}") for n in range(12)]
    for key, count in (("theme", 10), ("segment", 6), ("market", 12)):
        ids.values[key] = _dimension(add, actor, key, count)
    for place, (key, kind) in enumerate(FIELDS):
        options = CHOICES if kind.startswith("choice") else []
        ids.fields[key] = add(CustomField, key=key, name=key.title(), type=kind, options=options, position=place)
    return ids


def _dimension(add: Any, actor: Actor, key: str, count: int) -> list[tuple[UUID, UUID]]:
    found = Dimension.objects.in_workspace(actor.workspace_id).filter(key=key).first()
    dimension = found.id if found else add(Dimension, key=key, name=key.title())
    return [
        (dimension, add(DimensionValue, dimension_id=dimension, key=f"{key}-{n}", name=f"{key.title()} {n}"))
        for n in range(count)
    ]
