"""Hands staged records to the domains that take them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from trimtab.core import intake
from trimtab.core.actors import Actor, Clock
from trimtab.core.intake import Incoming, IncomingPerson, IntakeTarget
from trimtab.integrations.files.staging import execute, pages

CHUNK = 2000
_ROWS = """
select s.row, s.key, s.data, coalesce(i.record_id, k.record_id) as record_id
from integrations_stagedrow s
left join integrations_stagedrow i on i.operation_id = s.operation_id and i.part = 'items' and i.key = s.key
  and i.action in ('create', 'update', 'keep')
left join scoped.external_key k on i.id is null and k.source = %s and k.entity = 'item' and k.key = s.key
where s.operation_id = %s and s.part = 'records' and s.action = 'create' and s.row > %s order by s.row limit %s
"""
_REJECT = """
update integrations_stagedrow set action = 'reject', problem = %(problem)s
where operation_id = %(op)s and part = 'records' and row = any(%(rows)s)
"""
_KEEP = """
update integrations_stagedrow set action = 'keep'
where operation_id = %(op)s and part = 'records' and row = any(%(rows)s)
"""


def check(actor: Actor, operation_id: UUID, source: str) -> None:
    """Settle the staged records: those without their item are rejected, those that are here just so are kept."""
    for target, rows in _by_target(operation_id, source):
        lost = [row for row in rows if target.on_item and row["record_id"] is None]
        for key, named in groupby(sorted(lost, key=lambda row: str(row["key"])), key=lambda row: row["key"]):
            problem = f"there is no item “{key}”"
            execute(_REJECT, {"op": operation_id, "rows": [row["row"] for row in named], "problem": problem})
        found = {row["row"] for row in lost}
        incoming = [_incoming(target, row) for row in rows if row["row"] not in found]
        same = target.unchanged(actor, source, incoming)
        execute(_KEEP, {"op": operation_id, "rows": list(same)})


def bring(actor: Actor, clock: Clock, operation_id: UUID, source: str, batch: UUID) -> dict[str, int]:
    """Write the staged records under the open change set; how many are new, by target. Keeps why others are not."""
    made: dict[str, int] = {}
    for target, rows in _by_target(operation_id, source):
        result = target.bring(actor, clock, batch, source, [_incoming(target, row) for row in rows])
        made[target.name] = made.get(target.name, 0) + result.created
        for row, problem in result.rejected:
            execute(_REJECT, {"op": operation_id, "rows": [row], "problem": problem})
    return made


def _by_target(operation_id: UUID, source: str) -> Iterator[tuple[IntakeTarget, Sequence[Mapping[str, Any]]]]:
    for page in pages(_ROWS, [source, operation_id], CHUNK):
        ordered = sorted(page, key=lambda row: (str(row["data"]["target"]), row["row"]))
        for name, rows in groupby(ordered, key=lambda row: str(row["data"]["target"])):
            target = intake.find(name)
            if target is not None:
                yield target, list(rows)


def _incoming(target: IntakeTarget, row: Mapping[str, Any]) -> Incoming:
    types = {field.name: field.type for field in target.fields}
    values = {name: _value(types[name], value) for name, value in row["data"]["values"].items() if name in types}
    return Incoming(row["row"], row["data"]["record_key"], row["record_id"], values)


def _value(kind: str, value: Any) -> object:
    if kind == "person":
        return IncomingPerson(value["name"], UUID(value["id"]) if value["id"] else None)
    if kind == "instant":
        return datetime.fromisoformat(value)
    if kind == "date":
        return date.fromisoformat(value)
    return Decimal(value) if kind == "number" else value
