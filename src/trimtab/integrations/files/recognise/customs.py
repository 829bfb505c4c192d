"""Custom fields for columns that no field here is made for, so that nothing that stands in a file is lost."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trimtab.integrations.files.recognise.known import KnownFields
from trimtab.integrations.files.recognise.names import Names, mentioned
from trimtab.integrations.files.recognise.profile import Profile, Survey
from trimtab.integrations.files.rules import RESERVED, Recipe
from trimtab.integrations.files.words import folded

MOST = 60
_WRAPPED = re.compile(
    r"(?:custom field|campo personalizado|benutzerdefiniertes feld|aangepast veld|champs? personnalisés?) \((.+)\)",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"rank|issue color|development|watch count|last viewed|votes|work ratio|project (?:key|lead|type|description)"
    r"|project lead id|status category|parent summary|updated|creator|security level|\[chart\].*|σ .*"
    r"|.*\b(?:self|iconurl|avatarid|expand|_url|node_id|gravatar_id)",
    re.IGNORECASE,
)
_TYPES = {"number": "number", "date": "date", "bool": "bool", "url": "url"}


class CustomFields:
    """The custom fields that a proposal needs beside those that are here."""

    def __init__(self, known: KnownFields) -> None:
        self._known = known
        self._taken: set[str] = set()
        self.new: list[dict[str, Any]] = []

    def reserve_shipped(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """A custom field of a shipped recipe, of the type that it has here already."""
        own = self._known.custom(str(part["key"]), str(part["key"]))
        self._taken.add(str(part["key"]))
        return {**part, "type": own.type} if own is not None else dict(part)

    def target(self, name: str, kind: str, unit: str = "") -> str:
        """``custom.<key>`` for a column of this name and kind; the field is made when nothing here is called so."""
        label = (_WRAPPED.sub(r"\1", name).strip() or name)[:120]
        key = re.sub(r"[^a-z0-9]+", "_", folded(label)).strip("_")[:50] or "field"
        own = self._known.custom(key, label)
        if own is not None and own.key not in self._taken:
            key, type_ = own.key, own.type
        else:
            type_ = _TYPES.get(kind, "text")
            key = f"{key}_" if key in RESERVED else key
            plain, number = key.rstrip("_") + ("_value" if key.endswith("_") else ""), 1
            key = plain
            while key in self._taken or (self._known.custom(key, key) is not None and own is None):
                number += 1
                key = f"{plain}_{number}"
        self._taken.add(key)
        field = {"key": key, "name": own.name if own else label, "type": type_}
        self.new.append(field | ({"unit": unit} if unit else {}))
        return f"custom.{key}"

    def fill(self, fields: dict[str, Any], recipe: Recipe, surveys: Sequence[Survey]) -> None:
        """Give each filled column that the recipe leaves out, and that says something, a field of its own."""
        read = mentioned(recipe)
        seen: set[str] = set()
        for one in surveys:
            table = Names(one.table.header)
            used = {called for name in read if (called := table.find(recipe, name))}
            for column in _worth_keeping(one.columns, {folded(name) for name in used} | seen, recipe):
                if len(seen) >= MOST:
                    return
                seen.add(folded(column.name))
                fields[self.target(column.name, column.kind)] = column.name


def _worth_keeping(columns: Iterable[Profile], used: set[str], recipe: Recipe) -> Iterable[Profile]:
    structured = recipe.layout is not None and recipe.layout.formats == ("json",)
    for column in columns:
        label = _WRAPPED.sub(r"\1", column.name).strip()
        own = folded(column.name)
        if not column.total or own in used or _NOISE.fullmatch(label) or structured:
            continue
        if "link (" in column.name or own.endswith((" id", " changed")):
            continue
        used.add(own)
        yield column
