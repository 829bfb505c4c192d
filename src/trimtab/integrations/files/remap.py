"""Changes what a recipe does with single columns. Pure: TOML in, TOML out."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trimtab.integrations.files.recipe import loads
from trimtab.integrations.files.recognise import toml_text

LEFT_OUT = ""
_PLACES = ("id", "url")


@dataclass(frozen=True, slots=True)
class NewField:
    """A custom field that the workspace has none of yet."""

    key: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """What ``column``, as the file calls it, is to fill: a field, ``key``, ``id``, ``url``, or nothing (empty)."""

    column: str
    target: str
    new: NewField | None = None


@dataclass(frozen=True, slots=True)
class Remapping:
    """What to change in a recipe; None: leave it."""

    columns: Sequence[ColumnChange] = ()
    source: str | None = None
    name: str | None = None
    level: str | None = None


def remap(text: str, change: Remapping) -> str:
    """The recipe ``text`` after ``change``. Raises BadRecipe where that is none: without a title, with two keys …"""
    content = tomllib.loads(text)
    for name in ("source", "name", "level"):
        if (value := getattr(change, name)) is not None:
            content[name] = value
    for one in change.columns:
        _release(content, _names_of(content, one.column), keep_key=one.target == LEFT_OUT)
        _place(content, one)
    _prune(content)
    written = toml_text.write(content)
    loads(written, "mapping")
    return written


def _names_of(content: Mapping[str, Any], column: str) -> set[str]:
    """A column by every name that the recipe has for it."""
    plain = column.casefold()
    others = {name for name, also in content.get("names", {}).items() if plain in {one.casefold() for one in also}}
    return {column.casefold(), *(name.casefold() for name in others)}


def _release(content: dict[str, Any], names: set[str], *, keep_key: bool) -> None:
    """Let no rule read the column any more; the key stays where nothing takes its place."""
    items = content["items"]
    for target, rule in list(items["fields"].items()):
        left = _without(rule, names)
        if left is None:
            del items["fields"][target]
        else:
            items["fields"][target] = left
    items["links"] = [link for link in items.get("links", ()) if _without(link, names) is not None]
    for place in _PLACES:
        if str(items.get(place, "")).casefold() in names:
            del items[place]
    if not keep_key and str(items.get("key", "")).casefold() in names:
        del items["key"]
    content["records"] = [
        one
        for one in content.get("records", ())
        if one.get("column", "").casefold() not in names or not one.get("column")
    ]


def _without(rule: Any, names: set[str]) -> Any:
    """A rule that does not read these columns; None where nothing is left of it."""
    if isinstance(rule, str):
        return None if rule.casefold() in names else rule
    columns = rule.get("column")
    if columns is None:
        return rule
    listed = [columns] if isinstance(columns, str) else list(columns)
    left = [one for one in listed if one.casefold() not in names]
    if left == listed:
        return rule
    return {**rule, "column": left[0] if len(left) == 1 else left} if left else None


def _place(content: dict[str, Any], one: ColumnChange) -> None:
    items = content["items"]
    if one.target == LEFT_OUT:
        return
    if one.target in {"key", *_PLACES}:
        items[one.target] = one.column
        return
    rule = items["fields"].get(one.target)
    kept = (
        {name: value for name, value in rule.items() if name not in {"column", "value"}}
        if isinstance(rule, dict)
        else {}
    )
    items["fields"][one.target] = {"column": one.column, **kept} if kept else one.column
    kind, _, key = one.target.partition(".")
    if one.new is not None:
        _ensure(content, "custom", {"key": one.new.key, "name": one.new.name, "type": one.new.type})
    elif kind == "dim":
        _ensure(content, "dimensions", {"key": key, "name": key})


def _ensure(content: dict[str, Any], part: str, wanted: Mapping[str, Any]) -> None:
    listed = content.setdefault(part, [])
    if not any(one["key"] == wanted["key"] for one in listed):
        listed.append(dict(wanted))


def _prune(content: dict[str, Any]) -> None:
    """Let go of what no field refers to any more."""
    filled = set(content["items"]["fields"])
    for part, prefix in (("custom", "custom"), ("dimensions", "dim")):
        content[part] = [one for one in content.get(part, ()) if f"{prefix}.{one['key']}" in filled]
    history = content.get("history")
    if history:
        history["fields"] = {
            name: left for name, targets in history["fields"].items() if (left := _kept(targets, filled))
        }
        if not history["fields"]:
            del content["history"]
        elif "constant" in history:
            history["constant"] = [one for one in history["constant"] if one in filled | {"level", "area"}]


def _kept(targets: Any, filled: Iterable[str]) -> Any:
    listed = [targets] if isinstance(targets, str) else list(targets)
    left = [one for one in listed if one in set(filled)]
    return left[0] if len(left) == 1 else left
