"""Tests run on a real PostgreSQL, in real transactions. Each takes a workspace of its own, so nothing is cleaned up.

A template database is migrated once per state of the migrations and cloned for every run (and worker).
"""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

ROOT = Path(__file__).parent
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trimtab.settings")
_cluster = ExitStack()
# A busy machine is slow, not wrong. The gate tries the same examples each time; the nightly run looks for new ones.
PATIENT = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", PATIENT, derandomize=True)
settings.register_profile("nightly", PATIENT, derandomize=False)
settings.load_profile("gate")


def _named(url: str, name: str, user: str | None = None) -> str:
    parts = urlsplit(url)
    netloc = parts.netloc
    if user is not None:
        netloc = f"{user}@{netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{name}"))


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("src/trimtab/*/migrations/**/*")):
        if path.suffix in {".py", ".sql"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def pytest_configure(config: pytest.Config) -> None:
    """Point the settings at this run's database before Django reads them."""
    if hasattr(config, "workerinput"):
        owner = config.workerinput["trimtab_cluster"]
        worker = config.workerinput["workerid"]
    else:
        owner = os.environ.get("TRIMTAB_TEST_CLUSTER") or _start_cluster()
        worker = "main"
    config.stash[CLUSTER] = owner
    run = os.environ.setdefault("TRIMTAB_TEST_RUN", str(os.getpid()))
    name = f"trimtab_test_{run}_{worker}"
    config.stash[NAME] = name
    os.environ["TRIMTAB_OWNER_URL"] = _named(owner, name)
    os.environ["DATABASE_URL"] = _named(owner, name, "trimtab_app")
    if "TRIMTAB_HOME" not in os.environ:
        os.environ["TRIMTAB_HOME"] = _cluster.enter_context(tempfile.TemporaryDirectory(prefix="trimtab-test-"))
    _live_in(Path(os.environ["TRIMTAB_HOME"]))


def _live_in(home: Path) -> None:
    """pytest-django has read the settings already, with the home of whoever runs the tests."""
    from trimtab.settings import CURRENT

    object.__setattr__(CURRENT, "home", home)
    object.__setattr__(CURRENT, "imports", replace(CURRENT.imports, folder=home / CURRENT.imports.folder.name))


CLUSTER = pytest.StashKey[str]()
NAME = pytest.StashKey[str]()


class _Share:
    """Tells the parallel workers which cluster to use."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: object) -> None:
        node.workerinput["trimtab_cluster"] = node.config.stash[CLUSTER]  # type: ignore[attr-defined]


def pytest_plugin_registered(plugin: object, manager: pytest.PytestPluginManager) -> None:
    if not manager.has_plugin("trimtab-share"):
        manager.register(_Share(), "trimtab-share")


def _start_cluster() -> str:
    from trimtab.ops.postgres import test_cluster

    return _cluster.enter_context(test_cluster())


def pytest_unconfigure(config: pytest.Config) -> None:
    _cluster.close()


def _template(owner: str) -> str:
    """The migrated template; made by whichever worker comes first."""
    name = f"trimtab_tmpl_{_fingerprint()}"
    with (
        open(Path(tempfile.gettempdir()) / f"{name}-{os.getuid()}.lock", "w") as lock,
        psycopg.connect(_named(owner, "postgres"), autocommit=True) as connection,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            return name
        building = f"{name}_building"
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(building)))
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(building)))
        from django.core.management import call_command
        from django.db import connections

        settings = connections["owner"].settings_dict
        mine, settings["NAME"] = settings["NAME"], building
        try:
            call_command("migrate", database="owner", verbosity=0)
        finally:
            connections["owner"].close()
            settings["NAME"] = mine
        connection.execute(
            sql.SQL("alter database {} rename to {}").format(sql.Identifier(building), sql.Identifier(name))
        )
    return name


def _drop(connection: psycopg.Connection, name: str) -> None:
    """The server takes a moment to see that a client has gone, and only a superuser may hurry it."""
    for _ in range(100):
        try:
            connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
        except psycopg.errors.ObjectInUse:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"Somebody still uses the database {name}.")


def _point_django_at(name: str, owner: str) -> None:
    """pytest-django has read the settings before ``pytest_configure`` could say which database is this run's."""
    from django.db import connections

    from trimtab.settings import database as as_django

    for alias, user in (("default", "trimtab_app"), ("owner", None)):
        connections[alias].settings_dict.update(as_django(_named(owner, name, user)))


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Hashing is slow on purpose; tests sign in thousands of people who guard nothing."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[None]:
    """This worker's own database, cloned from the template and dropped at the end."""
    from django.db import connections
    from pytest_django.plugin import blocking_manager_key

    owner, name = request.config.stash[CLUSTER], request.config.stash[NAME]
    _point_django_at(name, owner)
    with request.config.stash[blocking_manager_key].unblock():
        template = _template(owner)
        with psycopg.connect(_named(owner, "postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            connection.execute(
                sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
            )
            yield
            connections.close_all()
            _drop(connection, name)
