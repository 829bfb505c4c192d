"""What can be talked about: the kinds of record that have said so."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from trimtab.core.actors import Actor
from trimtab.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class About:
    """A record as people know it: ``ref`` is short and may be empty (TT-12), ``title`` what it is called."""

    id: UUID
    ref: str
    title: str


Describe = Callable[[Actor, Collection[UUID]], Mapping[UUID, About]]
Owners = Callable[[Actor, Collection[UUID]], Mapping[UUID, frozenset[UUID]]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of record that can be talked about.

    ``describe`` gives those of some ids that the actor may see, through the actor's lens: what it leaves out is not
    there for them, and neither is what was said about it. ``owners`` gives the people (ids) who answer for each today.
    """

    entity: str
    label: str
    describe: Describe
    owners: Owners


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Let records of a kind be talked about. Called once, when the app is ready; the table has joined by migration."""
    _subjects[subject.entity] = subject


def registered() -> list[Subject]:
    """Every kind that can be talked about, by name."""
    return [_subjects[entity] for entity in sorted(_subjects)]


def kind(entity: str) -> Subject:
    """Raises NotFound for a kind that nobody can talk about."""
    found = _subjects.get(entity)
    if found is None:
        raise NotFound("There is nothing of this kind to talk about.", entities=sorted(_subjects))
    return found


def visible(actor: Actor, entity: str, record_id: UUID) -> About:
    """The record, if the actor may see it. Raises NotFound, Forbidden."""
    found = kind(entity).describe(actor, [record_id]).get(record_id)
    if found is None:
        raise NotFound(f"There is no such {kind(entity).label.lower()}.")
    return found
