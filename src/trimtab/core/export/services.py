"""Begin an export, which writes down who takes confidential figures out; then write it from one snapshot."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from trimtab.core import ledger, operations, scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Invalid
from trimtab.core.export import files
from trimtab.core.export.formats import FORMATS, Format
from trimtab.core.export.sheet import Block, Sheet, open_sheet
from trimtab.core.jobs import Job
from trimtab.core.models import ExportRecord

Progress = Callable[[int], None]
BOM: Final = b"\xef\xbb\xbf"
"""Before CSV, by which Excel knows that it is UTF-8."""


@dataclass(frozen=True, slots=True)
class Export:
    """One export that may be written: what it shows, as what."""

    sheet: Sheet
    format: Format
    name: str


def check(
    actor: Actor, clock: Clock, question: Mapping[str, Any], *, extension: str, ids: bool = False, name: str = ""
) -> Export:
    """Check an export of all that ``question`` answers. ``name`` begins the file's name.

    Raises QueryInvalid, Forbidden, NotFound, Invalid for a format that there is not.
    """
    if extension not in FORMATS:
        raise Invalid(f"An export is one of {', '.join(FORMATS)}.", fields={"format": "is unknown"})
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.VIEW)
        sheet = open_sheet(actor, clock, question, ids=ids)
    day = clock.now.astimezone(sheet.zone).date().isoformat()
    return Export(sheet, FORMATS[extension], f"{name or 'export'}-{sheet.asked.source}-{day}.{extension}")


def begin(
    actor: Actor, clock: Clock, question: Mapping[str, Any], *, extension: str, ids: bool = False, name: str = ""
) -> Export:
    """``check`` an export; one that tells of confidential fields is written down. Raises as ``check`` does."""
    export = check(actor, clock, question, extension=extension, ids=ids, name=name)
    if export.sheet.confidential:
        with scope.workspace(actor.workspace_id):
            columns = [column.name for column in export.sheet.columns]
            source, told = export.sheet.asked.source, export.sheet.confidential
            record(actor, clock, source=source, extension=extension, columns=columns, confidential=told)
    return export


def record(
    actor: Actor, clock: Clock, *, source: str, extension: str, columns: Sequence[str], confidential: Sequence[str]
) -> None:
    """Write down that somebody took ``confidential`` fields out. In a transaction of the actor's workspace."""
    with ledger.change_set(actor, at=clock.now, note="Confidential fields were exported"):
        ledger.add(
            ExportRecord(
                workspace_id=actor.workspace_id,
                source=source,
                format=extension,
                columns=list(columns),
                confidential=list(confidential),
                actor_id=actor.id,
                actor_name=actor.name,
            )
        )


def write(export: Export, progress: Progress | None = None) -> Iterator[bytes]:
    """The file, piece by piece, in a transaction of its own that sees one state. Call outside of any other.

    ``progress`` is told how many rows were read so far.
    """
    with scope.snapshot(export.sheet.actor.workspace_id):
        yield from export.format.write(export.sheet, _told(export.sheet.blocks(), progress))


def _told(blocks: Iterator[Block], progress: Progress | None) -> Iterator[Block]:
    rows = 0
    for block in blocks:
        rows += block.part.rows
        if progress is not None:
            progress(rows)
        yield block


def write_later(job: Job) -> None:
    """Write the export that the operation's input describes to a file that whoever asked may fetch."""
    given = job.operation.input
    export = begin(
        job.actor, job.clock, given["question"], extension=given["format"], ids=given["ids"], name=given["name"]
    )
    with files.making(job.operation.id) as file:
        if given["bom"]:
            file.write(BOM)
        for piece in write(export, job.report.progress):
            file.write(piece)
    told = files.result(job.operation.id, name=export.name, content_type=export.format.content_type, now=job.clock.now)
    operations.save_result(job.actor.workspace_id, job.operation.id, result=told, batch_id=None)
