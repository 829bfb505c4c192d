"""What becomes of single rows: new, changed, the same, odd, wrong."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from trimtab.accounts.models import Person, Team
from trimtab.core.actors import Actor, Role
from trimtab.core.errors import Conflict, Forbidden, Invalid
from trimtab.core.models import CustomField, CustomLink, ExternalKey, Operation
from trimtab.integrations.files import recipe
from trimtab.integrations.models import StagedRow
from trimtab.integrations.public import Report, Source, import_files
from trimtab.integrations.tests.keps import now, tracked, write
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.models import (
    Dependency,
    DimensionValue,
    Estimate,
    Item,
    ItemRollup,
    ItemText,
    ItemValue,
    Phase,
    Release,
)
from trimtab.roadmap.tests.factories import inside, make_actor, make_item, make_workspace

RECIPE = """
name = "Plan"
source = "plan"
level = "feature"
[items]
file = "items.csv"
key = "id"
url = "url"
[items.fields]
title = "title"
description = "text"
level = "level"
parent = "parent"
phase = "status"
team = "team"
owner = "owner"
start = "start"
end = "end"
health = "health"
horizon = "horizon"
benefit = "benefit"
progress = "done"
tags = { column = "tags", separator = "," }
effort = "days"
release = "release"
"dim.theme" = "theme"
"custom.risk" = "risk"
"custom.score" = "score"
"custom.due" = "due"
"custom.helpers" = "helpers"
[phases]
Open = "todo"
"In work" = { name = "Working", category = "doing" }
[dependencies]
file = "dependencies.csv"
from = "from"
to = "to"
type = "type"
types = { "finish to start" = "FS" }
[[dimensions]]
key = "theme"
multiple = true
[[custom]]
key = "risk"
type = "choice"
options = ["Low", "High"]
[[custom]]
key = "score"
type = "number"
[[custom]]
key = "due"
type = "date"
[[custom]]
key = "helpers"
type = "teams"
"""
COLUMNS = (
    "id", "title", "text", "level", "parent", "status", "team", "owner", "start", "end", "health", "horizon",
    "benefit", "done", "tags", "days", "release", "theme", "risk", "score", "due", "helpers", "url",
)  # fmt: skip
FULL = {
    "id": "A", "title": "Offline mode", "text": "Works on a train.", "level": "Initiative", "status": "In work",
    "team": "Mobile", "owner": "ben@example.com", "start": "2026-Q1", "end": "2026-06-30", "health": "At risk",
    "horizon": "Now", "benefit": "1,200.50", "done": "40 %", "tags": "mobile, sync", "days": "12.5",
    "theme": "growth;trust", "risk": "high", "score": "3.5", "due": "9.10.2026", "helpers": "Mobile;Web",
    "url": "https://example.com/A",
}  # fmt: skip


@pytest.fixture
def actor() -> Actor:
    return make_workspace()


def row(key: str, **cells: str) -> dict[str, str]:
    return {"id": key, "title": f"Item {key}", **cells}


def bring(
    actor: Actor, folder: Path, *rows: dict[str, str], dependencies: Any = (), change: Any = None, **more: Any
) -> Report:
    """Import these rows by the recipe above; ``change`` replaces text in it."""
    write(folder, "items.csv", COLUMNS, ([cells.get(name, "") for name in COLUMNS] for cells in rows))
    write(folder, "dependencies.csv", ["from", "to", "type"], dependencies)
    text = RECIPE.replace(*change) if change else RECIPE
    return import_files(
        actor=actor, clock=now(), source=Source(folder), recipe=recipe.loads(text), progress=lambda *_: None, **more
    )


def item(actor: Actor, key: str) -> Any:
    with inside(actor):
        return Item.objects.get(key=key)


def problems(report: Report) -> list[tuple[str, int, str]]:
    return [(rejection.part, rejection.row, rejection.problem) for rejection in report.rejected]


class TestANewRow:
    def test_fills_every_field(self, actor: Actor, tmp_path: Path) -> None:
        report = bring(actor, tmp_path, FULL)

        assert (report.created, report.review, report.rejected_count) == (1, 0, 0)
        made = item(actor, "A")
        assert (made.number, made.title, made.benefit, made.progress) == (1, "Offline mode", Decimal("1200.50"), 40)
        assert (made.start_on, made.start_precision) == (date(2026, 1, 1), "quarter")
        assert (made.end_on, made.end_precision) == (date(2026, 6, 30), "day")
        assert (made.health, made.horizon, made.tags) == ("at_risk", "now", ["mobile", "sync"])
        with inside(actor):
            keys = {str(field.id): field.key for field in CustomField.objects.all()}
            assert {keys[key]: value for key, value in made.custom.items()} == {
                "risk": "high", "score": 3.5, "due": "2026-10-09",
            }  # fmt: skip
            assert ItemText.objects.get(id=made.id).body == "Works on a train."
            assert Estimate.objects.get(item_id=made.id).likely == Decimal("12.5")
            assert Team.objects.get(id=made.team_id).name == "Mobile"
            assert Person.objects.get(id=made.owner_id).email == "ben@example.com"
            assert Phase.objects.get(id=made.phase_id).name == "Working"
            values = ItemValue.objects.filter(item_id=made.id).values_list("value_id", flat=True)
            assert {v.name for v in DimensionValue.objects.filter(id__in=values)} == {"growth", "trust"}
            links = CustomLink.objects.filter(record_id=made.id).values_list("team_id", flat=True)
            assert {team.name for team in Team.objects.filter(id__in=links)} == {"Mobile", "Web"}
            assert ExternalKey.objects.get(entity="item", key="A").url == "https://example.com/A"

    def test_may_come_before_its_parent_and_is_added_up(self, actor: Actor, tmp_path: Path) -> None:
        bring(
            actor,
            tmp_path,
            row("B", parent="A", days="3"),
            row("C", parent="A", days="4"),
            row("A", level="Initiative"),
        )

        parent = item(actor, "A")
        assert item(actor, "B").parent_id == parent.id
        with inside(actor):
            assert ItemRollup.objects.get(id=parent.id).effort == 7

    def test_may_lie_under_an_item_of_an_earlier_import(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A", level="Initiative"))
        bring(actor, tmp_path, row("B", parent="A"))

        assert item(actor, "B").parent_id == item(actor, "A").id

    def test_is_of_the_recipes_level_without_one(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A"))

        with inside(actor):
            assert {
                level.key for level in roadmap.get_config(actor).levels if level.id == item(actor, "A").level_id
            } == {"feature"}


class TestAnOddValue:
    def test_is_missing_and_kept_for_review(self, actor: Actor, tmp_path: Path) -> None:
        odd = row(
            "A", start="2026-02-30", due="yyyy-mm-dd", benefit="much", risk="Medium", health="so so", release="v0.0"
        )
        report = bring(actor, tmp_path, odd)

        assert (report.created, report.review) == (1, 1)
        made = item(actor, "A")
        assert (made.start_on, made.benefit, made.health, made.release_id, made.custom) == (None, None, None, None, {})
        assert made.review == {
            "start": {"raw": "2026-02-30", "why": "not_a_date"},
            "custom.due": {"raw": "yyyy-mm-dd", "why": "not_a_date"},
            "benefit": {"raw": "much", "why": "not_a_number"},
            "custom.risk": {"raw": "Medium", "why": "unknown_choice"},
            "health": {"raw": "so so", "why": "unknown_choice"},
            "release": {"raw": "v0.0", "why": "unknown_release"},
        }

    def test_an_unknown_phase_is_made_to_do(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A", status="On ice"))

        with inside(actor):
            phase = Phase.objects.get(id=item(actor, "A").phase_id)
        assert (phase.name, phase.category) == ("On ice", "todo")
        assert phase.review == {"name": {"raw": "On ice", "why": "unknown_phase"}}
        assert item(actor, "A").review == {"phase": {"raw": "On ice", "why": "unknown_phase"}}

    def test_a_phase_that_is_here_already_is_used(self, actor: Actor, tmp_path: Path) -> None:
        report = bring(actor, tmp_path, row("A", status="in_REVIEW"))

        assert report.made.get("phase") is None
        assert item(actor, "A").review is None

    def test_an_unknown_level_becomes_the_default(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A", level="Saga"))

        assert item(actor, "A").review == {"level": {"raw": "Saga", "why": "unknown_level"}}

    @pytest.mark.parametrize(
        ("parent", "why"), [("Z", "unknown_parent"), ("B", "parent_not_higher"), ("A", "parent_not_higher")]
    )
    def test_an_impossible_parent_is_left_out(self, actor: Actor, tmp_path: Path, parent: str, why: str) -> None:
        bring(actor, tmp_path, row("A", parent=parent), row("B"))

        made = item(actor, "A")
        assert made.parent_id is None
        assert made.review == {"parent": {"raw": parent, "why": why}}

    def test_an_end_before_the_start_is_missing(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A", start="2026-05-01", end="2026-04-01"))

        made = item(actor, "A")
        assert (made.start_on, made.end_on, made.end_precision) == (date(2026, 5, 1), None, None)
        assert made.review == {"end": {"raw": "2026-04-01", "why": "before_start"}}

    def test_a_title_that_is_too_long_is_cut(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A", title="x" * 501))

        assert len(item(actor, "A").title) == 500


class TestARejectedRow:
    def test_is_listed_with_its_number_and_reason_and_the_others_come(self, actor: Actor, tmp_path: Path) -> None:
        report = bring(
            actor,
            tmp_path,
            row("A"),
            row("", title="Nameless"),
            {"id": "B"},
            row("A", title="Again"),
            row("x" * 301),
            row("C"),
        )

        assert (report.created, report.rejected_count) == (2, 4)
        assert problems(report) == [
            ("items", 3, "has no key: the column “id” is blank"),
            ("items", 4, "has no title"),
            ("items", 5, "names the same item as row 2"),
            ("items", 6, "has a key of 301 characters; 300 is the most"),
        ]

    def test_a_row_that_cannot_be_read_is_one(self, actor: Actor, tmp_path: Path) -> None:
        (tmp_path / "only.csv").write_text("id,title\n1,One\n2,Two,3\n")
        text = (
            'name="x"\nsource="x"\nlevel="feature"\n[items]\nfile="only.csv"\nkey="id"\n[items.fields]\ntitle="title"'
        )
        report = import_files(
            actor=actor,
            clock=now(),
            source=Source(tmp_path / "only.csv"),
            recipe=recipe.loads(text),
            progress=lambda *_: None,
        )

        assert (report.created, problems(report)) == (1, [("items", 3, "has 3 cells where the header has 2")])

    def test_dependencies_need_both_ends_and_no_circle(self, actor: Actor, tmp_path: Path) -> None:
        fs = "finish to start"
        report = bring(
            actor,
            tmp_path,
            *(row(key) for key in "ABC"),
            dependencies=[
                ["A", "B", fs], ["B", "C", fs], ["C", "A", "later"], ["A", "Z", fs], ["B", "B", fs], ["A", "B", fs],
            ],
        )  # fmt: skip

        assert report.dependencies == 2
        assert [problem for _, _, problem in problems(report)] == [
            "“later” is no type that the recipe knows", "there is no item “Z”", "ties an item to itself",
        ]  # fmt: skip
        with inside(actor):
            assert Dependency.objects.count() == 2

    def test_a_circle_of_dependencies_is_rejected(self, actor: Actor, tmp_path: Path) -> None:
        circle = [["A", "B", "finish to start"], ["B", "A", "finish to start"]]
        report = bring(actor, tmp_path, row("A"), row("B"), dependencies=circle)

        assert (report.dependencies, report.rejected_count) == (0, 2)


class TestTheSameRowsAgain:
    def test_write_nothing(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, FULL, row("B", parent="A"))
        before = tracked(actor)

        report = bring(actor, tmp_path, FULL, row("B", parent="A"))

        assert (report.created, report.updated, report.unchanged) == (0, 0, 2)
        assert tracked(actor) == before

    def test_what_differs_is_updated_and_nothing_else(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, FULL, row("B", parent="A"), row("C"))
        before = item(actor, "A")

        changed = FULL | {
            "title": "Offline first", "days": "20", "theme": "trust", "helpers": "Web", "text": "", "risk": "",
            "score": "4", "benefit": "",
        }  # fmt: skip
        report = bring(actor, tmp_path, changed, row("B"), row("C"))

        assert (report.created, report.updated, report.unchanged) == (0, 2, 1)
        after = item(actor, "A")
        assert (after.id, after.number, after.title, after.benefit) == (before.id, 1, "Offline first", None)
        assert item(actor, "B").parent_id is None
        with inside(actor):
            keys = {str(field.id): field.key for field in CustomField.objects.all()}
            assert {keys[key]: value for key, value in after.custom.items()} == {"score": 4, "due": "2026-10-09"}
            assert ItemText.objects.get(id=after.id).body == ""
            assert Estimate.objects.get(item_id=after.id).likely == 20
            assert ItemValue.objects.filter(item_id=after.id).count() == 1
            assert CustomLink.objects.filter(record_id=after.id).count() == 1

    def test_a_whole_tree_may_change_its_levels(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A", level="Feature"), row("B", parent="A", level="Work item"))

        report = bring(actor, tmp_path, row("A", level="Bet"), row("B", parent="A", level="Initiative", status="Open"))
        assert (report.updated, report.review) == (2, 0)
        report = bring(actor, tmp_path, row("B", level="Bet"), row("A", parent="B", level="Feature"))

        assert (report.updated, report.review) == (2, 0)
        assert item(actor, "A").parent_id == item(actor, "B").id

    def test_a_level_that_an_item_left_out_does_not_allow_stays_away(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A", level="Bet"), row("B", parent="A", level="Feature"))

        bring(actor, tmp_path, row("A", level="Work item", title="Other"))

        made = item(actor, "A")
        assert made.title == "Other"
        assert made.review == {"level": {"raw": "Work item", "why": "not_between_parent_and_children"}}

    def test_a_field_that_is_not_to_be_updated_stays(self, actor: Actor, tmp_path: Path) -> None:
        rule = ('title = "title"', 'title = { column = "title", update = false }')
        bring(actor, tmp_path, row("A"), change=rule)

        report = bring(actor, tmp_path, row("A", title="Other"), change=rule)

        assert (report.updated, item(actor, "A").title) == (0, "Item A")

    def test_a_mark_that_somebody_settled_does_not_come_back(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A", due="never"))
        made = item(actor, "A")
        with inside(actor):
            roadmap.update_item(actor=actor, clock=now(), item_id=made.id, changes={"review": None})

        bring(actor, tmp_path, row("A", due="never", title="Other"))

        assert (item(actor, "A").title, item(actor, "A").review) == ("Other", None)

    def test_an_item_that_was_deleted_here_comes_back(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A"))
        with inside(actor):
            roadmap.delete_item(actor=actor, clock=now(), item_id=item(actor, "A").id)

        assert bring(actor, tmp_path, row("A")).created == 1

    def test_an_item_that_a_tracker_knows_is_not_doubled(self, actor: Actor, tmp_path: Path) -> None:
        known = make_item(actor, title="From the tracker")
        with inside(actor), roadmap_change(actor):
            ExternalKey.objects.create(
                workspace_id=actor.workspace_id, source="jira", entity="item", key="J-1", record_id=known.id
            )

        tracker = ('url = "url"', 'tracker = { column = "url", source = "jira" }')
        report = bring(actor, tmp_path, row("A", url="J-1"), row("B"), change=tracker)

        assert (report.created, report.updated) == (1, 1)
        with inside(actor):
            assert Item.objects.get(id=known.id).title == "Item A"
        assert bring(actor, tmp_path, row("A", url="J-1"), row("B"), change=tracker).unchanged == 2

    def test_a_row_that_fits_two_items_is_left_to_a_person(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A"))
        other = make_item(actor, title="Another")
        with inside(actor), roadmap_change(actor):
            ExternalKey.objects.create(
                workspace_id=actor.workspace_id, source="jira", entity="item", key="J-1", record_id=other.id
            )

        tracker = ('url = "url"', 'tracker = { column = "url", source = "jira" }')
        report = bring(actor, tmp_path, row("A", url="J-1"), change=tracker)

        assert problems(report) == [("items", 2, "fits two items: Item A by its key, Another as J-1")]


class TestAnImport:
    def test_that_is_only_tried_writes_nothing(self, actor: Actor, tmp_path: Path) -> None:
        before = tracked(actor)

        report = bring(actor, tmp_path, FULL, dry_run=True)

        assert (report.created, report.batch_id) == (1, None)
        assert tracked(actor) == before

    def test_leaves_nothing_staged_and_a_report(self, actor: Actor, tmp_path: Path) -> None:
        report = bring(actor, tmp_path, FULL)

        with inside(actor):
            assert StagedRow.objects.count() == 0
            operation = Operation.objects.get(kind="import")
        assert (operation.state, operation.result["created"]) == ("done", 1)
        assert operation.batch_id == report.batch_id

    def test_is_for_editors(self, actor: Actor, tmp_path: Path) -> None:
        with pytest.raises(Forbidden):
            bring(make_actor(actor.workspace_id, Role.CONTRIBUTOR), tmp_path, FULL)

    def test_needs_the_recipes_level(self, actor: Actor, tmp_path: Path) -> None:
        with pytest.raises(Invalid, match="no level “epic”"):
            bring(actor, tmp_path, FULL, change=('level = "feature"', 'level = "epic"'))

    def test_refuses_a_custom_field_of_another_type(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, FULL)

        with pytest.raises(Invalid, match="“score” is here already, as number; the recipe wants text"):
            bring(actor, tmp_path, FULL, change=('key = "score"\ntype = "number"', 'key = "score"\ntype = "text"'))

    def test_a_change_that_somebody_makes_meanwhile_is_not_overwritten(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A"))
        made = item(actor, "A")

        def meddle(step: str, _: int) -> None:
            if step == "teams, phases, fields":
                with inside(actor):
                    roadmap.update_item(actor=actor, clock=now(), item_id=made.id, changes={"title": "By hand"})

        write(tmp_path, "items.csv", COLUMNS, [["A", "By file", *([""] * (len(COLUMNS) - 2))]])
        with pytest.raises(Conflict, match="Somebody changed A meanwhile"):
            import_files(
                actor=actor, clock=now(), source=Source(tmp_path), recipe=recipe.loads(RECIPE), progress=meddle
            )

    def test_two_recipes_may_use_the_same_keys(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, row("A"))

        again = bring(actor, tmp_path, row("A", title="Another"), change=('source = "plan"', 'source = "other"'))

        assert again.created == 1

    def test_releases_are_found_by_name(self, actor: Actor, tmp_path: Path) -> None:
        with inside(actor):
            roadmap.add_setting(actor=actor, clock=now(), kind="release", values={"name": "Spring", "key": "spring"})

        bring(actor, tmp_path, row("A", release="spring"))

        with inside(actor):
            assert Release.objects.get(id=item(actor, "A").release_id).name == "Spring"


def roadmap_change(actor: Actor) -> Any:
    from trimtab.core import ledger

    return ledger.change_set(actor, at=now().now)
