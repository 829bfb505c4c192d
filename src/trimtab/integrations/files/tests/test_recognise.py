"""Proposals: from names in any order and language, near names, values alone, shipped layouts, several files."""

import csv
import os
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

import pytest

from trimtab.integrations.files.reading import NO_HEADER, open_table
from trimtab.integrations.files.recipe import loads
from trimtab.integrations.files.recognise import KnownFields, Proposal, known_fields, propose
from trimtab.integrations.files.recognise.layouts import layouts
from trimtab.integrations.files.refs import Known
from trimtab.integrations.files.tests.test_workbook import workbook

ENGLISH = ("Key", "Title", "Description", "Status", "Owner", "Team", "Start", "End", "Effort", "Tags", "Parent")
TRANSLATED = {
    "en": ENGLISH,
    "de": ("Schlüssel", "Titel", "Beschreibung", "Status", "Verantwortlich", "Gruppe", "Beginn", "Ende", "Aufwand",
           "Schlagwörter", "Übergeordnet"),
    "nl": ("Sleutel", "Titel", "Omschrijving", "Status", "Eigenaar", "Ploeg", "Begindatum", "Einddatum", "Inspanning",
           "Trefwoorden", "Bovenliggend"),
    "es": ("Clave", "Título", "Descripción", "Estado", "Responsable", "Equipo", "Fecha de inicio", "Fecha de fin",
           "Esfuerzo", "Etiquetas", "Padre"),
    "fr": ("Clé", "Titre", "Description", "Statut", "Responsable", "Équipe", "Date de début", "Date de fin", "Charge",
           "Étiquettes", "Parent"),
}  # fmt: skip
FIELDS = ("key", "title", "description", "phase", "owner", "team", "start", "end", "effort", "tags", "parent")
ROWS = [
    [f"P-{n}", f"Work on part {n}", f"Why part {n} matters to everybody. " * 5, ("To do", "In progress", "Done")[n % 3],
     ("ana@example.com", "ben@example.com")[n % 2], ("Web", "Mobile")[n % 2], f"2026-0{1 + n % 9}-01",
     f"2026-0{1 + n % 9}-20", f"{n}.5", "a, b" if n % 2 else "c", f"P-{n - 1}" if n > 1 else ""]
    for n in range(1, 13)
]  # fmt: skip


def table(folder: Path, name: str, header: Sequence[str] | None, rows: Iterable[Sequence[str]]) -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*([header] if header else []), *rows])
    return path


def proposed(*paths: Path, known: KnownFields | None = None) -> Proposal:
    return propose([open_table(path) for path in paths], known)


def targets(proposal: Proposal, place: int = 0) -> dict[str, tuple[str, ...]]:
    return {column.name: column.targets for column in proposal.files[place].columns}


class TestNames:
    @pytest.mark.parametrize("language", TRANSLATED)
    def test_in_each_language_mean_the_same(self, tmp_path: Path, language: str) -> None:
        header = TRANSLATED[language]

        found = proposed(table(tmp_path, "plan.csv", header, ROWS))

        assert targets(found) == {name: (field,) for name, field in zip(header, FIELDS, strict=True)}
        assert found.files[0].reading.language == language or language == "fr"
        assert len(found.files[0].rows) == 10
        assert all(0 < column.sure <= 1 and column.why for column in found.files[0].columns)

    def test_in_another_order_mean_the_same(self, tmp_path: Path) -> None:
        order = list(range(len(ENGLISH)))
        random.Random(7).shuffle(order)

        found = proposed(
            table(tmp_path, "plan.csv", [ENGLISH[i] for i in order], [[row[i] for i in order] for row in ROWS])
        )

        assert targets(found) == {name: (field,) for name, field in zip(ENGLISH, FIELDS, strict=True)}

    def test_that_are_nearly_right_are_understood(self, tmp_path: Path) -> None:
        header = ("Key", "Titel", "Descripton", "Statuss", "Owners", "Team nam", "Start dates", "End-Date", "Efort",
                  "Tag s", "Parents")  # fmt: skip

        found = proposed(table(tmp_path, "plan.csv", header, ROWS))

        got = targets(found)
        right = sum(got[name] == (field,) for name, field in zip(header, FIELDS, strict=True))
        assert right >= 10
        assert any("nearly" in column.why for column in found.files[0].columns)

    def test_that_nobody_knows_become_fields_of_their_own(self, tmp_path: Path) -> None:
        rows = [["A", "One", "3.5", "x"], ["B", "Two", "4", "y"]]
        path = table(tmp_path, "plan.csv", ["Key", "Title", "Zorblax", "Quux"], rows)

        found = proposed(path)

        assert targets(found)["Zorblax"] == ("custom.zorblax",)
        assert found.recipe.custom("zorblax").type == "number"

    def test_of_fields_that_are_here_are_taken(self, tmp_path: Path) -> None:
        known = known_fields(
            [Known("custom_field", _id(1), "reach", "Reach in users", data={"type": "number"}),
             Known("level", _id(2), "epic", "Epic", data={"rank": 1})]
        )  # fmt: skip
        path = table(tmp_path, "plan.csv", ["Key", "Title", "Reach in users"], [["A", "One", "3"], ["B", "Two", "4"]])

        found = proposed(path, known=known)

        assert targets(found)["Reach in users"] == ("custom.reach",)
        assert found.recipe.level == "epic"


def _id(number: int) -> UUID:
    return UUID(int=number)


class TestValues:
    def test_alone_tell_the_main_fields(self, tmp_path: Path) -> None:
        header = [f"x{n}" for n in range(len(ENGLISH))]

        found = proposed(table(tmp_path, "plan.csv", header, ROWS))

        got = list(targets(found).values())
        assert (got[0], got[1], got[2], got[3], got[4]) == (
            ("key",), ("title",), ("description",), ("phase",), ("owner",),
        )  # fmt: skip
        assert got[6] == ("start",)
        assert got[7] == ("end",)

    def test_without_a_header_are_read_all(self, tmp_path: Path) -> None:
        found = proposed(table(tmp_path, "plan.csv", None, [[row[0], row[6], row[8], row[4]] for row in ROWS]))

        assert found.files[0].reading.header_row == NO_HEADER
        assert found.files[0].count == len(ROWS)
        assert targets(found)["Column 1"][:1] == ("key",)

    def test_that_are_periods_give_both_ends(self, tmp_path: Path) -> None:
        path = table(tmp_path, "plan.csv", ["Title", "Quarter"], [["One", "2026-Q1"], ["Two", "Q2 2026"]])

        assert targets(proposed(path))["Quarter"] == ("end", "start")

    def test_name_parents_by_title_where_they_do(self, tmp_path: Path) -> None:
        rows = [["1", "All", ""], ["2", "Part", "All"], ["3", "Other", "All"]]

        found = proposed(table(tmp_path, "plan.csv", ["Id", "Title", "Parent"], rows))

        assert (found.recipe.items.keys, found.recipe.items.id) == (("Id",), "Title")

    def test_say_what_is_odd_in_words(self, tmp_path: Path) -> None:
        path = table(tmp_path, "plan.csv", ["Title", "Status"], [["One", "Frobnicated"], ["Two", "Done"]])

        problems = " ".join(proposed(path).problems)

        assert "“Frobnicated”" in problems
        assert "No column tells rows apart" in problems


JIRA = {
    "Summary": "One", "Issue key": "TES-1", "Issue id": "10001", "Issue Type": "Story", "Status": "Backlog",
    "Project key": "TES", "Project name": "Test", "Assignee": "Ana", "Created": "22/Sep/25 9:26 AM",
    "Custom field (Story Points)": "3", "Custom field (Zone)": "North", "Status Category": "In Progress",
}  # fmt: skip


class TestLayouts:
    def test_a_jira_export_is_known_and_keeps_its_own_fields(self, tmp_path: Path) -> None:
        found = proposed(table(tmp_path, "Jira.csv", list(JIRA), [list(JIRA.values())]))

        assert found.layout.name == "jira-csv"
        assert found.recipe.phases["Backlog"].category == "doing"
        assert targets(found)["Custom field (Story Points)"] == ("custom.story_points",)
        assert targets(found)["Custom field (Zone)"] == ("custom.zone",)

    def test_the_real_headers_of_jira_exports_are_known(self, tmp_path: Path) -> None:
        root = Path(__file__).parents[5]
        path = (
            Path(os.environ.get("TRIMTAB_SHARED", root.parent / "shared")) / "data/import-layouts/jira_csv_headers.csv"
        )
        if not path.is_file():
            pytest.skip(f"real headers are not at hand: no {path} (TRIMTAB_SHARED names another place)")
        with path.open(encoding="utf-8", newline="") as file:
            listed = list(csv.DictReader(file))
        for number, one in enumerate(listed):
            header = one["header"].split(" | ")
            cells = {"Created": one["created_sample"], "Creada": one["created_sample"]}
            row = [cells.get(name, f"K-{place}") for place, name in enumerate(header)]

            found = proposed(table(tmp_path, f"jira{number}.csv", header, [row, [f"{cell}x" for cell in row]]))

            assert found.layout.name == "jira-csv", one["file"]
            got = [target for targets_ in targets(found).values() for target in targets_]
            assert {"title", "key", "phase", "owner", "level", "end"} <= set(got), one["file"]

    @pytest.mark.parametrize("name", sorted(set(layouts()) - {"jira-rest", "github-issues"}))
    def test_each_is_known_by_the_columns_it_documents(self, tmp_path: Path, name: str) -> None:
        layout = layouts()[name].layout
        assert layout is not None
        header = [*layout.must, *layout.signs]

        found = proposed(table(tmp_path, "items.csv", header, [[f"{column} {n}" for column in header] for n in (1, 2)]))

        assert found.layout.name == name
        assert "title" in {target for one in targets(found).values() for target in one}

    def test_a_plain_table_has_none(self, tmp_path: Path) -> None:
        assert proposed(table(tmp_path, "plan.csv", ENGLISH, ROWS)).layout.name == ""

    def test_the_recipe_reads_back_as_it_was_written(self, tmp_path: Path) -> None:
        found = proposed(table(tmp_path, "Jira.csv", list(JIRA), [list(JIRA.values())]))

        assert loads(found.recipe.text) == found.recipe


class TestSeveralFiles:
    def test_are_one_recipe_with_keys_across_them(self, tmp_path: Path) -> None:
        items = table(tmp_path, "items.csv", ENGLISH, ROWS)
        tied = [["P-1", "P-2", "blocks"], ["P-2", "P-3", "relates to"]]
        links = table(tmp_path, "links.csv", ["from", "to", "type"], tied)
        people = table(tmp_path, "people.csv", ["Name", "E-mail"], [["Ana Lima", "ana@example.com"]])
        said = [["P-1", "2026-01-01", "Ana Lima", "Good."]]
        comments = table(tmp_path, "comments.csv", ["item", "date", "author", "comment"], said)

        found = proposed(items, links, people, comments)

        assert [file.part for file in found.files] == ["items", "links", "people", "comment"]
        assert found.recipe.items.files == ("items.csv",)
        assert {kind: meant.type for kind, meant in found.recipe.links[0].types.items()} == {
            "blocks": "FS", "relates to": "relates_to", "*": "relates_to",
        }  # fmt: skip
        assert found.recipe.records[0].key == "item"
        assert found.recipe.people is not None

    def test_of_one_layout_are_read_together(self, tmp_path: Path) -> None:
        rows = [[*JIRA.values()]]
        paths = [table(tmp_path, f"{n}.csv", list(JIRA), rows) for n in (1, 2)]

        assert proposed(*paths).recipe.items.files == ("1.csv", "2.csv")

    def test_that_hold_something_else_are_named(self, tmp_path: Path) -> None:
        jira = table(tmp_path, "jira.csv", list(JIRA), [list(JIRA.values())])
        other = table(tmp_path, "budget.csv", ["Account", "Sum", "Year"], [["A", "3", "2026"], ["B", "4", "2026"]])

        found = proposed(jira, other)

        assert any("budget.csv holds something else" in problem for problem in found.problems)


def test_a_workbook_of_a_roadmap_is_understood(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        Roadmap=[
            ["Product roadmap 2026"],
            ["Initiative", "Team", "Owner", "Start", "End", "Person days", "Depends on"],
            ["Single sign-on", "Web", "Ana", "2026-01-05", "2026-03-31", 40, ""],
            ["Audit log", "Web", "Ben", "2026-04-01", "2026-06-30", 25.5, "Single sign-on"],
        ],
    )

    found = proposed(path)

    assert targets(found) == {
        "Initiative": ("key", "title"), "Team": ("team",), "Owner": ("owner",), "Start": ("start",), "End": ("end",),
        "Person days": ("effort",), "Depends on": ("link.FS",),
    }  # fmt: skip
