"""What the registry knows of a field, of a kind of record, and of the ways between them.

SQL here is a template: ``{r}`` stands for the row, ``{<join>}`` for a joined relation of the source, ``{=<entity>}``
for all records of a kind as the lens sees them, ``{@<day>}`` for a day of the lens (see ``Context.day``) or its time
zone. It must not be able to raise whatever a row holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FieldKind(StrEnum):
    """What a field's values are. ``self`` is the record under the name that people see; ``words`` is full text."""

    TEXT = "text"
    PROSE = "prose"
    NUMBER = "number"
    BOOL = "bool"
    DATE = "date"
    INSTANT = "instant"
    TIMEFRAME = "timeframe"
    CHOICE = "choice"
    CHOICES = "choices"
    TAGS = "tags"
    REF = "ref"
    REFS = "refs"
    SELF = "self"
    WORDS = "words"
    JSON = "json"


SEVERAL = {FieldKind.CHOICES, FieldKind.TAGS, FieldKind.REFS}


@dataclass(frozen=True, slots=True)
class Option:
    """One allowed value of a choice."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Join:
    """A relation beside the row, at most one of its rows per row; ``on`` is a template.

    It is the records of ``entity``, or what the template ``relation`` selects, in parentheses.
    """

    entity: str
    on: str
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Where the values of a field with several references lie: one row per value in ``entity``.

    ``where`` begins with the column that it is about.
    """

    entity: str
    record: str
    value: str
    where: str = "id is not null"
    order: str = "id"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order. ``fixed`` keys ascend even where the order is turned round. Missing is always last.

    ``walked`` says that an index holds today's rows in the order of this key.
    """

    sql: str
    type: str
    nullable: bool = True
    fixed: bool = False
    walked: bool = False


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a source.

    ``sql`` is the value; ``column`` what the answer shows of it, if that differs. ``parts`` holds the four columns
    of a timeframe or the precision of a date. ``entity`` names what a reference points at; ``below`` says that it
    matches what lies under the named record too. ``stored`` is the id of a value in the ``custom`` document,
    ``indexed`` that it has an index of its own. ``alias`` is a second name, where nothing else has it.
    ``live`` is the value as it is read for a page of today, where that costs less than ``sql``. ``brings`` holds joins
    that the field needs and its source does not know. ``formula`` is what it is computed of; ``problem`` says in words
    why it has no values. ``guards`` name what keeps it from some, any of them, see ``core.guards``;
    ``grouped`` says that something does in this workspace.
    """

    name: str
    label: str
    kind: FieldKind
    sql: str = ""
    column: str = ""
    joins: tuple[str, ...] = ()
    entity: str = ""
    within: str = "true"
    below: bool = False
    options: tuple[Option, ...] = ()
    link: Link | None = None
    parts: tuple[str, ...] = ()
    order: tuple[Key, ...] = ()
    nullable: bool = True
    sortable: bool = True
    shown: bool = True
    confidential: bool = False
    custom: bool = False
    alias: str = ""
    stored: str = ""
    indexed: bool = False
    unit: str = ""
    rolls_up: str = ""
    live: str = ""
    brings: Mapping[str, Join] = field(default_factory=dict)
    formula: str = ""
    problem: str = ""
    guards: tuple[str, ...] = ()
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """Full text: a title on the row and a vector in a relation beside it, both of configuration public.trimtab.

    ``guard`` is what keeps the text from some.
    """

    title: str
    body_entity: str
    body_vector: str
    guard: str = ""


@dataclass(frozen=True, slots=True)
class FieldProvider:
    """Fields that a workspace defines. ``sql`` selects one JSON array of definitions; ``build`` makes the fields of it
    and of those that are known before, by name."""

    sql: str
    build: Callable[[list[dict[str, Any]], Mapping[str, FieldSpec]], list[FieldSpec]]


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of record that can be asked for.

    ``name`` is what people call a record, ``shown`` its JSON among the references of an answer, ``match`` how a
    word finds one (``{word}`` is in lower case, ``{raw}`` as given, ``{number}`` its closing digits or null),
    ``written`` what stands for one in query text, ``table`` where its custom values lie, ``parent`` the column of its
    own tree, ``order`` its place among its like. ``ladder`` is the column and the kind of the levels, by rank, on which
    a parent stands above its child.
    """

    entity: str
    label: str
    name: str
    fields: Mapping[str, FieldSpec] = field(default_factory=dict)
    joins: Mapping[str, Join] = field(default_factory=dict)
    shown: str = ""
    match: str = "lower({r}.name) = {word}"
    written: str = ""
    table: str = ""
    parent: str = ""
    ladder: tuple[str, str] | None = None
    order: tuple[Key, ...] = ()
    default_sort: tuple[tuple[str, bool], ...] = ()
    search: Search | None = None
    providers: tuple[FieldProvider, ...] = ()


def source(entity: str, label: str, name: str, fields: list[FieldSpec], **more: object) -> Source:
    """A source whose fields are looked up by name."""
    return Source(entity, label, name, {spec.name: spec for spec in fields}, **more)  # type: ignore[arg-type]
