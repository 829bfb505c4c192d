"""What a client needs to know of a workspace before it can draw anything."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from trimtab import settings
from trimtab.accounts import public as accounts
from trimtab.accounts.api import workspace_out
from trimtab.accounts.schemas import WorkspaceOut
from trimtab.core import guards
from trimtab.core.edge import REFUSALS, actor_of
from trimtab.core.errors import NotFound
from trimtab.roadmap import public as roadmap
from trimtab.roadmap import schemas as roadmap_schemas
from trimtab.roadmap import schemas_delivery as delivery
from trimtab.roadmap import schemas_rules as rules
from trimtab.sample.content import PASSWORD

router = Router(tags=["config"])


class LensOf(Schema):
    """A day, which means its end where the workspace is, or an instant."""

    as_of: str | None = None
    known_on: str | None = None


class TeamRef(Schema):
    id: UUID
    key: str
    name: str
    parent_id: UUID | None


class PersonRef(Schema):
    id: UUID
    name: str
    email: str
    active: bool


class ConfigOut(Schema):
    """The words, people and places of a workspace. Lists come in the order in which they are shown.

    ``hidden`` names the fields of items that are kept from the caller.
    """

    workspace: WorkspaceOut
    levels: list[roadmap_schemas.LevelOut]
    tracks: list[roadmap_schemas.TrackOut]
    phases: list[roadmap_schemas.PhaseOut]
    areas: list[roadmap_schemas.AreaOut]
    teams: list[TeamRef]
    people: list[PersonRef]
    dimensions: list[roadmap_schemas.DimensionOut]
    custom_fields: list[roadmap_schemas.FieldOut]
    releases: list[delivery.ReleaseOut]
    increments: list[delivery.IncrementOut]
    hidden: list[str]
    layouts: list[rules.ItemLayoutOut]
    freshness_rules: list[rules.FreshnessRuleOut]


@router.get("/config", response={200: ConfigOut} | REFUSALS, operation_id="getConfig")
def get_config(request: HttpRequest, lens: Query[LensOf]) -> dict[str, Any]:
    """As it is today or, with ``as_of`` and ``known_on``, with the names and records of then.

    The workspace's own settings are always today's.
    """
    actor = actor_of(request)
    config = roadmap.config(actor)
    return config | {
        "custom_fields": [f for f in config["custom_fields"] if not guards.hides(actor, f"{f.entity}.custom.{f.id}")],
        "dimensions": [d for d in config["dimensions"] if not guards.hides(actor, f"item.dim.{d.id}")],
        "hidden": guards.hidden_names(actor, "item"),
        "workspace": workspace_out(accounts.get_workspace(actor)),
        "teams": accounts.list_teams(actor),
        "people": accounts.list_people(actor),
    }


class DemoAccountOut(Schema):
    email: str
    password: str
    name: str
    role: str
    workspace: str


@router.get("/demo-accounts", response={200: list[DemoAccountOut]} | REFUSALS, operation_id="listDemoAccounts")
def list_demo_accounts(request: HttpRequest) -> list[dict[str, Any]]:
    """Who can sign in to the sample company. Only where the demo runs; elsewhere there is nothing here."""
    if not settings.CURRENT.demo:
        raise NotFound("There is nothing here.")
    return [
        {"email": user.email, "password": PASSWORD, "name": user.name, "role": place.role, "workspace": place.slug}
        for user in accounts.list_sample_users()
        for place in accounts.list_places(user.id)[:1]
    ]
