"""What of the roadmap people are told: that they own something now, and what happened to what they own or watch."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from trimtab.accounts.public import Kind, fiscal_calendar, get_workspace
from trimtab.collab import public as collab
from trimtab.collab.public import Line, SeenSet, Tell, Why
from trimtab.core import guards
from trimtab.core.fiscal import FiscalCalendar, written
from trimtab.core.ledger import LoggedChange
from trimtab.core.query.database import fetch

_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "phase_id": ("Phase", "phase"),
    "owner_id": ("Owner", "person"),
    "team_id": ("Team", "team"),
    "area_id": ("Product", "area"),
    "release_id": ("Release", "release"),
    "level_id": ("Level", "level"),
}
"""Fields that point at a record: what they are called, and what they point at."""
_WORDS: Final[Mapping[str, str]] = {"title": "Title", "health_note": "Health note"}
_CHOICES: Final[Mapping[str, str]] = {"health": "Health", "horizon": "Horizon"}
_EDGES: Final[Mapping[str, str]] = {"start": "Start", "end": "End"}
_PRECISIONS = "select id, start_precision, end_precision, start_on, end_on from scoped.item where id = any(%(ids)s)"
_LONGEST: Final = 200


def register() -> None:
    """Tell collaboration. Called when the app is ready."""
    collab.register_notice("assigned", entities={"item", "area"}, rule=assigned)
    collab.register_notice("changed", entities={"item"}, rule=changed)
    collab.leads_to("item", "/roadmap?item={id}")
    collab.leads_to("area", "/roadmap?tree=area")
    collab.leads_to("release", "/roadmap")
    collab.leads_to("dependency", "/roadmap")


def assigned(seen: SeenSet) -> Iterator[Tell]:
    """Whoever owns an item or a product from now on."""
    for entity in ("item", "area"):
        for change in seen.of(entity, "IU"):
            _, owner = change.fields.get("owner_id", (None, None))
            if owner is not None:
                yield Tell(entity, change.entity_id, "made you the owner", {UUID(str(owner)): Why.ASSIGNED})


def changed(seen: SeenSet) -> Iterator[Tell]:
    """Everybody who owns or watches an item of which something changed that people plan by."""
    changes = seen.of("item", "U")
    lines = _Teller(seen, changes)
    told = {change.entity_id: found for change in changes if (found := lines.of(change))}
    watching = collab.watchers_of(seen.reader, "item", list(told))
    for item, found in told.items():
        people = {one.person_id: Why.OWNER if one.reason == "owner" else Why.WATCHER for one in watching.get(item, ())}
        yield Tell("item", item, _sentence(found), people, lines=tuple(found))


def _sentence(lines: list[Line]) -> str:
    if len(lines) == 1:
        line = lines[0]
        return f"set {line.label.lower()} to {line.new}" if line.new else f"cleared {line.label.lower()}"
    labels = [line.label.lower() for line in lines]
    return f"changed {', '.join(labels[:-1])} and {labels[-1]}"


class _Teller:
    """Tells the changes of one change set in words; names and calendar are looked up once."""

    def __init__(self, seen: SeenSet, changes: list[LoggedChange]) -> None:
        self._names = _names(changes)
        self._now = _edges_now(changes)
        self._nobody = replace(seen.reader, hidden=_grouped())
        self._calendar: FiscalCalendar = fiscal_calendar(get_workspace(seen.reader))

    def of(self, change: LoggedChange) -> list[Line]:
        """What a change did, line by line; empty where people do not plan by it.

        What a group of fields keeps from some is told to nobody: a notice travels further than the page that it is of.
        """
        seen = {k: v for k, v in change.fields.items() if not guards.is_hidden(self._nobody, "item", k, {})}
        change = replace(change, fields=seen)
        return [
            *(
                Line(label, self._name(old), self._name(new))
                for name, (label, _) in _NAMES.items()
                if name in change.fields
                for old, new in (change.fields[name],)
            ),
            *(
                Line(label, _plain(old), _plain(new))
                for name, label in {**_CHOICES, **_WORDS}.items()
                if name in change.fields
                for old, new in (_shown(name, change.fields[name]),)
            ),
            *self._dates(change),
        ]

    def _name(self, value: Any) -> str | None:
        return None if value is None else self._names.get(str(value), "something that is gone")

    def _dates(self, change: LoggedChange) -> Iterator[Line]:
        now = self._now.get(change.entity_id, {})
        for edge, label in _EDGES.items():
            on, precision = f"{edge}_on", f"{edge}_precision"
            if on in change.fields or precision in change.fields:
                days = change.fields.get(on, (now.get(on),) * 2)
                kinds = change.fields.get(precision, (now.get(precision),) * 2)
                old, new = (timeframe_edge(self._calendar, day, kind) for day, kind in zip(days, kinds, strict=True))
                if old != new:
                    yield Line(label, old, new)


def _grouped() -> frozenset[str]:
    """Everything that groups of fields keep from anybody."""
    return frozenset(row[0] for row in fetch("select entity || '.' || field from scoped.field_group_field", {}))


def timeframe_edge(calendar: FiscalCalendar, day: Any, precision: Any) -> str | None:
    """An end of a timeframe in words, never more exact than it is meant: ``12 Mar 2026``, ``Q3 2026``, ``later``."""
    if precision is None:
        return None
    if day is None:
        return "later"
    on = day if isinstance(day, date) else date.fromisoformat(str(day))
    if precision == "day":
        return f"{on.day} {on:%b %Y}"
    name = written(calendar, on, Kind(str(precision)))
    if precision == "month":
        return f"{date.fromisoformat(f'{name}-01'):%b %Y}"
    year, _, part = name.partition("-")
    return f"{part} {year}".strip()


def _shown(name: str, values: tuple[Any, Any]) -> tuple[Any, Any]:
    return values if name in _WORDS else tuple(_choice(value) for value in values)  # type: ignore[return-value]


def _choice(value: Any) -> str | None:
    return None if value is None else str(value).replace("_", " ").capitalize()


def _plain(value: Any) -> str | None:
    if value is None or value == "":
        return None
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _names(changes: list[LoggedChange]) -> dict[str, str]:
    """Id → name of every record that the changes point at, as it is called now, or was last."""
    wanted: dict[str, set[UUID]] = {}
    for change in changes:
        for field, (_, entity) in _NAMES.items():
            ids = {UUID(str(value)) for value in change.fields.get(field, ()) if value is not None}
            if ids:
                wanted.setdefault(entity, set()).update(ids)
    found: dict[str, str] = {}
    for entity, ids in wanted.items():
        statement = (
            f"select distinct on (id) id::text, name from scoped.{entity}_version"  # noqa: S608 - our own names
            " where id = any(%(ids)s) order by id, lower(during) desc"
        )
        found |= dict(fetch(statement, {"ids": list(ids)}))
    return found


def _edges_now(changes: list[LoggedChange]) -> dict[UUID, dict[str, Any]]:
    dated = [c.entity_id for c in changes if {"start_on", "end_on", "start_precision", "end_precision"} & set(c.fields)]
    if not dated:
        return {}
    names = ("start_precision", "end_precision", "start_on", "end_on")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in fetch(_PRECISIONS, {"ids": dated})}
