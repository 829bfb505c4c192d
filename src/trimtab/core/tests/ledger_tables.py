"""Two small tracked tables, a parent and its children, and ways to look at all that the ledger keeps of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import orjson
import pytest
from django.db import connection, connections

from trimtab.core import ledger, scope
from trimtab.core.actors import Actor, Clock
from trimtab.core.ids import new_id
from trimtab.core.tests.factories import NOON, make_actor

TABLES = """
create table if not exists test_parent (
  id uuid primary key, workspace_id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  title text not null, note text, amount numeric(10, 2), on_day date, tags text[], review jsonb,
  custom jsonb not null default '{}',
  words tsvector generated always as (to_tsvector('simple', title)) stored,
  unique (workspace_id, id)
);
create table if not exists test_child (
  id uuid primary key, workspace_id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  parent_id uuid, name text,
  unique (workspace_id, id),
  foreign key (workspace_id, parent_id) references test_parent (workspace_id, id)
);
select ledger_track('test_parent', 'test_parent');
select ledger_track('test_child', 'test_child');
"""
OWN = ("id", "workspace_id", "version", "created_at", "updated_at", "words")


@pytest.fixture(scope="session")
def tables(database):
    with connections["owner"].cursor() as cursor:
        cursor.execute(TABLES)


class World:
    """One workspace of the test tables; its clock stands where a test puts it, in seconds after noon."""

    def __init__(self) -> None:
        self.actor: Actor = make_actor(new_id())

    @property
    def id(self) -> UUID:
        return self.actor.workspace_id

    def clock(self, seconds: float) -> Clock:
        return Clock(now=instant(seconds))

    def inside(self):
        return scope.workspace(self.id)

    def writing(self, seconds: float, batch: UUID | None = None, actor: Actor | None = None):
        return ledger.change_set(actor or self.actor, at=instant(seconds), batch=batch)

    def batch(self, seconds: float = 0) -> UUID:
        with self.inside():
            return ledger.open_batch(self.actor, self.clock(seconds), "test", "A batch")

    def run(self, sql: str, *params: object) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, list(params))
            return cursor.fetchall() if cursor.description else []

    def insert(self, table: str, record_id: UUID | None = None, **values: object) -> UUID:
        record_id = record_id or new_id()
        values = {"id": record_id, "workspace_id": self.id} | values
        marks = ", ".join(["%s"] * len(values))
        self.run(f"insert into {table} ({', '.join(values)}) values ({marks})", *map(adapt, values.values()))
        return record_id

    def update(self, table: str, record_id: UUID, **values: object) -> None:
        assignments = ", ".join(f"{name} = %s" for name in values)
        self.run(f"update {table} set {assignments} where id = %s", *map(adapt, values.values()), record_id)

    def delete(self, table: str, record_id: UUID) -> None:
        self.run(f"delete from {table} where id = %s", record_id)

    def live(self, table: str) -> dict[UUID, dict[str, object]]:
        """The records of the table as it is, without what the ledger itself keeps."""
        with self.inside():
            return _content(self.run(f"select id, to_jsonb(t)::text from {table} t"))

    def lens(self, table: str, as_of: datetime, known_on: datetime | None = None) -> dict[UUID, dict[str, object]]:
        """The records as they were at ``as_of``, as known at ``known_on``, by the definition of the two clocks."""
        if known_on is None:
            where, params = "during @> %s::timestamptz and voided_at is null", [as_of]
        else:
            where = """lower(during) <= %s and (upper_inf(during) or upper(during) > %s or closed_recorded_at > %s)
              and recorded_at <= %s and (voided_at is null or voided_at > %s)"""
            params = [as_of, as_of, known_on, known_on, known_on]
        with self.inside():
            rows = self.run(f"select id, to_jsonb(v)::text from scoped.{table}_version v where {where}", *params)
        return _content(rows)

    def lenses(self, table: str, moments: Sequence[datetime]) -> dict[datetime, dict[UUID, dict[str, object]]]:
        """The records as they were at each of ``moments``."""
        with self.inside():
            rows = self.run(
                f"""select m.at, v.id, to_jsonb(v)::text from unnest(%s::timestamptz[]) m (at)
                join scoped.{table}_version v on v.during @> m.at and v.voided_at is null""",
                list(moments),
            )
        found: dict[datetime, list[tuple[object, object]]] = {at: [] for at in moments}
        for at, record_id, text in rows:
            found[at].append((record_id, text))
        return {at: _content(records) for at, records in found.items()}

    def replay(self, table: str, as_of: datetime | None = None) -> dict[UUID, dict[str, object]]:
        with self.inside():
            return ledger.replay(self.id, table, as_of=as_of)


def instant(seconds: float) -> datetime:
    return NOON.now + timedelta(seconds=seconds)


def adapt(value: object) -> object:
    return orjson.dumps(value).decode() if isinstance(value, Mapping) else value


_PAST = ("version_row", "during", "recorded_at", "closed_recorded_at", "voided_at", "change_set_id", "batch_id")


def _content(rows) -> dict[UUID, dict[str, object]]:
    records = {}
    for record_id, text in rows:
        assert record_id not in records, "two versions of one record at one instant"
        record = {k: v for k, v in orjson.loads(text).items() if k not in OWN + _PAST and v is not None}
        if record.get("custom") == {}:
            del record["custom"]
        records[record_id] = record
    return records
