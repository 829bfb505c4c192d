"""What a new workspace begins with."""

from trimtab.core import ledger
from trimtab.core.actors import Actor, Permission
from trimtab.core.ids import new_id
from trimtab.core.models import Record
from trimtab.roadmap.models import Category, Dimension, DimensionValue, Level, Phase, Track
from trimtab.roadmap.rules import BEFORE_ALL_TIME
from trimtab.roadmap.services.common import require_write

LEVELS = (("bet", "Bet", 3), ("initiative", "Initiative", 2), ("feature", "Feature", 1), ("work_item", "Work item", 0))
TRACKS = {
    ("delivery", "Delivery"): (
        ("backlog", "Backlog", Category.TODO), ("ready", "Ready", Category.TODO), ("doing", "Doing", Category.DOING),
        ("review", "In review", Category.DOING), ("done", "Done", Category.DONE),
        ("cancelled", "Cancelled", Category.CANCELLED),
    ),
    ("discovery", "Discovery"): (
        ("idea", "Idea", Category.TODO), ("research", "Research", Category.DOING),
        ("validated", "Validated", Category.DONE), ("dropped", "Dropped", Category.CANCELLED),
    ),
    ("design", "Design"): (
        ("to-design", "To design", Category.TODO), ("designing", "Designing", Category.DOING),
        ("designed", "Designed", Category.DONE),
    ),
    ("go-to-market", "Go-to-market"): (
        ("planned", "Planned", Category.TODO), ("preparing", "Preparing", Category.DOING),
        ("launched", "Launched", Category.DONE), ("stopped", "Stopped", Category.CANCELLED),
    ),
}  # fmt: skip
DIMENSIONS = {
    ("theme", "Theme", True): (),
    ("investment_category", "Investment category", False): (
        ("growth", "Growth", "blue"), ("retention", "Retention", "teal"), ("efficiency", "Efficiency", "grape"),
        ("foundation", "Foundation", "gray"),
    ),
}  # fmt: skip


def create_defaults(*, actor: Actor) -> None:
    """The levels, tracks with their phases, and dimensions that a workspace starts with, valid since before all time.

    Raises Forbidden; AlreadyExists where the workspace has some already.
    """
    require_write(actor, Permission.CONFIGURE)
    with ledger.change_set(actor, at=BEFORE_ALL_TIME):
        for key, name, rank in LEVELS:
            _add(Level, actor, key=key, name=name, rank=rank)
        for place, ((key, name), phases) in enumerate(TRACKS.items()):
            track = _add(Track, actor, key=key, name=name, primary=place == 0, position=place)
            for position, (phase_key, phase_name, category) in enumerate(phases):
                _add(
                    Phase, actor, track_id=track.id, key=phase_key, name=phase_name, category=category,
                    position=position,
                )  # fmt: skip
        for place, ((key, name, multiple), values) in enumerate(DIMENSIONS.items()):
            dimension = _add(Dimension, actor, key=key, name=name, multiple=multiple, position=place)
            for position, (value_key, value_name, color) in enumerate(values):
                _add(
                    DimensionValue, actor, dimension_id=dimension.id, key=value_key, name=value_name, color=color,
                    position=position,
                )  # fmt: skip


def _add(model: type[Record], actor: Actor, **values: object) -> Record:
    return ledger.add(model(id=new_id(), workspace_id=actor.workspace_id, **values))
