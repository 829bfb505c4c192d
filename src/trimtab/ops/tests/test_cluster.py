import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from trimtab.ops import cluster as clusters
from trimtab.ops import postgres, processes
from trimtab.ops.binaries import Binaries
from trimtab.ops.cluster import Cluster, DatabaseTrouble
from trimtab.ops.processes import Identity

OWNER_SCRIPT = """
import sys, time
from trimtab.ops import postgres
with postgres.database() as database:
    print(database.owner_url, flush=True)
    time.sleep(600)
"""

LATE_SCRIPT = """
import psycopg, sys, time
with psycopg.connect(sys.argv[1]) as connection:
    print("connected", flush=True)
    time.sleep(1)
    connection.execute("select 1")
"""


def binaries() -> Binaries:
    return postgres.find_binaries(os.environ)[0]


def make_cluster(root: Path, parameters: dict[str, str] = clusters.THROWAWAY) -> Cluster:
    return Cluster(root, binaries(), root / "log", dict(parameters))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A TRIMTAB_HOME of its own, and nothing else said about databases."""
    for name in ("DATABASE_URL", "TRIMTAB_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TRIMTAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = make_cluster(tmp_path / "pg")
    made.start()
    yield made
    made.stop()


def start_owner() -> "tuple[subprocess.Popen[str], str]":
    """Another process that runs the private cluster; gives it and the owner's URL."""
    process = subprocess.Popen([sys.executable, "-c", OWNER_SCRIPT], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


class TestStart:
    def test_makes_both_roles_and_a_database_of_the_owner(self, cluster: Cluster):
        with psycopg.connect(cluster.url("trimtab_owner", "trimtab")) as connection:
            roles = connection.execute(
                "select rolname, rolsuper, rolcreatedb, rolbypassrls from pg_roles"
                " where rolname ~ '^trimtab_' order by rolname"
            ).fetchall()
            owner = connection.execute(
                "select pg_get_userbyid(datdba) from pg_database where datname = 'trimtab'"
            ).fetchone()

        assert roles == [("trimtab_app", False, False, False), ("trimtab_owner", False, True, False)]
        assert owner == ("trimtab_owner",)

    def test_lets_the_owner_create_the_extensions(self, cluster: Cluster):
        with psycopg.connect(cluster.url("trimtab_owner", "trimtab")) as connection:
            for name in ("btree_gin", "btree_gist", "ltree", "pg_trgm", "unaccent"):
                connection.execute(f"create extension {name}")  # type: ignore[arg-type]

    def test_refuses_a_table_to_the_application(self, cluster: Cluster):
        with (
            psycopg.connect(cluster.url("trimtab_app", "trimtab")) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("create table t (id int)")

    def test_listens_on_no_port_and_shuts_its_folders(self, cluster: Cluster):
        with psycopg.connect(cluster.url("trimtab_owner", "trimtab")) as connection:
            assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert cluster.data.stat().st_mode & 0o077 == 0
        assert cluster.socket_folder.stat().st_mode & 0o077 == 0

    def test_folds_case_beyond_ascii(self, cluster: Cluster):
        with psycopg.connect(cluster.url("trimtab_owner", "trimtab")) as connection:
            assert connection.execute("select lower('ÉÖ')").fetchone() == ("éö",)

    def test_keeps_data_over_a_stop(self, tmp_path: Path):
        cluster = make_cluster(tmp_path / "pg")
        cluster.start()
        with psycopg.connect(cluster.url("trimtab_owner", "trimtab")) as connection:
            connection.execute("create table kept as select 7 as n")
        cluster.stop()

        cluster.start()

        with psycopg.connect(cluster.url("trimtab_owner", "trimtab")) as connection:
            assert connection.execute("select n from kept").fetchone() == (7,)
        cluster.stop()
        assert processes.working_in(cluster.data) == []

    def test_takes_a_short_socket_path_for_a_deep_folder(self, tmp_path: Path):
        cluster = make_cluster(tmp_path / ("deep" * 20) / "with space, and “quotes”" / "pg")

        cluster.start()

        psycopg.connect(cluster.url("trimtab_app", "trimtab")).close()
        cluster.stop()
        cluster.remove()

    def test_starts_although_an_unfinished_init_lies_there(self, tmp_path: Path):
        (tmp_path / "pg" / "data.new").mkdir(parents=True)
        (tmp_path / "pg" / "data.new" / "PG_VERSION").write_text("15\n")
        cluster = make_cluster(tmp_path / "pg")

        cluster.start()

        cluster.stop()

    def test_tells_what_the_server_said_when_it_will_not_start(self, tmp_path: Path):
        cluster = make_cluster(tmp_path / "pg", parameters={"shared_buffers": "nonsense"})

        with pytest.raises(DatabaseTrouble, match=r"exit code 1(.|\n)*nonsense"):
            cluster.start()

    def test_refuses_data_of_another_major_and_names_the_way_out(self, tmp_path: Path):
        cluster = make_cluster(tmp_path / "pg")
        cluster.data.mkdir(parents=True)
        (cluster.data / "PG_VERSION").write_text("9\n")

        with pytest.raises(DatabaseTrouble, match=r"written by PostgreSQL 9(.|\n)*pg_dump(.|\n)*pg_restore"):
            cluster.start()

        assert list(cluster.data.iterdir()) == [cluster.data / "PG_VERSION"]

    def test_prefers_the_server_that_wrote_the_data(self, tmp_path: Path):
        newer, older = Binaries(Path("/new"), 18, "18.1"), Binaries(Path("/old"), 16, "16.2")
        (tmp_path / "PG_VERSION").write_text("16\n")

        assert clusters.choose([newer, older], tmp_path) == older
        assert clusters.choose([newer, older], tmp_path / "absent") == newer

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")
    def test_runs_as_nobody_where_namespaces_are_forbidden(self, tmp_path: Path):
        cluster = make_cluster(tmp_path / "pg")
        cluster.identity = Identity.NOBODY

        cluster.start()

        psycopg.connect(cluster.url("trimtab_app", "trimtab")).close()
        assert cluster.data.stat().st_uid == 65534
        cluster.stop()
        cluster.remove()


class TestAfterAKill:
    def test_the_database_starts_again_when_its_owner_was_killed(self, home: Path):
        owner, url = start_owner()
        with psycopg.connect(url) as connection:
            connection.execute("create table kept as select 7 as n")
        owner.kill()
        owner.wait()

        with postgres.database() as database, psycopg.connect(database.owner_url) as connection:
            assert connection.execute("select n from kept").fetchone() == (7,)
        assert processes.working_in(home / "pg" / "data") == []

    def test_the_database_starts_again_when_the_server_was_killed_too(self, home: Path):
        owner, url = start_owner()
        with psycopg.connect(url) as connection:
            connection.execute("create table kept as select 7 as n")
        owner.send_signal(signal.SIGSTOP)
        processes.signal_working_in(home / "pg" / "data", signal.SIGKILL)
        owner.kill()
        owner.wait()

        with postgres.database() as database, psycopg.connect(database.owner_url) as connection:
            assert connection.execute("select n from kept").fetchone() == (7,)

    def test_a_stale_mark_with_the_id_of_another_program_is_cleared(self, tmp_path: Path):
        cluster = make_cluster(tmp_path / "pg")
        cluster.start()
        mark = (cluster.data / "postmaster.pid").read_text()
        cluster.stop()
        (cluster.data / "postmaster.pid").write_text("\n".join([str(os.getppid()), *mark.splitlines()[1:]]) + "\n")

        cluster.start()

        cluster.stop()


class TestDatabase:
    def test_the_given_one_is_used_as_it_is(self, home: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("DATABASE_URL", "postgresql://app@db.example.com/x")
        monkeypatch.setenv("TRIMTAB_OWNER_URL", "postgresql://owner@db.example.com/x")

        with postgres.database() as database:
            assert database.environment() == {
                "DATABASE_URL": "postgresql://app@db.example.com/x",
                "TRIMTAB_OWNER_URL": "postgresql://owner@db.example.com/x",
            }
        assert not home.exists()

    def test_a_second_command_joins_the_first(self, home: Path):
        owner, url = start_owner()

        with postgres.database() as joined:
            assert joined.owner_url == url
            psycopg.connect(joined.app_url).close()

        psycopg.connect(url).close()  # joining and leaving has stopped nothing
        owner.terminate()
        owner.wait()
        assert processes.wait_gone(home / "pg" / "data", seconds=20)

    def test_the_supervisor_does_not_join(self, home: Path):
        owner, _ = start_owner()

        with pytest.raises(DatabaseTrouble, match="Another trimtab command"), postgres.owned_database():
            pass
        owner.kill()
        owner.wait()

    def test_the_end_waits_for_others_who_are_connected(self, home: Path):
        with postgres.database(patience_s=30) as database:
            late = subprocess.Popen(
                [sys.executable, "-c", LATE_SCRIPT, database.app_url],
                stdout=subprocess.PIPE,
            )
            assert late.stdout is not None
            late.stdout.readline()
        assert late.wait(5) == 0


class TestTestCluster:
    def test_leaves_nothing_and_clears_what_a_killed_run_left(self, home: Path):
        (home / "test-pg" / "left" / "data").mkdir(parents=True)

        with postgres.test_cluster() as url:
            with psycopg.connect(url) as connection:
                assert connection.execute("show fsync").fetchone() == ("off",)
            assert len(list((home / "test-pg").iterdir())) == 1

        assert list((home / "test-pg").iterdir()) == []

    def test_two_at_once_are_apart(self, home: Path):
        with postgres.test_cluster() as first, postgres.test_cluster() as second:
            assert first != second
