"""What leaves: lists of 10,000 rows as files, and the whole of the largest workspace out and into an empty database."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence

import psycopg
from psycopg import sql

from bench import prepare
from bench.bench import COLUMNS, Bench
from bench.cpu import family_of, pss_mb
from bench.families.imports import _watch
from bench.load.configuration import FIELDS
from bench.load.shape import EMAIL, PASSWORD
from bench.prepare import PLACE, ROOT
from bench.server import Refused

LIST = "small"
TWENTY = [*COLUMNS[:11], *(key for key, _ in FIELDS[:9])]


def measure(bench: Bench) -> None:
    _lists(bench)
    _whole(bench)


def _lists(bench: Bench) -> None:
    """The small workspace has 10,000 items."""
    client = bench.client(LIST)
    before = pss_mb(family_of(bench.meter.server))
    for kind, columns, target in (("csv", COLUMNS, 800), ("json", COLUMNS, None), ("xlsx", TWENTY, 6_000)):
        question = {"source": "item", "columns": columns}
        size = len(client.call("POST", f"/api/v1/export?format={kind}", question))
        spent = bench.meter.measure(
            lambda: client.call("POST", f"/api/v1/export?format={kind}", question),  # noqa: B023 - called at once
            least=1,
        )
        bench.tell_cost(f"{kind} of 10,000 × {len(columns)}", spent, target, f", {size / 1e6:.1f} MB")
        grown = pss_mb(family_of(bench.meter.server)) - before
        bench.tell(f"{kind}: memory of the server grown by", grown, "MB PSS", 200 if kind == "xlsx" else None)


def _whole(bench: Bench) -> None:
    file = PLACE / "large.trimtab.zip"
    name = f"{bench.database}_in"
    here = bench.environment
    there = prepare.environment(bench.owner_url, name)
    try:
        seconds, resident, told = _run(["workspace", "export", "large", "-o", str(file)], here)
        bench.tell("archive of 1,000,000 changes, out", seconds, "s", 120, note=_rows(told))
        bench.tell("archive, out: resident memory at most", resident, "MB", 200)
        with _empty(bench, name):
            _run(["migrate"], there)
            _run(["user", "create", EMAIL, "--password-stdin"], there, PASSWORD)
            seconds, resident, told = _run(["workspace", "import", str(file), "--user", EMAIL], there)
            bench.tell("archive of 1,000,000 changes, in", seconds, "s", 360, note=_rows(told))
            bench.tell("archive, in: resident memory at most", resident, "MB", 300)
    finally:
        file.unlink(missing_ok=True)


class _empty:
    """A database of its own while inside."""

    def __init__(self, bench: Bench, name: str) -> None:
        self.url, self.name = bench.owner_url, sql.Identifier(name)

    def __enter__(self) -> None:
        self._execute("drop database if exists {}", "create database {}")

    def __exit__(self, *_: object) -> None:
        self._execute("drop database if exists {}")

    def _execute(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(sql.SQL(statement).format(self.name))


def _run(arguments: Sequence[str], environment: dict[str, str], said: str = "") -> tuple[float, float, str]:
    """Seconds, resident memory at most in MB, and what the command printed. Raises Refused where it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "trimtab.cli", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(f"{said}\n")
    process.stdin.close()
    resident = _watch(process)
    told = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise Refused(f"trimtab {' '.join(arguments[:2])} ended with {process.returncode}: {told}")
    return time.perf_counter() - began, resident, told


def _rows(told: str) -> str:
    found = re.search(r"[\d,]+ rows(, [\d,.]+ MB)?", told)
    return found[0] if found else ""
