"""An import that is stopped, killed or cancelled leaves all of it or nothing, and can go on where it was."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from trimtab.accounts.public import create_user, create_workspace
from trimtab.core.actors import Actor, Origin
from trimtab.core.models import Operation
from trimtab.integrations.files import recipe
from trimtab.integrations.models import StagedRow
from trimtab.integrations.public import ImportCancelled, Report, Source, import_files
from trimtab.integrations.tests.keps import make_twin, now, portfolio, replay, tracked, write
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import inside, level, make_item, make_workspace

RECIPE = """
name = "Many"
source = "many"
level = "work_item"
[items]
file = "items.csv"
key = "key"
[items.fields]
title = "title"
level = "level"
parent = "parent"
effort = "effort"
"""


class Crash(Exception):
    """The process dies here."""


def many(folder: Path, count: int) -> Path:
    """A file of ``count`` items, each tenth of which is the parent of the others."""
    rows = (
        [f"K-{n}", f"Item {n}", "" if n % 10 else "Feature", f"K-{n // 10 * 10}" if n % 10 else "", "1"]
        for n in range(count)
    )
    write(folder, "items.csv", ["key", "title", "level", "parent", "effort"], rows)
    (folder / "many.toml").write_text(RECIPE)
    return folder


def bring(actor: Actor, folder: Path, progress: Callable[[str, int], None] = lambda *_: None, **more: bool) -> Report:
    return import_files(
        actor=actor, clock=now(), source=Source(folder), recipe=recipe.loads(RECIPE), progress=progress, **more
    )


def states(actor: Actor) -> list[str]:
    with inside(actor):
        return list(Operation.objects.order_by("created_at").values_list("state", flat=True))


def staged(actor: Actor) -> int:
    with inside(actor):
        return int(StagedRow.objects.count())


def at(step: str, rows: int, do: Callable[[], None]) -> Callable[[str, int], None]:
    """A progress that does something once ``step`` has come that far."""

    def progress(now_at: str, done: int) -> None:
        if now_at == step and done >= rows:
            do()

    return progress


def die() -> None:
    raise Crash


class TestWhileAnImportIsApplied:
    def test_others_read_and_write_what_it_does_not_touch(self, tmp_path: Path) -> None:
        actor, folder = make_workspace(), many(tmp_path, 30)
        bring(actor, folder)
        mine = make_item(actor, title="Mine")
        answers: list[tuple[int, int]] = []

        def work() -> None:
            with inside(actor), connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '2s'")
                made = roadmap.create_item(
                    actor=actor, clock=now(), values={"title": "New", "level_id": mine.level_id, "parent_id": None}
                )
                for changes in ({"title": f"Mine {len(answers)}"}, {"level_id": level(actor, "bet")}):
                    roadmap.update_item(actor=actor, clock=now(), item_id=mine.id, changes=changes)
                roadmap.update_item(actor=actor, clock=now(), item_id=mine.id, changes={"level_id": mine.level_id})
                answers.append((made.number, Item.objects.filter(key__startswith="N-").count()))
            connection.close()

        def meanwhile(step: str, _: int) -> None:
            if step in {"names", "items", "relations", "adding up"}:
                with ThreadPoolExecutor(1) as others:
                    others.submit(work).result()

        header = ["key", "title", "level", "parent", "effort"]
        write(folder, "items.csv", header, [["N-1", "One", "Feature", "", ""], ["N-2", "Two", "", "N-1", "3"]])
        report = bring(actor, folder, meanwhile)

        assert report.created == 2
        assert len(answers) >= 4
        assert {seen for _, seen in answers} == {0}


class TestAnImportThatDied:
    def test_goes_on_where_it_was(self, tmp_path: Path) -> None:
        actor, folder = make_workspace(), many(tmp_path, 4500)
        with pytest.raises(Crash):
            bring(actor, folder, at("reading items", 4000, die))
        kept = staged(actor)
        seen: list[int] = []

        report = bring(
            actor, folder, lambda step, done: seen.append(done) if step == "reading items" else None, resume=True
        )

        assert kept >= 2000
        assert report.created == 4500
        assert min(seen) > 2000
        assert states(actor) == ["done"]

    def test_is_cleared_away_by_the_next(self, tmp_path: Path) -> None:
        actor, folder = make_workspace(), many(tmp_path, 30)
        with pytest.raises(Crash):
            bring(actor, folder, at("checking", 0, die))
        assert staged(actor) > 0

        report = bring(actor, folder)

        assert (report.created, staged(actor)) == (30, 0)
        assert states(actor) == ["failed", "done"]

    def test_in_the_middle_of_the_apply_leaves_nothing(self, tmp_path: Path) -> None:
        actor, folder = make_workspace(), many(tmp_path, 30)
        before = tracked(actor)

        for step in ("teams, phases, fields", "names", "items", "relations", "changes", "adding up"):
            with pytest.raises(Crash):
                bring(actor, folder, at(step, 0, die))
            assert tracked(actor) == before

    def test_goes_on_with_another_files_import_only_afresh(self, tmp_path: Path) -> None:
        actor, folder = make_workspace(), many(tmp_path, 30)
        with pytest.raises(Crash):
            bring(actor, folder, at("checking", 0, die))

        assert bring(actor, many(tmp_path, 20), resume=True).created == 20


class TestAnImportThatIsStopped:
    def test_by_a_key_leaves_nothing(self, tmp_path: Path) -> None:
        actor, folder = make_workspace(), many(tmp_path, 30)

        def interrupt() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            bring(actor, folder, at("items", 0, interrupt))

        assert (states(actor), staged(actor)) == (["cancelled"], 0)

    def test_by_somebody_else_leaves_nothing(self, tmp_path: Path) -> None:
        actor, folder = make_workspace(), many(tmp_path, 2500)

        def cancel() -> None:
            Operation.objects.filter(state="running").update(cancel_requested=True)

        with pytest.raises(ImportCancelled):
            bring(actor, folder, at("reading items", 1, cancel))

        assert (states(actor), staged(actor)) == (["cancelled"], 0)


@pytest.fixture
def member() -> tuple[Actor, str, str]:
    """Somebody who can use the command: actor, e-mail address, workspace."""
    name = f"w{time.monotonic_ns()}"
    create_user(email=f"{name}@example.com", name="Ana Lima", password="correct horse battery staple")
    actor = create_workspace(
        creator_email=f"{name}@example.com", clock=now(), origin=Origin.CLI, slug=name, name="Acme"
    )
    with inside(actor):
        roadmap.create_defaults(actor=actor)
    return actor, f"{name}@example.com", name


def command(member: tuple[Actor, str, str], *arguments: str | Path) -> subprocess.Popen[str]:
    _, email, slug = member
    line = [sys.executable, "-m", "trimtab.cli", "import", *map(str, arguments), "--workspace", slug, "--user", email]
    return subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=dict(os.environ),
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - only the main thread starts it
    )


def hear_ctrl_c() -> None:
    """What a terminal gives its programs; a shell starts those in the background deaf to it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def until(process: subprocess.Popen[str], step: str) -> None:
    """Read what the command says until it begins ``step``."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(step):
            return
    raise AssertionError(f"the import ended before “{step}”")


def settled(actor: Actor) -> int:
    """How many items there are once the database has noticed that the process is gone."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with inside(actor), connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_locks where locktype = 'advisory' and granted and pid <> pg_backend_pid()"
                " and database = (select oid from pg_database where datname = current_database())"
            )
            if cursor.fetchone()[0] == 0:
                return int(Item.objects.count())
        time.sleep(0.1)
    raise AssertionError("the database still holds the dead import")


class TestTheCommand:
    def test_killed_in_the_middle_leaves_all_or_nothing_and_can_be_given_again(
        self, member: tuple[Actor, str, str], tmp_path: Path
    ) -> None:
        actor, folder = member[0], many(tmp_path, 3000)
        before = tracked(actor)
        process = command(member, folder, "--recipe", folder / "many.toml")
        until(process, "items …")

        process.send_signal(signal.SIGKILL)
        process.wait()

        assert settled(actor) in {0, 3000}
        if settled(actor) == 0:
            assert tracked(actor) == before
        again = command(member, folder, "--recipe", folder / "many.toml", "--resume")
        again.wait()
        assert settled(actor) == 3000

    def test_stopped_by_ctrl_c_says_so_and_changes_nothing(
        self, member: tuple[Actor, str, str], tmp_path: Path
    ) -> None:
        actor, folder = member[0], many(tmp_path, 3000)
        before = tracked(actor)
        process = command(member, folder, "--recipe", folder / "many.toml")
        until(process, "items …")

        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()

        assert process.returncode == 1
        assert "Nothing was changed" in said
        assert tracked(actor) == before
        assert staged(actor) == 0

    def test_imports_and_takes_back(self, member: tuple[Actor, str, str], tmp_path: Path) -> None:
        actor, folder = member[0], make_twin(tmp_path)
        said, _ = command(
            member, folder, "--recipe", "k8s-keps.toml", "--rejected", tmp_path / "rejected.csv"
        ).communicate()

        assert "Created: 5 items; updated: 0; unchanged: 0" in said
        assert "items row 7: has no key" in said
        assert "locks that others may have waited for were held for" in said
        assert "ties an item to itself" in (tmp_path / "rejected.csv").read_text()
        assert portfolio(actor, "2019-06-01") == replay(folder, "2019-06-01")
        batch = said.split("Batch ")[1].split(".")[0]
        said, _ = command(member, "--undo", batch).communicate()
        assert said.startswith("Restored")
        assert settled(actor) == 0

    def test_refuses_in_a_sentence(self, member: tuple[Actor, str, str], tmp_path: Path) -> None:
        process = command(member, tmp_path, "--recipe", "nothing")
        said, _ = process.communicate()

        assert process.returncode == 1
        assert said.startswith("Error: There is no recipe “nothing”")
