"""A workspace out of an installation and into another, whole."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from trimtab.cli.product import product
from trimtab.cli.remote import URL
from trimtab.cli.users import workspace


def register(_group: click.Group) -> None:
    """Add this module's commands beside those that make workspaces."""
    workspace.add_command(export)
    workspace.add_command(import_)


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file for its owner's eyes, under its name once it is whole; nothing is left of one that was stopped."""
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as trouble:
        raise click.ClickException(f"{path} cannot be written: {trouble.strerror or trouble}") from trouble
    except KeyboardInterrupt as stopped:
        raise click.ClickException("Stopped. Nothing was written.") from stopped
    finally:
        part.unlink(missing_ok=True)


def told() -> Callable[[str, int, int | None], None]:
    """Prints how far it is, every two seconds."""
    last = time.monotonic()

    def say(step: str, done: int, total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last >= 2:
            last = time.monotonic()
            share = f" ({100 * done // total} %)" if total else ""
            click.echo(f"{step} … {done:,} rows{share}", err=True)

    return say


def here_only(what: str) -> None:
    """Refuse beside a server's address: this needs the database itself."""
    if os.environ.get(URL):
        raise click.ClickException(f"{what} needs the database itself: unset {URL}, and run it beside the server.")


@workspace.command("export")
@click.argument("slug")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where to.")
def export(slug: str, output: Path) -> None:
    """Write all of a workspace, its whole history included, to one open file. Others go on working meanwhile."""
    here_only("An archive")
    began = time.monotonic()
    with product():
        from trimtab.accounts.public import system_actor, workspace_id_of
        from trimtab.cli.clock import now
        from trimtab.core.actors import Origin
        from trimtab.integrations.public import note_archive, write_archive

        actor = system_actor(workspace_id_of(slug), name="Command line", origin=Origin.CLI)
        note_archive(actor, now())
        with whole(output) as file:
            manifest = write_archive(actor.workspace_id, file, now=now().now, progress=told())
    rows = sum(table["rows"] for table in manifest["tables"])
    size = output.stat().st_size / 1e6
    click.echo(f"{output}: {rows:,} rows, {size:,.1f} MB in {time.monotonic() - began:.1f} s.")


@workspace.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--slug", default="", help="Its address here; without it, the one it had.")
@click.option("--user", required=True, metavar="EMAIL", help="Who imports, and is an admin of it.")
@click.option("--keep-members", is_flag=True, help="Let everybody in at once who was let in there.")
def import_(file: Path, slug: str, user: str, keep_members: bool) -> None:
    """Make a workspace of an archive: the same records, history and answers. All of it, or nothing."""
    here_only("An import")
    began = time.monotonic()
    with product():
        from trimtab.accounts.public import find_user
        from trimtab.cli.clock import now
        from trimtab.integrations.public import read_archive

        importer = find_user(user)
        if importer is None:
            raise click.ClickException(f"Nobody signs in with {user}. Make them first: trimtab user create {user}")
        try:
            with file.open("rb") as source:
                arrived = read_archive(
                    source, user=importer, clock=now(), slug=slug, keep_members=keep_members, progress=told()
                )
        except KeyboardInterrupt as stopped:
            raise click.ClickException("Stopped. Nothing was changed.") from stopped
    click.echo(f"Workspace {arrived.slug}: {arrived.rows:,} rows in {time.monotonic() - began:.1f} s.")
    if not arrived.same_ids:
        click.echo("Its records have new ids, because the workspace that they come from is here too.")
    if arrived.users:
        click.echo(f"{arrived.users} people have no account here; they cannot sign in until somebody invites them.")
    if arrived.waiting:
        click.echo(f"{arrived.waiting} members wait until an admin lets them in, under Settings, Members.")
