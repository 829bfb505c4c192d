"""How long things are kept that nobody needs for ever. Domains say what there is; an admin says for how many days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from trimtab.core.actors import Actor, Clock, Permission


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of thing that goes after a while. ``days`` is what holds where no rule is set, at least ``least``.

    ``where`` is SQL over the row ``r`` of ``table`` with ``%(before)s``: those that are older than they are kept.
    """

    key: str
    label: str
    table: str
    where: str
    days: int
    least: int = 1


_kinds: dict[str, Kept] = {}
_spared: dict[str, list[str]] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """How long a kind is kept, and how much of it would go today. ``set`` says that somebody decided so."""

    key: str
    label: str
    days: int
    usual: int
    least: int
    set: bool
    due: int


def register(*kinds: Kept) -> None:
    """Make kinds known. Called when a domain's app is ready."""
    _kinds.update((kind.key, kind) for kind in kinds)


def spare(key: str, where: str) -> None:
    """Keep those of a kind of which ``where``, SQL over the row ``r``, is true: another domain still needs them."""
    _spared.setdefault(key, []).append(where)


def known() -> Iterable[Kept]:
    return tuple(_kinds.values())


def find(key: str) -> Kept | None:
    return _kinds.get(key)


def list_rules(actor: Actor, clock: Clock) -> list[Rule]:
    """Every kind with its rule and what is due. Raises Forbidden."""
    actor.require(Permission.ADMIN)
    days = _days(actor)
    return [
        Rule(
            kind.key, kind.label, days.get(kind.key, kind.days), kind.days, kind.least, kind.key in days,
            _run(actor, clock, kind, days, "select count(*) from {table} r where {where}"),
        )
        for kind in known()
    ]  # fmt: skip


def sweep(actor: Actor, clock: Clock) -> dict[str, int]:
    """Remove what is older than it is kept; gives how many by kind. Raises Forbidden."""
    actor.require(Permission.ADMIN)
    days = _days(actor)
    return {kind.key: _run(actor, clock, kind, days, "delete from {table} r where {where}") for kind in known()}


def _days(actor: Actor) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("select kind, days from scoped.retention_rule where workspace_id = %s", [actor.workspace_id])
        return dict(cursor.fetchall())


def _run(actor: Actor, clock: Clock, kind: Kept, days: dict[str, int], statement: str) -> int:
    """Every name in it is written in our own code."""
    where = f"r.workspace_id = %(workspace)s and ({kind.where})"
    where += "".join(f" and not ({needed})" for needed in _spared.get(kind.key, ()))
    given: dict[str, Any] = {
        "workspace": actor.workspace_id,
        "before": clock.now - timedelta(days=days.get(kind.key, kind.days)),
        "now": clock.now,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=kind.table, where=where), given)
        return int(cursor.fetchone()[0]) if statement.startswith("select") else int(cursor.rowcount)
