"""What a file's columns mean: a recipe, written in TOML, read into frozen records.

Whatever cannot be used is refused with the line and the key it stands at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trimtab.integrations.files.toml_table import BadRecipe, Table, parse

__all__ = ["BadRecipe", "Recipe", "find", "load", "loads"]

PACKAGED = Path(__file__).parent / "recipes"
CATEGORIES = ("todo", "doing", "done", "cancelled")
CUSTOM_TYPES = (
    "text", "number", "date", "bool", "choice", "choices", "url", "person", "people", "team", "teams",
)  # fmt: skip
LINKED_TYPES = frozenset({"person", "people", "team", "teams"})
REFERENCES = ("level", "area", "phase", "owner", "team", "release")
BUILT_IN = (
    "title", "description", "parent", "start", "end", "health", "health_note", "horizon", "benefit", "progress",
    "tags", "effort", *REFERENCES,
)  # fmt: skip
RESERVED = frozenset(
    {
        *BUILT_IN, "ref", "key", "text", "timeframe", "review", "rank", "created", "updated", "children", "dim", "sort",
        "number",
    }
)  # fmt: skip
RELATION_TYPES = ("relates_to", "replaces", "duplicates")
DEPENDENCY_TYPES = ("FS", "SS", "FF")


@dataclass(frozen=True, slots=True)
class Reading:
    """How the files are written. Empty ``encoding`` and ``delimiter`` mean: find out."""

    encoding: str = ""
    delimiter: str = ""
    decimal: str = "."
    day_first: bool = True


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where a field's value comes from. Exactly one of ``column`` and ``value`` is set.

    ``values`` maps a cell as written to what it means. ``create``: a name that nothing carries is made, else it is
    marked for review. ``update``: a later import of the same row may change the field. ``via``: the cell names a
    record of that kind, and its day is meant (``release``: the day it came out).
    """

    target: str
    column: str | None
    value: str | None
    default: str
    values: Mapping[str, str]
    separator: str
    create: bool
    update: bool
    via: str


@dataclass(frozen=True, slots=True)
class CustomRule:
    """A custom field that the recipe needs; made when the workspace has none of this key."""

    key: str
    name: str
    type: str
    options: tuple[str, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class DimensionRule:
    key: str
    name: str
    multiple: bool


@dataclass(frozen=True, slots=True)
class PhaseRule:
    """What a phase, as written in the file, is called here, and the category it belongs to."""

    name: str
    category: str


@dataclass(frozen=True, slots=True)
class ListRule:
    """A file of teams or releases: field → columns, of which the first that is filled counts."""

    file: str
    key: str
    columns: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ItemsRule:
    """The file of items. ``key`` is the column with the name under which a later import finds the row again.

    ``tracker`` and ``tracker_source``: a column with the item's key in a tracker, and under which source it is known.
    """

    file: str
    key: str
    key_prefix: str
    url: str
    tracker: str
    tracker_source: str
    fields: tuple[FieldRule, ...]


@dataclass(frozen=True, slots=True)
class LinkType:
    type: str
    reverse: bool


@dataclass(frozen=True, slots=True)
class LinksRule:
    """A file of relations or dependencies. ``raw`` is the column to quote when an end is unknown."""

    file: str
    start: str
    end: str
    type: str
    raw: str
    types: Mapping[str, LinkType]


@dataclass(frozen=True, slots=True)
class HistoryRule:
    """A file with one dated change per row. ``fields`` maps a field as written to the fields here that it dates.

    ``constant`` names the fields that never changed; every other field without entries is missing in the past.
    ``existence`` is the field, as written, that only says the record came to be.
    """

    file: str
    key: str
    at: str
    field: str
    old: str
    new: str
    actor: str
    cause: Mapping[str, str]
    existence: str
    ignore: tuple[str, ...]
    constant: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole mapping. ``source`` is the name space of its external keys; ``level`` and ``area`` are defaults."""

    name: str
    source: str
    text: str
    level: str
    reading: Reading
    items: ItemsRule
    phases: Mapping[str, PhaseRule]
    customs: tuple[CustomRule, ...]
    dimensions: tuple[DimensionRule, ...]
    teams: ListRule | None
    releases: ListRule | None
    relations: LinksRule | None
    dependencies: LinksRule | None
    history: HistoryRule | None

    def rule(self, target: str) -> FieldRule | None:
        """How the field ``target`` is filled, or None when the recipe leaves it alone."""
        return next((rule for rule in self.items.fields if rule.target == target), None)

    def custom(self, key: str) -> CustomRule:
        """The custom field of this key; the recipe's own check made sure that there is one."""
        return next(custom for custom in self.customs if custom.key == key)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the recipe reads, in the order in which it does."""
        parts = (self.teams, self.releases, self.items, self.relations, self.dependencies, self.history)
        return tuple(part.file for part in parts if part is not None)


def find(name: str) -> Path:
    """The recipe of this path, or the packaged one of this name, with or without ``.toml``. Raises BadRecipe."""
    given = Path(name)
    for path in (given, PACKAGED / given.name, PACKAGED / f"{given.name}.toml"):
        if path.is_file():
            return path
    packaged = ", ".join(sorted(path.name for path in PACKAGED.glob("*.toml")))
    raise BadRecipe(f"There is no recipe “{name}”: neither a file of this path nor one that comes along ({packaged}).")


def load(name: str) -> Recipe:
    """Read the recipe of this path or name. Raises BadRecipe."""
    path = find(name)
    try:
        return loads(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as wrong:
        raise BadRecipe(f"{path}: not UTF-8 text.") from wrong


def loads(text: str, where: str = "recipe") -> Recipe:
    """Read a recipe from its text; ``where`` names it in messages. Raises BadRecipe."""
    top = parse(text, where)
    customs = tuple(_custom(part) for part in top.tables("custom"))
    dimensions = tuple(_dimension(part) for part in top.tables("dimensions"))
    known = {*BUILT_IN, *(f"custom.{c.key}" for c in customs), *(f"dim.{d.key}" for d in dimensions)}
    items = _items(top.table("items"), known)
    history = top.optional("history")
    linked = {f"custom.{custom.key}" for custom in customs if custom.type in LINKED_TYPES}
    recipe = Recipe(
        name=top.text("name"),
        source=top.text("source"),
        text=text,
        level=top.text("level"),
        reading=_reading(top.optional("csv")),
        items=items,
        phases=_phases(top.optional("phases")),
        customs=customs,
        dimensions=dimensions,
        teams=_list(top.optional("teams"), ("name", "kind", "mission", "parent")),
        releases=_list(top.optional("releases"), ("name", "starts_on", "released_on", "note")),
        relations=_links(top.optional("relations"), RELATION_TYPES),
        dependencies=_links(top.optional("dependencies"), DEPENDENCY_TYPES),
        history=_history(history, {rule.target for rule in items.fields}, linked) if history else None,
    )
    top.done()
    return recipe


def _reading(table: Table | None) -> Reading:
    if table is None:
        return Reading()
    reading = Reading(
        encoding=table.text("encoding", ""),
        delimiter=table.text("delimiter", ""),
        decimal=table.choice("decimal", (".", ","), "."),
        day_first=table.flag("day_first", True),
    )
    if len(reading.delimiter) > 1:
        table.refuse("delimiter", "is a single character.")
    table.done()
    return reading


def _items(table: Table, known: set[str]) -> ItemsRule:
    fields = table.table("fields")
    rules = tuple(_field(fields, name, known) for name in fields.names())
    if not any(rule.target == "title" for rule in rules):
        fields.refuse("title", "is missing: an item needs a title.")
    tracker = table.optional("tracker")
    items = ItemsRule(
        file=table.text("file"),
        key=table.text("key"),
        key_prefix=table.text("key_prefix", ""),
        url=table.text("url", ""),
        tracker=tracker.text("column") if tracker else "",
        tracker_source=tracker.text("source") if tracker else "",
        fields=rules,
    )
    if tracker:
        tracker.done()
    table.done()
    return items


def _field(fields: Table, name: str, known: set[str]) -> FieldRule:
    if name not in known:
        fields.refuse(name, "is no field of an item.", among=known)
    if not isinstance(fields.raw(name), dict):
        return FieldRule(name, fields.text(name), None, "", {}, ";", name != "release", True, "")
    part = fields.table(name)
    column, value = part.text("column", ""), part.text("value", "")
    if bool(column) == bool(value):
        part.refuse("", "needs either a column or a value, and not both.")
    rule = FieldRule(
        target=name,
        column=column or None,
        value=value or None,
        default=part.text("default", ""),
        values=part.texts("values"),
        separator=part.text("separator", ";"),
        create=part.flag("create", name != "release"),
        update=part.flag("update", True),
        via=part.choice("via", ("", "release"), ""),
    )
    if rule.via and name not in {"start", "end"}:
        part.refuse("via", "is for start and end alone.")
    part.done()
    return rule


def _custom(table: Table) -> CustomRule:
    if table.raw("key") in RESERVED:
        table.refuse("key", "is the name of a built-in field.")
    custom = CustomRule(
        key=table.slug("key"),
        name=table.text("name", table.text("key")),
        type=table.choice("type", CUSTOM_TYPES, "text"),
        options=table.list("options"),
        unit=table.text("unit", ""),
    )
    table.done()
    return custom


def _dimension(table: Table) -> DimensionRule:
    dimension = DimensionRule(table.slug("key"), table.text("name", table.text("key")), table.flag("multiple", False))
    table.done()
    return dimension


def _phases(table: Table | None) -> Mapping[str, PhaseRule]:
    phases: dict[str, PhaseRule] = {}
    if table is None:
        return phases
    for written in table.names():
        if isinstance(table.raw(written), dict):
            part = table.table(written)
            phases[written] = PhaseRule(part.text("name", written), part.choice("category", CATEGORIES, None))
            part.done()
        else:
            phases[written] = PhaseRule(written, table.choice(written, CATEGORIES, None))
    table.done()
    return phases


def _list(table: Table | None, fields: tuple[str, ...]) -> ListRule | None:
    if table is None:
        return None
    rule = ListRule(
        file=table.text("file"),
        key=table.text("key"),
        columns={field: table.one_or_more(field) for field in fields if table.has(field)},
    )
    table.done()
    return rule


def _links(table: Table | None, types: tuple[str, ...]) -> LinksRule | None:
    if table is None:
        return None
    written: dict[str, LinkType] = {}
    kinds = table.table("types")
    for name in kinds.names():
        if isinstance(kinds.raw(name), dict):
            part = kinds.table(name)
            written[name] = LinkType(part.choice("type", types, None), part.flag("reverse", False))
            part.done()
        else:
            written[name] = LinkType(kinds.choice(name, types, None), False)
    rule = LinksRule(
        file=table.text("file"),
        start=table.text("from"),
        end=table.text("to"),
        type=table.text("type"),
        raw=table.text("raw", ""),
        types=written,
    )
    kinds.done()
    table.done()
    return rule


def _history(table: Table, filled: set[str], linked: set[str]) -> HistoryRule:
    fields = table.table("fields")
    mapped = {name: fields.one_or_more(name) for name in fields.names()}
    for name, targets in mapped.items():
        for target in targets:
            if target not in filled:
                fields.refuse(name, f"“{target}” is not filled by [items.fields].", among=filled)
            if target in UNDATED or target.startswith("dim.") or target in linked:
                fields.refuse(name, f"“{target}” lies in a table of its own: its past cannot be imported.")
    constant = table.list("constant", ("level", "area"))
    for name in constant:
        if name not in filled | {"level", "area"}:
            table.refuse("constant", f"“{name}” is not filled by [items.fields].", among=filled)
    told = {target for targets in mapped.values() for target in targets} | set(constant)
    if missing := {"title", "level"} - told:
        table.refuse("constant", f"lacks “{missing.pop()}”: it needs a history or to be constant.")
    rule = HistoryRule(
        file=table.text("file"),
        key=table.text("key"),
        at=table.text("at"),
        field=table.text("field"),
        old=table.text("old"),
        new=table.text("new"),
        actor=table.text("actor", ""),
        cause=table.texts("cause"),
        existence=table.text("existence", ""),
        ignore=table.list("ignore"),
        constant=constant,
        fields=mapped,
    )
    table.done()
    return rule


UNDATED = frozenset({"description", "effort", "parent"})
"""Fields whose past an import cannot tell: they lie outside the item's row, or would need the parents' own past."""
