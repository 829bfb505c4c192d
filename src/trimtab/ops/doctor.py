"""``trimtab doctor``: looks at this machine and its database, says what is wrong and how to mend it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg

from trimtab.ops import browser, demo, postgres, schema
from trimtab.ops.binaries import OLDEST_MAJOR, NoPostgres
from trimtab.ops.client import STATIC
from trimtab.ops.postgres import Database, DatabaseTrouble
from trimtab.ops.supervisor import python

EXTENSIONS = ("btree_gin", "btree_gist", "ltree", "pg_trgm", "unaccent")
_ENOUGH_DISK_BYTES = 2_000_000_000


class Verdict(StrEnum):
    """How a check went. Only FAIL makes the doctor end with 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``mend`` says what to do, empty when nothing is needed."""

    verdict: Verdict
    about: str
    seen: str
    mend: str = ""

    def __str__(self) -> str:
        mend = f"\n{'':16}→ {self.mend}" if self.mend else ""
        return f"{self.verdict:<5}{self.about:<11}{self.seen}{mend}"


def run() -> int:
    """Print every finding; 1 when one of them is a failure."""
    worst_is_fail = False
    for finding in findings():
        print(finding, flush=True)
        worst_is_fail |= finding.verdict is Verdict.FAIL
    return int(worst_is_fail)


def findings() -> Iterator[Finding]:
    """Each check, the cheap ones first."""
    yield check_python()
    yield check_disk(postgres.home())
    yield check_client(STATIC)
    yield check_port(int(os.environ.get("PORT", "8000")))
    yield check_browser()
    try:
        with postgres.database(patience_s=5) as database:
            yield from check_database(database)
    except (NoPostgres, DatabaseTrouble) as trouble:
        yield Finding(Verdict.FAIL, "database", "cannot be used", str(trouble))


def check_python() -> Finding:
    """Which interpreter runs this; too old a one cannot install Trimtab."""
    return Finding(Verdict.OK, "python", f"{sys.version.split()[0]} ({sys.executable})")


def check_disk(folder: Path) -> Finding:
    """There is room for the data."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    seen = f"{free / 1e9:.1f} GB free at {folder}"
    if not os.access(existing, os.W_OK):
        return Finding(Verdict.FAIL, "disk", f"{existing} is not writable", "Set TRIMTAB_HOME to a folder of yours.")
    if free < _ENOUGH_DISK_BYTES:
        return Finding(Verdict.WARN, "disk", seen, "Make room, or set TRIMTAB_HOME to another disk.")
    return Finding(Verdict.OK, "disk", seen)


def check_client(static: Path) -> Finding:
    """The web client is built."""
    if (static / "index.html").exists():
        return Finding(Verdict.OK, "client", f"built in {static}")
    return Finding(Verdict.FAIL, "client", "is not built", f"Run {sys.executable} -m trimtab.ops.client.")


def check_port(port: int) -> Finding:
    """The port is free, or Trimtab itself answers there."""
    if demo.is_ready("127.0.0.1", port):
        return Finding(Verdict.OK, "port", f"{port}: a Trimtab that is ready answers there")
    try:
        demo.check_port("127.0.0.1", port)
    except demo.CannotStart as trouble:
        return Finding(Verdict.WARN, "port", f"{port} cannot be used", str(trouble))
    return Finding(Verdict.OK, "port", f"{port} is free")


def check_browser() -> Finding:
    """A browser for the end-to-end tests; nothing else needs one."""
    found = browser.installed()
    if found is None:
        return Finding(Verdict.WARN, "browser", "none", "Only tests need one; they fetch it: make e2e.")
    return Finding(Verdict.OK, "browser", str(found.program))


def check_database(database: Database) -> Iterator[Finding]:
    """It answers; version, the two roles, extensions, migrations."""
    try:
        with psycopg.connect(database.app_url, connect_timeout=5) as connection:
            yield Finding(Verdict.OK, "database", database.description)
            yield check_version(connection)
            yield check_application_role(connection)
        with psycopg.connect(database.owner_url, connect_timeout=5) as connection:
            yield check_owner_role(connection)
            yield check_extensions(connection)
    except psycopg.OperationalError as error:
        mend = "Start the server, or mend DATABASE_URL and TRIMTAB_OWNER_URL."
        yield Finding(Verdict.FAIL, "database", " ".join(str(error).split()), mend)
        return
    yield check_schema(database)
    yield check_migrations(database)


def check_version(connection: "psycopg.Connection[tuple[object, ...]]") -> Finding:
    """The server is new enough."""
    number = connection.info.server_version
    seen = f"PostgreSQL {number // 10000}.{number % 10000}"
    if number < OLDEST_MAJOR * 10000:
        return Finding(Verdict.FAIL, "version", seen, f"Trimtab needs PostgreSQL {OLDEST_MAJOR} or newer.")
    return Finding(Verdict.OK, "version", seen)


_ROLE = """
    select r.rolname, r.rolsuper, r.rolbypassrls,
           (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relowner = r.oid and c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_'),
           has_schema_privilege(r.oid, 'public', 'create')
      from pg_roles r where r.rolname = current_user
"""


def check_application_role(connection: "psycopg.Connection[tuple[object, ...]]") -> Finding:
    """The application role stands under row-level security: no superuser, no bypass, owner of nothing."""
    row = connection.execute(_ROLE).fetchone()
    assert row is not None
    name, superuser, bypasses, owned, creates = row
    wrong = [
        text
        for bad, text in (
            (superuser, "is a superuser"),
            (bypasses, "bypasses row-level security"),
            (owned, f"owns {owned} tables or views"),
            (creates, "may create tables"),
        )
        if bad
    ]
    if wrong:
        mend = (
            "DATABASE_URL must name a plain role (create role trimtab_app login nobypassrls),"
            " TRIMTAB_OWNER_URL the one that owns the tables."
        )
        return Finding(Verdict.FAIL, "app role", f"{name} {', '.join(wrong)}", mend)
    return Finding(Verdict.OK, "app role", f"{name} owns nothing and cannot pass row-level security")


def check_owner_role(connection: "psycopg.Connection[tuple[object, ...]]") -> Finding:
    """The owner role can make tables, and is another than the application's."""
    row = connection.execute(_ROLE).fetchone()
    assert row is not None
    if not row[4]:
        mend = "TRIMTAB_OWNER_URL must name the role that owns the database."
        return Finding(Verdict.FAIL, "owner role", f"{row[0]} may not create tables", mend)
    return Finding(Verdict.OK, "owner role", str(row[0]))


def check_extensions(connection: "psycopg.Connection[tuple[object, ...]]") -> Finding:
    """Every extension is installed or at least there to install."""
    query = "select name, installed_version is not null from pg_available_extensions where name = any(%s)"
    state = {str(name): bool(installed) for name, installed in connection.execute(query, [list(EXTENSIONS)])}
    absent = [name for name in EXTENSIONS if name not in state]
    if absent:
        mend = "Install PostgreSQL's contrib modules on its server (Debian has them in postgresql-NN)."
        return Finding(Verdict.FAIL, "extensions", f"missing: {', '.join(absent)}", mend)
    waiting = [name for name in EXTENSIONS if not state[name]]
    if waiting:
        return Finding(Verdict.WARN, "extensions", f"not yet created: {', '.join(waiting)}", "Run trimtab migrate.")
    return Finding(Verdict.OK, "extensions", ", ".join(EXTENSIONS))


def check_schema(database: Database) -> Finding:
    """The data is not ahead of this version."""
    try:
        schema.refuse_newer(database.app_url)
    except schema.NewerData as newer:
        return Finding(Verdict.FAIL, "schema", "the data is newer than this version", str(newer))
    return Finding(Verdict.OK, "schema", "this version knows all that the database holds")


def check_migrations(database: Database) -> Finding:
    """No migration waits."""
    command = python("manage", "migrate", "--check", "--database", "owner", "--verbosity", "0")
    environment = os.environ | database.environment()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return Finding(Verdict.OK, "migrations", "all applied")
    if done.returncode == 1 and not done.stderr.strip():
        return Finding(Verdict.WARN, "migrations", "some are not applied", "Run trimtab migrate.")
    return Finding(Verdict.FAIL, "migrations", "cannot be read", done.stderr.strip().splitlines()[-1])
