"""Field groups: who sees which fields. What a group keeps is kept everywhere, in the past too."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from trimtab.accounts import queries
from trimtab.accounts.errors import KeyTaken
from trimtab.accounts.models import Person
from trimtab.accounts.services.checks import check_name
from trimtab.core import guards, ledger, scope
from trimtab.core.actors import Actor, Clock, Permission, Role
from trimtab.core.errors import Invalid, NotFound
from trimtab.core.fields import registry
from trimtab.core.models import FieldGroup, FieldGroupField, FieldGroupReader, Record
from trimtab.core.query import config


@dataclass(frozen=True, slots=True)
class Guarded:
    """A field that a group can keep; ``field`` as the group names it."""

    entity: str
    field: str
    label: str


@dataclass(frozen=True, slots=True)
class GroupValues:
    """What a group is to hold. ``fields`` are pairs of entity and field."""

    name: str
    description: str = ""
    fields: Sequence[tuple[str, str]] = ()
    people: Sequence[UUID] = ()
    roles: Sequence[Role] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A group with all that it holds."""

    id: UUID
    version: int
    name: str
    description: str
    fields: tuple[Guarded, ...]
    people: tuple[UUID, ...]
    roles: tuple[Role, ...]


def list_guardable(actor: Actor) -> list[Guarded]:
    """Every field that a group can keep: built-in, the workspace's own, its dimensions. Raises Forbidden."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        return [guarded for entity in guards.known() for guarded in _guardable(actor, entity)]


def _guardable(actor: Actor, entity: str) -> Iterable[Guarded]:
    for guard in guards.known()[entity]:
        yield Guarded(entity, guard.name, guard.label)
    source = registry.get(entity)
    for spec in config.listed(config.read(actor, source, None).fields).values():
        name = spec.guards[0].removeprefix(f"{entity}.") if spec.guards else ""
        if name.startswith(("custom.", "dim.")) and not spec.name.endswith((".rolled", ".precision")):
            yield Guarded(entity, name, spec.label)


def list_groups(actor: Actor) -> list[Group]:
    """All groups, by name. Raises Forbidden."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        labels = {(each.entity, each.field): each for each in list_guardable(actor)}
        groups = FieldGroup.objects.in_workspace(actor.workspace_id).order_by("name")
        return [_group(group, labels) for group in groups]


def _group(group: FieldGroup, labels: dict[tuple[str, str], Guarded]) -> Group:
    fields = FieldGroupField.objects.in_workspace(group.workspace_id).filter(group_id=group.id).order_by("id")
    readers = FieldGroupReader.objects.in_workspace(group.workspace_id).filter(group_id=group.id).order_by("id")
    held = [(each.entity, each.field) for each in fields]
    return Group(
        id=group.id,
        version=group.version,
        name=group.name,
        description=group.description,
        fields=tuple(labels[key] for key in held if key in labels),
        people=tuple(each.person_id for each in readers if each.person_id is not None),
        roles=tuple(Role(each.role) for each in readers if each.role is not None),
    )


def get_group(actor: Actor, group_id: UUID) -> Group:
    """One group. Raises NotFound, Forbidden."""
    found = next((group for group in list_groups(actor) if group.id == group_id), None)
    if found is None:
        raise NotFound("There is no such field group.")
    return found


def create_group(*, actor: Actor, clock: Clock, values: GroupValues) -> Group:
    """A new group; its fields are kept from everybody else at once.

    Raises Forbidden, Invalid, KeyTaken (the name, or a field that another group keeps).
    """
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        _check(actor, values)
        with _taken(), ledger.change_set(actor, at=clock.now, note=f"Field group {values.name}"):
            group = ledger.add(
                FieldGroup(
                    workspace_id=actor.workspace_id, name=check_name(values.name), description=values.description
                )
            )
            _fill(actor, group.id, values)
        return get_group(actor, group.id)


def change_group(*, actor: Actor, clock: Clock, group_id: UUID, values: GroupValues) -> Group:
    """Make a group exactly this. Raises NotFound, Forbidden, Invalid, KeyTaken."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        group = queries.one(actor, FieldGroup, group_id, lock=True)
        _check(actor, values)
        with _taken(), ledger.change_set(actor, at=clock.now, note=f"Field group {values.name}"):
            ledger.save(group, name=check_name(values.name), description=values.description)
            _fill(actor, group.id, values)
        return get_group(actor, group.id)


def delete_group(*, actor: Actor, clock: Clock, group_id: UUID) -> None:
    """End a group: everybody sees its fields again. Raises NotFound, Forbidden."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        group = queries.one(actor, FieldGroup, group_id, lock=True)
        with ledger.change_set(actor, at=clock.now, note=f"Field group {group.name}"):
            for model in (FieldGroupField, FieldGroupReader):
                model.objects.in_workspace(actor.workspace_id).filter(group_id=group.id).delete()
            group.delete()


def _check(actor: Actor, values: GroupValues) -> None:
    known = {(each.entity, each.field) for each in list_guardable(actor)}
    if unknown := sorted(f"{entity}.{name}" for entity, name in set(values.fields) - known):
        raise Invalid("Some fields cannot be kept from anybody.", fields=dict.fromkeys(unknown, "cannot be kept"))
    people = Person.objects.in_workspace(actor.workspace_id).filter(id__in=values.people)
    if people.count() < len(set(values.people)):
        raise Invalid("Somebody named is not here.", fields={"people": "names somebody who is not here"})


@contextmanager
def _taken() -> Iterator[None]:
    """A savepoint in which what is there already is refused by name."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refused:
        raise KeyTaken("Another group has this name, or keeps one of these fields.") from refused


def _fill(actor: Actor, group_id: UUID, values: GroupValues) -> None:
    """Write what differs from what the group holds."""
    place = {"workspace_id": actor.workspace_id, "group_id": group_id}
    fields = FieldGroupField.objects.in_workspace(actor.workspace_id).filter(group_id=group_id)
    _settle(
        {(each.entity, each.field): each for each in fields},
        {(entity, name): FieldGroupField(**place, entity=entity, field=name) for entity, name in values.fields},
    )
    readers = FieldGroupReader.objects.in_workspace(actor.workspace_id).filter(group_id=group_id)
    wanted: dict[Any, Record] = {(p, None): FieldGroupReader(**place, person_id=p) for p in values.people}
    wanted |= {(None, role.value): FieldGroupReader(**place, role=role.value) for role in values.roles}
    _settle({(each.person_id, each.role): each for each in readers}, wanted)


def _settle(standing: Mapping[Any, Record], wanted: Mapping[Any, Record]) -> None:
    for key in standing.keys() - wanted.keys():
        standing[key].delete()
    for key in wanted.keys() - standing.keys():
        ledger.add(wanted[key])
