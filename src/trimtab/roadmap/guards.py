"""Which fields of the plan can be kept from some, and an item's document without them."""

from typing import Any, Final

import orjson

from trimtab.core import guards
from trimtab.core.actors import Actor
from trimtab.core.guards import Guard

_DATES = ("start_on", "start_precision", "end_on", "end_precision")


def _own(name: str, label: str, *columns: str, fields: tuple[str, ...] = ()) -> Guard:
    """A field that lies on the item itself."""
    return Guard(name, label, {"item": (name, *fields)}, {"item": columns}, columns)


ITEM: Final = (
    _own("benefit", "Benefit", "benefit"),
    Guard(
        "effort",
        "Effort and estimates",
        {"item": ("effort", "effort.rolled", "missing.rolled"), "estimate": ("low", "likely", "high")},
        {"estimate": ("low", "likely", "high")},
        ("estimates",),
    ),
    _own("health", "Health and its note", "health", "health_note",
         fields=("health.note", "health.rolled", "health.stated", "health.inferred", "health.inferred.why",
                 "health.current", "health.source",
                 "health.why", "health.by", "health.at", "health.until")),
    _own("owner", "Owner", "owner_id"),
    _own("progress", "Progress", "progress", fields=("progress.rolled",)),
    _own("horizon", "Horizon", "horizon", fields=("horizon.suggested", "horizon.current")),
    _own("release", "Release", "release_id"),
    _own("tags", "Tags", "tags"),
    _own(
        "timeframe",
        "Timeframe",
        *_DATES,
        fields=("start", "start.precision", "end", "end.precision", "start.rolled", "start.precision.rolled",
                "end.rolled", "end.precision.rolled"),
    ),
    Guard("text", "Description", {"item": ("text",)}, {"item_text": ("body",)}, ("description", "description_version")),
)  # fmt: skip
_EMPTY: Final[dict[str, Any]] = {"estimates": [], "tags": [], "description": "", "description_version": 0}
_ROLLED: Final = {
    "effort": ("effort",), "health": ("health",), "progress": ("progress",), "timeframe": _DATES,
}  # fmt: skip
_MISSING: Final = {"effort": "effort", "health": "health", "timeframe": "dates"}


def register() -> None:
    """Tell core. Called before the sources are."""
    guards.register("item", *ITEM)


def seen_item(actor: Actor, text: str, dimensions: dict[str, str], fields: dict[str, str]) -> bytes:
    """An item's document without what is kept from the actor.

    ``dimensions`` and ``fields`` give the id of each key.
    """
    document = orjson.loads(text)
    for key in guards.hidden_keys(actor, "item"):
        document[key] = _EMPTY.get(key)
    document["dimensions"] = _kept(actor, document["dimensions"], "dim", dimensions)
    document["custom"] = _kept(actor, document["custom"], "custom", fields)
    document["review"] = None
    for name in guards.hidden_names(actor, "item"):
        document["rolled"].update(dict.fromkeys(_ROLLED.get(name, ())))
        if name in _MISSING:
            document["rolled"]["missing"][_MISSING[name]] = 0
    return orjson.dumps(document)


def _kept(actor: Actor, values: dict[str, Any], kind: str, ids: dict[str, str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if not guards.hides(actor, f"item.{kind}.{ids.get(key)}")}
