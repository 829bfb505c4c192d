"""Taking values and a person's data out for good, and how long things are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from trimtab.accounts import queries
from trimtab.accounts.models import Person
from trimtab.core import ledger, retention, scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Conflict, Invalid, NotFound
from trimtab.core.models import RetentionRule

SHORTEST: Final = 4
MOST: Final = 500
FORMER: Final = "Former member"
_FIND: Final = """
select c.entity, c.entity_id, f.key, count(*), max(c.at)
from ledger_change c cross join lateral jsonb_each(c.fields) f
where c.workspace_id = %(workspace)s and c.fields::text ilike %(pattern)s and f.value::text ilike %(pattern)s
group by 1, 2, 3 order by 5 desc limit %(most)s
"""


class StillHere(Conflict):
    """Somebody who is still here is not erased: they leave first."""

    code = "still_here"


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a record that holds, or held, a text. ``times`` counts the changes that tell it."""

    entity: str
    record_id: UUID
    field: str
    times: int
    last_at: Any


def find_text(actor: Actor, text: str) -> list[Place]:
    """Where a text is or ever was, the latest first, at most five hundred. Raises Forbidden, Invalid (too short)."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        if len(text.strip()) < SHORTEST:
            raise Invalid(f"Give at least {SHORTEST} characters of it.", fields={"text": "is too short"})
        written = orjson.dumps(text.strip()).decode()[1:-1]
        escaped = written.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        with connection.cursor() as cursor:
            cursor.execute(_FIND, {"workspace": actor.workspace_id, "pattern": f"%{escaped}%", "most": MOST})
            return [Place(*row) for row in cursor.fetchall()]


def purge(*, actor: Actor, clock: Clock, places: Sequence[tuple[str, UUID, str]], note: str) -> int:
    """Empty these fields, in the present and the past, for good; gives how many. That it happened is recorded.

    Raises Forbidden, NotFound, Invalid (a field that cannot be empty).
    """
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        for entity, record_id, name in places:
            _require_known(actor, entity, record_id)
            ledger.purge(actor, clock, entity, record_id, name, note=note)
        return len(places)


def _require_known(actor: Actor, entity: str, record_id: UUID) -> None:
    """Raises NotFound for a record that this workspace never had."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from ledger_change where workspace_id = %s and entity = %s and entity_id = %s)",
            [actor.workspace_id, entity, record_id],
        )
        if not cursor.fetchone()[0]:
            raise NotFound("There is no such record.")


def erase_person(*, actor: Actor, clock: Clock, person_id: UUID) -> None:
    """Take a person's name, address and title out of everything, past and log included; they become a former member.

    What they did stays, without their name. Cannot be undone. The account they sign in with is theirs, and stays.
    Raises NotFound, Forbidden, StillHere.
    """
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        person = queries.one(actor, Person, person_id, lock=True)
        if person.active:
            raise StillHere(f"{person.name} is still here: let them hand over and leave first.")
        for name in ("name", "email", "title"):
            ledger.purge(actor, clock, "person", person_id, name, note="A person's data was erased")
        person.refresh_from_db()
        with ledger.change_set(actor, at=clock.now, note="A person's data was erased"):
            ledger.save(person, name=FORMER)
        if person.user_id is not None:
            with connection.cursor() as cursor:
                cursor.execute("select ledger_forget_actor(%s, %s, %s)", [actor.workspace_id, person.user_id, FORMER])


def keep_for(*, actor: Actor, clock: Clock, kind: str, days: int | None) -> list[retention.Rule]:
    """Keep a kind of thing for so many days; None: as long as is usual. Raises NotFound, Forbidden, Invalid."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        known = retention.find(kind)
        if known is None:
            raise NotFound("There is no such kind of thing to keep.")
        if days is not None and not known.least <= days <= 36_500:
            raise Invalid(f"Keep them for at least {known.least} days.", fields={"days": f"is under {known.least}"})
        standing = RetentionRule.objects.in_workspace(actor.workspace_id).filter(kind=kind).first()
        with ledger.change_set(actor, at=clock.now):
            if standing is None and days is not None:
                ledger.add(RetentionRule(workspace_id=actor.workspace_id, kind=kind, days=days))
            elif standing is not None and days is not None:
                ledger.save(standing, days=days)
            elif standing is not None:
                standing.delete()
        return retention.list_rules(actor, clock)


def list_rules(actor: Actor, clock: Clock) -> list[retention.Rule]:
    """How long everything is kept, and what would go today. Raises Forbidden."""
    with scope.workspace(actor.workspace_id):
        return retention.list_rules(actor, clock)
