"""The command that imports files."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from trimtab.cli.product import product
from trimtab.cli.remote import URL

if TYPE_CHECKING:
    from trimtab.core.actors import Actor, Clock
    from trimtab.integrations.public import Decide, Recipe, Report

REJECTIONS_SHOWN = 20
READ = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".json"})


def register(group: click.Group) -> None:
    """Add this module's command."""
    group.add_command(import_)


@click.command("import")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--recipe", "recipe_name", metavar="NAME|PATH", help="What the columns mean; without one it is recognised."
)
@click.option("--yes", is_flag=True, help="Import as recognised, without asking.")
@click.option(
    "--decide",
    type=click.Choice(["match", "new", "skip"]),
    help="What rows are that may be items that are here already; without it each is asked about.",
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
    paths: tuple[Path, ...],
    recipe_name: str | None,
    yes: bool,
    decide: str | None,
    workspace: str,
    user: str,
    dry_run: bool,
    resume: bool,
    rejected_to: Path | None,
    undo: UUID | None,
) -> None:
    """Import FILES that belong together, or a FOLDER of them. All of it is applied, or nothing.

    Without --recipe the files are recognised; what each column fills is shown, and asked for.
    """
    if os.environ.get(URL):
        raise click.ClickException(f"An import needs the database itself: unset {URL}, and run it beside the server.")
    if undo is None and not paths:
        raise click.UsageError("An import needs a folder or files.")
    with product():
        from datetime import UTC, datetime

        from trimtab.accounts.public import actor_for
        from trimtab.core.actors import Clock, Origin

        clock = Clock(datetime.now(UTC))
        actor = actor_for(email=user, workspace_slug=workspace, origin=Origin.IMPORT)
        if undo is not None:
            _undo(actor, clock, undo)
            return
        with _together(paths) as path:
            recipe = _recipe(actor, path, recipe_name, yes=yes)
            chosen = _decide(decide, yes=yes)
            _import(actor, clock, path, recipe, chosen, dry_run=dry_run, resume=resume, rejected_to=rejected_to)


def _import(
    actor: "Actor",
    clock: "Clock",
    path: Path,
    recipe: "Recipe",
    decide: "Decide",
    *,
    dry_run: bool,
    resume: bool,
    rejected_to: Path | None,
) -> None:
    from trimtab.integrations.public import Source, import_files

    try:
        report = import_files(
            actor=actor,
            clock=clock,
            source=Source(path),
            recipe=recipe,
            decide=decide,
            progress=_progress(),
            dry_run=dry_run,
            resume=resume,
        )
    except KeyboardInterrupt as stopped:
        raise click.ClickException("Stopped. Nothing was changed.") from stopped
    _tell(report)
    if rejected_to is not None:
        _write_rejected(report, rejected_to)


@contextmanager
def _together(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The one path given, or a folder in which all of them lie."""
    if len(paths) == 1:
        yield paths[0]
        return
    names = [path.name for path in paths]
    if any(path.is_dir() for path in paths) or len(set(names)) < len(names):
        raise click.UsageError("Several files of different names go into one import, or a single folder.")
    with tempfile.TemporaryDirectory(prefix="trimtab-import-") as folder:
        for path in paths:
            (Path(folder) / path.name).symlink_to(path.resolve())
        yield Path(folder)


def _recipe(actor: "Actor", path: Path, name: str | None, *, yes: bool) -> "Recipe":
    """The recipe of this name, else the one that fits the files, shown and agreed to."""
    from trimtab.integrations.public import load, propose_for

    if name is not None:
        return load(name)
    files = sorted(one for one in path.iterdir() if one.suffix.lower() in READ) if path.is_dir() else [path]
    if not files:
        raise click.ClickException(f"There is no file to import in {path}: {', '.join(sorted(READ))} are read.")
    proposal = propose_for(actor, files)
    click.echo(f"Recognised as: {proposal.layout.label}")
    for file in proposal.files:
        click.echo(f"{file.name}: {file.part}, {file.count:,} rows")
        for column in file.columns:
            into = ", ".join(column.targets) or "left out"
            click.echo(f"  {column.name[:40]:40} → {into}  ({round(column.sure * 100)} %: {column.why})")
    for problem in proposal.problems:
        click.echo(f"Worth a look: {problem}")
    if not yes:
        click.confirm("Import it so?", abort=True)
    return proposal.recipe


def _decide(word: str | None, *, yes: bool) -> "Decide":
    """One word for all ambiguous rows, else a question for each; with --yes they are left undecided."""
    from trimtab.integrations.public import Ambiguous, Choice, Pick, all_alike

    if word is not None:
        return all_alike(Choice(word))

    def ask(rows: Sequence[Ambiguous]) -> dict[int, Pick]:
        if yes:
            return {}
        picks: dict[int, Pick] = {}
        for row in rows:
            click.echo(f"Row {row.row} {row.key} “{row.title}” may be something that is here:")
            for number, one in enumerate(row.candidates, start=1):
                click.echo(f"  {number}  {one.ref} {one.title}" + (f" ({one.area})" if one.area else ""))
            options = [str(number) for number in range(1, len(row.candidates) + 1)]
            said = click.prompt("Its number, n for new, s to leave it out", type=click.Choice([*options, "n", "s"]))
            if said in options:
                picks[row.row] = Pick(Choice.MATCH, row.candidates[int(said) - 1].id)
            else:
                picks[row.row] = Pick(Choice.NEW if said == "n" else Choice.SKIP)
        return picks

    return ask


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
    if report.ambiguous:
        click.echo(f"May be here already: {report.ambiguous:,}. Say with --decide what they are.")
    if report.conflicts or report.kept:
        click.echo(f"Changed on both sides: {report.conflicts:,}; changed here alone, and kept: {report.kept:,}.")
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
