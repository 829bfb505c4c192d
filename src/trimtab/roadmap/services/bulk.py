"""Many items at once, for imports and sample data: rows go to the database as they are read, in a few statements.

The caller has checked the values (they are those of ``NewItem``, canonical); the database refuses what it must.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import orjson
from django.db import connection

from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.bulk import Measured, ahead
from trimtab.core.ids import new_id
from trimtab.roadmap import queries, rules
from trimtab.roadmap.services.common import refusals, require_write, rolled_up_once
from trimtab.roadmap.services.estimates import Effort

CHUNK = 10_000
FEW = 500
"""So many go in as one statement, whose tree the guards check as it stands, without reading all of it."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewItem:
    """One item to be. ``custom`` is by field id, canonical; ``links`` are (field, column of the link, target);
    ``dimensions`` are (dimension, value). Timeframes are settled: a start opens its period, an end closes it."""

    title: str
    level_id: UUID
    id: UUID = field(default_factory=new_id)
    number: int | None = None
    key: str | None = None
    area_id: UUID | None = None
    parent_id: UUID | None = None
    phase_id: UUID | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None
    release_id: UUID | None = None
    start_on: date | None = None
    start_precision: str | None = None
    end_on: date | None = None
    end_precision: str | None = None
    health: str | None = None
    health_note: str | None = None
    horizon: str | None = None
    benefit: Decimal | None = None
    progress: Decimal | None = None
    tags: Sequence[str] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    review: Mapping[str, Any] | None = None
    description: str = ""
    dimensions: Sequence[tuple[UUID, UUID]] = ()
    links: Sequence[tuple[UUID, str, UUID]] = ()
    efforts: Sequence[Effort] = ()
    phases: Sequence[tuple[UUID, UUID]] = ()


@dataclass(frozen=True, slots=True)
class NewTie:
    """A dependency (type FS, SS, FF) or a relation (relates_to, replaces, duplicates) to be."""

    from_id: UUID
    to_id: UUID
    type: str
    id: UUID = field(default_factory=new_id)
    state: str = "asked"
    lag_days: int = 0
    needed_by: date | None = None
    promised_by: date | None = None


ITEM_COLUMNS = {
    "number": "int4", "key": "text", "title": "text", "level_id": "uuid", "area_id": "uuid", "parent_id": "uuid",
    "phase_id": "uuid", "owner_id": "uuid", "team_id": "uuid", "release_id": "uuid", "start_on": "date",
    "start_precision": "text", "end_on": "date", "end_precision": "text", "health": "text", "health_note": "text",
    "horizon": "text", "benefit": "numeric", "progress": "numeric", "rank": "text", "tags": "text[]",
    "custom": "jsonb", "review": "jsonb",
}  # fmt: skip
_JSON = frozenset({"custom", "review"})


def bulk_create_items(
    *, actor: Actor, clock: Clock, items: Iterable[NewItem], batch: UUID | None = None, note: str = ""
) -> int:
    """Create items in the order given, parents and children in any order; gives how many.

    Rows without a number get the next ones. All is added up once, at the end.
    Raises Forbidden, PastIsReadOnly, Invalid, AlreadyExists, WrongLevel.
    """
    require_write(actor, Permission.EDIT)
    count = 0
    measured = Measured("item", "item_text", "item_value", "estimate", "custom_link")
    few = isinstance(items, Sequence) and len(items) <= min(FEW, measured.room)
    source, gathered = iter(items), rolled_up_once if few else tree_checked_last

    def chunks() -> Iterator[tuple[list[NewItem], Iterator[int]]]:
        while chunk := list(islice(source, min(CHUNK, measured.room))):
            unnumbered = sum(item.number is None for item in chunk)
            first = queries.take_numbers(actor, unnumbered) if unnumbered else 0
            yield chunk, iter(range(first, first + unnumbered))

    with refusals(), ledger.change_set(actor, at=clock.now, batch=batch, note=note), gathered(actor):
        for tables in ahead(lambda one: _rows_of(*one), chunks()):
            for table, columns, rows in tables:
                _insert(actor, table, columns, rows)
            written = len(tables[0].rows)
            measured.wrote(written)
            count += written
    return count


def bulk_update_items(
    *,
    actor: Actor,
    clock: Clock,
    changes: Iterable[tuple[UUID, Mapping[str, Any]]],
    batch: UUID | None = None,
    note: str = "",
) -> int:
    """Write the given columns of items (``custom`` is merged, a None in it takes a value away); gives how many rows.

    Values that stand already leave no trace. Raises Forbidden, PastIsReadOnly, Invalid, WrongLevel.
    """
    require_write(actor, Permission.EDIT)
    count = 0
    with refusals(), ledger.change_set(actor, at=clock.now, batch=batch, note=note), rolled_up_once(actor):
        for chunk in _chunks(changes):
            alike: dict[tuple[str, ...], list[tuple[UUID, Mapping[str, Any]]]] = {}
            for item_id, values in chunk:
                alike.setdefault(tuple(sorted(values)), []).append((item_id, values))
            count += sum(_update(actor, columns, rows) for columns, rows in alike.items() if columns)
    return count


def bulk_create_dependencies(*, actor: Actor, clock: Clock, ties: Iterable[NewTie], batch: UUID | None = None) -> int:
    """Create dependencies; gives how many. Raises Forbidden, Invalid, AlreadyExists, CircularDependency."""
    columns = {
        "from_item_id": "uuid", "to_item_id": "uuid", "type": "text", "state": "text", "lag_days": "int4",
        "needed_by": "date", "promised_by": "date",
    }  # fmt: skip
    rows = ((t.id, t.from_id, t.to_id, t.type, t.state, t.lag_days, t.needed_by, t.promised_by) for t in ties)
    with _tying(actor, clock, batch):
        return sum(_insert(actor, "roadmap_dependency", columns, chunk) for chunk in _chunks(rows))


def bulk_create_relations(*, actor: Actor, clock: Clock, ties: Iterable[NewTie], batch: UUID | None = None) -> int:
    """Create relations; gives how many. Raises Forbidden, Invalid, AlreadyExists."""
    columns = {"from_item_id": "uuid", "to_item_id": "uuid", "type": "text"}
    rows = ((t.id, t.from_id, t.to_id, t.type) for t in ties)
    with _tying(actor, clock, batch):
        return sum(_insert(actor, "roadmap_relation", columns, chunk) for chunk in _chunks(rows))


@contextmanager
def _tying(actor: Actor, clock: Clock, batch: UUID | None) -> Iterator[None]:
    require_write(actor, Permission.EDIT)
    with refusals(), ledger.change_set(actor, at=clock.now, batch=batch):
        yield


@contextmanager
def tree_checked_last(actor: Actor) -> Iterator[None]:
    """Children may be created before their parents. At the end the tree is checked, and all is added up once.

    Only then a lock is taken for which others may have to wait. Nested blocks leave it to the outermost.
    """
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('trimtab.tree_later', true)")
        if cursor.fetchone()[0] == "on":
            yield
            return
        cursor.execute("select set_config('trimtab.tree_later', 'on', true)")
        cursor.execute("set constraints roadmap_item_parent_id_fk deferred")
        with rolled_up_once(actor):
            yield
            cursor.execute("select roadmap_sort_in()")
            cursor.execute("set constraints roadmap_item_parent_id_fk immediate")
            cursor.execute("select roadmap_tree_check(%s)", [actor.workspace_id])


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


class _Rows(NamedTuple):
    """What goes into one table: its columns after ``id``, with their types."""

    table: str
    columns: Mapping[str, str]
    rows: list[Sequence[Any]]


def _rows_of(items: list[NewItem], free: Iterator[int]) -> list[_Rows]:
    """All rows of these items, theirs first; those without a number take one of ``free``."""
    rows: list[Sequence[Any]] = []
    for item in items:
        number = next(free) if item.number is None else item.number
        given = {"number": number, "rank": rules.rank_of(number)}
        rows.append((item.id, *(given.get(name) or _stored(name, getattr(item, name, None)) for name in ITEM_COLUMNS)))
    return [
        _Rows("roadmap_item", ITEM_COLUMNS, rows),
        _Rows("roadmap_itemtext", {"body": "text"}, [(i.id, i.description) for i in items if i.description]),
        _Rows("roadmap_itemvalue", {"item_id": "uuid", "dimension_id": "uuid", "value_id": "uuid"},
              [(new_id(), i.id, *value) for i in items for value in i.dimensions]),
        _Rows("roadmap_itemphase", {"item_id": "uuid", "track_id": "uuid", "phase_id": "uuid"},
              [(new_id(), i.id, *place) for i in items for place in i.phases]),
        _Rows("roadmap_estimate", {"item_id": "uuid", "team_id": "uuid", "low": "numeric", "likely": "numeric",
                                   "high": "numeric"},
              [(new_id(), i.id, e.team_id, e.low, e.likely, e.high) for i in items for e in i.efforts]),
        _Rows("core_customlink", {"entity": "text", "field_id": "uuid", "record_id": "uuid", "person_id": "uuid",
                                  "team_id": "uuid", "item_id": "uuid", "position": "int4"}, list(_links(items))),
    ]  # fmt: skip


def _links(items: list[NewItem]) -> Iterator[Sequence[Any]]:
    for item in items:
        for position, (field_id, column, target) in enumerate(item.links):
            ends = [target if column == name else None for name in ("person_id", "team_id", "item_id")]
            yield (new_id(), "item", field_id, item.id, *ends, position)


def _stored(name: str, value: Any) -> Any:
    if name in _JSON:
        return None if value is None else orjson.dumps(value, default=float).decode()
    return list(value) if name == "tags" else value


def _insert(actor: Actor, table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> int:
    if not rows:
        return 0
    names = ", ".join(columns)
    with _staged(columns, rows) as cursor:
        cursor.execute(
            f"insert into {table} (id, workspace_id, version, created_at, updated_at, {names})"  # noqa: S608
            f" select id, %s, 1, now(), now(), {names} from staged order by place",
            [actor.workspace_id],
        )
    return len(rows)


def _update(actor: Actor, columns: Sequence[str], rows: list[tuple[UUID, Mapping[str, Any]]]) -> int:
    settings = ", ".join(
        "custom = i.custom || s.custom" if name == "custom" else f"{name} = s.{name}" for name in columns
    )
    types = {name: ITEM_COLUMNS[name] for name in columns}
    values = [(item_id, *(_stored(name, row[name]) for name in columns)) for item_id, row in rows]
    with _staged(types, values) as cursor:
        cursor.execute(
            f"update roadmap_item i set {settings} from staged s where i.id = s.id and i.workspace_id = %s",  # noqa: S608
            [actor.workspace_id],
        )
        return int(cursor.rowcount)


@contextmanager
def _staged(columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> Iterator[Any]:
    """The rows in a temporary table ``staged``: ``COPY`` into a table under row-level security is not possible."""
    shape = "".join(f", {name} {kind}" for name, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"create temporary table staged (place int4, id uuid{shape}) on commit drop")
        with cursor.copy(f"copy staged (place, id, {', '.join(columns)}) from stdin") as copy:
            # As jsonb a text would be written as a JSON string.
            copy.set_types(["int4", "uuid", *("text" if kind == "jsonb" else kind for kind in columns.values())])
            for place, row in enumerate(rows):
                copy.write_row((place, *row))
        yield cursor
        cursor.execute("drop table staged")
