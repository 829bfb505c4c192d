"""The command that asks the portfolio a question."""

import csv
import io
import sys
from typing import TYPE_CHECKING, Any

import click

from trimtab.cli.clock import now
from trimtab.cli.product import product

if TYPE_CHECKING:
    from trimtab.core.query.problems import QueryInvalid

COLUMNS = "ref,title,level,phase,owner,team,timeframe,health"
CELL = 48


def register(group: click.Group) -> None:
    """Add this module's command."""
    group.add_command(query)


@click.command()
@click.argument("text", default="")
@click.option("--workspace", required=True, metavar="SLUG", help="The workspace to ask.")
@click.option("--user", required=True, metavar="EMAIL", help="Who asks.")
@click.option("--source", default="item", show_default=True, help="The kind of record.")
@click.option("--columns", default=COLUMNS, show_default=True, help="Fields, separated by commas.")
@click.option("--sort", default="", help="Fields, separated by commas; a minus before one turns it round.")
@click.option("--as-of", metavar="DAY", help="As it stood at the end of that day, or at that instant.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 20_000), help="At most so many rows.")
@click.option("--json", "form", flag_value="json", help="The answer as JSON, columns as arrays.")
@click.option("--csv", "form", flag_value="csv", help="Comma-separated values with names instead of ids.")
@click.option("--table", "form", flag_value="table", default="table", help="A table to read (default).")
def query(
    *,
    text: str,
    workspace: str,
    user: str,
    source: str,
    columns: str,
    sort: str,
    as_of: str | None,
    limit: int,
    form: str,
) -> None:
    """Ask the portfolio: trimtab query 'level:feature -health:on_track updated:<30d sort:-benefit'."""
    question: dict[str, object] = {
        "source": source,
        "text": f"{text} sort:{sort}" if sort else text,
        "columns": [name.strip() for name in columns.split(",") if name.strip()],
        "page": {"size": limit},
    }
    if as_of is not None:
        question["lens"] = {"as_of": as_of}
    with product():
        import orjson

        from trimtab.accounts.public import actor_for
        from trimtab.core.actors import Origin
        from trimtab.core.query import run
        from trimtab.core.query.problems import QueryInvalid

        actor = actor_for(email=user, workspace_slug=workspace, origin=Origin.CLI)
        try:
            answer = run(actor, now(), question)
        except QueryInvalid as fault:
            raise click.ClickException(_pointed(str(question["text"]), fault)) from fault
        if form == "json":
            click.echo(answer)
            return
        _print(orjson.loads(answer), form)


def _pointed(text: str, fault: "QueryInvalid") -> str:
    """Each fault under the query, with a mark below the characters that it is about."""
    lines = []
    for problem in fault.problems:
        lines.append(problem.message)
        if problem.span is not None and "\n" not in text:
            marks = "^" * max(1, problem.span.end - problem.span.start)
            lines += [f"  {text}", "  " + " " * problem.span.start + marks]
    return "\n".join(lines)


def _print(answer: dict[str, Any], form: str) -> None:
    names = {key: name for kind in answer["refs"].values() for key, name in kind.items()}
    header = [name for name in answer["columns"] if name not in {"id", "version"}]
    columns = [[_cell(value, names) for value in answer["columns"][name]] for name in header]
    rows = [list(row) for row in zip(*columns, strict=True)]
    if form == "csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([header, *rows])
        click.echo(text.getvalue(), nl=False)
        return
    _table(header, rows)
    if answer["next"]:
        click.echo(f"The first {len(rows)} rows. --limit shows more.", file=sys.stderr)


def _cell(value: Any, names: dict[str, Any]) -> str:
    match value:
        case None:
            return ""
        case list():
            return ", ".join(_cell(each, names) for each in value)
        case {"start": start, "start_precision": first, "end": end, "end_precision": last}:
            return f"{_moment(start, first)} – {_moment(end, last)}".strip(" –")
        case dict():
            return ", ".join(f"{key} {each}" for key, each in value.items())
    name = names.get(value, value) if isinstance(value, str) else value
    return str(name["name"] if isinstance(name, dict) else name)


def _moment(day: str | None, precision: str | None) -> str:
    """A day, as exact as it is meant."""
    if day is None:
        return precision or ""
    year, month = day[:4], int(day[5:7])
    return {
        "month": day[:7],
        "quarter": f"{year}-Q{(month + 2) // 3}",
        "half": f"{year}-H{(month + 5) // 6}",
        "year": year,
    }.get(precision or "", day)


def _table(header: list[str], rows: list[list[str]]) -> None:
    short = [[cell if len(cell) <= CELL else cell[: CELL - 1] + "…" for cell in row] for row in [header, *rows]]
    widths = [max(len(row[at]) for row in short) for at in range(len(header))]
    for row in short:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
