import pytest

from trimtab.integrations.files import recipe
from trimtab.integrations.files.recipe import BadRecipe

SMALL = """
name = "Small"
source = "small"
level = "feature"

[items]
file = "items.csv"
key = "id"

[items.fields]
title = "name"
team = { column = "team", create = false }
"""


def refusal(text: str) -> str:
    with pytest.raises(BadRecipe) as refused:
        recipe.loads(text, "small.toml")
    return refused.value.message


class TestLoads:
    def test_a_plain_text_names_a_column(self) -> None:
        rule = recipe.loads(SMALL).rule("title")

        assert rule is not None
        assert (rule.column, rule.value, rule.create, rule.update) == ("name", None, True, True)

    def test_a_table_says_more(self) -> None:
        rule = recipe.loads(SMALL).rule("team")

        assert rule is not None
        assert rule.create is False

    def test_a_field_that_is_not_filled_has_no_rule(self) -> None:
        assert recipe.loads(SMALL).rule("owner") is None

    def test_what_is_no_toml_is_refused_with_its_line(self) -> None:
        assert "line 3" in refusal('name = "x"\nsource = "y"\nlevel = \n')

    def test_an_unknown_field_is_refused_with_line_and_suggestion(self) -> None:
        message = refusal(SMALL.replace("team = {", "taem = {"))

        assert message == "small.toml, line 12: “items.fields.taem” is no field of an item. Did you mean “team”?"

    def test_an_unknown_key_is_refused(self) -> None:
        assert "line 14: “items.fields.team.creat” means nothing here. Did you mean “create”?" in refusal(
            SMALL.replace("create = false", "creat = false").replace("[items.fields]", "\n[items.fields]\n")
        )

    def test_a_missing_key_is_refused_where_its_table_begins(self) -> None:
        assert refusal(SMALL.replace('key = "id"\n', "")) == "small.toml, line 6: “items.key” is missing."

    def test_a_field_needs_a_column_or_a_value_and_not_both(self) -> None:
        both = SMALL.replace('{ column = "team", create = false }', '{ column = "a", value = "b" }')

        assert "needs either a column or a value" in refusal(both)

    def test_an_item_needs_a_title(self) -> None:
        assert "an item needs a title" in refusal(SMALL.replace('title = "name"', ""))

    def test_a_phase_belongs_to_a_known_category(self) -> None:
        assert "“phases.open” is “opne”; it can be todo, doing, done, cancelled." in refusal(
            SMALL + '\n[phases]\nopen = "opne"\n'
        )

    def test_a_custom_field_may_not_be_called_like_a_built_in_one(self) -> None:
        assert "is the name of a built-in field" in refusal(SMALL + '\n[[custom]]\nkey = "owner"\n')

    def test_the_history_dates_only_what_the_items_fill(self) -> None:
        history = """
[history]
file = "events.csv"
key = "id"
at = "at"
field = "field"
old = "old"
new = "new"
[history.fields]
status = "phase"
"""
        assert "“phase” is not filled by [items.fields]" in refusal(SMALL + history)


class TestFind:
    def test_a_packaged_recipe_is_found_by_name(self) -> None:
        assert recipe.find("k8s-keps.toml").is_file()
        assert recipe.find("k8s-keps") == recipe.find("k8s-keps.toml")

    def test_an_unknown_name_is_refused_with_those_that_come_along(self) -> None:
        with pytest.raises(BadRecipe, match=r"k8s-keps\.toml"):
            recipe.find("nothing")


def test_every_packaged_recipe_can_be_used() -> None:
    for path in recipe.PACKAGED.glob("*.toml"):
        assert recipe.load(str(path)).items.fields
