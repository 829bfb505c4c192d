"""The consumer: what is new in the log becomes notices, in one transaction with the place up to which it was read."""

from typing import Final
from uuid import UUID

from django.db.models import Q

from trimtab.accounts.public import system_actor
from trimtab.collab.notices import queries
from trimtab.collab.notices.models import Happening
from trimtab.collab.notices.services import finished, seeing, telling
from trimtab.core import ledger, scope
from trimtab.core.actors import Clock
from trimtab.core.ledger import LoggedChange

NAME: Final = "notices"
PAGE: Final = 1000
PURGED: Final = "changed it; what it said was erased"


def read_on(workspace_id: UUID, clock: Clock) -> bool:
    """Tell what the next page of the log holds, and what work has ended; whether there may be more to read."""
    with scope.workspace(workspace_id):
        changes = ledger.consume(NAME, PAGE)
        ended = finished.waiting(workspace_id, clock)
        if changes or ended:
            _forget(workspace_id, [change for change in changes if change.op == "P"])
            people = queries.recipients(workspace_id)
            person_of = {one.user_id: one.person_id for one in people.values()}
            reader = system_actor(workspace_id)
            events = [*seeing.events(reader, changes, clock, person_of), *finished.events(reader, ended, person_of)]
            telling.tell(workspace_id, clock, events, people)
        return len(changes) >= PAGE


def _forget(workspace_id: UUID, purged: list[LoggedChange]) -> None:
    """A value was erased for good: no notice goes on quoting the record that held it."""
    ids = {change.entity_id for change in purged}
    if ids:
        quoting = queries.rows(workspace_id, Happening).filter(Q(source_id__in=ids) | Q(record_id__in=ids))
        quoting.update(text=PURGED, lines=[])
