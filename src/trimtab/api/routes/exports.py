"""Any query as a file, at once or as work whose file is fetched later."""

import tempfile
import threading
import weakref
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from ninja import Router, Schema, Status

from trimtab.api.routes.operations import OperationOut
from trimtab.api.routes.query import QUESTION, question_of
from trimtab.core import export, jobs, operations
from trimtab.core.edge import REFUSALS, actor_of, caller_of, clock_of
from trimtab.core.errors import NotFound, Unavailable
from trimtab.core.export import files
from trimtab.core.models import ExportRecord, Operation
from trimtab.integrations import public as integrations

router = Router(tags=["exports"])
AT_ONCE: Final = 4
IN_MEMORY: Final = 4 * 1024 * 1024
PIECE: Final = 1 << 16
_slots: Final = threading.BoundedSemaphore(AT_ONCE)
_FILE: Final = {"responses": {200: {"description": "The file.", "content": {"application/octet-stream": {}}}}}


class ExportRecordOut(Schema):
    """``confidential`` are the fields for which the export was written down."""

    id: UUID
    created_at: datetime
    actor_id: UUID | None
    actor_name: str
    source: str
    format: str
    columns: list[str]
    confidential: list[str]


class _Download:
    """A file that is written in one go, so that no slow reader holds a snapshot of the database, then sent."""

    def __init__(self, made: export.Export, beginning: bytes) -> None:
        if not _slots.acquire(blocking=False):
            raise Unavailable("Several exports are under way here. Try again in a moment.", retry_after_s=5)
        self._made, self._beginning = made, beginning
        self.close = weakref.finalize(self, _slots.release)

    def __iter__(self) -> Iterator[bytes]:
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            file.write(self._beginning)
            for piece in export.write(self._made):
                file.write(piece)
            file.seek(0)
            while piece := file.read(PIECE):
                yield piece


@router.post("/export", response={200: Any, 202: OperationOut} | REFUSALS, operation_id="exportQuery",
             openapi_extra=QUESTION | _FILE)  # fmt: skip
def export_query(
    request: HttpRequest,
    format: str = "csv",  # noqa: A002 - the word in the address
    ids: bool = False,
    bom: bool = False,
    later: bool = False,
) -> StreamingHttpResponse | Status[Operation]:
    """All that a query answers, as `csv`, `xlsx`, `json`, `md` or `ics`; the body is a query, its page is left aside.

    `ids` gives ids and keys instead of names; `bom` begins CSV as Excel wishes. `later` answers 202 with an operation,
    whose file waits at `/operations/{id}/file` for two days. An export that tells of confidential fields is recorded.
    """
    actor, clock, question = actor_of(request), clock_of(request), question_of(request)
    name = caller_of(request).workspace_slug
    with_bom = bom and format == "csv"
    if later:
        made = export.check(actor, clock, question, extension=format, ids=ids, name=name)
        given = {"question": question, "format": format, "ids": ids, "bom": with_bom, "name": name}
        label = f"Export {made.name}"
        return Status(202, jobs.defer(actor=actor, clock=clock, task="core.export", label=label, given=given))
    made = export.begin(actor, clock, question, extension=format, ids=ids, name=name)
    pieces = _Download(made, export.BOM if with_bom else b"")
    response = StreamingHttpResponse(pieces, content_type=made.format.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/workspace/archive", response={202: OperationOut} | REFUSALS, operation_id="archiveWorkspace")
def archive_workspace(request: HttpRequest) -> Status[Operation]:
    """All of the workspace with its history as one open file, which waits at `/operations/{id}/file`. For admins."""
    return Status(202, integrations.ask_for_archive(actor_of(request), clock_of(request)))


@router.get("/operations/{operation_id}/file", response={200: Any} | REFUSALS, operation_id="getOperationFile",
            openapi_extra=_FILE)  # fmt: skip
def get_operation_file(request: HttpRequest, operation_id: UUID) -> FileResponse:
    """The file that an export left, for whoever asked for it; 404 when it was deleted after two days."""
    actor = actor_of(request)
    operation = operations.get(actor, operation_id)
    if operation.actor_id != actor.id:
        raise NotFound("There is no such file.")
    path = files.find(operation)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=operation.result["file"])
    response.block_size = PIECE
    response.headers["Content-Type"] = operation.result["content_type"]
    response.headers["Cache-Control"] = "no-store"
    return response


@router.get("/exports", response={200: list[ExportRecordOut]} | REFUSALS, operation_id="listExports")
def list_exports(request: HttpRequest) -> list[ExportRecord]:
    """Who exported confidential fields, the newest first. For admins."""
    return export.list_records(actor_of(request))
