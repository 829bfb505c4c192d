"""What the columns mean: recognised over HTTP, corrected, kept for the next time; and recipes changed as text."""

import pytest

from trimtab.core.actors import Actor
from trimtab.integrations.files.recipe import BadRecipe, loads
from trimtab.integrations.files.remap import ColumnChange, NewField, Remapping, remap
from trimtab.integrations.tests.wizard import Wizard, founder
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import inside

PLAN = "Ref;Name;Nutzen;Status;Notiz\nA-1;Suche;3,5;Offen;eins\nA-2;Rang;4;Fertig;zwei\n"


@pytest.fixture
def ana() -> Actor:
    return founder()


class TestAMapping:
    def test_is_recognised_and_imports_untouched(self, ana: Actor) -> None:
        wizard = Wizard.begin(ana)
        wizard.send("plan.csv", PLAN)

        told = wizard("post", "/mapping", {}, 200)
        assert wizard.check()["checked"]["error"] == ""
        wizard.apply()

        file = told["files"][0]
        assert (file["reading"]["delimiter"], file["reading"]["decimal"], file["count"]) == (";", ",", 2)
        assert {c["name"]: c["targets"] for c in file["columns"]}["Name"] == ["title"]
        assert file["rows"][0]["cells"] == ["A-1", "Suche", "3,5", "Offen", "eins"]
        with inside(ana):
            assert set(Item.objects.values_list("title", flat=True)) == {"Suche", "Rang"}

    def test_is_corrected(self, ana: Actor) -> None:
        wizard = Wizard.begin(ana)
        wizard.send("plan.csv", PLAN)
        wizard("post", "/mapping", {}, 200)
        new = {"key": "note_here", "name": "Note here", "type": "text"}
        columns = [
            {"column": "Nutzen", "target": "benefit"},
            {"column": "Notiz", "target": "custom.note_here", "new": new},
            {"column": "Status", "target": ""},
        ]

        told = wizard("patch", "/mapping", {"columns": columns, "source": "board"}, 200)

        found = {one["name"]: (one["targets"], one["why"]) for one in told["files"][0]["columns"]}
        assert found["Nutzen"][0] == ["benefit"]
        assert found["Notiz"] == (["custom.note_here"], "it was chosen")
        assert found["Status"][0] == []
        assert told["source"] == "board"
        wizard.check()
        assert wizard.apply()["status"] == "applied"
        with inside(ana):
            assert str(Item.objects.get(title="Suche").benefit) == "3.50"

    def test_a_wrong_reading_is_corrected(self, ana: Actor) -> None:
        wizard = Wizard.begin(ana)
        wizard.send("plan.csv", PLAN)

        told = wizard("post", "/mapping", {"readings": [{"file": "plan.csv", "delimiter": ","}]}, 200)

        assert told["files"][0]["reading"]["delimiter"] == ","
        assert len(told["files"][0]["columns"]) == 2

    def test_without_a_title_is_refused(self, ana: Actor) -> None:
        wizard = Wizard.begin(ana)
        wizard.send("plan.csv", PLAN)
        wizard("post", "/mapping", {}, 200)

        answer = wizard("patch", "/mapping", {"columns": [{"column": "Name", "target": ""}]}, 400)

        assert "an item needs a title" in answer["detail"]

    def test_is_kept_as_a_recipe(self, ana: Actor) -> None:
        wizard = Wizard.begin(ana)
        wizard.send("plan.csv", PLAN)
        wizard("post", "/mapping", {}, 200)
        text = wizard("get")["recipe"]

        wizard.call("post", "/import-recipes", {"name": "Our plan", "text": text})

        listed = wizard.call("get", "/import-recipes").json()
        assert (listed[0]["name"], listed[0]["shipped"], listed[1]["shipped"]) == ("Our plan", False, True)
        assert wizard.call("get", "/import-recipes/text?name=Our%20plan").json()["text"] == text

    def test_a_recipe_name_is_no_path(self, ana: Actor) -> None:
        call = Wizard.begin(ana).call

        assert call("get", "/import-recipes/text?name=/etc/passwd").status_code == 404


RECIPE = """
name = "Plan"
source = "plan"
level = "feature"
[names]
"Summary" = ["Resumen"]
[items]
file = "a.csv"
key = "Key"
[items.fields]
title = "Summary"
benefit = { column = ["Points", "Size"], default = "1" }
"custom.x" = "X"
[[items.links]]
column = "Blocks"
type = "FS"
[[custom]]
key = "x"
[history]
file = "h.csv"
key = "k"
at = "at"
field = "f"
old = "o"
new = "n"
constant = ["title", "level"]
[history.fields]
pts = "benefit"
"""


class TestRemap:
    def columns(self, *changes: ColumnChange) -> str:
        return remap(RECIPE, Remapping(changes))

    def test_nothing_to_change_means_the_same(self) -> None:
        assert loads(remap(RECIPE, Remapping())).items == loads(RECIPE).items

    def test_a_column_moves_with_its_rule(self) -> None:
        recipe = loads(self.columns(ColumnChange("Other", "benefit")))

        rule = recipe.rule("benefit")
        assert rule is not None
        assert (rule.columns, rule.default) == (("Other",), "1")

    def test_one_of_several_columns_leaves(self) -> None:
        rule = loads(self.columns(ColumnChange("points", ""))).rule("benefit")

        assert rule is not None
        assert rule.columns == ("Size",)

    def test_a_column_is_found_by_its_other_names(self) -> None:
        recipe = loads(self.columns(ColumnChange("Resumen", ""), ColumnChange("X", "title")))

        assert {rule.target: rule.columns for rule in recipe.items.fields}["title"] == ("X",)

    def test_what_nothing_fills_any_more_is_let_go(self) -> None:
        recipe = loads(
            self.columns(ColumnChange("X", ""), ColumnChange("Blocks", ""), ColumnChange("Points", ""),
                         ColumnChange("Size", ""))
        )  # fmt: skip

        assert (recipe.customs, recipe.items.links) == ((), ())
        assert recipe.history is None

    def test_a_new_field_comes_with_its_type(self) -> None:
        recipe = loads(self.columns(ColumnChange("Due", "custom.due", NewField("due", "Due", "date"))))

        assert recipe.custom("due").type == "date"

    def test_without_a_key_it_is_none(self) -> None:
        with pytest.raises(BadRecipe):
            self.columns(ColumnChange("Key", "title"))
