"""What has to be there before the first item: the recipe's fields and dimensions, its teams and its releases.

Nothing is written here: what the workspace lacks is reserved, and the apply makes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from trimtab.core.errors import Invalid
from trimtab.integrations.files import parse
from trimtab.integrations.files.columns import positions
from trimtab.integrations.files.parse import Odd, fold
from trimtab.integrations.files.reading import Row, open_table
from trimtab.integrations.files.refs import SLUG, Directory, Fresh
from trimtab.integrations.files.rows import LONGEST_NAME, Identifiers
from trimtab.integrations.files.rules import CustomRule, ListRule, Recipe
from trimtab.integrations.files.source import Source


def reserve_fields(recipe: Recipe, directory: Directory) -> Identifiers:
    """The recipe's custom fields and dimensions, found or reserved.

    Raises Invalid: a field of the same key has another type, or the recipe's default level does not exist.
    """
    if directory.find("level", recipe.level) is None:
        raise Invalid(f"This workspace has no level “{recipe.level}”, which the recipe gives to items without one.")
    options: dict[str, Mapping[str, str]] = {}
    customs: dict[str, UUID] = {}
    for custom in recipe.customs:
        customs[custom.key] = _custom(custom, directory)
        offered: Iterable[Mapping[str, str]] = directory.data(customs[custom.key]).get("options") or []
        options[custom.key] = {fold(option[name]): option["key"] for option in offered for name in ("name", "key")}
    dimensions = {
        dimension.key: directory.find_key("dimension", dimension.key)
        or directory.reserve("dimension", dimension.key, name=dimension.name, multiple=dimension.multiple)
        for dimension in recipe.dimensions
    }
    return Identifiers(customs, dimensions, options)


def _custom(custom: CustomRule, directory: Directory) -> UUID:
    found = directory.find_key("custom_field", custom.key)
    if found is None:
        options = [{"key": SLUG.sub("-", name.casefold()).strip("-"), "name": name} for name in custom.options]
        return directory.reserve(
            "custom_field", custom.key, name=custom.name, type=custom.type, options=options, unit=custom.unit
        )
    kind = directory.data(found)["type"]
    if kind != custom.type:
        raise Invalid(f"The custom field “{custom.key}” is here already, as {kind}; the recipe wants {custom.type}.")
    return found


def reserve_teams(rule: ListRule, source: Source, recipe: Recipe, directory: Directory) -> list[Row]:
    """The teams of the recipe's file that the workspace lacks; one that it has stays as it is. Gives the bad rows."""
    bad: list[Row] = []
    for written, cells in _rows(rule, source, recipe, bad):
        if not _here(directory, "team", written):
            directory.reserve(
                "team",
                written,
                sure=True,
                name=cells.get("name", ""),
                team_kind=cells.get("kind", "")[:60],
                mission=cells.get("mission", ""),
                parent=cells.get("parent", ""),
            )
    return bad


def reserve_people(rule: ListRule, source: Source, recipe: Recipe, directory: Directory) -> list[Row]:
    """The people of the recipe's file that the workspace lacks, by address or name. Gives the bad rows."""
    bad: list[Row] = []
    for written, cells in _rows(rule, source, recipe, bad):
        email = cells.get("email", "")
        found = next((one for name in (email, written) if name and (one := directory.find("person", name))), None)
        if found is None:
            name = cells.get("name", "") or written
            found = directory.reserve("person", written, name=name, email=email if "@" in email else "")
        for name in (written, email, cells.get("name", "")):
            if name:
                directory.call("person", name, found)
    return bad


def reserve_releases(rule: ListRule, source: Source, recipe: Recipe, directory: Directory) -> list[Row]:
    """The releases of the recipe's file that the workspace lacks. A day that is none is kept, as written, in the note.

    Gives the bad rows.
    """
    bad: list[Row] = []
    for written, cells in _rows(rule, source, recipe, bad):
        if _here(directory, "release", written):
            continue
        days: dict[str, str | None] = {}
        notes = [cells.get("note", "")]
        for name in ("starts_on", "released_on"):
            cell = cells.get(name, "")
            try:
                days[name] = parse.day(cell, recipe.reading).isoformat() if cell else None
            except Odd:
                days[name] = None
                notes.append(f"{rule.columns[name][0]}: {cell}")
        directory.reserve(
            "release", written, sure=True, name=cells.get("name", ""), note="\n".join(filter(None, notes)), **days
        )
    return bad


def _here(directory: Directory, kind: str, written: str) -> bool:
    """Whether the workspace, or an earlier row, has the record; then it is called so from here on."""
    found = directory.find(kind, written) or directory.find_alike(kind, written)
    if found is not None:
        directory.call(kind, written, found)
    return found is not None


def _rows(rule: ListRule, source: Source, recipe: Recipe, bad: list[Row]) -> Iterable[tuple[str, dict[str, str]]]:
    file = open_table(source.path_of(rule.file), recipe.reading_of(rule.file))
    key = positions(recipe, file, rule.key, needed=True)[0]
    columns = {
        field: [place for name in names for place in positions(recipe, file, name)]
        for field, names in rule.columns.items()
    }
    for row in file.rows():
        if row.problem or not 0 < len(row.cells[key].strip()) <= LONGEST_NAME:
            bad.append(
                replace(row, problem=row.problem or f"has no {rule.key}, or one of over {LONGEST_NAME} characters")
            )
            continue
        cells = {
            field: next((row.cells[place].strip() for place in places if row.cells[place].strip()), "")
            for field, places in columns.items()
        }
        yield row.cells[key].strip(), cells


def as_staged(fresh: Fresh) -> dict[str, Any]:
    """A reserved record as it is kept with the staged rows."""
    return {"kind": fresh.kind, "columns": fresh.data}


def from_staged(row: Mapping[str, Any]) -> Fresh:
    """The reserved record of a staged row."""
    return Fresh(row["data"]["kind"], row["record_id"], row["key"], row["data"]["columns"])
