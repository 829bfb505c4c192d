"""What every call meets before and after its endpoint."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.db import connection, connections
from django.test import Client

from trimtab.accounts.tests.factories import NOBODY, Call, call_as, found_workspace, join, slug_of
from trimtab.api import limits, middleware, problems
from trimtab.api.auth import end_of_day
from trimtab.api.limits import Buckets
from trimtab.core.actors import Role
from trimtab.core.errors import RateLimited
from trimtab.core.tests.factories import inside
from trimtab.roadmap import public as roadmap

SOMEBODY = "01a20000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def ana() -> Call:
    founder = found_workspace(timezone="America/New_York")
    with inside(founder):
        roadmap.create_defaults(actor=founder)
    return call_as(founder)


def areas(call: Call) -> int:
    with inside(call.actor):
        return len(roadmap.get_config(call.actor).areas)


class TestProblems:
    @pytest.mark.parametrize(
        ("method", "path", "body", "status", "code"),
        [
            ("get", "/nowhere", None, 404, "not_found"),
            ("delete", "/me", None, 405, "method_not_allowed"),
            ("post", "/teams", {}, 422, "unprocessable"),
            ("post", "/teams", {"name": "A", "colour": "red"}, 422, "unprocessable"),
            ("get", "/history?entity=item&id=7", None, 422, "unprocessable"),
            ("get", "/teams?as_of=yesterday", None, 400, "invalid"),
            ("patch", f"/teams/{SOMEBODY}", {"version": 1, "set": {}}, 404, "not_found"),
            ("post", "/teams", {"name": "nul\x00"}, 400, "invalid"),
            ("post", "/query", [], 422, "unprocessable"),
            ("get", "/config?as_of=9999-12-31", None, 400, "invalid"),
        ],
    )
    def test_every_refusal_has_the_one_shape(self, ana, method, path, body, status, code):
        response = ana(method, path, body)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert response.headers["Content-Type"] == "application/problem+json"
        assert set(response.json()) == {"type", "title", "status", "code", "detail", "extra", "request_id"}
        assert response.json()["request_id"] == response.headers["X-Request-Id"]

    def test_a_wrong_field_is_named_by_its_place(self, ana):
        response = ana("post", "/teams", {"name": "A", "parent_id": "no id"})

        assert list(response.json()["extra"]["fields"]) == ["parent_id"]

    def test_values_that_were_sent_are_not_sent_back(self, ana):
        assert "hunter2" not in ana("post", "/tokens", {"name": "a", "days": "hunter2"}).content.decode()

    def test_a_failure_says_nothing_of_the_database(self, ana, monkeypatch):
        def broken(*_):
            with connection.cursor() as cursor:
                cursor.execute("select 'secret'::int")

        monkeypatch.setattr(middleware, "resolve", broken)
        response = ana("get", "/me")

        assert response.status_code == 400
        assert "secret" not in response.content.decode()

    def test_what_nobody_expected_is_a_plain_500(self, ana, monkeypatch):
        monkeypatch.setattr(middleware, "resolve", lambda _: 1 / 0)
        response = ana("get", "/me")

        assert (response.status_code, response.json()["code"]) == (500, "internal_error")
        assert "division" not in response.content.decode()

    def test_too_large_a_body_is_not_read(self, ana):
        response = ana("post", "/teams", {"name": "A", "mission": "x" * (2 * 1024 * 1024)})

        assert (response.status_code, response.json()["code"]) == (413, "too_large")

    def test_a_host_that_is_not_ours_is_refused(self):
        assert Client().get("/api/v1/me", headers={"Host": "evil.example.com"}).status_code == 400


class TestHeaders:
    def test_the_callers_request_id_is_kept(self, ana):
        assert ana("get", "/me", **{"X-Request-Id": "abc-1"}).headers["X-Request-Id"] == "abc-1"

    def test_a_strange_request_id_is_replaced(self, ana):
        assert ana("get", "/me", **{"X-Request-Id": "a\tb"}).headers["X-Request-Id"] != "a\tb"

    def test_browsers_are_told_to_run_our_scripts_alone(self, ana):
        policy = ana("get", "/me").headers["Content-Security-Policy"]

        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy

    def test_a_write_names_its_change_set(self, ana):
        response = ana("post", "/areas", {"name": "Cloud"})
        lines = ana("get", f"/history?entity=area&id={response.json()['id']}").json()["lines"]

        assert [line["change_set_id"] for line in lines] == [response.headers["Trimtab-Change-Set"]]

    def test_a_write_that_changes_nothing_names_none(self, ana):
        area = ana("post", "/areas", {"name": "Cloud"}).json()
        response = ana("patch", f"/areas/{area['id']}", {"version": 1, "set": {"name": "Cloud"}})

        assert response.status_code == 200
        assert "Trimtab-Change-Set" not in response.headers


class TestTags:
    QUESTION = {"source": "phase", "columns": ["name"]}

    def test_an_answer_that_is_known_is_not_sent_again(self, ana):
        etag = ana("post", "/query", self.QUESTION).headers["ETag"]
        again = ana("post", "/query", self.QUESTION, **{"If-None-Match": etag})

        assert (again.status_code, again.content) == (304, b"")

    def test_another_answer_is_sent(self, ana):
        etag = ana("get", "/teams").headers["ETag"]
        ana("post", "/teams", {"name": "New"})

        assert ana("get", "/teams", **{"If-None-Match": etag}).status_code == 200

    def test_a_large_answer_is_compressed_for_one_who_unfolds_it(self, ana):
        plain = ana("get", "/config")
        packed = ana("get", "/config", **{"Accept-Encoding": "br, gzip"})

        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == plain.content
        assert packed.headers["ETag"] == plain.headers["ETag"]

    def test_a_small_answer_is_not(self, ana):
        assert "Content-Encoding" not in ana("get", "/me", **{"Accept-Encoding": "gzip"}).headers


class TestIdempotency:
    def test_the_same_request_again_is_answered_again_and_done_once(self, ana):
        before = areas(ana)
        first, second = (ana("post", "/areas", {"name": "Once"}, **{"Idempotency-Key": "once"}) for _ in range(2))

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content == second.content
        assert first.headers["Trimtab-Change-Set"] == second.headers["Trimtab-Change-Set"]
        assert second.headers["Idempotency-Replayed"] == "true"
        assert areas(ana) == before + 1

    def test_another_request_under_the_same_key_is_refused(self, ana):
        ana("post", "/areas", {"name": "A"}, **{"Idempotency-Key": "mine"})
        response = ana("post", "/areas", {"name": "B"}, **{"Idempotency-Key": "mine"})

        assert (response.status_code, response.json()["code"]) == (409, "idempotency_mismatch")

    def test_a_refused_request_may_be_mended_under_its_key(self, ana):
        ana("post", "/areas", {"name": ""}, **{"Idempotency-Key": "mend"})

        assert ana("post", "/areas", {"name": "A"}, **{"Idempotency-Key": "mend"}).status_code == 201

    def test_somebody_elses_key_is_their_own(self, ana):
        other = call_as(join(ana.actor, Role.ADMIN))
        ana("post", "/areas", {"name": "A"}, **{"Idempotency-Key": "shared"})
        response = other("post", "/areas", {"name": "B"}, **{"Idempotency-Key": "shared"})

        assert response.json()["name"] == "B"

    def test_two_at_once_are_done_once(self, ana):
        before = areas(ana)

        def send(_: int) -> int:
            try:
                return ana("post", "/areas", {"name": "Race"}, **{"Idempotency-Key": "race"}).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(send, range(4))) == [201] * 4
        assert areas(ana) == before + 1


class TestRetry:
    def test_a_lost_deadlock_is_tried_again(self, ana, monkeypatch):
        tries = []
        real = middleware.resolve

        def deadlock_once(path):
            tries.append(path)
            if len(tries) == 1:
                with connection.cursor() as cursor:
                    cursor.execute("do $$ begin raise exception 'x' using errcode = '40P01'; end $$")
            return real(path)

        monkeypatch.setattr(middleware, "resolve", deadlock_once)

        assert ana("post", "/areas", {"name": "Again"}).status_code == 201
        assert len(tries) == 2

    def test_one_that_always_loses_is_told_to_come_back(self, ana, monkeypatch):
        def deadlock(_):
            with connection.cursor() as cursor:
                cursor.execute("do $$ begin raise exception 'x' using errcode = '40P01'; end $$")

        monkeypatch.setattr(middleware, "resolve", deadlock)
        response = ana("post", "/areas", {"name": "Never"})

        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")

    def test_a_connection_that_died_between_requests_is_replaced(self, ana):
        ana("get", "/me")
        connection.connection.close()

        assert ana("get", "/me").status_code == 200

    def test_a_refused_write_leaves_nothing_behind(self, ana, monkeypatch):
        real = middleware.resolve

        class Refusing:
            def __init__(self, match):
                self.func, self.args, self.kwargs = self._call, match.args, match.kwargs
                self._match = match

            def _call(self, request, *args, **kwargs):
                response = self._match.func(request, *args, **kwargs)
                response.status_code = 400
                return response

        before = areas(ana)
        monkeypatch.setattr(middleware, "resolve", lambda path: Refusing(real(path)))
        ana("post", "/areas", {"name": "Gone"})

        assert areas(ana) == before


class TestLens:
    def test_a_day_ends_where_the_workspace_is(self, ana):

        assert end_of_day(date(2026, 3, 2), "America/New_York") == datetime(2026, 3, 3, 4, 59, 59, 999999, tzinfo=UTC)

    def test_the_past_of_an_item_is_read_by_address(self, ana):
        phases = ana("get", "/config").json()["levels"]
        item = ana("post", "/items", {"title": "Today", "level_id": phases[0]["id"]}).json()

        assert ana("get", f"/items/{item['id']}?as_of=2020-01-01").status_code == 404
        assert ana("get", f"/items/{item['id']}?as_of=2999-01-01").status_code == 200


class TestLimits:
    def test_too_many_calls_are_told_when_to_come_back(self, monkeypatch):
        monkeypatch.setattr(limits, "calls", Buckets(rate=0.5, burst=2))
        answers = [NOBODY("get", "/me") for _ in range(3)]

        assert [response.status_code for response in answers] == [401, 401, 429]
        assert answers[-1].headers["Retry-After"] == "2"

    def test_guessing_tokens_is_slowed_down_by_address(self, monkeypatch):
        monkeypatch.setattr(limits, "failures", Buckets(rate=0.01, burst=2))
        statuses = [Call(None, {"Authorization": f"Bearer tt_{n}"})("get", "/me").status_code for n in range(3)]

        assert statuses == [401, 401, 429]

    def test_a_bucket_fills_again(self, monkeypatch):
        now = [100.0]
        monkeypatch.setattr(limits.time, "monotonic", lambda: now[0])
        bucket = Buckets(rate=0.5, burst=1)
        bucket.take(b"a")
        with pytest.raises(RateLimited):
            bucket.take(b"a")
        now[0] += 2

        bucket.take(b"a")

    def test_forgotten_callers_make_room(self, monkeypatch):
        monkeypatch.setattr(limits, "_KEPT", 10)
        bucket = Buckets(rate=1e9, burst=1)
        for n in range(50):
            bucket.take(str(n).encode())

        assert len(bucket._left) <= 11


class TestUnexpected:
    def test_every_code_of_the_database_has_its_sentence(self):
        assert {problems.DEADLOCK, problems.SERIALIZATION} <= set(problems._SAID)


class TestOpenapi:
    def test_the_description_needs_no_sign_in(self):
        assert NOBODY("get", "/openapi.json").json()["openapi"].startswith("3.")

    def test_names_of_operations_are_unique(self):
        paths = NOBODY("get", "/openapi.json").json()["paths"]
        names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]

        assert len(names) == len(set(names))
        assert all(name[0].islower() and "_" not in name for name in names)


class TestConfig:
    def test_the_past_has_the_names_of_then(self):
        ana = call_as(found_workspace())
        with inside(ana.actor):
            roadmap.create_defaults(actor=ana.actor)
        team = ana("post", "/teams", {"name": "Before"}).json()
        between = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        ana("patch", f"/teams/{team['id']}", {"version": 1, "set": {"name": "After"}})
        ana("post", "/areas", {"name": "New"})

        def config(query: str) -> dict:
            return ana("get", f"/config{query}").json()

        then, now = config(f"?as_of={between}"), config("")
        assert [[each["name"] for each in found["teams"]] for found in (then, now)] == [["Before"], ["After"]]
        assert [len(found["areas"]) for found in (then, now)] == [0, 1]
        assert (then["phases"], then["tracks"]) == (now["phases"], now["tracks"])
        assert config("?as_of=1900-01-01")["teams"] == []
        assert config(f"?known_on={between}")["teams"] == then["teams"]


class TestHistory:
    def test_names_stand_beside_ids(self, ana):
        config = ana("get", "/config").json()
        item = ana("post", "/items", {"title": "A", "level_id": config["levels"][0]["id"]}).json()
        team = ana("post", "/teams", {"name": "Core"}).json()
        ana("patch", f"/items/{item['id']}", {"version": 1, "set": {"team_id": team["id"]}})
        lines = ana("get", f"/history?entity=item&id={item['id']}").json()["lines"]

        assert lines[0]["fields"]["team_id"] == {
            "old": None, "new": team["id"], "old_label": None, "new_label": "Core",
        }  # fmt: skip
        assert lines[0]["actor"] == {"kind": "person", "name": "Ana Lima"}
        assert lines[0]["origin"] == "api"

    def test_a_part_is_told_with_the_names_of_what_it_is_about(self, ana):
        level = ana("get", "/config").json()["levels"][0]["id"]
        first, second = (ana("post", "/items", {"title": title, "level_id": level}).json() for title in ("A", "B"))
        tie = ana("post", "/dependencies", {"from_id": first["id"], "to_id": second["id"]}).json()
        line = ana("get", f"/history?entity=item&id={second['id']}").json()["lines"][0]

        assert (line["entity"], line["record_id"], line["op"]) == ("dependency", tie["id"], "I")
        assert line["about"]["from_item_id"] == {"value": first["id"], "label": f"{first['ref']} A"}

    def test_days_are_counted_where_the_workspace_is(self, ana):
        found = ana("get", "/history/days").json()

        assert found["first"]
        assert all(day["changes"] > 0 for day in found["days"])

    def test_an_undone_change_is_gone_and_can_be_brought_back(self, ana):
        area = ana("post", "/areas", {"name": "Mistake"})
        undo = ana("post", f"/change-sets/{area.headers['Trimtab-Change-Set']}/undo").json()

        assert undo["restored"] == 1
        assert area.json()["id"] not in ana("get", "/config").content.decode()
        assert undo["batch_id"] in {batch["id"] for batch in ana("get", "/batches").json()}
        assert ana("post", f"/batches/{undo['batch_id']}/undo").status_code == 200
        assert area.json()["id"] in ana("get", "/config").content.decode()


def test_slug_is_needed_by_nobody_with_a_token(ana):
    assert ana("get", "/me", **{"X-Trimtab-Workspace": slug_of(ana.actor)}).status_code == 200
