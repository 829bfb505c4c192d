"""Staged rows in the shapes that the domains take. Pure."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from trimtab.integrations.files.rules import HistoryRule
from trimtab.roadmap.public import Beside

_IDS = ("level_id", "area_id", "phase_id", "owner_id", "team_id", "release_id", "parent_id")
_DAYS = ("start_on", "end_on")
_AMOUNTS = ("benefit", "progress")
SHORT_KEY = 120


def changes_of(row: Mapping[str, Any]) -> tuple[UUID, Mapping[str, Any]]:
    """An item's id and the columns that an update writes."""
    columns = _columns(row["data"].get("item", {}))
    if row["review"] is not None:
        columns["review"] = row["review"] or None
    return row["id"], columns


def beside_of(row: Mapping[str, Any]) -> Beside:
    """What an update writes beside the item's row."""
    data = row["data"]
    effort = data.get("effort")
    return Beside(
        row["id"],
        description=data.get("description"),
        effort=(None if effort is None else Decimal(effort),) if "effort" in data else None,
        dimensions={UUID(key): [UUID(value) for value in values] for key, values in data.get("dims", {}).items()},
        links={
            UUID(key): (f"{kind}_id", [UUID(value) for value in values])
            for key, (kind, values) in data.get("links", {}).items()
        },
    )


def _columns(item: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as Python values."""
    columns = dict(item)
    for names, convert in ((_IDS, UUID), (_DAYS, date.fromisoformat), (_AMOUNTS, Decimal)):
        for name in names:
            if columns.get(name) is not None:
                columns[name] = convert(columns[name])
    return columns


def team_of(row: Mapping[str, Any], teams: Mapping[str, UUID]) -> dict[str, Any]:
    """A team's columns; its parent is one that comes in the same file."""
    columns = dict(row)
    parent = teams.get(columns.pop("parent", ""))
    columns["kind"] = columns.pop("team_kind", "")
    return {**columns, "parent_id": parent if parent != columns["id"] else None}


def person_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A person's columns; a name that is an address is theirs."""
    name = str(row["name"])
    email = str(row.get("email") or "")
    return {**row, "email": email[:254] or (name[:254] if "@" in name.strip("@") else "")}


def constants_of(rule: HistoryRule, item: Mapping[str, Any], told: Collection[str]) -> dict[str, Any]:
    """What an item always was: its number, key and rank, and what the recipe calls constant."""
    names = {"number", "key", "rank", *(("tags",) if "tags" not in told else ())}
    for target in rule.constant:
        if target.startswith("custom."):
            continue
        names |= {name for name in (target, f"{target}_id", f"{target}_on", f"{target}_precision") if name in item}
    return {name: item[name] for name in names if item[name] is not None and name not in told}
