"""A field that is kept from somebody is kept at every door, today and in the past."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trimtab.accounts.errors import KeyTaken
from trimtab.accounts.public import actor_for
from trimtab.accounts.services import field_groups
from trimtab.accounts.services.field_groups import GroupValues
from trimtab.accounts.tests.factories import Call, call_as, email_of, found_workspace, join, slug_of
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Origin, Role
from trimtab.core.errors import Invalid
from trimtab.core.models import CustomLink, FieldType
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.tests.factories import NOON, inside, make_custom_field, make_item, make_person, make_record

WORD = "zephyrine"
NUMBER = 7391
BEFORE = "2026-03-10"


@dataclass(frozen=True)
class Secret:
    """A field with a value that stands out. ``written`` is a PATCH that would write it."""

    guard: str
    fields: tuple[str, ...]
    numeric: bool
    written: dict[str, Any]


@dataclass(frozen=True)
class Scene:
    admin: Actor
    item: Any
    secrets: dict[str, Secret]
    marks: tuple[str, ...]


def build() -> Scene:
    admin = found_workspace()
    with inside(admin):
        roadmap.create_defaults(actor=admin)
    note = make_custom_field(admin, "note", FieldType.TEXT)
    margin = make_custom_field(admin, "margin", FieldType.NUMBER)
    sponsor = make_custom_field(admin, "sponsor", FieldType.PEOPLE)
    who = make_person(admin, f"Sponsor {WORD}")
    with inside(admin):
        theme = roadmap.add_setting(actor=admin, clock=NOON, kind="dimension", values={"name": "Motive"})
        value = roadmap.add_setting(
            actor=admin, clock=NOON, kind="dimension_value", values={"dimension_id": theme, "name": f"Value {WORD}"}
        )
    item = make_item(
        admin,
        title="Plain",
        benefit=NUMBER,
        health="off_track",
        health_note=WORD,
        progress=73.91,
        description=f"About {WORD}",
        tags=[WORD],
        owner_id=who.id,
        custom={"note": WORD, "margin": NUMBER},
        dimensions={"motive": [str(value)]},
    )
    make_record(admin, CustomLink, field_id=sponsor.id, record_id=item.id, person_id=who.id)
    with inside(admin):
        roadmap.set_estimates(actor=admin, clock=NOON, item_id=item.id, efforts=[roadmap.Effort(likely=NUMBER)])
    secrets = [
        Secret("benefit", ("benefit",), True, {"benefit": 1}),
        Secret("effort", ("effort", "effort.rolled", "missing.rolled"), True, {}),
        Secret("health", ("health", "health.note", "health.rolled"), False, {"health": "on_track"}),
        Secret("owner", ("owner",), False, {"owner_id": None}),
        Secret("progress", ("progress", "progress.rolled"), True, {"progress": 1}),
        Secret("tags", ("tags",), False, {"tags": []}),
        Secret("text", ("text",), False, {"description": "x"}),
        Secret(f"custom.{note.id}", ("note", "custom.note"), False, {"custom": {"note": "x"}}),
        Secret(f"custom.{margin.id}", ("margin", "custom.margin"), True, {"custom": {"margin": 1}}),
        Secret(f"custom.{sponsor.id}", ("sponsor",), False, {"custom": {"sponsor": []}}),
        Secret(f"dim.{theme}", ("dim.motive", "motive"), False, {"dimensions": {"motive": []}}),
    ]
    return Scene(admin, item, {s.guard: s for s in secrets}, (WORD, str(NUMBER), "73.91", str(who.id), str(value)))


GUARDS = ["benefit", "effort", "health", "owner", "progress", "tags", "text", "note", "margin", "sponsor", "motive"]


@pytest.fixture(scope="module")
def scene() -> Scene:
    return build()


@pytest.fixture(scope="module")
def outsider(scene) -> Call:
    """An editor from whom every secret is kept; the group names the admin alone."""
    keep(scene, scene.secrets)
    return call_as(join(scene.admin, Role.EDITOR))


def keep(scene, guards, **readers):
    values = GroupValues("Secret", fields=[("item", guard) for guard in guards], people=[scene.admin.person_id])
    return field_groups.create_group(actor=scene.admin, clock=NOON, values=values)


def secret_of(scene, name):
    return next(s for s in scene.secrets.values() if name in {s.guard, s.fields[0], s.fields[-1]})


def ask(call, **question):
    return call("post", "/query", {"source": "item", **question})


LENSES = [{}, {"lens": {"as_of": BEFORE}}, {"lens": {"as_of": BEFORE}, "compare": "live"}]


@pytest.mark.parametrize("name", GUARDS)
class TestQuery:
    @pytest.mark.parametrize("lens", LENSES)
    def test_it_is_refused_wherever_a_query_names_it(self, scene, outsider, name, lens):
        for field in secret_of(scene, name).fields:
            for part in (
                {"columns": [field]},
                {"text": f"{field}:any"},
                {"sort": [{"field": field}]},
                {"group": [{"by": field}]},
                {"totals": [{"fn": "missing", "field": field}]},
                {"totals": [{"fn": "sum", "field": field}], "tree": {"axis": "parent"}},
                {"tree": {"axis": field}},
            ):
                if "tree" in part and "totals" not in part and not field.startswith("dim."):
                    continue
                answer = ask(outsider, **part, **lens)

                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (part, answer.content)

    def test_whoever_the_group_names_may_ask(self, scene, outsider, name):
        field = secret_of(scene, name).fields[0]

        assert ask(call_as(scene.admin), columns=[field]).status_code == 200

    def test_it_is_not_among_the_fields_nor_suggested(self, scene, outsider, name):
        listed = {each["name"] for each in outsider("get", "/query/fields?source=item").json()}
        for field in secret_of(scene, name).fields:
            assert field not in listed
            suggested = outsider("post", "/query/complete", {"text": field, "cursor": len(field)}).json()["items"]
            assert f"{field}:" not in [each["text"] for each in suggested]
            values = outsider("post", "/query/complete", {"text": f"{field}:", "cursor": len(field) + 1}).json()
            assert WORD not in str(values)

    def test_it_cannot_be_written(self, scene, outsider, name):
        written = secret_of(scene, name).written
        if written:
            body = {"version": 1, "set": written}
        answer = (
            outsider("patch", f"/items/{scene.item.id}", body)
            if written
            else outsider("put", f"/items/{scene.item.id}/estimates", {"estimates": []})
        )

        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert not any(mark in answer.content.decode() for mark in scene.marks)


class TestOtherDoors:
    @pytest.mark.parametrize("lens", ["", f"?as_of={BEFORE}", f"?as_of={BEFORE}&known_on=2027-01-01"])
    def test_an_item_comes_without_it(self, scene, outsider, lens):
        text = outsider("get", f"/items/{scene.item.id}{lens}").content.decode()

        assert '"title":"Plain"' in text.replace(": ", ":")
        assert [mark for mark in scene.marks if mark in text] == []

    def test_the_admin_gets_all_of_it(self, scene, outsider):
        text = call_as(scene.admin)("get", f"/items/{scene.item.id}").content.decode()

        assert [mark for mark in scene.marks if mark not in text] == []

    @pytest.mark.parametrize("entity", ["item", "item_text"])
    def test_history_does_not_tell_it(self, scene, outsider, entity):
        path = f"/history?entity={entity}&id={scene.item.id}"
        text = outsider("get", path).content.decode()

        assert WORD in call_as(scene.admin)("get", path).content.decode()
        assert [mark for mark in scene.marks if mark in text] == []

    def test_history_still_tells_the_rest(self, scene, outsider):
        lines = outsider("get", f"/history?entity=item&id={scene.item.id}").json()["lines"]

        assert any("title" in line["fields"] for line in lines)

    @pytest.mark.parametrize("lens", LENSES)
    @pytest.mark.parametrize("text", [WORD, f'"{WORD}"', f"{WORD} OR nothing"])
    def test_words_find_nothing_in_a_text_that_is_kept(self, scene, outsider, lens, text):
        assert ask(outsider, text=text, count=True, **lens).json()["count"] == 0
        assert ask(call_as(scene.admin), text=text, count=True).json()["count"] == 1

    def test_set_up_leaves_out_what_is_kept(self, scene, outsider):
        config = outsider("get", "/config").json()

        assert {field["key"] for field in config["custom_fields"]} & {"note", "margin", "sponsor"} == set()
        assert "motive" not in {dimension["key"] for dimension in config["dimensions"]}
        assert "benefit" in config["hidden"]

    def test_estimates_are_kept_as_a_source_of_their_own_too(self, scene, outsider):
        for field in ("low", "likely", "high"):
            answer = outsider("post", "/query", {"source": "estimate", "columns": [field]})

            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_an_undo_does_not_say_what_stands_there(self, scene, outsider):
        admin = call_as(scene.admin)
        made = admin("patch", f"/items/{scene.item.id}", {"version": 99, "set": {"benefit": 5, "title": "Plain 2"}})
        admin("patch", f"/items/{scene.item.id}", {"version": 99, "set": {"benefit": NUMBER, "title": "Plain"}})

        undone = outsider("post", f"/change-sets/{made.headers['Trimtab-Change-Set']}/undo")

        assert undone.status_code == 200, undone.content
        assert {each["field"] for each in undone.json()["refused"]} >= {"benefit"}
        assert str(NUMBER) not in undone.content.decode()


class TestReaders:
    def test_a_role_may_be_let_in(self):
        scene = build()
        values = GroupValues("Money", fields=[("item", "benefit")], roles=[Role.EDITOR])
        field_groups.create_group(actor=scene.admin, clock=NOON, values=values)

        assert ask(call_as(join(scene.admin, Role.EDITOR)), columns=["benefit"]).status_code == 200
        assert ask(call_as(join(scene.admin, Role.VIEWER)), columns=["benefit"]).status_code == 403
        assert ask(call_as(scene.admin), columns=["benefit"]).status_code == 403

    def test_a_confidential_field_is_kept_from_all_but_admins_until_a_group_names_its_readers(self):
        scene = build()
        field = make_custom_field(scene.admin, "salary", FieldType.NUMBER, confidential=True)
        editor = call_as(join(scene.admin, Role.EDITOR))
        admin = call_as(scene.admin)
        admin("patch", f"/items/{scene.item.id}", {"version": 1, "set": {"custom": {"salary": 52117}}})

        assert ask(editor, columns=["salary"]).status_code == 403
        assert "52117" not in editor("get", f"/items/{scene.item.id}").content.decode()
        assert "52117" not in editor("get", f"/history?entity=item&id={scene.item.id}").content.decode()
        values = GroupValues("Pay", fields=[("item", f"custom.{field.id}")], roles=[Role.EDITOR])
        field_groups.create_group(actor=scene.admin, clock=NOON, values=values)
        assert ask(editor, columns=["salary"]).status_code == 200
        assert ask(admin, columns=["salary"]).status_code == 403

    def test_ending_a_group_shows_its_fields_again(self):
        scene = build()
        group = keep(scene, ["benefit"])
        viewer = call_as(join(scene.admin, Role.VIEWER))
        assert ask(viewer, columns=["benefit"]).status_code == 403

        field_groups.delete_group(actor=scene.admin, clock=NOON, group_id=group.id)

        assert ask(viewer, columns=["benefit"]).status_code == 200

    def test_a_field_is_in_one_group(self):
        scene = build()
        keep(scene, ["benefit"])

        with pytest.raises(KeyTaken):
            field_groups.create_group(
                actor=scene.admin, clock=NOON, values=GroupValues("Other", fields=[("item", "benefit")])
            )

    def test_what_holds_a_plan_together_cannot_be_kept(self):
        scene = build()

        with pytest.raises(Invalid):
            keep(scene, ["title"])


def test_history_pages_are_whole_without_the_kept_lines():
    scene = build()
    keep(scene, ["benefit"])
    editor = join(scene.admin, Role.EDITOR)
    for n in range(12):
        clock = Clock(now=datetime(2026, 4, 1, tzinfo=UTC) + timedelta(hours=n))
        with inside(scene.admin):
            change = {"benefit": n} if n % 3 else {"title": f"Title {n}"}
            roadmap.update_item(actor=scene.admin, clock=clock, item_id=scene.item.id, changes=change)
    seen = actor_for(email=email_of(editor), workspace_slug=slug_of(scene.admin), origin=Origin.UI)
    with inside(seen):
        first = ledger.history(seen, "item", scene.item.id, limit=3)
        second = ledger.history(seen, "item", scene.item.id, limit=3, before_seq=first[-1].seq)

    assert [line.fields["title"][1] for line in first] == ["Title 9", "Title 6", "Title 3"]
    assert second[0].fields["title"][1] == "Title 0"


class TestComputed:
    def test_a_formula_over_a_kept_field_is_kept_as_well(self, scene, outsider):
        made = call_as(scene.admin)(
            "post", "/custom-fields", {"name": "Twice", "type": "formula", "formula": "benefit * 2"}
        )
        assert made.status_code == 201, made.content

        assert ask(outsider, columns=["twice"]).status_code == 403
        assert ask(call_as(scene.admin), columns=["twice"]).status_code == 200
        assert str(2 * NUMBER) not in outsider("get", f"/items/{scene.item.id}").content.decode()


class TestExports:
    @pytest.mark.parametrize("name", GUARDS)
    def test_a_kept_field_is_not_exported(self, scene, outsider, name):
        for field in secret_of(scene, name).fields:
            for part in ({"columns": [field]}, {"group": [{"by": field}]}, {"text": f"{field}:any"}):
                answer = outsider("post", "/export?format=csv", {"source": "item", **part})

                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), answer.content

    @pytest.mark.parametrize("form", ["csv", "json", "md", "ics"])
    def test_a_plain_export_leaves_it_out(self, scene, outsider, form):
        answer = outsider("post", f"/export?format={form}", {"source": "item"})
        text = b"".join(answer) if answer.streaming else answer.content

        assert answer.status_code == 200, text
        assert [mark for mark in scene.marks if mark in text.decode()] == []

    def test_an_export_of_a_grouped_field_is_written_down(self, scene, outsider):
        admin = call_as(scene.admin)
        b"".join(admin("post", "/export?format=csv", {"source": "item", "columns": ["benefit"]}))

        assert admin("get", "/exports").json()[0]["confidential"] == ["benefit"]
