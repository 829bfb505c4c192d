"""Fields that only some may see. A workspace puts them into groups; here is what each of them covers.

What an actor may not see is in ``Actor.hidden``, as ``<entity>.<name>``: the name of a guard, or ``custom.<field id>``
and ``dim.<dimension id>`` for what the workspace has added. Today's rights hold for the past too.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from trimtab.core.actors import Actor
from trimtab.core.errors import Forbidden

ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Guard:
    """A field, or a few that tell of the same thing, which can be kept from some.

    ``fields`` are those of the query language that show it, by source; ``columns`` those of the tables, by entity, that
    its history is told in; ``keys`` those of its record as a document.
    """

    name: str
    label: str
    fields: Mapping[str, Collection[str]]
    columns: Mapping[str, Collection[str]] = field(default_factory=lambda: MappingProxyType({}))
    keys: Collection[str] = ()


_guards: dict[str, dict[str, Guard]] = {}


def register(entity: str, *guards: Guard) -> None:
    """Say which fields of ``entity`` can be kept from some. Called when a domain's app is ready."""
    _guards.setdefault(entity, {}).update((guard.name, guard) for guard in guards)


def known() -> dict[str, tuple[Guard, ...]]:
    """What can be kept from some, by entity."""
    return {entity: tuple(guards.values()) for entity, guards in _guards.items()}


def of_field(source: str, name: str) -> str:
    """What hides a field of a source: ``item.effort`` for the effort of an estimate; "" where nothing can."""
    for entity, guards in _guards.items():
        for guard in guards.values():
            if name in guard.fields.get(source, ()):
                return f"{entity}.{guard.name}"
    return ""


def hides(actor: Actor, guard: str) -> bool:
    """Whether ``guard`` (``item.benefit``; ``item.*`` for what may hold any field) is kept from the actor."""
    if not actor.hidden or not guard:
        return False
    entity, _, name = guard.partition(".")
    if name == ANY:
        return any(each.startswith(f"{entity}.") for each in actor.hidden)
    return guard in actor.hidden


def hidden_names(actor: Actor, entity: str) -> list[str]:
    """The guards of ``entity`` that are kept from the actor, sorted."""
    return sorted(each.removeprefix(f"{entity}.") for each in actor.hidden if each.startswith(f"{entity}."))


def hidden_keys(actor: Actor, entity: str) -> set[str]:
    """The keys of an entity's document that the actor does not get."""
    names = hidden_names(actor, entity)
    return {key for name in names if name in _guards.get(entity, {}) for key in _guards[entity][name].keys}


def require_writable(actor: Actor, entity: str, keys: Iterable[str]) -> None:
    """Raises Forbidden for a write to what the actor may not see: whoever writes it would learn what it was."""
    refused = sorted(set(keys) & hidden_keys(actor, entity))
    if refused:
        raise Forbidden("You may not see or change this.", fields=refused)


def may_be_hidden(actor: Actor, entity: str, column: str) -> bool:
    """``is_hidden`` where of the record nothing else is known: then a link or a value is taken to be."""
    if entity in {"custom_link", "item_value"}:
        return bool(actor.hidden)
    return is_hidden(actor, entity, column, {})


def is_hidden(actor: Actor, entity: str, column: str, about: Mapping[str, object]) -> bool:
    """Whether a column of a record, as the log names it, is kept from the actor.

    ``about`` has the record's other columns as far as they are known: which field a link is of, which dimension.
    """
    if not actor.hidden:
        return False
    if column.startswith("custom."):
        return f"{entity}.{column}" in actor.hidden
    if entity == "custom_link":
        return any(each.endswith(f".custom.{about.get('field_id')}") for each in actor.hidden)
    if entity == "item_value":
        return f"item.dim.{about.get('dimension_id')}" in actor.hidden
    if column == "review":
        return hides(actor, f"{entity}.{ANY}")
    return any(
        column in guard.columns.get(entity, ()) and f"{owner}.{guard.name}" in actor.hidden
        for owner, guards in _guards.items()
        for guard in guards.values()
    )
