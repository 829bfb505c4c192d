"""An import step by step: files in pieces, a try, decisions, the import, what came of it, and back again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from trimtab.accounts.tests.factories import call_as, join
from trimtab.core.actors import Actor, Role
from trimtab.integrations.models import ImportedValue, ImportSession, StagedRow
from trimtab.integrations.services import retention
from trimtab.integrations.services.uploads import safe_name
from trimtab.integrations.tests.keps import tracked
from trimtab.integrations.tests.wizard import HEADER, Wizard, founder, run_jobs
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import inside, make_item
from trimtab.settings import CURRENT

TWO = HEADER + "1,Search,5,Open\n2,Ranking,3,\n"


@pytest.fixture
def ana() -> Actor:
    return founder()


def ready(actor: Actor, content: str = TWO, source: str = "plan") -> Wizard:
    wizard = Wizard.begin(actor)
    wizard.send("items.csv", content)
    wizard.mean(source)
    return wizard


def titles(actor: Actor) -> dict[str, Any]:
    with inside(actor):
        return dict(Item.objects.values_list("title", "benefit"))


class TestFiles:
    def test_come_in_pieces_and_are_whole(self, ana: Actor) -> None:
        wizard, data = Wizard.begin(ana), bytes(range(256)) * 40

        wizard.send("data.csv", data, size=777)

        file = wizard("get")["files"][0]
        assert (file["name"], file["size"], file["received"]) == ("data.csv", 10240, 10240)
        path = CURRENT.imports.folder / str(ana.workspace_id) / wizard.id / "data.csv"
        assert path.read_bytes() == data

    def test_a_piece_may_come_twice_and_a_gap_is_refused(self, ana: Actor) -> None:
        wizard = Wizard.begin(ana)
        file = wizard("post", "/files", {"name": "a.csv", "size": 6}, 201)
        wizard.piece(file["id"], 0, b"abc")

        gap = wizard.piece(file["id"], 4, b"ef")
        again = wizard.piece(file["id"], 0, b"abc")

        assert (gap.status_code, gap.json()["extra"]["received"]) == (409, 3)
        assert again.json()["received"] == 3
        assert wizard.piece(file["id"], 3, b"defg").status_code == 400

    def test_too_large_says_what_to_do(self, ana: Actor) -> None:
        answer = Wizard.begin(ana)("post", "/files", {"name": "a.csv", "size": 10**12}, 413)

        assert "Split it, or let whoever runs this server raise TRIMTAB_IMPORT_MAX_MB" in answer["detail"]

    @pytest.mark.parametrize(
        ("name", "safe"),
        [
            ("../../etc/passwd", "passwd"), ("C:\\temp\\Plan 2026.xlsx", "Plan 2026.xlsx"), ("..", "file"),
            (".hidden", "hidden"), ("a\0b\n.csv", "a_b_.csv"), ("Größe.csv", "Größe.csv"),
            ("x" * 300 + ".csv", "x" * 96 + ".csv"),
        ],
    )  # fmt: skip
    def test_names_are_made_harmless(self, name: str, safe: str) -> None:
        assert safe_name(name) == safe

    def test_a_try_needs_whole_files(self, ana: Actor) -> None:
        wizard = Wizard.begin(ana)
        wizard("post", "/files", {"name": "items.csv", "size": 6}, 201)
        wizard.mean()

        assert "has not arrived completely" in wizard("post", "/check", status=409)["detail"]

    def test_another_file_needs_another_mapping(self, ana: Actor) -> None:
        wizard = ready(ana)
        wizard.send("more.csv", "a\n1\n")

        assert (wizard("get")["recipe"], wizard("get")["status"]) == ("", "files")


class TestATry:
    def test_lists_what_would_happen_and_writes_nothing(self, ana: Actor) -> None:
        make_item(ana, title="Ranking")
        before = tracked(ana)

        wizard = ready(ana, TWO + ",Nameless,1,\n3,Odd,many,\n")
        found = wizard.check()

        assert (found["status"], found["ambiguous"]) == ("checked", 1)
        assert {name: found["counts"][name] for name in ("created", "ambiguous", "rejected_count", "review")} == {
            "created": 2, "ambiguous": 1, "rejected_count": 1, "review": 2,
        }  # fmt: skip
        created = wizard.rows("create")[0]
        assert (created["row"], created["title"]) == (2, "Search")
        assert {"Phase": "Open", "Benefit": "5"}.items() <= {c["label"]: c["file"] for c in created["changes"]}.items()
        assert wizard.rows("ask")[0]["candidates"][0]["title"] == "Ranking"
        assert wizard.rows("reject")[0]["problem"] == "has no key: the column “key” is blank"
        assert [row["marks"][0]["why"] for row in wizard.rows("review")] == ["unknown_phase", "not_a_number"]
        assert wizard.rows("made")[0]["title"] == "Open"
        assert tracked(ana) == before

    def test_pages_go_through_all_rows(self, ana: Actor) -> None:
        wizard = ready(ana, HEADER + "".join(f"{n},Item {n},,\n" for n in range(25)))
        wizard.check()
        seen: list[int] = []
        after = ""
        while True:
            page = wizard("get", f"/rows?which=create&limit=10{after}")
            seen += [row["row"] for row in page["rows"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"

        assert seen == list(range(2, 27))

    def test_a_file_that_cannot_be_read_says_why(self, ana: Actor) -> None:
        found = ready(ana, "name,title\n1,x\n").check()

        assert found["status"] == "failed"
        assert "items.csv has no column" in found["checked"]["error"]

    def test_may_be_cancelled(self, ana: Actor) -> None:
        wizard = ready(ana)
        run = wizard("post", "/check", status=202)
        wizard.call("post", f"/operations/{run['id']}/cancel")
        run_jobs()

        assert wizard("get")["status"] == "cancelled"

    def test_a_viewer_looks_and_does_not_touch(self, ana: Actor) -> None:
        wizard = ready(ana)
        viewer = call_as(join(ana, Role.VIEWER), "read")

        assert viewer("get", f"/imports/{wizard.id}").status_code == 200
        assert viewer("post", f"/imports/{wizard.id}/check").status_code == 403


class TestAnImport:
    def test_from_files_to_undo(self, ana: Actor) -> None:
        before = tracked(ana)
        wizard = ready(ana)
        wizard.check()

        done = wizard.apply()

        assert (done["status"], titles(ana)) == ("applied", {"Search": 5, "Ranking": 3})
        told = wizard("get", "/reconciliation", status=200)
        assert (told["file_rows"], told["here_rows"], told["missing"], told["differing"]) == (2, 2, 0, 0)
        assert [(one["label"], one["file"], one["here"]) for one in told["sums"]] == [("Benefit", "8", "8")]
        phases = next(one for one in told["groups"] if one["label"] == "Phase")
        assert {"value": phases["values"][1]["value"], "label": "Open", "file": 1, "here": 1} in phases["values"]
        wizard.call("post", f"/batches/{done['batch_id']}/undo")
        assert (wizard("get")["status"], tracked(ana)) == ("undone", before)

    def test_waits_for_decisions(self, ana: Actor) -> None:
        here = make_item(ana, title="Search")
        other = make_item(ana, title="Ranking")
        wizard = ready(ana)
        wizard.check()
        assert wizard("post", "/apply", status=409)["code"] == "not_ready"

        match = {"row": 2, "choice": "match", "record_id": str(here.id)}
        assert wizard("post", "/decisions", {"rows": [match]}, 200) == {"settled": 1, "ambiguous": 1}
        assert wizard("post", "/decisions", {"all": "new"}, 200) == {"settled": 1, "ambiguous": 0}
        wizard.apply()

        with inside(ana):
            assert Item.objects.filter(title="Search").get().benefit == 5
            assert Item.objects.filter(title="Ranking").exclude(id=other.id).count() == 1

    def test_a_decision_may_be_changed_before_it_counts(self, ana: Actor) -> None:
        here = make_item(ana, title="Search")
        wizard = ready(ana)
        wizard.check()
        wizard("post", "/decisions", {"all": "new"}, 200)
        wizard("post", "/decisions", {"rows": [{"row": 2, "choice": "match", "record_id": str(here.id)}]}, 200)

        wizard.apply()

        assert titles(ana) == {"Search": 5, "Ranking": 3}

    def test_what_happens_between_try_and_import_is_seen(self, ana: Actor) -> None:
        wizard = ready(ana)
        wizard.check()
        make_item(ana, title="Ranking")

        found = wizard.apply()

        assert (found["status"], found["ambiguous"]) == ("failed", 1)
        assert "may be items that are here already" in found["applied"]["error"]
        assert titles(ana) == {"Ranking": None}
        wizard("post", "/decisions", {"all": "match"}, 200)
        assert wizard.apply()["status"] == "applied"
        assert titles(ana) == {"Search": 5, "Ranking": 3}

    def test_the_same_again_changes_nothing(self, ana: Actor) -> None:
        first = ready(ana)
        first.check()
        first.apply()
        before = tracked(ana)
        second = ready(ana)

        assert second.check()["counts"]["unchanged"] == 2
        done = second.apply()

        assert (done["status"], done["batch_id"], tracked(ana)) == ("applied", None, before)

    def test_differences_are_found_later(self, ana: Actor) -> None:
        wizard = ready(ana)
        wizard.check()
        wizard.apply()
        with inside(ana):
            item_id = Item.objects.get(title="Search").id
        wizard.call("patch", f"/items/{item_id}", {"version": 1, "set": {"benefit": 9}})

        wizard("post", "/compare", status=202)
        run_jobs()

        told = wizard("get", "/reconciliation", status=200)
        assert (told["differing"], told["sums"][0]["here"]) == (1, "12")
        row = wizard.rows("differ", field="benefit")[0]
        assert [(c["label"], c["here"], c["file"]) for c in row["changes"]] == [("Benefit", "9", "5")]
        assert wizard.rows("differ", field="title") == []

    def test_it_cannot_be_changed_once_applied(self, ana: Actor) -> None:
        wizard = ready(ana)
        wizard.check()
        wizard.apply()

        assert wizard("post", "/check", status=409)["code"] == "not_ready"

    def test_conflicts_may_go_to_what_is_here(self, ana: Actor) -> None:
        first = ready(ana)
        first.check()
        first.apply()
        with inside(ana):
            found = Item.objects.get(title="Search")
        first.call("patch", f"/items/{found.id}", {"version": 1, "set": {"benefit": 9}})
        second = ready(ana, TWO.replace("Search,5", "Search,6"))
        second("put", "/conflicts", {"conflicts": "here"}, 200)

        second.check()

        change = second.rows("conflict")[0]["changes"][0]
        assert (change["here"], change["file"], change["conflict"], change["kept"]) == ("9", "6", True, True)
        second.apply()
        assert titles(ana)["Search"] == 9


class TestRetention:
    def test_files_go_and_the_import_stays_listed(self, ana: Actor) -> None:
        wizard = ready(ana)
        wizard.check()
        wizard.apply()
        folder: Path = CURRENT.imports.folder / str(ana.workspace_id) / wizard.id
        assert folder.exists()
        later = datetime.now(UTC) + timedelta(days=40)

        assert retention.forget_files(ana.workspace_id, CURRENT.imports, later, before=later - timedelta(days=30)) == 1

        assert not folder.exists()
        assert wizard("get")["status"] == "applied"
        assert wizard("post", "/compare", status=409)["code"] == "files_gone"
        with inside(ana):
            assert not StagedRow.objects.exists()
            assert ImportedValue.objects.count() == 2

    def test_an_import_may_be_discarded(self, ana: Actor) -> None:
        wizard = ready(ana)

        wizard("delete", status=204)

        assert wizard("get")["status"] == "discarded"
        with inside(ana):
            assert ImportSession.objects.get().files_gone_at is not None
