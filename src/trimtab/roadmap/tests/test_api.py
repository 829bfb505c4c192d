"""Wiring: shapes, statuses, next door. The rules have their tests with the services."""

from uuid import uuid4

import pytest
from django.test import Client

from trimtab.accounts import public as accounts
from trimtab.core import scope
from trimtab.core.actors import Origin, Role
from trimtab.core.ids import new_id
from trimtab.core.tests.factories import NOON
from trimtab.roadmap import schemas
from trimtab.roadmap.services import defaults
from trimtab.roadmap.tests.factories import inside, level, make_item, make_team, phase


class Caller:
    """A member of a workspace of their own, with a token."""

    def __init__(self) -> None:
        email = f"ana-{new_id().hex[-12:]}@example.com"
        accounts.create_user(email=email, name="Ana Lima", password="correct horse battery")
        self.actor = accounts.create_workspace(
            creator_email=email, clock=NOON, origin=Origin.UI, slug=f"w-{new_id().hex[-12:]}", name="Acme"
        )
        with scope.workspace(self.actor.workspace_id):
            defaults.create_defaults(actor=self.actor)
            _, secret = accounts.create_token(
                actor=self.actor,
                clock=NOON,
                name="test",
                token_scope=accounts.TokenScope.WRITE,
            )
        self.headers = {"Authorization": f"Bearer {secret}"}

    def __call__(self, method, path, body=None):
        return getattr(Client(), method)(f"/api/v1{path}", body, content_type="application/json", headers=self.headers)


@pytest.fixture(scope="module")
def ana():
    return Caller()


@pytest.fixture(scope="module")
def stranger():
    return Caller()


class TestItems:
    def test_a_new_item_has_the_described_shape(self, ana):
        body = {"title": "Faster sync", "level_id": str(level(ana.actor)), "start_on": "2026-08-02",
                "start_precision": "quarter", "tags": ["a"]}  # fmt: skip
        response = ana("post", "/items", body)

        assert response.status_code == 201
        item = schemas.ItemOut.model_validate(response.json())
        assert (item.start_on.isoformat(), item.start_precision) == ("2026-07-01", "quarter")
        assert response.headers["Trimtab-Change-Set"]
        assert set(response.json()) == set(schemas.ItemOut.model_fields)
        assert set(response.json()["rolled"]) == set(schemas.RolledOut.model_fields)

    def test_a_changed_field_comes_back(self, ana):
        item = make_item(ana.actor)

        response = ana("patch", f"/items/{item.id}", {"version": 1, "set": {"health": "at_risk"}})

        assert response.status_code == 200
        assert (response.json()["health"], response.json()["version"]) == ("at_risk", 2)

    def test_a_stale_write_tells_what_stands(self, ana):
        item = make_item(ana.actor)
        ana("patch", f"/items/{item.id}", {"version": 1, "set": {"title": "Mine"}})

        response = ana("patch", f"/items/{item.id}", {"version": 1, "set": {"title": "Yours"}})

        assert (response.status_code, response.json()["code"]) == (409, "stale_version")
        assert response.json()["extra"]["fields"]["title"]["current"] == "Mine"

    def test_next_door_it_does_not_exist(self, ana, stranger):
        item = make_item(ana.actor)

        for method, path, body in (
            ("get", "", None), ("delete", "", None), ("patch", "", {"version": 1, "set": {"title": "Mine"}}),
            ("post", "/move", {"version": 1, "parent_id": None}), ("put", "/estimates", {"estimates": []}),
            ("put", "/phases", {"track_id": str(uuid4()), "phase_id": None}),
        ):  # fmt: skip
            response = stranger(method, f"/items/{item.id}{path}", body)
            assert (response.status_code, response.json()["code"]) == (404, "not_found"), method

    def test_malformed_is_422(self, ana):
        assert ana("post", "/items", {"title": "x", "level_id": "feature"}).status_code == 422
        assert ana("post", "/items", {"title": "x", "colour": "red"}).status_code == 422

    def test_a_move_under_a_parent_and_out_again(self, ana):
        parent, item = make_item(ana.actor, level="initiative"), make_item(ana.actor)

        under = ana("post", f"/items/{item.id}/move", {"version": 1, "parent_id": str(parent.id)}).json()
        out = ana("post", f"/items/{item.id}/move", {"version": 2, "parent_id": None}).json()

        assert (under["parent_id"], out["parent_id"]) == (str(parent.id), None)

    def test_estimates_are_rolled_up(self, ana):
        parent = make_item(ana.actor, level="initiative")
        item, team = make_item(ana.actor, parent=parent), make_team(ana.actor, f"Team {new_id().hex[-8:]}")

        body = {"estimates": [{"team_id": str(team.id), "low": 2, "likely": 3.5, "high": 8}, {"likely": 1}]}
        response = ana("put", f"/items/{item.id}/estimates", body)

        assert len(response.json()["estimates"]) == 2
        assert ana("get", f"/items/{parent.id}").json()["rolled"]["effort"] == 4.5

    def test_the_past_is_read_through_the_lens(self, ana):
        item = make_item(ana.actor, title="Old name")
        with inside(ana.actor):
            pass
        ana("patch", f"/items/{item.id}", {"version": 1, "set": {"title": "New name"}})

        then = ana("get", f"/items/{item.id}?as_of=2026-03-02T13:00:00Z")
        before = ana("get", f"/items/{item.id}?as_of=2026-03-01T13:00:00Z")

        assert (then.status_code, then.json()["title"]) == (200, "Old name")
        assert before.status_code == 404

    def test_deleting_a_parent_needs_to_be_said(self, ana):
        parent = make_item(ana.actor, level="initiative")
        make_item(ana.actor, parent=parent)

        refused = ana("delete", f"/items/{parent.id}")
        deleted = ana("delete", f"/items/{parent.id}?with_children=true")

        assert (refused.status_code, refused.json()["code"]) == (409, "has_children")
        assert deleted.json() == {"deleted": 2}

    def test_a_track_of_its_own(self, ana):
        item = make_item(ana.actor)
        with inside(ana.actor):
            from trimtab.roadmap.models import Track

            design = Track.objects.get(key="design").id
        body = {"track_id": str(design), "phase_id": str(phase(ana.actor, "designing"))}

        told = ana("put", f"/items/{item.id}/phases", body).json()

        assert told["phases"] == [body]
        assert ana("put", f"/items/{item.id}/phases", body | {"phase_id": None}).json()["phases"] == []


class TestRelations:
    def test_from_made_to_gone(self, ana):
        first, second = make_item(ana.actor), make_item(ana.actor)
        body = {"from_id": str(first.id), "to_id": str(second.id), "type": "replaces"}

        made = ana("post", "/relations", body)

        assert made.status_code == 201
        assert ana("post", "/relations", body).json()["code"] == "already_exists"
        assert ana("get", f"/items/{second.id}").json()["relations"] == [made.json()]
        assert ana("delete", f"/relations/{made.json()['id']}").status_code == 204


CASES = [
    ("areas", {"name": "Mobile"}, {"name": "Apps"}),
    ("levels", {"name": "Theme", "rank": 7}, {"rank": 8}),
    ("tracks", {"name": "Legal"}, {"position": 9}),
    ("dimensions", {"name": "Segment", "multiple": True}, {"name": "Segments"}),
    ("releases", {"name": "v2.0", "released_on": "2026-12-01"}, {"note": "Big."}),
    ("custom-fields", {"name": "Risk", "type": "choice", "options": [{"key": "low", "name": "Low"}]}, {"unit": "x"}),
]


class TestConfig:
    @pytest.mark.parametrize(("path", "body", "changes"), CASES)
    def test_each_kind_is_made_changed_and_deleted(self, ana, stranger, path, body, changes):
        made = ana("post", f"/{path}", body)
        assert made.status_code == 201, made.content
        one = f"/{path}/{made.json()['id']}"

        changed = ana("patch", one, {"version": 1, "set": changes})

        assert (changed.status_code, changed.json()["version"]) == (200, 2)
        assert stranger("patch", one, {"version": 1, "set": changes}).status_code == 404
        assert stranger("delete", one).status_code == 404
        assert ana("delete", one).status_code == 204

    def test_phases_and_values_lie_in_what_holds_them(self, ana):
        config = ana("get", "/config").json()
        track, dimension = config["tracks"][0]["id"], config["dimensions"][0]["id"]

        made = ana("post", "/phases", {"track_id": track, "name": "Blocked", "category": "doing"})
        value = ana("post", "/dimension-values", {"dimension_id": dimension, "name": "Growth", "color": "blue"})

        assert (made.status_code, made.json()["key"]) == (201, "blocked")
        assert value.status_code == 201
        assert ana("get", "/config").json()["dimensions"][0]["values"] == [value.json()]

    def test_what_is_in_use_stays_and_says_why(self, ana):
        made = ana("post", "/areas", {"name": "Payments"}).json()
        make_item(ana.actor, area_id=made["id"])

        response = ana("delete", f"/areas/{made['id']}")

        assert (response.status_code, response.json()["code"]) == (409, "in_use")
        assert response.json()["extra"]["counts"] == {"items": 1}

    def test_the_config_tells_all(self, ana):
        config = ana("get", "/config").json()

        assert [level["name"] for level in config["levels"]] == ["Bet", "Initiative", "Feature", "Work item"]
        assert config["phases"][0]["name"] == "Backlog"
        assert ana.actor.role == Role.ADMIN
