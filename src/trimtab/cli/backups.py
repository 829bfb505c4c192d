"""A whole installation into a file, and from one."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trimtab.cli.archives import here_only, told, whole
from trimtab.cli.product import product, sentences

if TYPE_CHECKING:
    from trimtab.ops.postgres import Database
    from trimtab.ops.restore import Backup


def register(group: click.Group) -> None:
    """Add this module's commands."""
    group.add_command(backup)
    group.add_command(restore)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write everything to FILE: all workspaces, people, attached files, the secret key. Others go on working.

    Keep it like a password: whoever has it has all of it.
    """
    from trimtab.ops import backup as operation
    from trimtab.ops import postgres, schema

    here_only("A backup")
    began = time.monotonic()
    with sentences(), postgres.database() as database:
        schema.refuse_newer(database.owner_url)
        with whole(file) as target:
            manifest = operation.write(database.owner_url, postgres.home(), target, told())
    rows, size = sum(table["rows"] for table in manifest["tables"]), file.stat().st_size / 1e6
    files = f", {manifest['files']:,} files" if manifest["files"] else ""
    click.echo(f"{file}: {rows:,} rows{files}, {size:,.1f} MB in {time.monotonic() - began:.1f} s.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the backup FILE into a new place: a TRIMTAB_HOME, or a database, that holds nothing yet."""
    from trimtab.ops import postgres
    from trimtab.ops import restore as operation

    here_only("Restoring")
    began = time.monotonic()
    with sentences(), file.open("rb") as source:
        saved = operation.Backup(source)
        with postgres.database() as database:
            operation.check_place(database.owner_url, saved, postgres.home())
            same_key = saved.bring_key(postgres.home()) or bool(os.environ.get("TRIMTAB_SECRET_KEY"))
            try:
                rows = _fill(saved, database)
            except KeyboardInterrupt as stopped:
                raise click.ClickException("Stopped. The place is as empty as it was.") from stopped
            files = saved.bring_files(postgres.home())
    click.echo(f"{rows:,} rows" + (f", {files:,} files" if files else "") + f" in {time.monotonic() - began:.1f} s.")
    if not same_key:
        click.echo("This place has a secret key of its own: everybody signs in again, and connections need their keys.")


def _fill(saved: "Backup", database: "Database") -> int:
    """Tables as they stood then, the data, then what has changed since."""
    from trimtab.ops import restore as operation

    with product():
        from django.core.management import call_command
        from django.db import connections
        from django.db.migrations.executor import MigrationExecutor

        executor = MigrationExecutor(connections["owner"])
        known, seen = executor.loader.graph.nodes, executor.loader.applied_migrations
        executor.migrate([each for each in saved.migrations if each in known and each not in seen])
        connections["owner"].close()
        rows = operation.load(database.owner_url, saved, told())
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        with connections["owner"].cursor() as cursor:
            cursor.execute("analyze")
    return rows
