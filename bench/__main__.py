"""``python -m bench [FAMILY …] [--fresh]``: prepare the measured set (once), measure, print value, target, verdict."""

import argparse
import importlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from django.db import connections

from bench import prepare
from bench.bench import Bench
from bench.cpu import Meter
from bench.load.shape import EMAIL, SCALE, SHAPES
from bench.report import Report
from bench.server import Refused, serving

FAMILIES = (
    "pages", "awkward", "tree", "search", "past", "writes", "memory", "client", "imports", "exports",
    "recognise", "notices",
)  # fmt: skip
TOKENS = 10


def main() -> None:
    """Measure the named families, or all. Exit code 1 when a target was missed."""
    arguments = _arguments()
    os.environ.pop("PGOPTIONS", None)
    report = Report()
    with prepare.cluster() as owner_url:
        loaded = prepare.loaded(owner_url, fresh=arguments.fresh)
        with prepare.copy_of(owner_url, loaded) as database:
            _measure(owner_url, database, arguments.family or FAMILIES, report)
            report.write()
    print(report.table())
    if SCALE != 1:
        print(f"At {SCALE:g} of the size: for development, no verdict on the targets.")
    sys.exit(any(line.verdict in {"MISSED", "not measured"} for line in report.lines))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("family", nargs="*", help=f"of: {', '.join(FAMILIES)}; all when none is named")
    parser.add_argument("--fresh", action="store_true", help="load the measured set again")
    arguments = parser.parse_args()
    unknown = [family for family in arguments.family if family not in FAMILIES]
    if unknown:
        parser.error(f"there is no family {', '.join(unknown)}")
    return arguments


def _measure(owner_url: str, database: str, families: Sequence[str], report: Report) -> None:
    environment = prepare.environment(owner_url, database)
    os.environ |= environment
    with (
        serving(environment, prepare.PLACE / "logs" / "web.log") as (port, process),
        psycopg.connect(prepare.named(owner_url, database), autocommit=True) as watch,
    ):
        meter = Meter(process.pid, _postmaster(watch), watch)
        bench = Bench(port, owner_url, database, environment, meter, _tokens(), report)
        for family in families:
            _family(bench, family)


def _family(bench: Bench, family: str) -> None:
    """Measure one family; what it could not measure is told as a line without a value."""
    bench.family = family
    began = time.monotonic()
    print(f"\n{family}", flush=True)
    try:
        importlib.import_module(f"bench.families.{family}").measure(bench)
    except Refused as refused:
        bench.tell("the rest of the family", None, "", 0, note=" ".join(str(refused).split())[:300])
    print(f"  ({time.monotonic() - began:.0f} s)", flush=True)


def _postmaster(watch: "psycopg.Connection[tuple[int]]") -> int:
    """The server's first process: the parent of every backend."""
    row = watch.execute("select pg_backend_pid()").fetchone()
    assert row is not None
    return int(Path(f"/proc/{row[0]}/stat").read_text().rpartition(")")[2].split()[1])


def _tokens() -> dict[str, list[str]]:
    """Several bearers per workspace, as the application role."""
    import django

    django.setup()
    from datetime import UTC, datetime

    from trimtab.accounts import public as accounts
    from trimtab.core import scope
    from trimtab.core.actors import Clock, Origin

    tokens: dict[str, list[str]] = {}
    for shape in SHAPES:
        actor = accounts.actor_for(email=EMAIL, workspace_slug=shape.slug, origin=Origin.CLI)
        with scope.workspace(actor.workspace_id):
            tokens[shape.slug] = [
                accounts.create_token(
                    actor=actor,
                    clock=Clock(datetime.now(UTC)),
                    name=f"bench {number}",
                    token_scope=accounts.TokenScope.WRITE,
                )[1]
                for number in range(TOKENS)
            ]
    connections.close_all()
    return tokens


if __name__ == "__main__":
    main()
