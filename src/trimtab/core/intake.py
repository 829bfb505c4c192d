"""Where a domain says what of it may come in with files, so that imports know it without knowing the domain.

A domain registers its targets when it starts; the recogniser offers their fields, and the import hands their records
over in the transaction in which everything else is written.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from trimtab.core.actors import Actor, Clock

FieldType = Literal["text", "number", "date", "instant", "bool", "url", "person"]


@dataclass(frozen=True, slots=True)
class IntakeField:
    """A field that a file may fill. ``names`` are what its column is called, in any language, the usual one first."""

    name: str
    label: str
    type: FieldType = "text"
    names: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class IncomingPerson:
    """Somebody as a file names them, and who that is here, where it is known."""

    name: str
    id: UUID | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record on its way in. ``values`` holds a field's value by name, absent where the file is blank.

    Text is text, a number Decimal, a day date, an instant an aware datetime, a person IncomingPerson. ``record_id`` is
    the item it belongs to. ``key`` is the same for the same record of a later import.
    ``row`` is where it stands in the file.
    """

    row: int
    key: str
    record_id: UUID | None
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of the records: how many are new, changed, the same; and rows left out, each with the reason."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: tuple[tuple[int, str], ...] = ()


Bring = Callable[[Actor, Clock, UUID, str, Iterable[Incoming]], Brought]
"""Writes records: actor, clock, batch, the source whose keys they carry, and the records. Under the open change set.

Doing it again with the same records changes nothing. What it writes belongs to the batch, so that undo takes it back.
"""


Unchanged = Callable[[Actor, str, Sequence[Incoming]], Collection[int]]
"""Of records with keys of a source, the rows of those that are here already just so. In the open transaction."""


@dataclass(frozen=True, slots=True)
class IntakeTarget:
    """A kind of record that may come in. ``on_item``: each belongs to an item of the roadmap.

    ``names`` are what a file of them is called. ``keyed``: the fields that together name a record, beside its item; a
    field ``id``, where a file has one, does so alone. ``makes_people``: who is named in it and is not here is made.
    """

    name: str
    label: str
    fields: tuple[IntakeField, ...]
    bring: Bring
    unchanged: Unchanged
    keyed: tuple[str, ...]
    on_item: bool = True
    makes_people: bool = False
    names: tuple[str, ...] = field(default=())


_TARGETS: dict[str, IntakeTarget] = {}


def register(target: IntakeTarget) -> None:
    """Offer a kind of record to imports. The same name again replaces the former."""
    _TARGETS[target.name] = target


def find(name: str) -> IntakeTarget | None:
    """The target of this name, or None when no domain has registered it."""
    return _TARGETS.get(name)


def targets() -> tuple[IntakeTarget, ...]:
    """All of them, in the order of their registration."""
    return tuple(_TARGETS.values())
