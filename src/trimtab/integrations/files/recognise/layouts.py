"""Which shipped layout files have, and a shipped recipe fitted to the columns and values at hand."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from trimtab.integrations.files.reading import Table
from trimtab.integrations.files.recipe import packaged
from trimtab.integrations.files.recognise.customs import CustomFields
from trimtab.integrations.files.recognise.known import KnownFields
from trimtab.integrations.files.recognise.meaning import means
from trimtab.integrations.files.recognise.names import Names, mentioned
from trimtab.integrations.files.recognise.profile import Survey
from trimtab.integrations.files.recognise.proposal import LayoutScore
from trimtab.integrations.files.rules import Recipe
from trimtab.integrations.files.words import folded

_LEAST = 0.5
_LINK = ("Outward issue link (", "Inward issue link (", "Enlace de incidencia")


@cache
def layouts() -> Mapping[str, Recipe]:
    """The shipped recipes that can be recognised, by name."""
    return {name: recipe for name, recipe in packaged().items() if recipe.layout is not None}


def score(recipe: Recipe, table: Table) -> float:
    """How well a table fits a layout, 0..1: nothing without key and necessary columns, more with each usual one."""
    layout = recipe.layout
    if layout is None or table.reading.format not in layout.formats:
        return 0.0
    names = Names(table.header)
    if not all(names.find(recipe, name) for name in (*layout.must, *recipe.items.keys)):
        return 0.0
    signs = [bool(names.find(recipe, name)) for name in layout.signs]
    own = len(layout.must) / max(len({folded(name) for name in table.headers}), 1)
    return round(min(1.0, 0.5 + 0.5 * max(sum(signs) / max(min(len(signs), 6), 1), own)), 2)


def ranked(tables: Sequence[Table]) -> list[LayoutScore]:
    """The layouts that fit a table, by their best one; empty when none does."""
    found = [
        LayoutScore(name, recipe.layout.label if recipe.layout else name, best)
        for name, recipe in layouts().items()
        if (best := max((score(recipe, table) for table in tables), default=0.0)) > _LEAST
    ]
    musts = {name: len(recipe.layout.must) for name, recipe in layouts().items() if recipe.layout}
    return sorted(found, key=lambda one: (-one.score, -musts[one.name], one.name))


def fit(name: str, surveys: Sequence[Survey], known: KnownFields, customs: CustomFields) -> dict[str, Any]:
    """The recipe of a layout for these files of items, as TOML content: their columns, levels, phases, fields."""
    recipe = layouts()[name]
    content: dict[str, Any] = tomllib.loads(recipe.text)
    content.pop("recognise", None)
    content["level"] = known.level(recipe.level)
    content["names"] = _names(recipe, surveys)
    items = content["items"]
    fields = items["fields"]
    level = fields.get("level")
    if isinstance(level, dict):
        level["values"] = _levels(recipe, surveys, level, known)
    phases = _phases(recipe, surveys, dict(content.get("phases", {})), known)
    if phases:
        content["phases"] = phases
    items["links"] = [*items.get("links", []), *_other_links(items.get("links", []), surveys)]
    content["custom"] = [customs.reserve_shipped(part) for part in content.get("custom", [])]
    customs.fill(fields, recipe, surveys)
    content["custom"] += customs.new
    return content


def _names(recipe: Recipe, surveys: Iterable[Survey]) -> dict[str, Any]:
    """The names that count here: what the shipped recipe knows, and how these files write it."""
    names = {name: list(others) for name, others in recipe.names.items()}
    for one in surveys:
        table = Names(one.table.header)
        for name in mentioned(recipe):
            called = table.find(recipe, name)
            if called is not None and called not in recipe.called(name):
                names.setdefault(name, []).append(called)
    present = {plain for one in surveys for plain in map(str.casefold, one.table.headers)}
    kept = {name: [other for other in others if other.casefold() in present] for name, others in names.items()}
    return {name: others for name, others in kept.items() if others}


def _values(recipe: Recipe, surveys: Iterable[Survey], names: Iterable[str]) -> dict[str, int]:
    """All values of the first of these columns that each file has, with how often they stand there."""
    found: dict[str, int] = {}
    for one in surveys:
        table = Names(one.table.header)
        called = next((own for name in names if (own := table.find(recipe, name))), None)
        for column in one.named(called) if called else []:
            for value, count in (column.values or {}).items():
                found[value.strip()] = found.get(value.strip(), 0) + count
    found.pop("", None)
    return found


def listed(column: str | list[str]) -> list[str]:
    """One or several columns, as TOML has them."""
    return [column] if isinstance(column, str) else column


def _levels(recipe: Recipe, surveys: Sequence[Survey], rule: Mapping[str, Any], known: KnownFields) -> dict[str, str]:
    """What each type of issue in the files is here: what the recipe or a language says, else the default level.

    A type that others have for a parent stands one higher than they.
    """
    told = {written: str(level) for written, level in rule.get("values", {}).items()}
    levels: dict[str, str] = {}
    for value in _values(recipe, surveys, listed(rule["column"])):
        usual = told.get(value) or means("level", value)
        levels[value] = known.level(usual or ("feature" if _is_parent(value, surveys) else recipe.level))
    return levels


def _is_parent(value: str, surveys: Iterable[Survey]) -> bool:
    """Whether a type is named by other issues as that of their parent."""
    return any(
        value in (column.values or {})
        for one in surveys
        for column in one.columns
        if column.name.endswith("parent.fields.issuetype.name")
    )


def category_pair(recipe: Recipe, table: Table) -> tuple[int, int] | None:
    """The columns of the status and of its category, when the table has both."""
    rule = recipe.rule("phase")
    names = Names(table.header)
    status = names.find(recipe, rule.columns[0]) if rule and rule.columns else None
    for name in ("Status Category", "fields.status.statusCategory.key", "fields.status.statusCategory.name"):
        category = names.find(recipe, name)
        if status and category:
            return table.header.positions(status)[0], table.header.positions(category)[0]
    return None


_CATEGORY_KEYS = {"new": "todo", "undefined": "todo", "indeterminate": "doing", "done": "done"}


_SHOWN = {"todo": "to do", "doing": "in progress", "done": "done", "cancelled": "cancelled"}


def _phases(recipe: Recipe, surveys: Sequence[Survey], told: dict[str, Any], known: KnownFields) -> dict[str, Any]:
    """The category of each status in the files: as their own column says, else as a language does, else to do.

    A status that the file counts to another category than the phase of its name here gets a phase of its own.
    """
    rule = recipe.rule("phase")
    if rule is None or not rule.columns:
        return told
    said: dict[str, str] = {}
    for one in surveys:
        for found in one.pairs.values():
            for status, categories in found.items():
                word = max(categories, key=lambda name: categories[name])
                category = _CATEGORY_KEYS.get(word) or means("category", word)
                if category:
                    said[status] = category
    for status in _values(recipe, surveys, rule.columns):
        if status not in told and len(status) <= 120:
            own = known.phases.get(folded(status))
            category = said.get(status) or own or means("category", status) or "todo"
            if own is not None and own != category:
                told[status] = {"name": f"{status[:100]} ({_SHOWN[category]})", "category": category}
            else:
                told[status] = category
    return told


def _other_links(told: Sequence[Mapping[str, Any]], surveys: Iterable[Survey]) -> list[dict[str, Any]]:
    """Link columns of kinds that the recipe does not name: they relate the issues."""
    known = {name for link in told for name in listed(link["column"])}
    names = dict.fromkeys(
        name for one in surveys for name in one.table.headers if name.startswith(_LINK) and name not in known
    )
    return [
        {"column": name, "type": "relates_to", **({"reverse": True} if name.startswith("Inward") else {})}
        for name in names
    ]
