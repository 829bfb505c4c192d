"""The command that imports files."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from trimtab.cli.product import product
from trimtab.cli.remote import URL

if TYPE_CHECKING:
    from trimtab.core.actors import Actor, Clock
    from trimtab.integrations.public import Report

REJECTIONS_SHOWN = 20


def register(group: click.Group) -> None:
    """Add this module's command."""
    group.add_command(import_)


@click.command("import")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--recipe", "recipe_name", metavar="NAME|PATH", help="What the columns mean; see the reference of recipes."
)
@click.option("--workspace", required=True, metavar="SLUG", help="The workspace to import into.")
@click.option("--user", required=True, metavar="EMAIL", help="Who imports.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, write nothing.")
@click.option("--resume", is_flag=True, help="Go on where an interrupted import of the same files stopped.")
@click.option(
    "--rejected", "rejected_to", type=click.Path(dir_okay=False, path_type=Path), help="Write rejected rows here."
)
@click.option("--undo", "undo", metavar="BATCH", type=click.UUID, help="Take an import back instead.")
def import_(
    *,
    path: Path | None,
    recipe_name: str | None,
    workspace: str,
    user: str,
    dry_run: bool,
    resume: bool,
    rejected_to: Path | None,
    undo: UUID | None,
) -> None:
    """Import a FOLDER of CSV files, or one FILE of items, by a recipe. All of it is applied, or nothing."""
    if os.environ.get(URL):
        raise click.ClickException(f"An import needs the database itself: unset {URL}, and run it beside the server.")
    if undo is None and (path is None or recipe_name is None):
        raise click.UsageError("An import needs a folder or file, and --recipe.")
    with product():
        from datetime import UTC, datetime

        from trimtab.accounts.public import actor_for
        from trimtab.core.actors import Clock, Origin

        clock = Clock(datetime.now(UTC))
        actor = actor_for(email=user, workspace_slug=workspace, origin=Origin.IMPORT)
        if undo is not None:
            _undo(actor, clock, undo)
            return
        assert path is not None
        assert recipe_name is not None
        _import(actor, clock, path, recipe_name, dry_run=dry_run, resume=resume, rejected_to=rejected_to)


def _import(
    actor: "Actor",
    clock: "Clock",
    path: Path,
    recipe_name: str,
    *,
    dry_run: bool,
    resume: bool,
    rejected_to: Path | None,
) -> None:
    from trimtab.integrations.public import Source, import_files, load

    try:
        report = import_files(
            actor=actor,
            clock=clock,
            source=Source(path),
            recipe=load(recipe_name),
            progress=_progress(),
            dry_run=dry_run,
            resume=resume,
        )
    except KeyboardInterrupt as stopped:
        raise click.ClickException("Stopped. Nothing was changed.") from stopped
    _tell(report)
    if rejected_to is not None:
        _write_rejected(report, rejected_to)


def _progress() -> Callable[[str, int], None]:
    """Prints a line when another step begins, and every few seconds within one."""
    last: tuple[str, float] = ("", 0.0)

    def say(step: str, rows: int) -> None:
        nonlocal last
        now = time.monotonic()
        if step != last[0] or now - last[1] > 5:
            click.echo(f"{step} …" + (f" {rows:,} rows" if rows else ""), err=True)
            last = (step, now)

    return say


def _tell(report: "Report") -> None:
    tried = report.batch_id is None and report.changes_something
    click.echo(
        f"{'Would be created' if tried else 'Created'}: {report.created:,} items; "
        f"{'would be updated' if tried else 'updated'}: {report.updated:,}; unchanged: {report.unchanged:,}; "
        f"marked for review: {report.review:,}; rejected rows: {report.rejected_count:,}."
    )
    click.echo(
        f"Relations: {report.relations:,}; dependencies: {report.dependencies:,}; "
        f"changes of the past: {report.history:,}"
        + (f" ({report.history_known:,} of items that were here already)" if report.history_known else "")
        + "."
    )
    if report.made:
        click.echo("Made: " + ", ".join(f"{kind} {number:,}" for kind, number in sorted(report.made.items())) + ".")
    for rejection in report.rejected[:REJECTIONS_SHOWN]:
        named = f" {rejection.key}" if rejection.key else ""
        click.echo(f"  {rejection.part} row {rejection.row}{named}: {rejection.problem}")
    if report.rejected_count > REJECTIONS_SHOWN:
        click.echo(f"  … and {report.rejected_count - REJECTIONS_SHOWN:,} more; --rejected FILE lists them.")
    if report.batch_id is None:
        click.echo(f"Nothing was written. Reading took {report.staging_s:.1f} s.")
        return
    click.echo(
        f"Reading took {report.staging_s:.1f} s, applying {report.apply_s:.1f} s; "
        f"locks that others may have waited for were held for {report.locked_s:.1f} s."
    )
    click.echo(f"Batch {report.batch_id}. To take it back: trimtab import --undo {report.batch_id} …")


def _write_rejected(report: "Report", path: Path) -> None:
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["part", "row", "key", "problem"])
        writer.writerows((r.part, r.row, r.key, r.problem) for r in report.rejected)


def _undo(actor: "Actor", clock: "Clock", batch_id: UUID) -> None:
    from trimtab.integrations.public import undo_batch

    result = undo_batch(actor=actor, clock=clock, batch_id=batch_id)
    click.echo(f"Restored {result.restored:,} records." + (f" Batch {result.batch_id}." if result.batch_id else ""))
    for refusal in result.refused[:REJECTIONS_SHOWN]:
        click.echo(f"  left as it is: {refusal.entity} {refusal.id} {refusal.field or ''}: {refusal.reason}")
    if len(result.refused) > REJECTIONS_SHOWN:
        click.echo(f"  … and {len(result.refused) - REJECTIONS_SHOWN:,} more.")
