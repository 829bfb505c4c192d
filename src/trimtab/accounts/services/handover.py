"""Somebody leaves: everything that they hold goes to others, in one batch that can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection

from trimtab.accounts import queries
from trimtab.accounts.models import Membership, Person
from trimtab.accounts.services.members import update_member
from trimtab.accounts.services.tokens import revoke_tokens_of
from trimtab.core import holdings, ledger, scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Invalid
from trimtab.core.holdings import Holding

SHOWN: Final = 200
"""How many of one kind a preview lists."""
_HELD: Final = (
    "select r.id, {title} from {table} r"
    " where r.workspace_id = %(workspace)s and r.{column} = %(person)s and {where} order by 2, 1"
)
_GONE: Final = (
    "delete from {table} r where r.workspace_id = %(workspace)s and r.id = any(%(ids)s)"
    " and exists (select from {table} o where o.workspace_id = r.workspace_id and o.{column} = %(to)s {same})"
)
_HANDED: Final = (
    "update {table} set {column} = %(to)s where workspace_id = %(workspace)s and id = any(%(ids)s)"
    " and {column} = %(person)s"
)
_ENDED: Final = "update {table} r set {ends} where r.workspace_id = %(workspace)s and r.id = any(%(ids)s)"


@dataclass(frozen=True, slots=True)
class Held:
    """One record that somebody holds."""

    id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class HeldKind:
    """What somebody holds of one kind; ``ends`` says that it is ended, not handed on. ``records`` are the first."""

    key: str
    label: str
    entity: str
    ends: bool
    count: int
    records: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Heirs:
    """Who takes what: a single record before its kind, its kind before everything (``to``)."""

    to: UUID | None = None
    by_kind: Mapping[str, UUID] = field(default_factory=dict)
    by_record: Mapping[UUID, UUID] = field(default_factory=dict)

    def of(self, kind: str, record: UUID) -> UUID | None:
        return self.by_record.get(record) or self.by_kind.get(kind) or self.to

    def all(self) -> set[UUID]:
        return {*self.by_kind.values(), *self.by_record.values()} | ({self.to} if self.to else set())


@dataclass(frozen=True, slots=True)
class HandedOver:
    """``batch_id`` undoes it; ``counts`` by kind; ``tokens`` were revoked, which undo does not bring back."""

    batch_id: UUID
    counts: dict[str, int]
    tokens: int


def preview(*, actor: Actor, person_id: UUID) -> list[HeldKind]:
    """What a person holds, by kind; kinds of which there is none are left out. Raises NotFound, Forbidden."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        queries.one(actor, Person, person_id)
        kinds = [_kind(holding, _held(actor, holding, person_id)) for holding in holdings.known()]
        return [kind for kind in kinds if kind.count]


def _kind(holding: Holding, held: list[Held]) -> HeldKind:
    shown = tuple(held[:SHOWN])
    return HeldKind(holding.key, holding.label, holding.entity, bool(holding.ends), len(held), shown)


def _held(actor: Actor, holding: Holding, person_id: UUID) -> list[Held]:
    with connection.cursor() as cursor:
        cursor.execute(_sql(_HELD, holding), {"workspace": actor.workspace_id, "person": person_id})
        return [Held(record, title or "") for record, title in cursor.fetchall()]


def _sql(template: str, holding: Holding) -> str:
    """Every name in it is written in our own code."""
    same = "".join(f" and o.{name} is not distinct from r.{name}" for name in holding.once)
    return template.format(
        table=holding.table,
        column=holding.column,
        title=holding.title,
        where=holding.where,
        ends=holding.ends,
        same=same,
    )


def hand_over(
    *, actor: Actor, clock: Clock, person_id: UUID, heirs: Heirs, deactivate: bool, day: date | None = None
) -> HandedOver:
    """Give everything that a person holds to ``heirs``, end what nobody can take, and shut them out if asked.

    All of it is one batch; with ``deactivate`` the person and their membership become inactive and their tokens are
    revoked. ``day`` is the last one on which they are in their teams; today unless given.
    Raises NotFound, Forbidden, LastAdmin; Invalid where something would be left without anybody.
    """
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.ADMIN)
        leaver = queries.one(actor, Person, person_id, lock=True)
        _check_heirs(actor, leaver, heirs)
        held = {holding: _held(actor, holding, person_id) for holding in holdings.known()}
        _check_nothing_is_left(held, heirs)
        batch = ledger.open_batch(actor, clock, "hand_over", f"Hand over from {leaver.name}")
        with ledger.change_set(actor, at=clock.now, batch=batch, note=f"Hand over from {leaver.name}"):
            for holding, records in held.items():
                common = {"workspace": actor.workspace_id, "person": person_id, "today": day or clock.now.date()}
                _pass_on(holding, records, heirs, common)
            if deactivate:
                ledger.save(leaver, active=False)
        tokens = _shut_out(actor, clock, leaver, batch) if deactivate else 0
        return HandedOver(batch, {h.key: len(records) for h, records in held.items() if records}, tokens)


def _check_heirs(actor: Actor, leaver: Person, heirs: Heirs) -> None:
    wanted = heirs.all()
    if leaver.id in wanted:
        raise Invalid("Whoever leaves cannot take over.", fields={"to": "is the person who leaves"})
    found = Person.objects.in_workspace(actor.workspace_id).filter(id__in=wanted, active=True)
    if found.count() < len(wanted):
        raise Invalid("Hand over to people who are here.", fields={"to": "is nobody who is here"})


def _check_nothing_is_left(held: Mapping[Holding, list[Held]], heirs: Heirs) -> None:
    left = {
        holding.key: f"{holding.label}: nobody takes them over"
        for holding, records in held.items()
        if not holding.ends and any(heirs.of(holding.key, record.id) is None for record in records)
    }
    if left:
        raise Invalid("Some things would be left without anybody.", fields=left)


def _pass_on(holding: Holding, records: list[Held], heirs: Heirs, common: Mapping[str, Any]) -> None:
    """``common``: the workspace, the person who leaves, and their last day."""
    with connection.cursor() as cursor:
        if holding.ends:
            cursor.execute(_sql(_ENDED, holding), {**common, "ids": [record.id for record in records]})
            return
        taken: dict[UUID, list[UUID]] = {}
        for record in records:
            heir = heirs.of(holding.key, record.id)
            assert heir is not None
            taken.setdefault(heir, []).append(record.id)
        for heir, ids in taken.items():
            given = {**common, "to": heir, "ids": ids}
            if holding.once:
                cursor.execute(_sql(_GONE, holding), given)
            cursor.execute(_sql(_HANDED, holding), given)


def _shut_out(actor: Actor, clock: Clock, leaver: Person, batch: UUID) -> int:
    """End what lets a person in; gives how many tokens were revoked."""
    if leaver.user_id is None:
        return 0
    mine = Membership.objects.in_workspace(actor.workspace_id).filter(user_id=leaver.user_id, active=True).first()
    if mine is not None:
        update_member(actor=actor, clock=clock, membership_id=mine.id, version=mine.version, active=False, batch=batch)
    return revoke_tokens_of(actor, clock, leaver.user_id)
