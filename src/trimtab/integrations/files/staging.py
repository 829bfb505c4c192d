"""The rows of an import on their way: written in chunks, read back in order, gone at the end. Locks nothing."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from trimtab.core.ids import new_id
from trimtab.integrations.models import StagedAction, StagedPart

_COLUMNS = {
    "id": "uuid", "part": "text", "row": "int", "key": "text", "action": "text", "record_id": "uuid",
    "parent_key": "text", "seen_version": "int", "at": "timestamptz", "data": "jsonb", "review": "jsonb",
    "problem": "text",
}  # fmt: skip
_INSERT = f"""
insert into integrations_stagedrow (workspace_id, operation_id, created_at, {", ".join(_COLUMNS)})
select %s, %s, now(), {", ".join(_COLUMNS)}
from jsonb_to_recordset(%s::jsonb) as t({", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())})
"""  # noqa: S608 - built from constants


@dataclass(frozen=True, slots=True)
class Staged:
    """A staged row, as in the model ``StagedRow``. ``data`` and ``review`` are JSON-safe."""

    part: StagedPart
    row: int
    key: str = ""
    action: StagedAction = StagedAction.CREATE
    record_id: UUID | None = None
    parent_key: str | None = None
    seen_version: int | None = None
    at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    review: Mapping[str, Any] | None = None
    problem: str = ""

    def with_data(self, data: Mapping[str, Any]) -> "Staged":
        """The same row with other content."""
        return replace(self, data=data)


_REWRITE = """
update integrations_stagedrow set action = %s, record_id = %s, parent_key = %s, seen_version = %s, data = %s::jsonb,
  review = %s::jsonb, problem = %s
where id = %s
"""
_JSONB = 3802
"""The type of jsonb columns, which Django leaves as text."""


def insert(workspace_id: UUID, operation_id: UUID, rows: Iterable[Staged]) -> None:
    """Stage rows, in the open transaction."""
    values = [
        {
            "id": new_id(),
            "part": row.part.value,
            "row": row.row,
            "key": row.key,
            "action": row.action.value,
            "record_id": row.record_id,
            "parent_key": row.parent_key,
            "seen_version": row.seen_version,
            "at": row.at,
            "data": row.data,
            "review": row.review,
            "problem": row.problem,
        }
        for row in rows
    ]
    if values:
        payload = orjson.dumps(values, default=str).decode()
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [workspace_id, operation_id, payload])


def rewrite(row_id: UUID, row: Staged) -> None:
    """Put what ``row`` says in the place of a staged row; its part, number and key stay."""
    data, review = orjson.dumps(row.data, default=str).decode(), row.review
    values = [
        row.action.value, row.record_id, row.parent_key, row.seen_version, data,
        None if review is None else orjson.dumps(review).decode(), row.problem, row_id,
    ]  # fmt: skip
    execute(_REWRITE, values)


def last_row(operation_id: UUID, part: StagedPart, below: int | None = None) -> int:
    """The highest number among the staged rows of a part (``below`` a number); 0 when there is none."""
    found = select(
        "select coalesce(max(row), 0) as row from integrations_stagedrow where operation_id = %s and part = %s"
        " and (%s::int is null or row < %s)",
        [operation_id, part.value, below, below],
    )
    return int(found[0]["row"])


def staged_keys(operation_id: UUID, keys: Collection[str]) -> set[str]:
    """Which of these keys the staged items carry."""
    rows = select(
        "select key from integrations_stagedrow where operation_id = %s and part = %s and key = any(%s)"
        " and action <> 'reject'",
        [operation_id, StagedPart.ITEMS.value, list(keys)],
    )
    return {row["key"] for row in rows}


def measure() -> None:
    """Let the database look at how the staged rows are spread: without that it plans for a few."""
    with connection.cursor() as cursor:
        cursor.execute("select integrations_measure_staged()")


def discard(operation_id: UUID) -> None:
    """Forget every row of an import."""
    with connection.cursor() as cursor:
        cursor.execute("delete from integrations_stagedrow where operation_id = %s", [operation_id])


def keep_special(operation_id: UUID) -> None:
    """After an apply: forget all rows but those that somebody may want to read about."""
    execute(
        "delete from integrations_stagedrow where operation_id = %s and problem = '' and not data ? 'conflicts'",
        [operation_id],
    )


def keep_differences(operation_id: UUID) -> None:
    """After a comparison: forget the rows that are the same on both sides, and what the rows would have made."""
    execute(
        "delete from integrations_stagedrow where operation_id = %s"
        " and (action = 'keep' or part in ('history') or (part = 'setup' and problem <> ''))",
        [operation_id],
    )


def count(operation_id: UUID, part: StagedPart) -> dict[StagedAction, int]:
    """How many rows of a part there are, by what will be done with them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select action, count(*) from integrations_stagedrow where operation_id = %s and part = %s group by action",
            [operation_id, part.value],
        )
        return {StagedAction(action): number for action, number in cursor}


Values = Sequence[Any] | Mapping[str, Any]


def select(sql: str, values: Values) -> list[dict[str, Any]]:
    """The rows of a query, by column name, in the open transaction."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        columns = [(place, column.name, column.type_code == _JSONB) for place, column in enumerate(cursor.description)]
        return [
            {
                name: orjson.loads(row[place]) if is_json and row[place] else row[place]
                for place, name, is_json in columns
            }
            for row in cursor.fetchall()
        ]


def execute(sql: str, values: Values) -> int:
    """Run a statement in the open transaction; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def pages(sql: str, values: Sequence[Any], size: int) -> Iterator[list[dict[str, Any]]]:
    """The rows of ``sql`` in pages of ``size``, in the order of their ``row``.

    ``sql`` takes two more values at its end: the row to go on after, and ``size``.
    Keyset paging: no cursor is held, and memory stays that of one page.
    """
    after = -1
    while rows := select(sql, [*values, after, size]):
        yield rows
        after = rows[-1]["row"]
