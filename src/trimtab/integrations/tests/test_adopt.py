"""What is here already is found again: by key, by the tracker's key, by a person's word; nothing is doubled or lost."""

from pathlib import Path

import pytest

from trimtab.core.actors import Actor
from trimtab.core.errors import Conflict
from trimtab.core.models import ExternalKey
from trimtab.integrations.files import recipe
from trimtab.integrations.models import ImportDecision
from trimtab.integrations.public import (
    Choice,
    Decide,
    Pick,
    Report,
    Source,
    Undecided,
    all_alike,
    import_files,
    undo_batch,
)  # fmt: skip
from trimtab.integrations.tests.keps import now, tracked, write
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import inside, level, make_item, make_workspace

RECIPE = """
name = "{source}"
source = "{source}"
level = "feature"
[items]
file = "items.csv"
key = "key"
{more}
[items.fields]
title = "title"
benefit = "benefit"
horizon = "horizon"
parent = "parent"
"""
TRACKER = '[items.tracker]\ncolumn = "jira"\nsource = "jira"\n'
Rows = list[dict[str, str]]


@pytest.fixture
def actor() -> Actor:
    return make_workspace()


def bring(
    actor: Actor, folder: Path, *rows: dict[str, str], source: str = "plan", decide: Decide | None = None,
    dry_run: bool = False,
) -> Report:  # fmt: skip
    tracked_by = ["jira"] if any("jira" in row for row in rows) else []
    columns = ["key", "title", "benefit", "horizon", "parent", *tracked_by]
    write(folder, "items.csv", columns, [[row.get(name, "") for name in columns] for row in rows])
    text = RECIPE.format(source=source, more=TRACKER if tracked_by else "")
    return import_files(
        actor=actor, clock=now(), source=Source(folder), recipe=recipe.loads(text), progress=lambda *_: None,
        decide=decide, dry_run=dry_run,
    )  # fmt: skip


def item(actor: Actor, title: str) -> Item:
    with inside(actor):
        found: Item = Item.objects.get(title=title)
        return found


def count(actor: Actor) -> int:
    with inside(actor):
        return int(Item.objects.count())


def edit(actor: Actor, title: str, **changes: object) -> None:
    found = item(actor, title)
    with inside(actor):
        roadmap.update_item(actor=actor, clock=now(), item_id=found.id, changes=changes)


class TestByTheTrackersKey:
    def test_a_plan_that_names_issues_and_their_export_are_the_same_items(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, {"key": "1", "title": "Search", "jira": "PRJ-1"}, {"key": "2", "title": "Ranking"})

        report = bring(actor, tmp_path, {"key": "PRJ-1", "title": "Search"}, source="jira")

        assert (report.created, report.updated, report.adopted, count(actor)) == (0, 0, 0, 2)

    def test_the_other_way_round(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, {"key": "PRJ-1", "title": "Search"}, source="jira")

        report = bring(actor, tmp_path, {"key": "1", "title": "Better search", "jira": "PRJ-1"})

        assert (report.created, report.adopted, count(actor)) == (0, 1, 1)
        assert item(actor, "Better search").key == "PRJ-1"

    def test_two_rows_cannot_be_one_issue(self, actor: Actor, tmp_path: Path) -> None:
        rows = [{"key": "1", "title": "One", "jira": "PRJ-1"}, {"key": "2", "title": "Two", "jira": "PRJ-1"}]

        first, second = bring(actor, tmp_path, *rows), bring(actor, tmp_path, *rows)

        assert (first.created, first.rejected[0].problem) == (1, "is PRJ-1, as row 2 is")
        assert (second.created, second.updated, second.unchanged, second.rejected_count) == (0, 0, 1, 1)

    def test_a_blank_cell_of_another_source_says_nothing(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, {"key": "PRJ-1", "title": "Search", "benefit": "5"}, source="jira")

        bring(actor, tmp_path, {"key": "1", "title": "Search", "jira": "PRJ-1"})

        assert item(actor, "Search").benefit == 5


class TestByTitle:
    def test_nothing_is_applied_before_somebody_has_said(self, actor: Actor, tmp_path: Path) -> None:
        make_item(actor, title="Search")
        before = tracked(actor)

        with pytest.raises(Undecided):
            bring(actor, tmp_path, {"key": "1", "title": "search"}, {"key": "2", "title": "New"})

        assert tracked(actor) == before

    def test_it_is_the_same(self, actor: Actor, tmp_path: Path) -> None:
        here = make_item(actor, title="Search")
        rows: Rows = [
            {"key": "1", "title": "Search", "benefit": "8"},
            {"key": "2", "title": "New", "horizon": "now"},
        ]

        report = bring(actor, tmp_path, *rows, decide=all_alike(Choice.MATCH))

        assert (report.created, report.updated, report.adopted, count(actor)) == (1, 1, 1, 2)
        assert (item(actor, "Search").id, item(actor, "Search").benefit) == (here.id, 8)
        assert bring(actor, tmp_path, *rows).unchanged == 2

    def test_it_is_another(self, actor: Actor, tmp_path: Path) -> None:
        make_item(actor, title="Search")

        report = bring(actor, tmp_path, {"key": "1", "title": "Search"}, decide=all_alike(Choice.NEW))

        assert (report.created, count(actor)) == (1, 2)
        assert bring(actor, tmp_path, {"key": "1", "title": "Search"}).unchanged == 1

    def test_it_stays_out_and_is_not_asked_about_again(self, actor: Actor, tmp_path: Path) -> None:
        make_item(actor, title="Search")
        out = {"key": "1", "title": "Search"}
        bring(actor, tmp_path, out, {"key": "2", "title": "New"}, decide=all_alike(Choice.SKIP))

        report = bring(actor, tmp_path, out)

        assert (report.ambiguous, report.rejected[0].problem) == (0, f"left out, as {actor.name} decided")

    def test_a_decision_outlives_an_undo(self, actor: Actor, tmp_path: Path) -> None:
        make_item(actor, title="Search")
        before = tracked(actor)
        row = {"key": "1", "title": "Search", "benefit": "3"}
        report = bring(actor, tmp_path, row, decide=all_alike(Choice.MATCH))
        assert report.batch_id is not None

        undo_batch(actor=actor, clock=now(), batch_id=report.batch_id)

        assert tracked(actor) == before
        again = bring(actor, tmp_path, row)
        assert (again.adopted, count(actor), item(actor, "Search").benefit) == (1, 1, 3)

    def test_two_rows_cannot_be_the_same_item(self, actor: Actor, tmp_path: Path) -> None:
        here = make_item(actor, title="Search")
        rows = [{"key": "1", "title": "Search"}, {"key": "2", "title": "Search"}]

        with pytest.raises(Conflict, match="Two rows cannot both be “Search”"):
            bring(actor, tmp_path, *rows, decide=lambda asked: {one.row: Pick(Choice.MATCH, here.id) for one in asked})
        with inside(actor):
            assert not ImportDecision.objects.exists()
        with pytest.raises(Undecided):
            bring(actor, tmp_path, *rows, decide=all_alike(Choice.MATCH))

    def test_children_follow_the_decision(self, actor: Actor, tmp_path: Path) -> None:
        here = make_item(actor, title="Search", level_id=level(actor, "initiative"))

        bring(
            actor, tmp_path, {"key": "1", "title": "Search"}, {"key": "2", "title": "Child", "parent": "1"},
            decide=all_alike(Choice.MATCH),
        )  # fmt: skip

        assert (count(actor), item(actor, "Search").id) == (2, here.id)

    def test_what_the_same_source_knows_by_another_key_is_not_asked_about(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, {"key": "1", "title": "Fix"}, {"key": "2", "title": "Fix"})

        assert bring(actor, tmp_path, {"key": "3", "title": "Fix"}).created == 1


class TestALaterExport:
    def test_what_somebody_changed_here_stays_unless_the_file_changed_it(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, {"key": "1", "title": "Search", "benefit": "5", "horizon": "now"})
        edit(actor, "Search", benefit=9, horizon="next")

        report = bring(actor, tmp_path, {"key": "1", "title": "Search", "benefit": "5", "horizon": "later"})

        found = item(actor, "Search")
        assert (found.benefit, found.horizon) == (9, "later")
        assert (report.updated, report.conflicts, report.kept) == (1, 1, 1)

    def test_what_both_sides_came_to_is_agreed_on(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, {"key": "1", "title": "Search", "benefit": "5"})
        edit(actor, "Search", benefit=7)
        assert bring(actor, tmp_path, {"key": "1", "title": "Search", "benefit": "7"}).unchanged == 1
        edit(actor, "Search", benefit=9)

        report = bring(actor, tmp_path, {"key": "1", "title": "Search", "benefit": "7"})

        assert (item(actor, "Search").benefit, report.kept) == (9, 1)

    def test_a_cell_that_became_blank_clears_the_field(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, {"key": "1", "title": "Search", "benefit": "5"})

        bring(actor, tmp_path, {"key": "1", "title": "Search"})

        assert item(actor, "Search").benefit is None

    def test_an_item_that_somebody_moved_stays_where_it_is(self, actor: Actor, tmp_path: Path) -> None:
        there = make_item(actor, title="Elsewhere", level_id=level(actor, "initiative"))
        bring(actor, tmp_path, {"key": "1", "title": "Search"})
        found = item(actor, "Search")
        with inside(actor):
            roadmap.update_item(actor=actor, clock=now(), item_id=found.id, changes={"parent_id": there.id})

        report = bring(actor, tmp_path, {"key": "1", "title": "Search"})

        assert (report.unchanged, item(actor, "Search").parent_id) == (1, there.id)

    def test_an_undone_import_is_as_though_it_had_said_nothing(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, {"key": "1", "title": "Search", "benefit": "5"})
        later = bring(actor, tmp_path, {"key": "1", "title": "Search", "benefit": "6"})
        assert later.batch_id is not None
        undo_batch(actor=actor, clock=now(), batch_id=later.batch_id)

        report = bring(actor, tmp_path, {"key": "1", "title": "Search", "benefit": "6"})

        assert (report.updated, report.conflicts, item(actor, "Search").benefit) == (1, 0, 6)


class TestUndo:
    def test_an_item_that_somebody_changed_since_keeps_its_name(self, actor: Actor, tmp_path: Path) -> None:
        report = bring(actor, tmp_path, {"key": "1", "title": "Search"}, {"key": "2", "title": "Gone"})
        assert report.batch_id is not None
        edit(actor, "Search", benefit=4)

        undo_batch(actor=actor, clock=now(), batch_id=report.batch_id)
        again = bring(actor, tmp_path, {"key": "1", "title": "Search"}, {"key": "2", "title": "Gone"})

        assert (again.created, again.unchanged, count(actor)) == (1, 1, 2)
        assert item(actor, "Search").benefit == 4
        with inside(actor):
            assert ExternalKey.objects.filter(entity="item").count() == 2
