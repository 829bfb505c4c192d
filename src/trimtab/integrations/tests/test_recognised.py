"""Real files import with the mapping that is proposed, untouched; where they are at hand."""

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
from trimtab.integrations.public import Report, Source, import_files
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
