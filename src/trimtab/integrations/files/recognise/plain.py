"""A recipe for files that have no layout we know: spreadsheets with a row for each piece of work."""

from collections.abc import Mapping, Sequence
from typing import Any

from trimtab.integrations.files.recognise.customs import MOST, CustomFields
from trimtab.integrations.files.recognise.known import KnownFields
from trimtab.integrations.files.recognise.meaning import Meaning, meanings, means
from trimtab.integrations.files.recognise.profile import Profile, Survey
from trimtab.integrations.files.words import folded

_FIELDS = {
    "description": "description", "owner": "owner", "team": "team", "benefit": "benefit", "progress": "progress",
    "health_note": "health_note", "start": "start", "area": "area",
}  # fmt: skip
_DIMENSIONS = {"priority": False, "theme": True, "sprint": True, "component": True}
_CUSTOMS = {"created": ("Created on", "date"), "updated": ("Updated on", "date"), "resolved": ("Finished on", "date")}
_DIMENSION_NAMES = {"priority": "Priority", "theme": "Theme", "sprint": "Sprint", "component": "Component"}


class PlainItems:
    """The mapping of one file of items, column by column."""

    def __init__(self, survey: Survey, known: KnownFields, customs: CustomFields) -> None:
        self.survey, self.known, self.customs = survey, known, customs
        self.meanings = meanings(survey, known)
        self.problems: list[str] = []
        self.fields: dict[str, Any] = {}
        self.links: list[dict[str, Any]] = []
        self.dimensions: dict[str, dict[str, Any]] = {}
        self.phases: dict[str, str] = {}
        self.id = ""
        self.keys = self._choose_keys()

    def column(self, concept: str) -> Profile | None:
        """The (first) column of a concept."""
        found = [position for position, one in self.meanings.items() if one.concept == concept]
        return self.survey.columns[min(found)] if found else None

    def map(self) -> None:
        """Fill ``fields``, ``links``, ``dimensions`` and ``phases``."""
        self._title()
        for position in sorted(self.meanings):
            column, meaning = self.survey.columns[position], self.meanings[position]
            if self._is_first(column):
                self._place(column, meaning)
        self._period()
        others = [c for c in self.survey.columns if c.position not in self.meanings and c.total and self._is_first(c)]
        for column in others[:MOST]:
            self.fields[self.customs.target(column.name, column.kind)] = column.name

    def _is_first(self, column: Profile) -> bool:
        """Whether no column before it is called the same."""
        return self.survey.table.header.positions(column.name)[:1] == (column.position,)

    def _choose_keys(self) -> list[str]:
        """The columns that tell rows apart: a key, an id, two ids together, else the title."""
        for concept in ("key", "id", "url"):
            column = self.column(concept)
            if column is not None and column.unique and column.total >= self.survey.count - self.survey.problems:
                return [column.name]
        ids = [
            c for c in self.survey.columns if folded(c.name).endswith((" id", " key")) and c.total == self.survey.count
        ]
        if len(ids) >= 2 and not any(c.unique for c in ids):
            return [ids[0].name, ids[1].name]
        found = self.column("key") or self.column("id")
        title = self.column("title")
        if found is not None and found.total:
            self.problems.append(f"“{found.name}” names several rows alike: only the first of each is imported.")
            return [found.name]
        if title is not None:
            self.problems.append(
                f"No column tells rows apart, so the title (“{title.name}”) does: one renamed is a new item."
            )
            return [title.name]
        lone = next((c for c in self.survey.columns if c.unique and c.total), None) or self.survey.columns[0]
        return [lone.name]

    def _title(self) -> None:
        title = self.column("title")
        if title is None:
            self.problems.append(f"No column looks like a title; “{self.keys[0]}” is taken for it.")
            self.fields["title"] = self.keys[0]
        else:
            self.fields["title"] = title.name

    def _place(self, column: Profile, meaning: Meaning) -> None:
        concept, name = meaning.concept, column.name
        if name in self.keys and meaning.sure < 0.8:
            return
        if concept in _FIELDS:
            self.fields[_FIELDS[concept]] = name
        elif concept == "tags":
            self.fields["tags"] = {"column": name, "separator": _separator(column)}
        elif concept in _DIMENSIONS:
            self._dimension(concept, column)
        elif concept in {"level", "phase", "health", "horizon"}:
            getattr(self, f"_{concept}")(column)
        elif concept in _CUSTOMS:
            label, kind = _CUSTOMS[concept]
            self.fields[self.customs.target(label, kind if column.share("date") > 0.5 else column.kind)] = name
        elif concept == "points":
            self.fields[self.customs.target("Story points", "number", "points")] = name
        elif concept == "release":
            self.fields["release"] = {"column": name, "create": True}
        elif concept == "effort":
            self.fields["effort"] = name
        elif concept == "parent":
            self._parent(column)
        elif concept == "dependency":
            self._dependency(column)
        elif concept not in {"title", "end", "key"} or (concept == "key" and name not in self.keys):
            self._rest(column, concept)

    def _rest(self, column: Profile, concept: str) -> None:
        """A column whose meaning has no field of its own: kept as it is, unless it is what names the row."""
        if column.name in self.keys or not column.total:
            return
        self.fields[self.customs.target(column.name, column.kind)] = column.name

    def _dimension(self, key: str, column: Profile) -> None:
        own = self.known.dimension(key, _DIMENSION_NAMES[key])
        key = own.key if own else key
        multiple = _DIMENSIONS.get(key, False)
        self.dimensions[key] = {"key": key, "name": own.name if own else _DIMENSION_NAMES[key], "multiple": multiple}
        self.fields[f"dim.{key}"] = (
            {"column": column.name, "separator": _separator(column)} if multiple else column.name
        )

    def _level(self, column: Profile) -> None:
        """Levels, where most values are one; what else it says of the kind of item is kept too."""
        values = list(column.values or {})
        told = {value: meant for value in values if (meant := means("level", value))}
        own = {folded(name) for level in self.known.levels for name in (level.key, level.name)}
        if values and sum(value in told or folded(value) in own for value in values) >= len(values) * 0.5:
            mapped = {value: self.known.level(meant) for value, meant in told.items() if folded(value) not in own}
            rest = {v: self.known.level("feature") for v in values if v not in mapped and folded(v) not in own}
            self.fields["level"] = {"column": column.name, "values": mapped | rest}
        self.dimensions["item_type"] = {"key": "item_type", "name": "Item type"}
        self.fields["dim.item_type"] = column.name

    def _phase(self, column: Profile) -> None:
        self.fields["phase"] = column.name
        found = {
            value.strip(): self.known.phases.get(folded(value)) or means("category", value)
            for value in column.values or {}
            if 0 < len(value.strip()) <= 120
        }
        self.phases = {value: category or "todo" for value, category in found.items()}
        unknown = [value for value, category in found.items() if category is None]
        if unknown:
            listed = ", ".join(f"“{value[:40]}”" for value in unknown[:5])
            self.problems.append(f"What these phases mean is not known; they count as to do: {listed}.")

    def _health(self, column: Profile) -> None:
        self.fields["health"] = _mapped("health", column)

    def _horizon(self, column: Profile) -> None:
        self.fields["horizon"] = _mapped("horizon", column)

    def _parent(self, column: Profile) -> None:
        """A parent is named by key, else by another column of the file."""
        self._name_others(column)
        self.fields["parent"] = column.name

    def _dependency(self, column: Profile) -> None:
        stem = folded(column.name).rstrip("0123456789 ")
        names = [
            name for name in dict.fromkeys(self.survey.table.headers) if folded(name).rstrip("0123456789 ") == stem
        ]
        if names[0] == column.name:
            self._name_others(column)
            self.links += [
                {"column": name, "type": "FS", "reverse": True, "separator": _separator(column)} for name in names
            ]

    def _name_others(self, column: Profile) -> None:
        """Remember by which column other rows are named, when it is not the key."""
        if self.id or not column.samples:
            return
        wanted = {part.strip() for text in column.samples for part in text.split(_separator(column))}

        def named(concept: str) -> float:
            own = self.column(concept)
            values = self.survey.keys.get(own.position, frozenset()) if own is not None else frozenset()
            return len(wanted & values) / len(wanted)

        keyed = self.survey.table.header.positions(self.keys[0])
        by_key = len(wanted & self.survey.keys.get(keyed[0], frozenset())) / len(wanted) if keyed else 0
        best = max(("id", "title"), key=named)
        if named(best) > by_key:
            found = self.column(best)
            self.id = found.name if found is not None and found.name not in self.keys else ""

    def _period(self) -> None:
        """One column of dates is the end; one of periods is both."""
        end = self.column("end")
        if end is None:
            return
        self.fields["end"] = end.name
        if end.kind == "span" and end.share("date") < 0.5 and "start" not in self.fields:
            self.fields["start"] = end.name


def remembered(survey_of: Survey, known: KnownFields) -> list[int]:
    """The columns by whose values other rows may be named."""
    found = meanings(survey_of, known)
    return [position for position, one in found.items() if one.concept in {"key", "id", "title"}]


def _mapped(group: str, column: Profile) -> Any:
    told = {value: meant for value in column.values or {} if (meant := means(group, value)) and value.strip()}
    return {"column": column.name, "values": told} if told else column.name


def _separator(column: Profile) -> str:
    """What stands between the parts of a list."""
    texts: Sequence[str] = column.samples
    for mark in ("\n", ";", ",", "|"):
        if sum(mark in text for text in texts) >= max(1, len(texts) * 0.2):
            return mark
    return ";"


def content(items: PlainItems, name: str, source: str) -> dict[str, Any]:
    """The recipe of a mapped file, as TOML content."""
    level: Mapping[str, Any] = {"level": items.known.level("feature")}
    return {
        "name": name,
        "source": source,
        **level,
        "lenient": True,
        "items": {
            "file": items.survey.table.path.name,
            "key": items.keys if len(items.keys) > 1 else items.keys[0],
            **({"id": items.id} if items.id else {}),
            "links": items.links,
            "fields": items.fields,
        },
        "phases": items.phases,
        "dimensions": list(items.dimensions.values()),
        "custom": items.customs.new,
    }
