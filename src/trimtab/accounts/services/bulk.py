"""Many people or teams at once, inside the change set of whoever brings them: an import, the sample company."""

from collections.abc import Mapping, Sequence
from typing import Any

from trimtab.accounts.models import Person, Team
from trimtab.core.actors import Actor, Permission
from trimtab.core.bulk import insert_rows


def add_people(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert people; a row maps columns to values, ``id`` and ``name`` among them. Gives how many. Raises Forbidden."""
    actor.require(Permission.EDIT)
    return insert_rows(Person, actor.workspace_id, rows)


def add_teams(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert teams; a row maps columns to values, ``id``, ``key`` and ``name`` among them. A parent may come with them.

    Gives how many. Raises Forbidden.
    """
    actor.require(Permission.EDIT)
    return insert_rows(Team, actor.workspace_id, rows)
