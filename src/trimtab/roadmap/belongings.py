"""What belongs to an item: its history tells of these records too."""

from typing import Final

from trimtab.core import ledger
from trimtab.core.ledger import Part

PARTS: Final = (
    Part("item_text", by=("id",)),
    Part("item_value", by=("item_id",), told_by=("dimension_id", "value_id")),
    Part("item_phase", by=("item_id",), told_by=("track_id", "phase_id")),
    Part("estimate", by=("item_id",), told_by=("team_id",)),
    Part("dependency", by=("from_item_id", "to_item_id"), told_by=("from_item_id", "to_item_id")),
    Part("relation", by=("from_item_id", "to_item_id"), told_by=("from_item_id", "to_item_id", "type")),
    Part("custom_link", by=("record_id",), told_by=("field_id", "person_id", "team_id", "item_id")),
)


def register() -> None:
    """Tell the ledger. Called when the app is ready."""
    ledger.belongs("item", *PARTS)
