"""Noticing, once each, that a dependency stands otherwise than people were last told: by an edit, or by the clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock
from trimtab.core.query.answer import run
from trimtab.roadmap import queries
from trimtab.roadmap.models import DependencyTold

_PAGE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Transition:
    """A dependency that stands otherwise than before; ``was`` is None the first time that it is looked at."""

    dependency_id: UUID
    was: str | None
    standing: str


def notice_transitions(actor: Actor, clock: Clock) -> list[Transition]:
    """Compare how every dependency stands now with what was noticed last, and remember it.

    Each is given exactly once; the change set that remembers it is what people are told from. Raises Forbidden.
    """
    told = {known.id: known for known in queries.rows(actor, DependencyTold).order_by("id").select_for_update()}
    found = []
    for dependency_id, standing in _standings(actor, clock):
        was = told[dependency_id].standing if dependency_id in told else None
        if was != standing:
            found.append(Transition(dependency_id, was, standing))
    with ledger.change_set(actor, at=clock.now):
        for transition in found:
            _remember(actor, clock, transition, told.get(transition.dependency_id))
    return found


def _remember(actor: Actor, clock: Clock, transition: Transition, known: DependencyTold | None) -> None:
    if known is not None:
        ledger.save(known, standing=transition.standing, since=clock.now)
        return
    ledger.add(
        DependencyTold(
            id=transition.dependency_id,
            workspace_id=actor.workspace_id,
            standing=transition.standing,
            since=clock.now,
        )
    )


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
