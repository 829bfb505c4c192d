"""Noticing, once each, that a dependency stands otherwise than people were last told: by an edit, or by the clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from trimtab.core.actors import Actor, Clock
from trimtab.core.query.answer import run
from trimtab.roadmap import queries
from trimtab.roadmap.models import DependencyTold, Standing

_PAGE: Final = 5_000
WORRYING: Final = frozenset({Standing.AT_RISK.value, Standing.BROKEN.value})


@dataclass(frozen=True, slots=True)
class Transition:
    """A dependency that stands otherwise than before; ``was`` is None the first time that it is looked at."""

    dependency_id: UUID
    was: str | None
    standing: str


def notice_transitions(actor: Actor, clock: Clock) -> list[Transition]:
    """Compare how every dependency stands now with what was noticed last, and remember it.

    Each transition is given exactly once: whoever is told of it is told in the same transaction. Raises Forbidden.
    """
    told = dict(queries.rows(actor, DependencyTold).values_list("id", "standing"))
    found = [
        Transition(dependency_id, told.get(dependency_id), standing)
        for dependency_id, standing in _standings(actor, clock)
        if told.get(dependency_id) != standing
    ]
    DependencyTold.objects.bulk_create(
        [
            DependencyTold(id=t.dependency_id, workspace_id=actor.workspace_id, standing=t.standing, since=clock.now)
            for t in found
        ],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["standing", "since"],
    )
    return found


def _standings(actor: Actor, clock: Clock) -> Iterator[tuple[UUID, str]]:
    after: str | None = None
    while True:
        page = {"size": _PAGE} | ({} if after is None else {"after": after})
        answer = orjson.loads(run(actor, clock, {"source": "dependency", "columns": ["standing"], "page": page}))
        columns = answer["columns"]
        yield from zip(map(UUID, columns["id"]), columns["standing"], strict=True)
        after = answer["next"]
        if after is None:
            return
