"""What belongs to an item: its history tells of these records too."""

from typing import Final

from trimtab.core import holdings, ledger, organisation
from trimtab.core.holdings import Holding
from trimtab.core.ledger import Part

PARTS: Final = (
    Part("item_text", by=("id",)),
    Part("item_value", by=("item_id",), told_by=("dimension_id", "value_id")),
    Part("item_phase", by=("item_id",), told_by=("track_id", "phase_id")),
    Part("estimate", by=("item_id",), told_by=("team_id",)),
    Part("health_statement", by=("id",)),
    Part("confirmation", by=("item_id",), told_by=("field",)),
    Part("dependency", by=("from_item_id", "to_item_id"), told_by=("from_item_id", "to_item_id")),
    Part("item_increment", by=("item_id",), told_by=("increment_id",)),
    Part("launch_item", by=("item_id",), told_by=("launch_id",)),
    Part("relation", by=("from_item_id", "to_item_id"), told_by=("from_item_id", "to_item_id", "type")),
    Part("custom_link", by=("record_id",), told_by=("field_id", "person_id", "team_id", "item_id")),
)

LAUNCH_PARTS: Final = (
    Part("launch_check", by=("launch_id",), told_by=("title",)),
    Part("launch_ready", by=("launch_id",), told_by=("part",)),
    Part("launch_release", by=("launch_id",), told_by=("release_id",)),
    Part("launch_item", by=("launch_id",), told_by=("item_id",)),
)

HOLDINGS: Final = (
    Holding("items", "Items they own", "item", "roadmap_item", "owner_id", "r.title"),
    Holding("areas", "Areas they own", "area", "roadmap_area", "owner_id", "r.name"),
    Holding("launches", "Launches they own", "launch", "roadmap_launch", "owner_id", "r.name"),
    Holding(
        "launch_checks",
        "Lines of launches",
        "launch",
        "roadmap_launchcheck",
        "owner_id",
        "r.title",
        where="not r.done",
    ),
    Holding(
        "launch_readiness",
        "Readiness they are to confirm",
        "launch",
        "roadmap_launchready",
        "person_id",
        "r.part",
        where="r.confirmed_at is null",
    ),
    Holding(
        "custom_fields",
        "Fields that name them",
        "item",
        "core_customlink",
        "person_id",
        "(select i.title from roadmap_item i where i.workspace_id = r.workspace_id and i.id = r.record_id)",
        once=("field_id", "record_id", "team_id", "item_id"),
    ),
)
_ITEM: Final = "(select i.title from roadmap_item i where i.workspace_id = r.workspace_id and i.id = r.{})"
_FIELD: Final = ("field_id", "record_id", "person_id", "item_id")
ORGANISED: Final = (
    organisation.Holding("team", "items", "Items", "roadmap_item", "team_id", "r.title", told=True),
    organisation.Holding(
        "team", "estimates", "Estimates", "roadmap_estimate", "team_id", _ITEM.format("item_id"), by="item_id",
        once=("item_id",), adds=("low", "likely", "high"), told=True,
    ),
    organisation.Holding(
        "team", "fields", "Fields that name it", "core_customlink", "team_id", _ITEM.format("record_id"),
        by="record_id", once=_FIELD,
    ),
    organisation.Holding("area", "items", "Items", "roadmap_item", "area_id", "r.title", told=True),
    organisation.Holding("area", "areas", "Areas below", "roadmap_area", "parent_id", "r.name"),
)  # fmt: skip


def register() -> None:
    """Tell the ledger and, of what a person holds, accounts. Called when the app is ready."""
    ledger.belongs("item", *PARTS)
    ledger.belongs("launch", *LAUNCH_PARTS)
    holdings.register(*HOLDINGS)
    organisation.register(*ORGANISED)
