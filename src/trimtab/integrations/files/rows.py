"""Turns a row of the items' file into the values of an item. Odd cells become missing, with a mark that keeps them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from trimtab.integrations.files import parse
from trimtab.integrations.files.columns import Columns, find_columns, first, joined
from trimtab.integrations.files.parse import Odd, Periods
from trimtab.integrations.files.reading import Row, Table
from trimtab.integrations.files.refs import Directory
from trimtab.integrations.files.rules import FieldRule, LinkColumn, Recipe

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
    field, the cell and why it could not be used. ``problem`` rejects the row. ``born``: when it came to be, as an
    instant, and the columns whose past is told from then on. ``ties``: the keys of other items that its cells name;
    ``records``: what belongs to it in other domains, each a target's name and its values as written.
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
    born: dict[str, Any] | None = None
    ties: list[tuple[LinkColumn, str]] = field(default_factory=list)
    records: list[tuple[str, dict[str, str]]] = field(default_factory=list)


Filler = Callable[[Draft, str], None]
_MENTION = re.compile(r"\[~(?:accountid:)?([\w:.@-]{1,128})\]")


@dataclass(frozen=True, slots=True)
class Names:
    """What a file calls rows and people besides: other name → key, and id of an account → name."""

    keys: Mapping[str, str]
    people: Mapping[str, str]


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
        self._periods, self._names = periods, Names({}, {})
        self._recipe, self._directory, self._identifiers = recipe, directory, identifiers
        level = directory.find("level", recipe.level)
        assert level is not None
        self.level_id = level
        self._fillers = {rule.target: self._filler(rule) for rule in recipe.items.fields}
        told = recipe.history.fields.values() if recipe.history is not None else ()
        self._dated = sorted({column for targets in told for target in targets for column in self.fill(target, "")})

    def learn(self, names: "Names") -> None:
        """By which other names rows call each other, and people."""
        self._names = names

    def columns(self, file: Table) -> Columns:
        """Where the fields' cells stand in ``file``. Raises BadFile when a column is missing."""
        return find_columns(self._recipe, file)

    def read(self, row: Row, columns: Columns, offset: int = 0) -> Draft:
        """The item that a row describes; rows of its file are numbered from ``offset`` on."""
        draft = Draft(offset + row.number, problem=row.problem)
        if row.problem:
            return draft
        cells = row.cells
        written = columns.key_of(cells)
        draft.key = f"{self._recipe.items.key_prefix}{written}" if written else ""
        draft.tracker, draft.url = first(cells, columns.tracker).strip(), first(cells, columns.url).strip()[:1000]
        for place in columns.fields:
            self._fillers[place.target](draft, place.cell(cells))
            if row.odd:
                self._mark(draft, row, place.target, place.positions)
        for rule, positions in columns.links:
            prefix = self._recipe.items.key_prefix
            named = parse.parts(joined(cells, positions, rule.separator), rule.separator)
            draft.ties += [(rule, f"{prefix}{self._names.keys.get(other, other)}"[:KEY_LENGTH]) for other in named]
        for target, parts, separator, positions in columns.records:
            for position in positions:
                if cell := cells[position].strip():
                    draft.records.append((target, self._record(parts, cell.split(separator, len(parts) - 1))))
        if columns.born and (born := first(cells, columns.born).strip()):
            draft.born = self._birth(born)
        self._check(draft)
        return draft

    def _birth(self, written: str) -> dict[str, Any] | None:
        """When an item came to be, and what the history tells of it from then on; None when that is no instant."""
        try:
            at = parse.instant(written)
        except Odd:
            return None
        return {"at": at.isoformat(), "fields": self._dated}

    def person(self, written: str) -> str:
        """A person's name, where the file says it of the id that a cell holds; else the cell."""
        return self._names.people.get(written.strip(), written)

    def mentions(self, text: str) -> str:
        """A text with ids of accounts as names: ``[~accountid:5d1]`` becomes ``@Ana``."""
        return _MENTION.sub(lambda match: "@" + self._names.people.get(match[1], match[1]), text)

    def _record(self, parts: Sequence[str], values: Sequence[str]) -> dict[str, str]:
        named = dict(zip(parts, values, strict=False))
        return {name: self.mentions(value) if len(value) > 40 else self.person(value) for name, value in named.items()}

    @staticmethod
    def _mark(draft: Draft, row: Row, target: str, positions: tuple[int, ...]) -> None:
        odd = next((row.odd[position] for position in positions if position in row.odd), None)
        if odd is not None:
            draft.review[target] = {"raw": odd.raw, "why": odd.why}

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
            text = _mapped(rule, text) if rule.values else text
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
            "description": self._description,
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

    def _description(self, draft: Draft, text: str) -> None:
        draft.extra["description"] = self.mentions(text.replace("\r\n", "\n").replace("\r", "\n"))

    def _effort(self, reader: Callable[[str], Decimal], draft: Draft, text: str) -> None:
        draft.extra["effort"] = str(reader(text)) if text.strip() else None

    def _parent(self, draft: Draft, text: str) -> None:
        written = self._names.keys.get(text.strip(), text.strip())
        key = f"{self._recipe.items.key_prefix}{written}" if written else None
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
        found = self._lookup(rule, _KINDS[rule.target], self._one(rule, text))
        draft.item[f"{rule.target}_id"] = str(found) if found else None
        if found and rule.column and self._directory.unsure(found):
            draft.review[rule.target] = {"raw": text, "why": f"unknown_{rule.target}"}

    def _one(self, rule: FieldRule, text: str) -> str:
        """The name in a cell: of several lines the first; of an owner, what the file says their id means."""
        name = next(iter(text.strip().splitlines()), "").strip()
        return self.person(name) if rule.target == "owner" else name

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


def plain_number(value: Decimal) -> int | float:
    """The number as JSON has it: without a fraction where there is none."""
    return int(value) if value == value.to_integral_value() else float(value)


def _column(name: str, reader: Callable[[str], Any], draft: Draft, text: str) -> None:
    draft.item[name] = reader(text) if text.strip() else None


def _number(name: str, reader: Callable[[str], Decimal], draft: Draft, text: str) -> None:
    draft.item[name] = str(reader(text)) if text.strip() else None


def _mapped(rule: FieldRule, text: str) -> str:
    """What the recipe says a cell means: the whole cell, else each part of a list."""
    whole = rule.values.get(text.strip())
    if whole is not None:
        return whole
    cells = parse.parts(text, rule.separator)
    if len(cells) < 2 or not any(cell in rule.values for cell in cells):
        return text
    return rule.separator.join(part for cell in cells if (part := rule.values.get(cell, cell)))


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
