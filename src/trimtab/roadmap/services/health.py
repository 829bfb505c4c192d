"""What people state of an item's health: who, when, and until which day it holds."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from trimtab.accounts.public import get_workspace
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock
from trimtab.core.statements import fetch_prepared
from trimtab.roadmap import queries
from trimtab.roadmap.models import Item
from trimtab.roadmap.models_rules import HealthStatement

_OF_THE_STATEMENT = ("health", "health_note")
_DAYS = """
select days from roadmap_freshnessrule
where workspace_id = %s and field = 'health' and (level_id = %s or level_id is null)
order by level_id nulls last limit 1
"""


def is_stated_by(item: Item, columns: Mapping[str, Any], changes: Mapping[str, Any]) -> bool:
    """Whether a write of ``columns`` says something of the item's health that it did not say before."""
    if "health_until" in changes:
        return True
    return any(name in columns and columns[name] != getattr(item, name) for name in _OF_THE_STATEMENT)


def write(actor: Actor, clock: Clock, item: Item, changes: Mapping[str, Any]) -> None:
    """Keep who states the item's health now, inside the open change set.

    ``health_until`` is the last day on which it holds; without it, as many days as the level's rule of freshness gives.
    """
    until = changes["health_until"] if "health_until" in changes else holds_until(actor, clock, item.level_id)
    standing = queries.rows(actor, HealthStatement).filter(id=item.id).first()
    if item.health is None:
        if standing is not None:
            standing.delete()
        return
    said = {"expires_on": until}
    if standing is None or set(changes) & set(_OF_THE_STATEMENT):
        said |= {"stated_at": clock.now, "author_id": actor.person_id, "author_name": actor.name}
    if standing is None:
        ledger.add(HealthStatement(id=item.id, workspace_id=actor.workspace_id, **said))
    else:
        ledger.save(standing, **said)


def restate(actor: Actor, clock: Clock, item: Item) -> None:
    """The actor says that the stated health is still true, inside the open change set."""
    write(actor, clock, item, {"health": item.health})


def holds_until(actor: Actor, clock: Clock, level_id: UUID) -> date | None:
    """The last day on which a health stated now holds; None where no rule says how often it must be looked at."""
    found = fetch_prepared(_DAYS, [actor.workspace_id, level_id])
    if not found:
        return None
    today = clock.now.astimezone(ZoneInfo(get_workspace(actor).timezone)).date()
    return today + timedelta(days=int(found[0][0]))
