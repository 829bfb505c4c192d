"""The command that asks the portfolio a question."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

import click

from trimtab.cli.clock import now
from trimtab.cli.product import product
from trimtab.cli.remote import Refused, find_server
from trimtab.core.fiscal import FiscalCalendar, Kind, written

COLUMNS = "ref,title,level,phase,owner,team,timeframe,health"
CELL = 48
FILES = ("csv", "xlsx", "json", "md", "ics")


def register(group: click.Group) -> None:
    """Add this module's command."""
    group.add_command(query)


@click.command()
@click.argument("text", default="")
@click.option("--workspace", metavar="SLUG", help="The workspace to ask; not needed with TRIMTAB_URL.")
@click.option("--user", metavar="EMAIL", help="Who asks; with TRIMTAB_URL the token says it.")
@click.option("--source", default="item", show_default=True, help="The kind of record.")
@click.option("--columns", default=COLUMNS, show_default=True, help="Fields, separated by commas.")
@click.option("--sort", default="", help="Fields, separated by commas; a minus before one turns it round.")
@click.option("--as-of", metavar="DAY", help="As it stood at the end of that day, or at that instant.")
@click.option(
    "--limit",
    default=100,
    show_default=True,
    type=click.IntRange(1, 20_000),
    help="At most so many rows; files hold all.",
)
@click.option("--format", "kind", type=click.Choice(FILES), help="A file of all rows, with names instead of ids.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where the file goes.")
@click.option("--ids", is_flag=True, help="With --format: ids and keys instead of names.")
@click.option("--json", "form", flag_value="json", help="The answer as JSON, columns as arrays.")
@click.option("--csv", "form", flag_value="csv", help="Short for --format csv.")
@click.option("--table", "form", flag_value="table", default="table", help="A table to read (default).")
def query(
    *,
    text: str,
    workspace: str | None,
    user: str | None,
    source: str,
    columns: str,
    sort: str,
    as_of: str | None,
    limit: int,
    kind: str | None,
    output: Path | None,
    ids: bool,
    form: str,
) -> None:
    """Ask the portfolio: trimtab query 'level:feature -health:on_track updated:<30d sort:-benefit'.

    Asks the database here or, where TRIMTAB_URL and TRIMTAB_TOKEN are set, a server.
    """
    question: dict[str, object] = {
        "source": source,
        "text": f"{text} sort:{sort}" if sort else text,
        "columns": [name.strip() for name in columns.split(",") if name.strip()],
        "page": {"size": limit},
    }
    if as_of is not None:
        question["lens"] = {"as_of": as_of}
    kind = kind or ("csv" if form == "csv" else None)
    if kind is None and (output is not None or ids):
        raise click.UsageError(f"-o and --ids go with --format, one of {', '.join(FILES)}.")
    try:
        if kind is not None:
            with _destination(output, kind) as file:
                _export(file, question, kind, workspace, user, ids=ids)
            return
        answer, calendar = _asked(question, workspace, user)
    except Refused as fault:
        raise click.ClickException(_pointed(str(question["text"]), fault.problems)) from fault
    if form == "json":
        click.echo(answer)
        return
    _print(json.loads(answer), calendar)


@contextmanager
def _destination(output: Path | None, kind: str) -> Iterator[IO[bytes]]:
    """Where the file goes: standard output, or beside ``output`` until it is whole."""
    if output is None:
        if kind == "xlsx" and sys.stdout.isatty():
            raise click.UsageError("A workbook is nothing to read here: give it a place with -o FILE.")
        yield sys.stdout.buffer
        return
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(output)
    except OSError as trouble:
        raise click.ClickException(f"{output} cannot be written: {trouble.strerror}") from trouble
    finally:
        part.unlink(missing_ok=True)


def _export(
    file: IO[bytes], question: dict[str, object], kind: str, workspace: str | None, user: str | None, *, ids: bool
) -> None:
    server = find_server()
    if server is not None:
        _check_asker(user)
        _write(file, server.export(question, workspace, kind, ids=ids))
        return
    slug, email = _who(workspace, user)
    with product():
        from trimtab.accounts.public import actor_for
        from trimtab.core import export
        from trimtab.core.actors import Origin
        from trimtab.core.query.problems import QueryInvalid

        actor = actor_for(email=email, workspace_slug=slug, origin=Origin.CLI)
        try:
            made = export.begin(actor, now(), question, extension=kind, ids=ids, name=slug)
        except QueryInvalid as fault:
            raise Refused([problem.as_json() for problem in fault.problems]) from fault
        _write(file, export.write(made))


def _write(file: IO[bytes], pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        file.write(piece)
    file.flush()


def _who(workspace: str | None, user: str | None) -> tuple[str, str]:
    if workspace is None or user is None:
        raise click.UsageError("The database here is asked with --workspace and --user; a server by TRIMTAB_URL.")
    return workspace, user


def _check_asker(user: str | None) -> None:
    if user is not None:
        raise click.UsageError("With TRIMTAB_URL the token says who asks: leave --user out.")


def _asked(question: dict[str, object], workspace: str | None, user: str | None) -> tuple[bytes, FiscalCalendar]:
    """The answer as JSON, and the calendar in which its periods are named. Raises Refused."""
    server = find_server()
    if server is None:
        return _asked_here(question, *_who(workspace, user))
    _check_asker(user)
    return server.ask(question, workspace), server.calendar(workspace)


def _asked_here(question: dict[str, object], workspace: str, user: str) -> tuple[bytes, FiscalCalendar]:
    with product():
        from trimtab.accounts.public import actor_for, fiscal_calendar, get_workspace
        from trimtab.core import scope
        from trimtab.core.actors import Origin
        from trimtab.core.query import run
        from trimtab.core.query.problems import QueryInvalid

        actor = actor_for(email=user, workspace_slug=workspace, origin=Origin.CLI)
        try:
            answer = run(actor, now(), question)
        except QueryInvalid as fault:
            raise Refused([problem.as_json() for problem in fault.problems]) from fault
        with scope.workspace(actor.workspace_id):
            return answer, fiscal_calendar(get_workspace(actor))


def _pointed(text: str, problems: list[dict[str, Any]]) -> str:
    """Each fault under the query, with a mark below the characters that it is about."""
    lines = []
    for problem in problems:
        lines.append(problem["message"])
        if problem["position"] is not None and "\n" not in text:
            marks = "^" * max(1, problem["length"])
            lines += [f"  {text}", "  " + " " * problem["position"] + marks]
    return "\n".join(lines)


def _print(answer: dict[str, Any], calendar: FiscalCalendar) -> None:
    names = {key: name for kind in answer["refs"].values() for key, name in kind.items()}
    header = [name for name in answer["columns"] if name not in {"id", "version"}]
    columns = [[_cell(value, names, calendar) for value in answer["columns"][name]] for name in header]
    rows = [list(row) for row in zip(*columns, strict=True)]
    _table(header, rows)
    if answer["next"]:
        click.echo(f"The first {len(rows)} rows. --limit shows more.", file=sys.stderr)


def _cell(value: Any, names: dict[str, Any], calendar: FiscalCalendar) -> str:
    match value:
        case None:
            return ""
        case list():
            return ", ".join(_cell(each, names, calendar) for each in value)
        case {"start": start, "start_precision": first, "end": end, "end_precision": last}:
            return f"{_moment(start, first, calendar)} – {_moment(end, last, calendar)}".strip(" –")
        case dict():
            return ", ".join(f"{key} {each}" for key, each in value.items())
    name = names.get(value, value) if isinstance(value, str) else value
    return str(name["name"] if isinstance(name, dict) else name)


def _moment(day: str | None, precision: str | None, calendar: FiscalCalendar) -> str:
    """A day, as exact as it is meant."""
    if day is None or precision in {None, "day"}:
        return day or precision or ""
    return written(calendar, date.fromisoformat(day), Kind(precision))


def _table(header: list[str], rows: list[list[str]]) -> None:
    short = [[cell if len(cell) <= CELL else cell[: CELL - 1] + "…" for cell in row] for row in [header, *rows]]
    widths = [max(len(row[at]) for row in short) for at in range(len(header))]
    for row in short:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
