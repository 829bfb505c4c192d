"""Finds what a cell names (a level, phase, team …), and reserves what nothing carries that name yet."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from trimtab.core.ids import new_id
from trimtab.integrations.files.parse import fold
from trimtab.integrations.files.rules import Recipe

SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Known:
    """A record of the configuration. ``written`` is the name a file gave it, when one did."""

    kind: str
    id: UUID
    key: str
    name: str
    written: str = ""
    unsure: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A record of the configuration that the apply will make. ``data`` are its columns, ready to be written."""

    kind: str
    id: UUID
    written: str
    data: Mapping[str, Any]


class Directory:
    """The workspace's configuration by every name it goes by, and what this import is going to add to it.

    Kinds: level, area, phase, person, team, release, ``dim.<key>``.
    """

    def __init__(self, recipe: Recipe, known: Iterable[Known], fresh: Iterable[Fresh] = ()) -> None:
        self._recipe = recipe
        listed = {"team": recipe.teams, "release": recipe.releases}
        self._listed = {kind for kind, rule in listed.items() if rule is not None}
        self._written: dict[tuple[str, str], UUID] = {}
        self._keys: dict[tuple[str, str], UUID] = {}
        self._names: dict[tuple[str, str], UUID] = {}
        self._unsure: set[UUID] = set()
        self._data: dict[UUID, Mapping[str, Any]] = {}
        self._taken: dict[str, set[str]] = {}
        self._new: list[Fresh] = []
        self._given = 0
        for one in known:
            self._add(one)
        for reserved in fresh:
            self._add_fresh(reserved)

    def _add(self, one: Known) -> None:
        if one.written:
            self._written.setdefault((one.kind, one.written), one.id)
        for names, name in ((self._keys, one.key), (self._names, one.name)):
            if name.strip():
                names.setdefault((one.kind, fold(name)), one.id)
        self._taken.setdefault(one.kind, set()).add(one.key)
        self._data[one.id] = one.data
        if one.unsure:
            self._unsure.add(one.id)

    def _add_fresh(self, one: Fresh) -> None:
        key, name = str(one.data.get("key", "")), str(one.data["name"])
        self._add(Known(one.kind, one.id, key, name, one.written, bool(one.data.get("review")), one.data))

    def find(self, kind: str, written: str) -> UUID | None:
        """By the name a file gave it; else by key; else by name. None when nothing carries it.

        Of a kind that the recipe lists in a file of its own, only the name as written there counts: what it does not
        list is something else, however alike.
        """
        exact = self._written.get((kind, written))
        if exact is not None or kind in self._listed:
            return exact
        rule = self._recipe.phases.get(written) if kind == "phase" else None
        return self.find_alike(kind, rule.name if rule is not None else written)

    def find_alike(self, kind: str, written: str) -> UUID | None:
        """By key, else by name; case, spaces, - and _ do not count."""
        plain = (kind, fold(written))
        return self._keys.get(plain) or self._names.get(plain)

    def call(self, kind: str, written: str, record_id: UUID) -> None:
        """Let the file's name ``written`` mean a record that is here already."""
        self._written.setdefault((kind, written), record_id)

    def find_key(self, kind: str, key: str) -> UUID | None:
        """By its key alone."""
        return self._keys.get((kind, fold(key)))

    def unsure(self, record_id: UUID) -> bool:
        """Whether the record itself waits for a person's review."""
        return record_id in self._unsure

    def data(self, record_id: UUID) -> Mapping[str, Any]:
        """What else is known of the record: a level's ``rank``, a release's ``released_on``."""
        return self._data[record_id]

    def reserve(self, kind: str, written: str, *, sure: bool = False, **data: Any) -> UUID:
        """Give ``written`` an id; the apply makes the record. Not ``sure``: it is marked for review."""
        name = str(data.pop("name", "") or written)[:120]
        columns = {"name": name, **data}
        if kind not in {"area", "person"}:
            columns["key"] = written if kind in {"custom_field", "dimension"} else self._slug(kind, written)
        if kind == "team":
            sure = sure or self._recipe.teams is None
        if kind == "phase":
            rule = self._recipe.phases.get(written)
            sure = sure or rule is not None
            columns |= {"name": rule.name if rule else name, "category": rule.category if rule else "todo"}
        if kind in {"phase", "team"} and not sure:
            columns["review"] = {"name": {"raw": written, "why": f"unknown_{kind}"}}
        fresh = Fresh(kind, new_id(), written, columns)
        self._new.append(fresh)
        self._add_fresh(fresh)
        return fresh.id

    def take_new(self) -> list[Fresh]:
        """What was reserved since this was last asked, oldest first. Another thread may go on reserving meanwhile."""
        new = self._new[self._given :]
        self._given += len(new)
        return new

    def _slug(self, kind: str, written: str) -> str:
        """A key that no other record of the kind has."""
        plain = SLUG.sub("-", written.casefold()).strip("-")[:50] or "unnamed"
        taken = self._taken.setdefault(kind, set())
        if plain not in taken:
            return plain
        return next(slug for number in range(2, 1_000_000) if (slug := f"{plain}-{number}") not in taken)
