"""The parts of a recipe, as frozen records: where each value of an import comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from trimtab.integrations.files.reading import Reading

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
LINK_TYPES = (*RELATION_TYPES, *DEPENDENCY_TYPES)


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where a field's value comes from. Exactly one of ``columns`` and ``value`` is set.

    ``columns``: of several, the first that is filled in a row counts; columns of one name are one list. ``values``
    maps a cell as written to what it means. ``create``: a name that nothing carries is made, else it is marked for
    review. ``update``: a later import of the same row may change the field. ``via``: the cell names a record of that
    kind, and its day is meant (``release``: the day it came out).
    """

    target: str
    columns: tuple[str, ...]
    value: str | None
    default: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    separator: str = ";"
    create: bool = True
    update: bool = True
    via: str = ""

    @property
    def column(self) -> str | None:
        """The first of its columns."""
        return self.columns[0] if self.columns else None


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
    """A dimension that the recipe needs; made when the workspace has none of this key."""

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
    """A file of teams, people or releases: field → columns, of which the first that is filled counts."""

    file: str
    key: str
    columns: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SkipRule:
    """Rows that are no items: those where ``column`` is filled, or holds one of ``values``.

    ``lone``: those of which a single cell is filled, and no key: what a program writes below its table.
    """

    column: str
    values: tuple[str, ...]
    lone: bool


@dataclass(frozen=True, slots=True)
class LinkColumn:
    """A column of the items' file that names other items. ``reverse``: the other one comes first."""

    columns: tuple[str, ...]
    type: str
    reverse: bool
    separator: str


@dataclass(frozen=True, slots=True)
class ItemsRule:
    """The files of items. ``keys`` are the columns with the name under which a later import finds the row again.

    ``id`` is a column with another name of the row, by which others may call it their parent. ``tracker`` and
    ``tracker_source``: a column with the item's key in a tracker, and under which source it is known.
    """

    files: tuple[str, ...]
    keys: tuple[str, ...]
    key_prefix: str
    url: str
    tracker: str
    tracker_source: str
    fields: tuple[FieldRule, ...]
    id: str = ""
    skip: tuple[SkipRule, ...] = ()
    links: tuple[LinkColumn, ...] = ()

    @property
    def file(self) -> str:
        """The first of its files; empty when items come from links alone."""
        return self.files[0] if self.files else ""

    @property
    def key(self) -> str:
        """How the key's columns are called in messages."""
        return "” and “".join(self.keys)


@dataclass(frozen=True, slots=True)
class LinkType:
    """What a kind of link, as written, means. ``symmetric``: it is the same from both sides."""

    type: str
    reverse: bool


@dataclass(frozen=True, slots=True)
class LinksRule:
    """A file of relations or dependencies. ``raw`` is the column to quote when an end is unknown.

    ``types``: ``*`` stands for every kind that is not named. ``fixed`` is the kind of all rows, where no column says
    it. ``missing``: an end that nothing carries is made as an item of that name. ``blank``: rows without a second end
    are none, rather than wrong.
    """

    file: str
    start: str
    end: str
    type: str
    raw: str
    types: Mapping[str, LinkType]
    sheet: str = ""
    fixed: str = ""
    missing: bool = False
    blank: bool = False


@dataclass(frozen=True, slots=True)
class HistoryRule:
    """A file with one dated change per row. ``fields`` maps a field as written to the fields here that it dates.

    ``constant`` names the fields that never changed; every other field without entries is missing in the past.
    ``existence`` is the field, as written, that only says the record came to be. ``ignore``: fields that are left
    out; ``*``: all that ``fields`` does not name. ``born``: a column of the items with the day they came to be; from
    then on each dated field has the value that its first change begins with, or today's where it never changed.
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
    sheet: str = ""
    born: str = ""


@dataclass(frozen=True, slots=True)
class RecordsRule:
    """Records of another domain that belong to items: comments, watchers …

    Either rows of a file, ``key`` naming the item and ``columns`` field → column; or cells of the items' own file:
    each cell of ``column`` is one record, cut by ``separator`` into ``parts``.
    """

    target: str
    file: str
    sheet: str
    key: str
    columns: Mapping[str, str]
    column: str
    parts: tuple[str, ...]
    separator: str


@dataclass(frozen=True, slots=True)
class Layout:
    """By what a shipped recipe knows its files: all have the columns ``must``; ``signs`` are further usual ones."""

    label: str
    formats: tuple[str, ...]
    must: tuple[str, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole mapping. ``source`` is the name space of its external keys; ``level`` is the default.

    ``lenient``: a column that a file lacks is left out, but for key and title. ``readings`` says of single files how
    they are written. ``accounts``: pairs of columns, a person's name and the id by which other columns mean them.
    ``names``: what else a column that the recipe names may be called.
    """

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
    people: ListRule | None = None
    links: tuple[LinksRule, ...] = ()
    records: tuple[RecordsRule, ...] = ()
    lenient: bool = False
    readings: Mapping[str, Reading] = field(default_factory=dict)
    accounts: tuple[tuple[str, str], ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    layout: Layout | None = None

    def rule(self, target: str) -> FieldRule | None:
        """How the field ``target`` is filled, or None when the recipe leaves it alone."""
        return next((rule for rule in self.items.fields if rule.target == target), None)

    def custom(self, key: str) -> CustomRule:
        """The custom field of this key; the recipe's own check made sure that there is one."""
        return next(custom for custom in self.customs if custom.key == key)

    def reading_of(self, file: str, sheet: str = "") -> Reading:
        """How this file is written; ``sheet`` names a list inside it."""
        reading = self.readings.get(file, self.reading)
        return replace(reading, sheet=sheet) if sheet else reading

    def called(self, name: str) -> tuple[str, ...]:
        """A column's name and what else it may be called."""
        return (name, *self.names.get(name, ()))

    @property
    def ties(self) -> tuple[LinksRule, ...]:
        """Every file of relations or dependencies."""
        return (*(rule for rule in (self.relations, self.dependencies) if rule is not None), *self.links)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the recipe reads, in the order in which it does, each once."""
        parts = (self.teams, self.people, self.releases)
        before = [part.file for part in parts if part is not None]
        others = (*self.ties, *self.records, self.history)
        after = [part.file for part in others if part is not None and part.file]
        return tuple(dict.fromkeys([*before, *self.items.files, *after]))
