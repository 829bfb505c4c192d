"""Real files import with the mapping that is proposed, untouched; where they are at hand."""

import csv
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from trimtab.core import query
from trimtab.core.actors import Actor
from trimtab.integrations import queries
from trimtab.integrations.files.reading import open_table
from trimtab.integrations.files.recognise import known_fields, propose
from trimtab.integrations.files.staging import select
from trimtab.integrations.files.tests.test_workbook import workbook
from trimtab.integrations.public import Report, Source, import_files, undo_batch
from trimtab.integrations.tests.keps import now, tracked
from trimtab.roadmap.tests.factories import inside, make_workspace

POINTS = {
    "springxd": (3526, 13046), "mule": (889, 4517), "mulestudio": (732, 4682), "titanium": (2251, 14217),
    "aptanastudio": (829, 6645), "bamboo": (521, 1260), "clover": (384, 1764), "jirasoftware": (352, 1560),
    "talendesb": (868, 1876),
}  # fmt: skip


def shared(*parts: str) -> Path:
    """A real file; skips the test when it is not at hand."""
    root = Path(__file__).parents[4]
    path = Path(os.environ.get("TRIMTAB_SHARED", root.parent / "shared")).joinpath("data", *parts)
    if not path.exists():
        pytest.skip(f"real data are not at hand: no {path} (TRIMTAB_SHARED names another place)")
    return path


def bring(actor: Actor, path: Path, **more: Any) -> Report:
    """Import a file, or a folder's files, with the mapping that is proposed for it."""
    paths = sorted(path.iterdir()) if path.is_dir() else [path]
    with inside(actor):
        known = known_fields(queries.list_known("jira"))
    found = propose([open_table(one) for one in paths], known)
    return import_files(
        actor=actor, clock=now(), source=Source(path), recipe=found.recipe, progress=lambda *_: None, **more
    )


def total(actor: Actor, field: str) -> Decimal:
    """The sum of a number over all items: ``effort``, a column of theirs, or a custom field."""
    sums = {
        "effort": "select sum(likely) as n from scoped.estimate",
        "benefit": "select sum(benefit) as n from scoped.item",
    }
    custom = (
        "select sum((i.custom ->> f.id::text)::numeric) as n from scoped.item i, scoped.custom_field f where f.key = %s"
    )
    with inside(actor):
        found = select(sums[field], []) if field in sums else select(custom, [field])
    return Decimal(found[0]["n"] or 0)


def count(actor: Actor, sql: str) -> int:
    """How many rows a part of the workspace has."""
    with inside(actor):
        return int(select(f"select count(*) as n from {sql}", [])[0]["n"])


def tally(actor: Actor, dimension: str) -> dict[str, int]:
    """How many items each value of a dimension has."""
    with inside(actor):
        rows = select(
            "select v.name, count(*) as n from scoped.item_value i join scoped.dimension_value v on v.id = i.value_id"
            " join scoped.dimension d on d.id = v.dimension_id where d.key = %s group by v.name",
            [dimension],
        )
    return {row["name"]: row["n"] for row in rows}


@pytest.fixture
def actor() -> Actor:
    return make_workspace()


def unchanged(actor: Actor, path: Path, count: int) -> None:
    before = tracked(actor)
    again = bring(actor, path)
    assert (again.created, again.updated, again.unchanged, again.batch_id) == (0, 0, count, None)
    assert tracked(actor) == before


class TestStoryPoints:
    @pytest.mark.parametrize("name", POINTS)
    def test_every_issue_and_point_arrives(self, actor: Actor, name: str) -> None:
        path = shared("jira-storypoints", f"{name}.csv")
        issues, points = POINTS[name]

        report = bring(actor, path)

        assert (report.created, report.review) == (issues, 0)
        assert total(actor, "story_points") == points
        assert {one.part for one in report.rejected} <= {"relations", "dependencies"}
        unchanged(actor, path, issues)

    def test_links_of_issues_are_dependencies_and_relations(self, actor: Actor) -> None:
        report = bring(actor, shared("jira-storypoints", "springxd.csv"))

        unknown = [one for one in report.rejected if one.problem.startswith("there is no item")]
        assert len(unknown) == 697 - 613
        assert report.relations == count(actor, "scoped.relation")
        assert report.dependencies == count(actor, "scoped.dependency")

    def test_links_alone_make_items_that_are_only_named(self, actor: Actor) -> None:
        path = shared("jira-storypoints", "issue_links.csv")

        report = bring(actor, path)

        named = {cell for line in path.read_text().splitlines()[1:] for cell in line.split(",")[::2]}
        assert report.created == len(named)
        assert report.rejected_count == sum("wait for itself" in one.problem for one in report.rejected)
        unchanged(actor, path, 0)

    def test_sprints_keep_their_numbers(self, actor: Actor) -> None:
        path = shared("jira-storypoints", "sprints.csv")

        report = bring(actor, path)

        assert (report.created, report.review, report.rejected_count) == (476, 0, 0)
        assert (total(actor, "story_points"), total(actor, "effort")) == (26541, 6799)
        unchanged(actor, path, 476)

    def test_all_that_belong_together_come_in_together(self, actor: Actor) -> None:
        path = shared("jira-storypoints")

        report = bring(actor, path)

        issues = sum(one[0] for one in POINTS.values())
        assert total(actor, "story_points") == sum(one[1] for one in POINTS.values())
        assert report.created == issues
        again = bring(actor, path)
        assert (again.created, again.updated, again.unchanged, again.batch_id) == (0, 0, issues, None)


class TestJiraNative:
    def test_an_export_with_comments(self, actor: Actor) -> None:
        path = shared("jira-native", "TES-jira-cloud-export.csv")

        report = bring(actor, path)

        assert (report.created, report.rejected_count, report.review) == (22, 0, 0)
        assert tally(actor, "issue_type") == {"Task": 7, "Story": 15}
        assert tally(actor, "sprint") == {"TES Sprint 1": 18}
        assert count(actor, "scoped.comment") == 17
        unchanged(actor, path, 22)

    def test_an_export_with_parents(self, actor: Actor) -> None:
        path = shared("jira-native", "W2-jira-cloud-export-dutch.csv")

        report = bring(actor, path)

        assert (report.created, report.rejected_count, report.review) == (26, 0, 0)
        assert tally(actor, "sprint") == {"W2 Sprint 4": 2, "W2 Sprint 3": 5, "W2 Sprint 2": 4, "W2 Sprint 1": 5}
        assert count(actor, "scoped.item where parent_id is not null") == 13
        with inside(actor):
            phases = select(
                "select p.category, count(*) as n from scoped.item i join scoped.phase p on p.id = i.phase_id"
                " group by p.category",
                [],
            )
        assert {row["category"]: row["n"] for row in phases} == {"todo": 7, "doing": 10, "done": 9}
        unchanged(actor, path, 26)


class TestJiraRest:
    def test_issues_have_their_past(self, actor: Actor) -> None:
        path = shared("jira-rest", "jira-issues-with-changelog.json")

        report = bring(actor, path)

        assert (report.created, report.rejected_count) == (4, 0)
        rows = query.rows(
            actor, now(), {"source": "item", "columns": ["key", "phase"], "lens": {"as_of": "2018-05-14T22:00:00Z"}}
        )
        assert {row["key"] for row in rows} == {"CONTRIB-3", "CONTRIB-5"}
        unchanged(actor, path, 4)


class TestGithub:
    def test_issues_come_without_pull_requests(self, actor: Actor) -> None:
        path = shared("github-issues", "raku-doc-issues-0001-1200.json")

        report = bring(actor, path)

        assert (report.created, report.rejected_count, report.review) == (690, 0, 0)
        assert count(actor, "scoped.item where 'docs' = any(tags)") == 408  # and 2 pull requests
        assert count(actor, "scoped.item where release_id is not null") == 10
        assert count(actor, "scoped.item where owner_id is not null") == 106  # of 109
        unchanged(actor, path, 690)


class TestSpreadsheets:
    def test_a_workbook_with_dependencies(self, actor: Actor) -> None:
        path = shared("spreadsheets", "dependency-roadmap.xlsx")

        report = bring(actor, path)

        assert (report.created, report.dependencies, report.rejected_count, report.review) == (30, 41, 0, 0)
        assert (total(actor, "cost_to_achieve"), total(actor, "benefit")) == (411500, 352000)
        unchanged(actor, path, 30)

    def test_cycle_times(self, actor: Actor) -> None:
        path = shared("jira-cycle-times", "cycle_times.csv")

        report = bring(actor, path)

        assert (report.created, report.rejected_count, report.review) == (2427, 0, 0)
        bad = "scoped.item i, scoped.custom_field f where f.key = 'cycle_time_days' and i.custom ->> f.id::text = '-1'"
        assert count(actor, bad) == 1108
        unchanged(actor, path, 2427)


HEADER = (
    "Summary", "Issue key", "Issue id", "Issue Type", "Status", "Project name", "Assignee", "Assignee Id", "Created",
    "Resolved", "Description", "Watchers", "Sprint", "Sprint", "Custom field (Story Points)", "Comment", "Comment",
    "Parent", "Status Category", "Outward issue link (Blocks)", "Inward issue link (Blocks)", "Labels", "Labels",
)  # fmt: skip
ANA, BEN = "5d1a-ana", "5d1b-ben"
ISSUES = [
    ["Sign in once", "TES-1", "10001", "Epic", "To Do", "Test", "Ana Lima", ANA, "22/Sep/25 9:26 AM", "", "Why", "", "",
     "", "", "", "", "", "To Do", "", "", "auth", ""],
    ["Sign in with a key", "TES-2", "10002", "Story", "Parked", "Test", "Ben Ode", BEN, "23/Sep/25 10:00 PM", "",
     f"Ask [~accountid:{ANA}]\r\nthen go", "Ana Lima", "S 1", "S 2", "3", f"24/Sep/25 7:24 AM;{ANA};Good; do it.",
     f"25/Sep/25 8:00 AM;{BEN};Line one\nline two", "10001", "In Progress", "TES-3", "", "auth", "key"],
    ["Sign out", "TES-3", "10003", "Bug", "Done", "Test", "", "", "24/Sep/25 9:00 AM", "26/Sep/25 9:00 AM", "", "",
     "S 2", "", "5", "", "", "10001", "Done", "", "TES-2", "", ""],
]  # fmt: skip
CATEGORIES = {"To Do": "new", "In Progress": "indeterminate", "Done": "done"}
TRAILER = ["Generated at Mon Sep 29 10:00:00 UTC 2025 by Ana Lima using Jira"]


def export(folder: Path, *changes: tuple[int, int, str], trailer: bool = True) -> Path:
    """A Jira export with a mark at its start and a line below its table; ``changes``: row, column, new cell."""
    rows = [list(row) for row in ISSUES]
    for row, column, cell in changes:
        rows[row][column] = cell
    path = folder / "Jira.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows, *([TRAILER] if trailer else [])])
    return path


def rest(folder: Path) -> Path:
    """The same project from Jira's REST API, with a changelog and one issue more."""

    def issue(row: list[str], *items: tuple[str, str, str, str]) -> dict[str, Any]:
        return {
            "id": row[2], "key": row[1],
            "fields": {
                "summary": row[0], "issuetype": {"name": row[3]}, "project": {"name": row[5]}, "description": row[10],
                "status": {"name": row[4], "statusCategory": {"key": CATEGORIES[row[18]]}},
                "created": "2025-09-20T10:00:00.000+0000", "labels": [cell for cell in row[21:23] if cell],
                "assignee": {"displayName": row[6]} if row[6] else None,
                "parent": {"key": "TES-1"} if row[17] else None,
            },
            "changelog": {"histories": [
                {"id": "1", "created": at, "author": {"displayName": "Ana Lima"},
                 "items": [{"field": field, "fromString": old, "toString": new}]}
                for at, field, old, new in items
            ]},
        }  # fmt: skip

    fresh = [
        "Lock out",
        "TES-4",
        "10004",
        "Story",
        "Done",
        "Test",
        "Ana Lima",
        ANA,
        *[""] * 9,
        "10001",
        "Done",
        *[""] * 4,
    ]
    issues = [*map(issue, ISSUES), issue(
        fresh, ("2025-09-22T10:00:00.000+0000", "status", "To Do", "Parked"),
        ("2025-09-24T10:00:00.000+0000", "status", "Parked", "Done"),
        ("2025-09-24T11:00:00.000+0000", "Attachment", "", "a.png"),
    )]  # fmt: skip
    path = folder / "issues.json"
    path.write_text(json.dumps({"total": 4, "issues": issues}), encoding="utf-8")
    return path


class TestAProjectOfOurOwn:
    """The twin of the real exports: every peculiarity of theirs on three issues."""

    def test_arrives_whole(self, actor: Actor, tmp_path: Path) -> None:
        report = bring(actor, export(tmp_path))

        assert (report.created, report.rejected_count, report.review, report.dependencies) == (3, 0, 0, 1)
        assert report.records == {"comment": 2, "watcher": 1}
        assert total(actor, "story_points") == 8
        assert tally(actor, "sprint") == {"S 1": 1, "S 2": 2}
        assert count(actor, "scoped.item where parent_id is not null") == 2
        assert count(actor, "scoped.person") - count(actor, "scoped.person where name like '5d1%%'") >= 2
        with inside(actor):
            said = select("select author_name, body, posted_at from scoped.comment order by posted_at", [])
            text = select(
                "select t.body from scoped.item_text t, scoped.item i where i.id = t.id and i.key = 'TES-2'", []
            )
        assert [(one["author_name"], one["body"]) for one in said] == [
            ("Ana Lima", "Good; do it."), ("Ben Ode", "Line one\nline two"),
        ]  # fmt: skip
        assert text[0]["body"] == "Ask @Ana Lima\nthen go"
        unchanged(actor, tmp_path / "Jira.csv", 3)

    def test_leaves_nothing_behind_when_it_is_undone(self, actor: Actor, tmp_path: Path) -> None:
        before = tracked(actor)
        report = bring(actor, export(tmp_path))
        assert report.batch_id is not None

        with inside(actor):
            undone = undo_batch(actor=actor, clock=now(), batch_id=report.batch_id)

        assert undone.refused == ()
        assert tracked(actor) == before

    def test_a_later_export_changes_what_changed(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, export(tmp_path))

        report = bring(actor, export(tmp_path, (1, 4, "Done"), (1, 18, "Done"), (2, 14, "8")))

        assert (report.created, report.updated, report.unchanged) == (0, 2, 1)
        assert (report.dependencies, report.relations, dict(report.records)) == (0, 0, {})
        assert total(actor, "story_points") == 11

    def test_the_same_from_the_api_is_matched_and_new_issues_have_their_past(
        self, actor: Actor, tmp_path: Path
    ) -> None:
        bring(actor, export(tmp_path))

        report = bring(actor, rest(tmp_path))

        assert (report.created, report.ambiguous, report.rejected_count) == (1, 0, 0)
        assert count(actor, "scoped.item") == 4
        day = {"source": "item", "columns": ["key", "phase.category"], "lens": {"as_of": "2025-09-23"}}
        assert [(row["key"], row["phase.category"]) for row in query.rows(actor, now(), day)] == [("TES-4", "doing")]
        born = day | {"lens": {"as_of": "2025-09-21"}}
        assert [(row["key"], row["phase.category"]) for row in query.rows(actor, now(), born)] == [("TES-4", "todo")]

    def test_several_exports_come_in_together(self, actor: Actor, tmp_path: Path) -> None:
        export(tmp_path)
        with (tmp_path / "More.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [["Summary", "Issue key", "Issue id", "Status", "Outward issue link (Relates)"],
                 ["Elsewhere", "OPS-1", "20001", "To Do", "TES-1"], ["", "OPS-2", "20002", "To Do", ""]]
            )  # fmt: skip

        report = bring(actor, tmp_path)

        assert (report.created, report.relations) == (4, 1)
        assert [(one.row, one.problem) for one in report.rejected] == [(3, "More.csv: has no title")]

    def test_a_circle_of_links_is_rejected_by_row(self, actor: Actor, tmp_path: Path) -> None:
        report = bring(actor, export(tmp_path, (1, 20, "TES-3"), (2, 20, "TES-2")))

        assert report.created == 3
        assert {one.problem for one in report.rejected} == {"would let an item wait for itself"}


class TestOtherFiles:
    def test_issues_of_github_without_pull_requests(self, actor: Actor, tmp_path: Path) -> None:
        def issue(number: int, **more: Any) -> dict[str, Any]:
            return {
                "number": number, "title": f"Issue {number}", "state": "open", "body": None, "labels": [],
                "html_url": f"https://github.com/a/b/issues/{number}", "created_at": "2026-01-01T10:00:00Z",
                "assignees": [], "milestone": None, **more,
            }  # fmt: skip

        path = tmp_path / "issues.json"
        listed = [
            issue(3, pull_request={"url": "https://x"}),
            issue(2, state="closed", body="One\r\ntwo", labels=[{"name": "docs"}, {"name": "build"}],
                  milestone={"title": "1.0"}, assignees=[{"login": "ana"}, {"login": "ben"}]),
            issue(1),
        ]  # fmt: skip
        path.write_text(json.dumps(listed), encoding="utf-8")

        report = bring(actor, path)

        assert (report.created, report.rejected_count, report.review) == (2, 0, 0)
        assert count(actor, "scoped.item where tags = '{docs,build}' and release_id is not null") == 1
        with inside(actor):
            assert [row["body"] for row in select("select body from scoped.item_text", [])] == ["One\ntwo"]
        unchanged(actor, path, 2)

    def test_a_workbook_whose_formula_has_no_value(self, actor: Actor, tmp_path: Path) -> None:
        path = workbook(
            tmp_path,
            Plan=[
                ["ID", "Activity", "Effort", "Dependency 1", "Dependency 2"],
                ["D-1", "Look", 3, None, None], ["D-2", "Build", "=C2*2", "D-1", None],
                ["D-3", "Ship", 1, "D-1", "D-2"],
            ],
        )  # fmt: skip

        report = bring(actor, path)

        assert (report.created, report.dependencies, report.review) == (3, 3, 1)
        assert total(actor, "effort") == 4
        with inside(actor):
            marks = select("select review from scoped.item where key = 'D-2'", [])[0]["review"]
        assert marks == {"effort": {"raw": "=C2*2", "why": "formula_without_value"}}

    def test_people_items_links_and_comments_in_one_folder(self, actor: Actor, tmp_path: Path) -> None:
        files = {
            "people.csv": [["Name", "E-mail"], ["Ana Lima", "ana@example.com"]],
            "items.csv": [["Key", "Title", "Owner"], ["A", "One", "Ana Lima"], ["B", "Two", "ana@example.com"]],
            "links.csv": [["from", "to", "type"], ["A", "B", "blocks"], ["A", "Z", "blocks"]],
            "comments.csv": [["item", "date", "author", "comment"], ["B", "2026-01-05 10:00", "Ana Lima", "Good."],
                             ["Z", "2026-01-05", "Ana Lima", "Lost."]],
        }  # fmt: skip
        for name, rows in files.items():
            with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)

        report = bring(actor, tmp_path)

        assert (report.created, report.dependencies, report.made["person"]) == (2, 1, 1)
        assert count(actor, "scoped.item i join scoped.person p on p.id = i.owner_id and p.name = 'Ana Lima'") == 2
        assert count(actor, "scoped.comment c join scoped.person p on p.id = c.author_id") == 1
        assert [(one.part, one.row, one.problem) for one in report.rejected] == [
            ("dependencies", 3, "there is no item “Z”"), ("records", 3, "there is no item “Z”"),
        ]  # fmt: skip
