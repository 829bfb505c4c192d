"""Dependencies: the needing side asks, the giving side answers. What may follow on what is in ``agreements``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from trimtab.accounts.public import team_leads
from trimtab.collab import public as collab
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Forbidden, Invalid
from trimtab.core.ids import new_id
from trimtab.roadmap import agreements, queries, rules
from trimtab.roadmap.agreements import NEEDING, Act, By, Terms
from trimtab.roadmap.models import Dependency, DependencyState, Item
from trimtab.roadmap.services.common import refusals, require_write
from trimtab.roadmap.services.items import periods_of
from trimtab.roadmap.services.links import refuse_itself

CHANGEABLE = frozenset({"type", "lag_days", "needed_by", "needed_precision"})


@dataclass(frozen=True, slots=True)
class Sides:
    """Who speaks for an item: whoever may edit, its owner, and for one without an owner the leads of its team."""

    actor: Actor
    leads: Mapping[UUID, frozenset[UUID]]

    @classmethod
    def of(cls, actor: Actor, clock: Clock) -> "Sides":
        """As the teams are led today."""
        return cls(actor, {} if actor.may(Permission.EDIT) else team_leads(actor, clock.now.date()))

    def may(self, owner_id: UUID | None, team_id: UUID | None) -> bool:
        """Whether the actor speaks for an item with this owner and team."""
        if self.actor.may(Permission.EDIT):
            return True
        person = self.actor.person_id
        if person is None or not self.actor.may(Permission.CONTRIBUTE):
            return False
        return owner_id == person if owner_id is not None else person in self.leads.get(team_id or person, ())

    def require(self, item: Item, words: str) -> None:
        """Raises Forbidden, saying whose word it is."""
        if not self.may(item.owner_id, item.team_id):
            raise Forbidden(words, permission=Permission.EDIT.value)


_ASKER = "Only the owner of the waiting item, or an editor, may ask, accept or take it back."
_GIVER = "Only the owner of the giving item, or an editor, may answer."


def ask_dependency(
    *,
    actor: Actor,
    clock: Clock,
    from_id: UUID,
    to_id: UUID,
    values: Mapping[str, Any] | None = None,
    note: str = "",
) -> Dependency:
    """Ask that ``to_id`` may wait for ``from_id``. ``values``: type, lag_days, needed_by, needed_precision.

    Raises NotFound, Forbidden, PastIsReadOnly, Invalid, AlreadyExists, CircularDependency.
    """
    require_write(actor, Permission.CONTRIBUTE)
    refuse_itself(from_id, to_id)
    _, needing = _ends(actor, from_id, to_id)
    Sides.of(actor, clock).require(needing, _ASKER)
    dependency = Dependency(id=new_id(), workspace_id=actor.workspace_id, from_item_id=from_id, to_item_id=to_id)
    for name, value in _checked(actor, dependency, values or {}).items():
        setattr(dependency, name, value)
    with refusals(), ledger.change_set(actor, at=clock.now, note=note):
        return ledger.add(dependency)


def change_dependency(
    *, actor: Actor, clock: Clock, dependency_id: UUID, version: int, changes: Mapping[str, Any], note: str = ""
) -> Dependency:
    """Change what was asked for: type, lag_days, needed_by, needed_precision. What was answered stands.

    Raises NotFound, Forbidden, PastIsReadOnly, StaleVersion, Invalid, AlreadyExists.
    """
    require_write(actor, Permission.CONTRIBUTE)
    dependency = queries.one(actor, Dependency, dependency_id, lock=True)
    Sides.of(actor, clock).require(queries.get_item(actor, dependency.to_item_id), _ASKER)
    wanted = _checked(actor, dependency, changes)
    ledger.check_stale(dependency, version_read=version, changes=wanted)
    with refusals(), ledger.change_set(actor, at=clock.now, note=note):
        return ledger.save(dependency, **wanted)


def act_on_dependency(
    *,
    actor: Actor,
    clock: Clock,
    dependency_id: UUID,
    version: int,
    act: Act,
    by: By | None = None,
    reason: str | None = None,
    note: str = "",
) -> Dependency:
    """Ask anew, accept, agree, decline or propose another date; see ``agreements.after`` for ``by`` and ``reason``.

    A day of a coarser precision stands for its whole period. The same again leaves no trace.
    Raises NotFound, Forbidden, PastIsReadOnly, WrongState, StaleVersion, Invalid.
    """
    require_write(actor, Permission.CONTRIBUTE)
    dependency = queries.one(actor, Dependency, dependency_id, lock=True)
    asks = act in NEEDING
    item = queries.get_item(actor, dependency.to_item_id if asks else dependency.from_item_id)
    Sides.of(actor, clock).require(item, _ASKER if asks else _GIVER)
    settled = None if by is None else _settled(actor, by.on, by.precision)
    wanted = _columns(agreements.after(terms_of(dependency), act, by=settled, reason=reason))
    ledger.check_stale(dependency, version_read=version, changes=wanted)
    with refusals(), ledger.change_set(actor, at=clock.now, note=note):
        return ledger.save(dependency, **wanted)


def remove_dependency(*, actor: Actor, clock: Clock, dependency_id: UUID) -> None:
    """Raises NotFound, Forbidden, PastIsReadOnly."""
    require_write(actor, Permission.CONTRIBUTE)
    dependency = queries.one(actor, Dependency, dependency_id, lock=True)
    Sides.of(actor, clock).require(queries.get_item(actor, dependency.to_item_id), _ASKER)
    with refusals(), ledger.change_set(actor, at=clock.now):
        collab.delete_about(actor, "dependency", [dependency.id])
        dependency.delete()


def terms_of(dependency: Dependency) -> Terms:
    """What has been stated about it so far."""
    return Terms(
        state=DependencyState(dependency.state),
        needed=_by(dependency.needed_by, dependency.needed_precision),
        promised=_by(dependency.promised_by, dependency.promised_precision),
        proposed=_by(dependency.proposed_by, dependency.proposed_precision),
        reason=dependency.reason,
    )


def _by(on: date | None, precision: str | None) -> By | None:
    return None if on is None else By(on, precision or "day")


def _columns(terms: Terms) -> dict[str, Any]:
    columns: dict[str, Any] = {"state": terms.state.value, "reason": terms.reason}
    for name in ("needed", "promised", "proposed"):
        by: By | None = getattr(terms, name)
        columns |= {f"{name}_by": by and by.on, f"{name}_precision": by and by.precision}
    return columns


def _ends(actor: Actor, from_id: UUID, to_id: UUID) -> tuple[Item, Item]:
    return queries.get_item(actor, from_id), queries.get_item(actor, to_id)


def _checked(actor: Actor, dependency: Dependency, values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` as they are to be written. Raises Invalid."""
    unknown = sorted(set(values) - CHANGEABLE)
    if unknown:
        raise Invalid("This is not written here.", fields=dict.fromkeys(unknown, "It cannot be written."))
    wanted = dict(values)
    if wanted.keys() & {"needed_by", "needed_precision"}:
        needed = terms_of(dependency).needed
        standing = rules.Edge() if needed is None else rules.Edge(needed.on, needed.precision)
        given = {name.replace("_by", "_on"): value for name, value in wanted.items()}
        edge = rules.edited(standing, given, "needed")
        settled = None if edge.precision is None else _settled(actor, edge.on, edge.precision)
        wanted |= {"needed_by": settled and settled.on, "needed_precision": settled and settled.precision}
    return wanted


def _settled(actor: Actor, on: date | None, precision: str) -> By:
    """The last day of the fiscal period that is meant. Raises Invalid for ``later``, which is no date."""
    if on is None or precision == "later":
        raise Invalid("Later is no date.", fields={"precision": "Name a day, month, quarter, half or year."})
    edge = rules.settled(rules.Edge(), rules.Edge(on, precision), periods_of(actor))
    last = edge["end_on"]
    assert isinstance(last, date)
    return By(last, precision)
