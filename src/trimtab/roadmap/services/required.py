"""Required fields: a write may not leave out what it newly owes; what an item owed before holds nobody up."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from trimtab.core import query
from trimtab.core.actors import Actor, ActorKind, Clock, Origin
from trimtab.core.query import known_fields
from trimtab.core.statements import fetch_prepared
from trimtab.roadmap.errors import RequiredMissing

_EXEMPT = frozenset({Origin.IMPORT, Origin.SYNC})
_ANY_LAYOUT = "select 1 from roadmap_layout where workspace_id = %s limit 1"


@contextmanager
def demanded(actor: Actor, clock: Clock, item_id: UUID, *, new: bool = False) -> Iterator[None]:
    """Let the block write an item, and refuse what it lacks afterwards and did not lack before.

    What comes from a file or a tracker is never refused: it is found by ``missing.required``. Raises RequiredMissing.
    """
    exempt = actor.origin in _EXEMPT or actor.kind is ActorKind.CONNECTION
    if exempt or not fetch_prepared(_ANY_LAYOUT, [actor.workspace_id]):
        yield
        return
    before = frozenset() if new else missing(actor, clock, item_id)
    yield
    if owed := sorted(missing(actor, clock, item_id) - before):
        raise _refusal(actor, owed)


def missing(actor: Actor, clock: Clock, item_id: UUID) -> frozenset[str]:
    """The fields that the item's layout requires of it and that it lacks, by the names that a query knows."""
    question = {
        "source": "item",
        "filter": {"field": "ref", "op": "in", "values": [str(item_id)]},
        "columns": ["missing.required"],
    }
    found = query.rows(actor, clock, question)
    return frozenset(found[0]["missing.required"] or ()) if found else frozenset()


def _refusal(actor: Actor, owed: list[str]) -> RequiredMissing:
    known = known_fields(actor, "item")
    labels = [known[name].label for name in owed]
    listed = ", ".join(labels[:-1]) + f" and {labels[-1]}" if len(labels) > 1 else labels[0]
    verb = "are" if len(labels) > 1 else "is"
    return RequiredMissing(
        f"{listed} {verb} required here: fill in what is missing, then save again.",
        fields={name: f"{label} is required here." for name, label in zip(owed, labels, strict=True)},
        missing=owed,
    )
