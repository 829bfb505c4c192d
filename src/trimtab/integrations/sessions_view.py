"""A session as people see it: where it stands, its files and steps, and what its comparison found."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from trimtab.core import scope
from trimtab.core.actors import Actor, Permission
from trimtab.core.ledger.models import Batch
from trimtab.core.models import Operation, OperationState
from trimtab.core.operations import OPEN
from trimtab.integrations import queries, rows_view
from trimtab.integrations.errors import NotReady
from trimtab.integrations.models import ImportFile, ImportSession

COUNTS = (
    "created", "updated", "unchanged", "ambiguous", "adopted", "conflicts", "kept", "review", "relations",
    "dependencies", "history", "rejected_count",
)  # fmt: skip
Steps = Mapping[UUID, Operation]


def list_sessions(actor: Actor) -> list[dict[str, Any]]:
    """The newest hundred, in short. Raises Forbidden."""
    with scope.workspace(actor.workspace_id):
        found = queries.list_sessions(actor, limit=100)
        steps = queries.list_operations([one for row in found for one in (row.checked_id, row.applied_id)])
        batches = queries.list_batches(steps.values())
        return [_summary(row, steps, batches) for row in found]


def get_session(actor: Actor, session_id: UUID) -> dict[str, Any]:
    """One with its files and steps. Raises NotFound, Forbidden."""
    with scope.workspace(actor.workspace_id):
        session = queries.get_session(actor, session_id)
        steps = queries.list_operations([session.checked_id, session.applied_id, session.compared_id])
        files: list[ImportFile] = queries.list_files([session.id])
        return {
            **_summary(session, steps, queries.list_batches(steps.values())),
            "files": files,
            "recipe": session.recipe,
            "conflicts": session.conflicts,
            "checked": steps.get(session.checked_id) if session.checked_id else None,
            "applied": steps.get(session.applied_id) if session.applied_id else None,
            "compared": steps.get(session.compared_id) if session.compared_id else None,
            "ambiguous": queries.count_ambiguous(session.checked_id),
            "files_gone_at": session.files_gone_at,
        }


def list_rows(
    actor: Actor, session_id: UUID, which: str, *, after: UUID | None, limit: int, field: str
) -> tuple[list[rows_view.RowView], UUID | None]:
    """A page of the rows of the try (``differ``: of the comparison) and the id to go on after.

    The file may hold more than anybody here may see, so it is for those who import. Raises NotFound, Forbidden.
    """
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = queries.get_session(actor, session_id)
        operation_id = session.compared_id if which == "differ" else session.checked_id
        if operation_id is None:
            return [], None
        rows = rows_view.list_rows(operation_id, which, after=after, limit=limit + 1, field=field)
        return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def get_reconciliation(actor: Actor, session_id: UUID) -> dict[str, Any]:
    """What the last comparison came to, with every value in words. Raises NotFound, Forbidden, NotReady."""
    with scope.workspace(actor.workspace_id):
        session = queries.get_session(actor, session_id)
        compared = queries.find_operation(session.compared_id)
        if compared is None or compared.state != OperationState.DONE:
            raise NotReady("The file was not compared with what is here yet.")
        result = compared.result
        tally = result["tally"]
        ids = [value for values in tally["groups"].values() for value in values]
        ids += [name.partition(".")[2] for name in tally["sums"]]
        names = rows_view.label_ids(compared.id, ids)
        return {
            "file_rows": tally["rows"][0],
            "here_rows": tally["rows"][1],
            "rejected": result["rejected_count"],
            "missing": result["created"],
            "differing": result["updated"],
            "sums": [_sum(field, one, names) for field, one in tally["sums"].items()],
            "groups": [_group(field, values, names) for field, values in tally["groups"].items()],
            "compared_at": compared.ended_at,
        }


def _sum(field: str, one: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    counts = one["counts"]
    label = rows_view.field_label(field, names)
    return {"field": field, "label": label, "file": _plain(one["file"]), "here": _plain(one["here"]),
            "file_count": counts[0], "here_count": counts[1]}  # fmt: skip


def _plain(text: str) -> str:
    return rows_view.plain_number(Decimal(text))


def _group(field: str, values: Mapping[str, list[int]], names: Mapping[str, str]) -> dict[str, Any]:
    listed = sorted(values.items(), key=lambda one: (-one[1][0], one[0]))
    return {
        "field": field,
        "label": rows_view.field_label(field, names),
        "values": [
            {"value": value, "label": names.get(value, value), "file": both[0], "here": both[1]}
            for value, both in listed
        ],
    }


def _summary(session: ImportSession, steps: Steps, batches: Mapping[UUID, Batch]) -> dict[str, Any]:
    applied = steps.get(session.applied_id) if session.applied_id else None
    checked = steps.get(session.checked_id) if session.checked_id else None
    batch = batches.get(applied.batch_id) if applied is not None and applied.batch_id else None
    told = (applied.result if applied is not None else None) or (checked.result if checked is not None else None) or {}
    return {
        "id": session.id,
        "label": session.label,
        "status": _status(session, checked, applied, batch),
        "recipe_name": session.recipe_name,
        "actor_name": session.actor_name,
        "created_at": session.created_at,
        "updated_at": session.updated_at,
        "batch_id": batch.id if batch else None,
        "undone_at": batch.undone_at if batch else None,
        "counts": {name: told[name] for name in COUNTS if name in told},
    }


def _status(session: ImportSession, checked: Operation | None, applied: Operation | None, batch: Batch | None) -> str:
    if batch is not None and batch.undone_at is not None:
        return "undone"
    if applied is not None and (applied.state in OPEN or applied.state == OperationState.DONE):
        return "applying" if applied.state in OPEN else "applied"
    if session.files_gone_at is not None:
        return "discarded"
    if applied is not None:
        return applied.state
    if checked is not None:
        return {"queued": "checking", "running": "checking", "done": "checked"}.get(checked.state, checked.state)
    return "mapping" if session.recipe else "files"
