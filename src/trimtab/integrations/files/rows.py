"""Turns a row of the items' file into the values of an item. Odd cells become missing, with a mark that keeps them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from trimtab.integrations.files import parse
from trimtab.integrations.files.parse import Odd, Periods
from trimtab.integrations.files.read import CsvFile, Row
from trimtab.integrations.files.recipe import FieldRule, Recipe
from trimtab.integrations.files.refs import Directory

TITLE_LENGTH, NOTE_LENGTH, TAG_LENGTH, KEY_LENGTH, LONGEST_NAME = 500, 500, 60, 300, 120
_HEALTH = {parse.fold(name): name for name in ("on_track", "at_risk", "off_track", "unknown")} | {
    "green": "on_track", "yellow": "at_risk", "amber": "at_risk", "red": "off_track",
}  # fmt: skip
_HORIZON = {name: name for name in ("now", "next", "later")}
_KINDS = {"level": "level", "area": "area", "phase": "phase", "owner": "person", "team": "team", "release": "release"}
_MOST = Decimal("999999999999.99")
_MOST_CUSTOM = Decimal("999999999999999")
_MOST_DAYS = Decimal("99999999.99")


@dataclass(slots=True)
class Draft:
    """An item as its row has it. ``item``: columns; ``custom``: by field id; ``dims``: by dimension id; ``links``: by
    field id, the kind of record that is linked and its ids.

    A field that the recipe does not fill is absent; one whose cell is blank or odd is None. ``review`` keeps, by
    field, the cell and why it could not be used. ``problem`` rejects the row.
    """

    row: int
    key: str = ""
    tracker: str = ""
    url: str = ""
    problem: str = ""
    parent: str | None = None
    item: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    links: dict[str, tuple[str, list[UUID]]] = field(default_factory=dict)
    dims: dict[str, list[UUID]] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    review: dict[str, dict[str, str]] = field(default_factory=dict)


Filler = Callable[[Draft, str], None]


@dataclass(frozen=True, slots=True)
class Identifiers:
    """The ids of the custom fields, options and dimensions that the recipe names, existing or reserved."""

    customs: Mapping[str, UUID]
    dimensions: Mapping[str, UUID]
    options: Mapping[str, Mapping[str, str]]


class ItemReader:
    """Reads rows by a recipe. Every filler takes the cell as written; blank means missing.

    ``level_id`` is the level of an item that has none. The workspace has it: ``setup.reserve_fields`` looked.
    """

    def __init__(self, recipe: Recipe, directory: Directory, identifiers: Identifiers, periods: Periods) -> None:
        self._periods = periods
        self._recipe, self._directory, self._identifiers = recipe, directory, identifiers
        level = directory.find("level", recipe.level)
        assert level is not None
        self.level_id = level
        self._fillers = {rule.target: self._filler(rule) for rule in recipe.items.fields}

    def columns(self, file: CsvFile) -> "Columns":
        """Where the fields' cells stand in ``file``. Raises BadFile when a column is missing."""
        rule = self._recipe.items
        return Columns(
            key=file.header.require(rule.key, file.path),
            tracker=file.header.require(rule.tracker, file.path) if rule.tracker else (),
            url=file.header.require(rule.url, file.path) if rule.url else (),
            fields=tuple(
                (one.target, file.header.require(one.column, file.path) if one.column else (), one.separator)
                for one in rule.fields
            ),
        )

    def read(self, row: Row, columns: "Columns") -> Draft:
        """The item that a row describes."""
        draft = Draft(row.number, problem=row.problem)
        if row.problem:
            return draft
        cells = row.cells
        written = _first(cells, columns.key).strip()
        draft.key = f"{self._recipe.items.key_prefix}{written}" if written else ""
        draft.tracker, draft.url = _first(cells, columns.tracker).strip(), _first(cells, columns.url).strip()[:1000]
        for target, positions, separator in columns.fields:
            cell = cells[positions[0]] if len(positions) == 1 else _joined(cells, positions, separator)
            self._fillers[target](draft, cell)
        self._check(draft)
        return draft

    def fill(self, target: str, cell: str) -> Mapping[str, Any]:
        """The columns (custom fields as ``custom.<id>``) that ``cell`` stands for in a change of the past.

        Blank is None, for lists too.
        """
        draft = Draft(0)
        self._fillers[target](draft, cell)
        values = draft.item | {f"custom.{key}": value for key, value in draft.custom.items()}
        return {column: None if value in ("", []) else value for column, value in values.items()}

    def _check(self, draft: Draft) -> None:
        if not draft.key:
            draft.problem = f"has no key: the column “{self._recipe.items.key}” is blank"
        elif len(draft.key) > KEY_LENGTH:
            draft.problem = f"has a key of {len(draft.key)} characters; {KEY_LENGTH} is the most"
        elif not draft.item.get("title"):
            draft.problem = "has no title"
        start, end = draft.item.get("start_on"), draft.item.get("end_on")
        if start and end and end < start:
            draft.review["end"] = {"raw": end, "why": "before_start"}
            draft.item |= {"end_on": None, "end_precision": None}

    def _filler(self, rule: FieldRule) -> Filler:
        inner = self._typed(rule)

        def fill(draft: Draft, text: str) -> None:
            try:
                inner(draft, text)
            except Odd as odd:
                draft.review[rule.target] = {"raw": text, "why": odd.why}
                inner(draft, "")

        def fill_as_ruled(draft: Draft, cell: str) -> None:
            text = rule.value if rule.value is not None else cell
            text = rule.values.get(text.strip(), text)
            fill(draft, text if text.strip() else rule.default)

        return fill_as_ruled if rule.value is not None or rule.values or rule.default else fill

    def _typed(self, rule: FieldRule) -> Filler:
        target, reading = rule.target, self._recipe.reading
        if target.startswith("custom."):
            return self._custom(rule)
        if target.startswith("dim."):
            return partial(self._dimension, rule)
        if target in _KINDS:
            return partial(self._level if target == "level" else self._reference, rule)
        low = Decimal(0)
        fillers: dict[str, Filler] = {
            "title": _title,
            "parent": self._parent,
            "description": lambda draft, text: draft.extra.__setitem__("description", text),
            "start": partial(self._day, rule),
            "end": partial(self._day, rule),
            "tags": partial(_tags, rule.separator),
            "health": partial(_column, "health", partial(parse.choice, options=_HEALTH)),
            "horizon": partial(_column, "horizon", partial(parse.choice, options=_HORIZON)),
            "health_note": partial(_column, "health_note", partial(_cut, NOTE_LENGTH)),
            "benefit": partial(_number, "benefit", partial(parse.bounded, reading=reading, low=-_MOST, high=_MOST)),
            "progress": partial(
                _number, "progress", partial(parse.bounded, reading=reading, low=low, high=Decimal(100))
            ),
            "effort": partial(self._effort, partial(parse.bounded, reading=reading, low=low, high=_MOST_DAYS)),
        }
        return fillers[target]

    def _effort(self, reader: Callable[[str], Decimal], draft: Draft, text: str) -> None:
        draft.extra["effort"] = str(reader(text)) if text.strip() else None

    def _parent(self, draft: Draft, text: str) -> None:
        key = f"{self._recipe.items.key_prefix}{text.strip()}" if text.strip() else None
        if key is not None and len(key) > KEY_LENGTH:
            raise Odd("unknown_parent")
        draft.parent = key

    def _level(self, rule: FieldRule, draft: Draft, text: str) -> None:
        """The level that the cell names; an unknown or missing one is the recipe's default."""
        found = self._directory.find("level", text) if text.strip() else None
        if found is None:
            found = self.level_id
            if text.strip():
                draft.review[rule.target] = {"raw": text, "why": "unknown_level"}
        draft.item["level_id"] = str(found)

    def _reference(self, rule: FieldRule, draft: Draft, text: str) -> None:
        found = self._lookup(rule, _KINDS[rule.target], text.strip())
        draft.item[f"{rule.target}_id"] = str(found) if found else None
        if found and rule.column and self._directory.unsure(found):
            draft.review[rule.target] = {"raw": text, "why": f"unknown_{rule.target}"}

    def _lookup(self, rule: FieldRule, kind: str, text: str) -> UUID | None:
        if not text:
            return None
        found = self._directory.find(kind, text)
        if found is None and len(text) > LONGEST_NAME:
            raise Odd("too_long")
        if found is None and rule.create:
            key = kind.removeprefix("dim.")
            more = {"dimension_id": str(self._identifiers.dimensions[key])} if key != kind else {}
            return self._directory.reserve(kind, text, sure=rule.value is not None, **more)
        # One that waits for review does not count: else a second import would find what the first one made.
        if found is None or (not rule.create and self._directory.unsure(found)):
            raise Odd(f"unknown_{kind.partition('.')[0]}")
        return found

    def _day(self, rule: FieldRule, draft: Draft, text: str) -> None:
        on, precision = f"{rule.target}_on", f"{rule.target}_precision"
        draft.item |= {on: None, precision: None}
        if not text.strip():
            return
        if rule.via:
            release = self._directory.find("release", text.strip())
            out = self._directory.data(release).get("released_on") if release else None
            draft.item |= {on: out, precision: "day" if out else None}
            return
        span = parse.span(text, self._recipe.reading, self._periods)
        edge = span.first if rule.target == "start" else span.last
        draft.item |= {on: edge.isoformat() if edge else None, precision: span.precision}

    def _dimension(self, rule: FieldRule, draft: Draft, text: str) -> None:
        key = rule.target.removeprefix("dim.")
        dimension = next(one for one in self._recipe.dimensions if one.key == key)
        names = parse.parts(text, rule.separator) if dimension.multiple else [name for name in [text.strip()] if name]
        found = [self._lookup(rule, rule.target, name) for name in names]
        draft.dims[str(self._identifiers.dimensions[key])] = list(dict.fromkeys(one for one in found if one))

    def _custom(self, rule: FieldRule) -> Filler:
        key = rule.target.removeprefix("custom.")
        custom, field_id = self._recipe.custom(key), str(self._identifiers.customs[key])
        reading, options = self._recipe.reading, self._identifiers.options.get(key, {})
        if custom.type in {"person", "people", "team", "teams"}:
            return partial(self._link, rule, field_id, "person" if custom.type in {"person", "people"} else "team")
        readers: dict[str, Callable[[str], Any]] = {
            "text": lambda text: text,
            "url": parse.address,
            "number": lambda text: plain_number(parse.bounded(text, reading, -_MOST_CUSTOM, _MOST_CUSTOM, 6)),
            "date": lambda text: parse.day(text, reading).isoformat(),
            "bool": parse.boolean,
            "choice": lambda text: parse.choice(text, options),
            "choices": lambda text: [parse.choice(part, options) for part in parse.parts(text, rule.separator)],
        }
        reader = readers[custom.type]

        def fill(draft: Draft, text: str) -> None:
            draft.custom[field_id] = reader(text) if text.strip() else None

        return fill

    def _link(self, rule: FieldRule, field_id: str, kind: str, draft: Draft, text: str) -> None:
        """The known ones are linked; the others leave a mark that names them."""
        found: list[UUID] = []
        unknown: list[str] = []
        for name in parse.parts(text, rule.separator):
            try:
                found += [one for one in [self._lookup(rule, kind, name)] if one]
            except Odd:
                unknown.append(name)
        draft.links[field_id] = kind, list(dict.fromkeys(found))
        if unknown:
            draft.review[rule.target] = {"raw": rule.separator.join(unknown), "why": f"unknown_{kind}"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the cells stand: positions of the key, of the tracker's key, and of each field with its separator."""

    key: tuple[int, ...]
    tracker: tuple[int, ...]
    url: tuple[int, ...]
    fields: tuple[tuple[str, tuple[int, ...], str], ...]


def plain_number(value: Decimal) -> int | float:
    """The number as JSON has it: without a fraction where there is none."""
    return int(value) if value == value.to_integral_value() else float(value)


def _first(cells: Any, positions: tuple[int, ...]) -> str:
    return next((str(cells[position]) for position in positions if cells[position]), "")


def _joined(cells: Any, positions: tuple[int, ...], separator: str) -> str:
    """Repeated columns are one list."""
    return separator.join(str(cells[position]) for position in positions if cells[position])


def _column(name: str, reader: Callable[[str], Any], draft: Draft, text: str) -> None:
    draft.item[name] = reader(text) if text.strip() else None


def _number(name: str, reader: Callable[[str], Decimal], draft: Draft, text: str) -> None:
    draft.item[name] = str(reader(text)) if text.strip() else None


def _cut(length: int, text: str) -> str:
    return text.strip()[:length]


def _title(draft: Draft, text: str) -> None:
    title = text.replace("\r", "").replace("\n", " ").strip()
    if len(title) > TITLE_LENGTH:
        draft.review["title"] = {"raw": title, "why": "too_long"}
    draft.item["title"] = title[:TITLE_LENGTH]


def _tags(separator: str, draft: Draft, text: str) -> None:
    tags = parse.parts(text, separator)
    if any(len(tag) > TAG_LENGTH for tag in tags):
        raise Odd("too_long")
    draft.item["tags"] = tags
