"""The measured database: loaded once per state of the migrations, copied for every run."""

import hashlib
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


def fingerprint() -> str:
    """Changes with the migrations and with what is loaded."""
    digest = hashlib.sha256(str(SCALE).encode())
    for path in sorted([*ROOT.glob("src/trimtab/*/migrations/**/*"), *ROOT.glob("bench/load/*.py")]):
        if path.suffix in {".py", ".sql"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def loaded(owner_url: str, *, fresh: bool) -> str:
    """The name of the loaded database; loads it if it is not there, or if ``fresh``."""
    name = f"trimtab_bench_{fingerprint()}"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        if fresh:
            _drop(connection, name)
        if connection.execute("select from pg_database where datname = %s", [name]).fetchone():
            return name
        for (old,) in connection.execute(
            "select datname from pg_database where datname like 'trimtab\\_bench\\_%'"
        ).fetchall():
            _drop(connection, old)
        building = f"{name}_building"
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
        connection.execute(
            sql.SQL("alter database {} rename to {}").format(sql.Identifier(building), sql.Identifier(name))
        )
    return name


@contextmanager
def copy_of(owner_url: str, name: str) -> Iterator[str]:
    """A copy to measure and write in, gone afterwards."""
    copy = f"trimtab_bench_run_{os.getpid()}"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(copy), sql.Identifier(name)
            )
        )
        try:
            yield copy
        finally:
            _drop(connection, copy)


def _drop(connection: "psycopg.Connection[tuple[str]]", name: str) -> None:
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
