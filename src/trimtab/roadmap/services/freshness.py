"""Fields that grow stale, and people who look at them and find them still true."""

from collections.abc import Iterable
from uuid import UUID

from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock
from trimtab.core.errors import Invalid
from trimtab.core.ids import new_id
from trimtab.core.query import known_fields, rights
from trimtab.roadmap import queries
from trimtab.roadmap.models import Item
from trimtab.roadmap.models_rules import Confirmation, FreshnessRule
from trimtab.roadmap.services import health
from trimtab.roadmap.services.common import lock_item, refusals
from trimtab.roadmap.source_rules import is_watchable


def confirm_fields(*, actor: Actor, clock: Clock, item_id: UUID, fields: Iterable[str]) -> Item:
    """Say that these fields of an item, as a query names them, are still true. A stated health holds anew.

    Raises NotFound, Forbidden, PastIsReadOnly, Invalid for a field that cannot grow stale.
    """
    item = lock_item(actor, item_id)
    wanted = list(dict.fromkeys(fields))
    known = known_fields(actor, "item")
    for name in wanted:
        spec = known.get(name)
        if spec is None or not is_watchable(name, spec) or not rights.may_see(actor, spec):
            raise Invalid(f"{name} is nothing that can be confirmed.", fields={name: "This cannot be confirmed."})
    standing = {each.field: each for each in queries.rows(actor, Confirmation).filter(item_id=item.id)}
    said = {"confirmed_at": clock.now, "author_id": actor.person_id, "author_name": actor.name}
    with refusals(), ledger.change_set(actor, at=clock.now, note="Still true."):
        for name in wanted:
            if name in standing:
                ledger.save(standing[name], **said)
            else:
                place = {"workspace_id": actor.workspace_id, "item_id": item.id, "field": name}
                ledger.add(Confirmation(id=new_id(), **place, **said))
        if "health" in wanted and item.health is not None:
            health.restate(actor, clock, item)
    return item


def check_rule(actor: Actor, rule: FreshnessRule) -> None:
    """Refuse a rule about a field that cannot grow stale. Raises Invalid."""
    spec = known_fields(actor, "item").get(rule.field)
    if spec is None or not is_watchable(rule.field, spec):
        raise Invalid(
            f"{rule.field} is not a field that people write, so it cannot grow stale.",
            fields={"field": "Choose a field that people write."},
        )
