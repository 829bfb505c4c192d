"""Long work: how far it is, and how to stop it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from trimtab.core import operations
from trimtab.core.edge import REFUSALS, actor_of, clock_of
from trimtab.core.models import Operation

router = Router(tags=["operations"])


class OperationOut(Schema):
    """``done`` of ``total`` steps; ``total`` and ``eta_at`` are null while nobody knows."""

    id: UUID
    kind: str
    label: str
    state: str
    done: int
    total: int | None
    step: str
    eta_at: datetime | None
    result: dict[str, Any]
    error: str
    log: list[Any]
    cancel_requested: bool
    actor_id: UUID | None
    actor_name: str
    batch_id: UUID | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@router.get("/operations", response={200: list[OperationOut]} | REFUSALS, operation_id="listOperations")
def list_operations(request: HttpRequest) -> list[Operation]:
    """The newest fifty."""
    return operations.latest(actor_of(request), limit=50)


@router.get("/operations/{operation_id}", response={200: OperationOut} | REFUSALS, operation_id="getOperation")
def get_operation(request: HttpRequest, operation_id: UUID) -> Operation:
    return operations.get(actor_of(request), operation_id)


@router.post("/operations/{operation_id}/cancel", response={200: OperationOut} | REFUSALS,
             operation_id="cancelOperation")  # fmt: skip
def cancel_operation(request: HttpRequest, operation_id: UUID) -> Operation:
    """Ask it to stop at its next step; answers 409 `operation_over` when it has ended."""
    return operations.request_cancel(actor_of(request), clock_of(request), operation_id)
