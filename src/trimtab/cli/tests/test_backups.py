"""Everything into a file and from there into a new place: equal, checked by replay; what is newer is refused."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

from trimtab.accounts.tests.factories import found_workspace, slug_of
from trimtab.cli import main
from trimtab.core import ledger
from trimtab.core.tests.factories import inside, later
from trimtab.ops import doctor, schema
from trimtab.ops.postgres import Database
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.tests.factories import make_item, make_team

TOLD = """
import django, json, sys
django.setup()
from django.db import connection
from trimtab.core import ledger, scope
told = {}
with connection.cursor() as cursor:
    cursor.execute("select id, slug from list_workspaces()")
    workspaces = [row for row in cursor.fetchall() if row[1] in sys.argv[1:]]
for workspace, slug in workspaces:
    with scope.workspace(workspace), connection.cursor() as cursor:
        cursor.execute("select entity, table_name from ledger_entity")
        for entity, table in cursor.fetchall():
            cursor.execute(f'select id, row_to_json(t) from "{table}" t')
            rows = dict(cursor.fetchall())
            records = ledger.replay(workspace, entity)
            assert rows.keys() == records.keys(), entity
            cursor.execute(f'select row_to_json(t)::text from "{table}_version" t order by version_row')
            versions = [row[0] for row in cursor.fetchall()]
            told[f"{slug} {entity}"] = [sorted(map(str, rows.items())), sorted(map(str, records.items())), versions]
        told[f"{slug} unread"] = [len(ledger.consume("test.backup"))]
json.dump(told, sys.stdout, default=str)
"""


def environment(name: str, home: Path) -> dict[str, str]:
    """Settings of an installation: its database and its folder."""
    urls = {
        key: urlunsplit(urlsplit(os.environ[key])._replace(path=f"/{name}"))
        for key in ("DATABASE_URL", "TRIMTAB_OWNER_URL")
    }
    return os.environ | urls | {"TRIMTAB_HOME": str(home), "DJANGO_SETTINGS_MODULE": "trimtab.settings"}


def run(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def trimtab(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return run("-m", "trimtab.cli", *arguments, **env)


@pytest.fixture
def new_place(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An empty database and an empty folder."""
    owner = os.environ["TRIMTAB_OWNER_URL"]
    name = f"{urlsplit(owner).path[1:]}_new"
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield environment(name, tmp_path / "new")
        connection.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))


@pytest.fixture
def here(tmp_path: Path) -> dict[str, str]:
    """The database of these tests, with a folder in which a file is kept."""
    home = tmp_path / "old"
    kept = home / "files" / "w" / "ab" / "file"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"attached")
    (home / "secret_key").write_text("s" * 64)
    return environment(urlsplit(os.environ["TRIMTAB_OWNER_URL"]).path[1:], home)


@pytest.fixture
def slug() -> str:
    """A workspace with a history: renamed, deleted, undone, read by somebody."""
    founder = found_workspace()
    with inside(founder):
        roadmap.create_defaults(actor=founder)
    team = make_team(founder)
    item = make_item(founder, title="Kept \\ with\ttab", team_id=team.id)
    gone = make_item(founder, title="Gone")
    with inside(founder):
        ledger.consume("test.backup")
    with inside(founder), ledger.change_set(founder, at=later(days=1).now):
        ledger.save(item, title="Renamed \\n")
        gone.delete()
    with inside(founder):
        batch = ledger.open_batch(founder, later(days=2), "test", "Undone")
        with ledger.change_set(founder, at=later(days=2).now, batch=batch):
            ledger.save(item, title="Undone soon")
    with inside(founder):
        ledger.undo_batch(founder, later(days=3), batch)
    return slug_of(founder)


class TestBackupAndRestore:
    def test_the_new_place_is_equal_and_goes_on(self, here, new_place, slug, tmp_path):
        file, home = tmp_path / "backup.zip", Path(new_place["TRIMTAB_HOME"])
        saved = trimtab("backup", str(file), **here)
        restored = trimtab("restore", str(file), **new_place)
        assert (saved.returncode, restored.returncode) == (0, 0), saved.stderr + restored.stderr

        before, after = (run("-c", TOLD, slug, **env) for env in (here, new_place))

        assert (before.returncode, after.returncode) == (0, 0), after.stderr
        told, again = json.loads(before.stdout), json.loads(after.stdout)
        assert len(told) > 20
        assert told.pop(f"{slug} unread") != [0]
        assert again.pop(f"{slug} unread") == [0]  # what came along is no news
        assert again == told
        assert (home / "files" / "w" / "ab" / "file").read_bytes() == b"attached"
        assert (home / "secret_key").read_text() == "s" * 64
        assert file.stat().st_mode & 0o077 == 0
        self.goes_on(new_place, slug)

    def goes_on(self, place, slug):
        """Writes are logged with numbers of here, and readers of the log see them."""
        write = (
            "import django, sys; django.setup()\n"
            "from datetime import UTC, datetime\n"
            "from trimtab.accounts import public as accounts\n"
            "from trimtab.core import ledger, scope\n"
            "from trimtab.core.actors import Clock\n"
            "actor = accounts.system_actor(accounts.workspace_id_of(sys.argv[1]))\n"
            "with scope.workspace(actor.workspace_id):\n"
            "    accounts.create_team(actor=actor, clock=Clock(datetime.now(UTC)), key='after', name='After')\n"
            "with scope.workspace(actor.workspace_id):\n"
            "    print([line.entity for line in ledger.consume('test.backup')])\n"
        )
        written = run("-c", write, slug, **place)
        assert (written.stdout, written.returncode) == ("['team']\n", 0), written.stderr
        assert trimtab("migrate", **place).returncode == 0
        self.refused(place, "There is data here already")

    def refused(self, place, words, file=None):
        result = trimtab("restore", str(file or Path(place["TRIMTAB_HOME"]).parent / "backup.zip"), **place)
        assert result.returncode == 1
        assert words in result.stderr

    def test_a_damaged_file_leaves_the_place_empty(self, here, new_place, slug, tmp_path):
        file, broken = tmp_path / "backup.zip", tmp_path / "broken.zip"
        assert trimtab("backup", str(file), **here).returncode == 0
        with zipfile.ZipFile(file) as good, zipfile.ZipFile(broken, "w") as bad:
            for name in good.namelist():
                data = good.read(name)
                bad.writestr(name, data[: len(data) // 2] if name == "tables/roadmap_item" else data)

        self.refused(new_place, "roadmap_item in the backup", broken)

        with psycopg.connect(new_place["TRIMTAB_OWNER_URL"]) as connection:
            assert connection.execute("select count(*) from core_workspace").fetchone() == (0,)
        assert trimtab("restore", str(file), **new_place).returncode == 0

    def test_what_is_no_backup_and_what_is_newer(self, new_place, tmp_path):
        (tmp_path / "none.zip").write_bytes(b"PK nothing")
        with zipfile.ZipFile(tmp_path / "newer.zip", "w") as archive:
            manifest = {"format": "trimtab-backup", "format_version": 1, "migrations": [["core", "9999_later"]]}
            archive.writestr("manifest.json", json.dumps(manifest))

        self.refused(new_place, "no backup", tmp_path / "none.zip")
        self.refused(new_place, "newer Trimtab: this version does not know core.9999_later", tmp_path / "newer.zip")


class TestNewerData:
    @pytest.fixture
    def ahead(self) -> Iterator[Database]:
        """A database that a later version has migrated."""
        app, owner = os.environ["DATABASE_URL"], os.environ["TRIMTAB_OWNER_URL"]
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(
                "insert into django_migrations (app, name, applied) values ('core', '9999_later', now())"
            )
            yield Database(app, owner, "PostgreSQL")
            connection.execute("delete from django_migrations where name = '9999_later'")

    @pytest.mark.parametrize("command", [["serve"], ["migrate"], ["worker"], ["backup", "x.zip"]])
    def test_every_start_is_refused_with_a_way_out(self, ahead, command):
        refused = CliRunner().invoke(main, command)

        assert refused.exit_code == 1
        assert "does not know core.9999_later" in refused.output
        assert "Install that version or a newer one" in refused.output
        assert "restore a backup" in refused.output

    def test_the_doctor_tells_of_it(self, ahead):
        finding = doctor.check_schema(ahead)

        assert (finding.verdict, finding.about) == (doctor.Verdict.FAIL, "schema")
        assert "core.9999_later" in finding.mend

    def test_migrations_of_others_and_known_ones_are_none_of_it(self):
        assert schema.unknown([("auth", "9999_theirs"), ("core", "0001_initial")]) == []
        assert ("core", "0001_initial") in schema.known()
