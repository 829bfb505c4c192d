"""The measured database: loaded once per state of the migrations, copied for every run."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.load.shape import SCALE
from trimtab.ops import postgres
from trimtab.ops.cluster import owner_lock

ROOT = Path(__file__).parent.parent
PLACE = postgres.home() / "bench"


def named(url: str, name: str, role: str | None = None) -> str:
    """The same server, another database, and another role if wished."""
    parts = urlsplit(url)
    netloc = parts.netloc if role is None else f"{role}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{name}"))


def environment(owner_url: str, name: str) -> dict[str, str]:
    """Settings that point the product to a database of the measured cluster."""
    return {
        "DATABASE_URL": named(owner_url, name, "trimtab_app"),
        "TRIMTAB_OWNER_URL": named(owner_url, name),
        "TRIMTAB_HOME": str(PLACE / "home"),
        "DJANGO_SETTINGS_MODULE": "trimtab.settings",
    }


@contextmanager
def cluster() -> Iterator[str]:
    """A server of our own, kept between runs, or the one that TRIMTAB_BENCH_CLUSTER names; the owner's URL."""
    given = os.environ.get("TRIMTAB_BENCH_CLUSTER")
    if given:
        yield given
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    private = postgres.private_cluster(PLACE)
    with owner_lock(private.root) as ours:
        if not ours:
            raise SystemExit(f"Another bench is running in {private.root}.")
        private.start()
        try:
            yield private.url("trimtab_owner", "postgres")
        finally:
            private.stop()


def _hashes(*patterns: str) -> dict[str, str]:
    """What the files hold, by their path in the repository."""
    paths = sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.suffix in {".py", ".sql"})
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in paths}


def _migrations() -> dict[str, str]:
    return _hashes("src/trimtab/*/migrations/**/*")


def loaded(owner_url: str, *, fresh: bool) -> str:
    """The name of the loaded database; loads it if it is not there, if it no longer fits, or if ``fresh``.

    It fits while what was loaded and the migrations of then are the same; newer migrations are made up for in the copy.
    """
    loading = json.dumps([SCALE, _hashes("bench/load/*.py")])
    name = f"trimtab_bench_{hashlib.sha256(loading.encode()).hexdigest()[:12]}"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        if not fresh and _fits(connection, name):
            return name
        for (old,) in connection.execute(_LOADED).fetchall():
            _drop(connection, old)
        building, migrations = f"{name}_building", json.dumps(_migrations())
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(building)))
        print("Loading the measured workspaces (once; minutes):", flush=True)
        began = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "bench.load"],
            cwd=ROOT,
            env=os.environ | environment(owner_url, building),
            check=True,
        )
        print(f"  loaded in {time.monotonic() - began:.0f} s", flush=True)
        for statement in (
            "comment on database {building} is {migrations}",
            "alter database {building} rename to {name}",
        ):
            connection.execute(
                sql.SQL(statement).format(
                    building=sql.Identifier(building), name=sql.Identifier(name), migrations=sql.Literal(migrations)
                )
            )
    return name


_LOADED = "select datname from pg_database where datname like 'trimtab\\_bench\\_%'"
_COMMENT = "select shobj_description(oid, 'pg_database') from pg_database where datname = %s"


def _fits(connection: "psycopg.Connection[tuple[str]]", name: str) -> bool:
    row = connection.execute(_COMMENT, [name]).fetchone()
    if row is None or row[0] is None:
        return False
    return bool(json.loads(row[0]).items() <= _migrations().items())


@contextmanager
def copy_of(owner_url: str, name: str) -> Iterator[str]:
    """A copy to measure and write in, gone afterwards: migrated to the newest state, some fields marked as indexed."""
    copy = f"trimtab_bench_run_{os.getpid()}"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(copy), sql.Identifier(name)
            )
        )
        try:
            for step in (["trimtab.cli", "migrate"], ["bench.marks"]):
                command = [sys.executable, "-m", *step]
                subprocess.run(command, cwd=ROOT, env=os.environ | environment(owner_url, copy), check=True)
            yield copy
        finally:
            _drop(connection, copy)


def _drop(connection: "psycopg.Connection[tuple[str]]", name: str) -> None:
    """The server takes a moment to see that a client has gone; only a superuser may hurry its housekeeping."""
    for _ in range(300):
        try:
            connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
        except psycopg.errors.ObjectInUse:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"Somebody still uses the database {name}.")
