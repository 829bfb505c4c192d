"""People: those who work here or are planned to."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from trimtab.accounts import queries
from trimtab.accounts.errors import StillUsed
from trimtab.accounts.models import Person
from trimtab.accounts.services.checks import check_name, only
from trimtab.core import ids, ledger, scope
from trimtab.core.actors import Actor, Clock, Permission

FIELDS: Final = {"name", "email", "title", "placeholder", "active"}


def create_person(
    *,
    actor: Actor,
    clock: Clock,
    name: str,
    email: str = "",
    title: str = "",
    placeholder: bool = False,
    person_id: UUID | None = None,
) -> Person:
    """A new person. ``person_id`` fixes the id that it gets. Raises Forbidden, Invalid."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.EDIT)
        with ledger.change_set(actor, at=clock.now):
            return Person.objects.create(
                id=person_id or ids.new_id(),
                workspace_id=actor.workspace_id,
                name=check_name(name),
                email=email.strip().lower(),
                title=title,
                placeholder=placeholder,
            )


def update_person(*, actor: Actor, clock: Clock, person_id: UUID, version: int, changes: Mapping[str, Any]) -> Person:
    """Change a person's name, address, title, or whether they are here. Raises NotFound, Forbidden, StaleVersion."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.EDIT)
        person = queries.one(actor, Person, person_id, lock=True)
        values = only(changes, FIELDS)
        if "name" in values:
            values["name"] = check_name(changes["name"])
        if "email" in values:
            values["email"] = changes["email"].strip().lower()
        ledger.check_stale(person, version_read=version, changes=values)
        with ledger.change_set(actor, at=clock.now):
            return ledger.save(person, **values)


def delete_person(*, actor: Actor, clock: Clock, person_id: UUID) -> None:
    """Remove a person that nothing refers to; others are set inactive instead. Raises NotFound, StillUsed."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.CONFIGURE)
        person = queries.one(actor, Person, person_id, lock=True)
        try:
            with transaction.atomic(), ledger.change_set(actor, at=clock.now):
                person.delete()
        except IntegrityError as refused:
            raise StillUsed(f"Other records refer to {person.name}: set them inactive instead.") from refused
