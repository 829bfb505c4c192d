"""The same project from two exports of its tracker: Jira's CSV, then its REST answer. One item of each issue."""

import json
import os
from pathlib import Path

import pytest

from trimtab.core.actors import Actor
from trimtab.core.models import ExternalKey
from trimtab.integrations.public import Choice, Report, Source, all_alike, import_files, propose_for, undo_batch
from trimtab.integrations.tests.keps import now, tracked, write
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import inside, make_item, make_workspace

ISSUES = [("PRJ-1", "Search", "To Do"), ("PRJ-2", "Ranking", "In Progress"), ("PRJ-3", "Typing help", "Done")]


@pytest.fixture
def actor() -> Actor:
    return make_workspace()


def bring(actor: Actor, path: Path, choice: Choice | None = None, dry_run: bool = False) -> Report:
    return import_files(
        actor=actor, clock=now(), source=Source(path), recipe=propose_for(actor, [path]).recipe,
        progress=lambda *_: None, decide=all_alike(choice) if choice else None, dry_run=dry_run,
    )  # fmt: skip


def as_csv(folder: Path, issues: list[tuple[str, str, str]] = ISSUES) -> Path:
    header = ["Summary", "Issue key", "Issue id", "Issue Type", "Status", "Project key", "Priority", "Reporter"]
    rows = [[title, key, key[-1], "Story", status, "PRJ", "High", "Ana"] for key, title, status in issues]
    write(folder, "jira.csv", header, rows)
    return folder / "jira.csv"


def as_rest(folder: Path, issues: list[tuple[str, str, str]] = ISSUES) -> Path:
    listed = [
        {
            "id": key[-1],
            "key": key,
            "self": f"https://jira.example.com/rest/api/2/issue/{key[-1]}",
            "fields": {
                "summary": title, "status": {"name": status}, "issuetype": {"name": "Story"},
                "project": {"key": "PRJ", "name": "PRJ"}, "priority": {"name": "High"},
                "created": "2026-01-05T09:00:00.000+0000", "reporter": {"displayName": "Ana"},
            },
        }
        for key, title, status in issues
    ]  # fmt: skip
    path = folder / "jira.json"
    path.write_text(json.dumps(listed), encoding="utf-8")
    return path


def items(actor: Actor) -> dict[str, str]:
    with inside(actor):
        return dict(Item.objects.values_list("key", "title"))


class TestOneProjectTwice:
    def test_every_record_is_matched_and_none_doubled(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, as_csv(tmp_path))

        report = bring(actor, as_rest(tmp_path))

        assert (report.created, report.ambiguous, report.rejected_count) == (0, 0, 0)
        assert items(actor) == {key: title for key, title, _ in ISSUES}
        with inside(actor):
            assert ExternalKey.objects.filter(entity="item", source="jira").count() == 3

    def test_what_was_planned_before_is_asked_about(self, actor: Actor, tmp_path: Path) -> None:
        make_item(actor, title="Ranking")

        assert bring(actor, as_csv(tmp_path), dry_run=True).ambiguous == 1
        bring(actor, as_csv(tmp_path), Choice.MATCH)

        report = bring(actor, as_rest(tmp_path))
        assert (report.created, report.ambiguous, len(items(actor))) == (0, 0, 3)

    def test_undo_of_each_leaves_all_as_before(self, actor: Actor, tmp_path: Path) -> None:
        nothing = tracked(actor)
        first = bring(actor, as_csv(tmp_path))
        before = tracked(actor)
        second = bring(actor, as_rest(tmp_path))

        for report, then in ((second, before), (first, nothing)):
            if report.batch_id is not None:
                undo_batch(actor=actor, clock=now(), batch_id=report.batch_id)
            assert tracked(actor) == then

    def test_the_real_answer_matches_its_csv(self, actor: Actor, tmp_path: Path) -> None:
        shared = Path(os.environ.get("TRIMTAB_SHARED", Path(__file__).parents[5] / "shared"))
        real = shared / "data" / "jira-rest" / "jira-issues-with-changelog.json"
        if not real.is_file():
            pytest.skip(f"Real issues are not at {real}.")
        loaded = json.loads(real.read_text(encoding="utf-8"))
        issues = loaded if isinstance(loaded, list) else loaded["issues"]
        known = [(one["key"], one["fields"]["summary"], one["fields"]["status"]["name"]) for one in issues]
        bring(actor, as_csv(tmp_path, known))

        report = bring(actor, real)

        assert (report.created, report.ambiguous, len(items(actor))) == (0, 0, len(issues))
