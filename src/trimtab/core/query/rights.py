"""What an actor may see. Today's rights hold for the past and for drafts too."""

from collections.abc import Callable

from trimtab.core import guards
from trimtab.core.actors import Actor, Permission
from trimtab.core.errors import Forbidden
from trimtab.core.fields.spec import FieldSpec

Predicate = Callable[[Actor], str]
_predicates: dict[str, Predicate] = {}


def restrict(entity: str, predicate: Predicate) -> None:
    """Let ``predicate`` say, as an SQL template over ``{r}``, which rows of ``entity`` an actor sees."""
    _predicates[entity] = predicate


def rows(actor: Actor, entity: str) -> str:
    """The template of the rows that ``actor`` sees; every member sees all where nothing else is said."""
    actor.require(Permission.VIEW)
    predicate = _predicates.get(entity)
    return "true" if predicate is None else predicate(actor)


def may_see(actor: Actor, field: FieldSpec) -> bool:
    """Whether a field is the actor's to see, today and in the past."""
    if any(guards.hides(actor, guard) for guard in field.guards):
        return False
    return not field.confidential or actor.may(Permission.ADMIN)


def require_field(actor: Actor, field: FieldSpec) -> None:
    """Raises Forbidden for a confidential field that is not the actor's to see, wherever the query names it."""
    if not may_see(actor, field):
        raise Forbidden(f"{field.label} is confidential.", field=field.name)
