"""Scoped reads of what people say. Everything absent, in another workspace or hidden is NotFound alike."""

from typing import TypeVar
from uuid import UUID

from django.db import models

from trimtab.core.actors import Actor, Permission
from trimtab.core.errors import NotFound
from trimtab.core.models import ScopedQuerySet

M = TypeVar("M", bound=models.Model)


def rows(actor: Actor, model: type[M]) -> ScopedQuerySet:
    """The rows of ``model`` in the actor's workspace. Raises Forbidden."""
    actor.require(Permission.VIEW)
    found: ScopedQuerySet = model.objects.in_workspace(actor.workspace_id)  # type: ignore[attr-defined]
    return found


def one(actor: Actor, model: type[M], record_id: UUID, *, lock: bool = False) -> M:
    """The record of this id in the actor's workspace, row-locked if ``lock``. Raises NotFound, Forbidden."""
    found = rows(actor, model)
    record: M | None = (found.select_for_update() if lock else found).filter(id=record_id).first()
    if record is None:
        raise NotFound(f"There is no such {model._meta.verbose_name}.")
    return record
