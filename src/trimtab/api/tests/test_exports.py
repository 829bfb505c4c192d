"""Exports over HTTP: a stream with a name, or an operation whose file waits."""

import io
import os
import time
import zipfile
from datetime import timedelta

import pytest

from trimtab.accounts.tests.factories import call_as, found_workspace, join, slug_of
from trimtab.core import export, jobs, operations
from trimtab.core.actors import Actor, Role
from trimtab.core.export import files
from trimtab.core.tasks import write_later
from trimtab.core.tests.factories import NOON, inside
from trimtab.integrations.archive.take_out import make_archive
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.tests.factories import make_custom_field, make_item

QUESTION = {"source": "item", "columns": ["ref", "title"], "page": {"size": 1}, "count": True}


@pytest.fixture(scope="module")
def ana() -> Actor:
    founder = found_workspace()
    with inside(founder):
        roadmap.create_defaults(actor=founder)
    make_item(founder, title="One")
    make_item(founder, title="Two")
    make_custom_field(founder, "revenue", "number", confidential=True)
    return founder


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)


class TestExport:
    def test_a_file_has_a_name_a_type_and_all_rows(self, ana):
        response = call_as(ana)("post", "/export?format=csv&bom=true", QUESTION)

        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        name = response.headers["Content-Disposition"]
        assert name.startswith(f'attachment; filename="{slug_of(ana)}-item-20')
        assert body_of(response) == b"\xef\xbb\xbfRef,Title\r\nTT-1,One\r\nTT-2,Two\r\n"

    @pytest.mark.parametrize(
        ("query", "body", "code"),
        [
            ("?format=exe", QUESTION, "invalid"),
            ("", {"source": "item", "columns": ["nothing"]}, "query_invalid"),
            ("", {"source": "item", "text": "benefit:abc"}, "query_invalid"),
            ("", {"source": "nothing"}, "not_found"),
        ],
    )
    def test_what_is_wrong_is_said_before_the_first_byte(self, ana, query, body, code):
        response = call_as(ana)("post", f"/export{query}", body)

        assert (response.json()["code"], response.streaming) == (code, False)

    def test_a_key_sent_twice_makes_the_file_twice(self, ana):
        call = call_as(ana)

        both = [body_of(call("post", "/export", QUESTION, **{"Idempotency-Key": "again"})) for _ in range(2)]

        assert both[0] == both[1] != b""

    def test_confidential_fields_are_recorded_for_admins_alone(self, ana):
        question = QUESTION | {"columns": ["title", "revenue"]}
        taken = call_as(ana)("post", "/export", question)
        refused = call_as(join(ana, Role.EDITOR))("post", "/export", question)
        listed = call_as(ana)("get", "/exports").json()

        assert "Trimtab-Change-Set" in taken.headers
        assert refused.json()["code"] == "forbidden"
        assert [(line["confidential"], line["actor_name"]) for line in listed] == [(["revenue"], "Ana Lima")]

    def test_only_some_are_made_at_a_time(self, ana, monkeypatch):
        call = call_as(ana)
        waiting = [call("post", "/export", QUESTION) for _ in range(4)]

        refused = call("post", "/export", QUESTION)
        for response in waiting:
            response.close()

        assert refused.json()["code"] == "unavailable"
        assert call("post", "/export", QUESTION).status_code == 200


class TestLater:
    def later(self, actor: Actor, question=QUESTION):
        started = call_as(actor)("post", "/export?format=xlsx&later=true", question).json()
        operation_id = started["id"]
        with operations.running(actor.workspace_id, operation_id) as (operation, report):
            write_later(jobs.Job(actor=actor, clock=NOON, operation=operation, report=report))
        return started

    def test_the_file_waits_for_whoever_asked_for_it(self, ana):
        admin = join(ana, Role.ADMIN)
        started = self.later(ana)

        found = call_as(ana)("get", f"/operations/{started['id']}/file")
        other = call_as(admin)("get", f"/operations/{started['id']}/file")

        assert started["state"] == "queued"
        assert body_of(found)[:2] == b"PK"
        assert other.json()["code"] == "not_found"
        with inside(ana):
            told = operations.get(ana, started["id"])
        assert (told.state, told.done) == ("done", 2)
        assert told.result["file"].endswith(".xlsx")

    def test_it_is_recorded_once_it_is_made(self, ana):
        before = len(export.list_records(ana))

        self.later(ana, QUESTION | {"columns": ["revenue"]})

        assert len(export.list_records(ana)) == before + 1

    def test_files_are_deleted_after_two_days(self, ana):
        started = self.later(ana)
        path = files.folder() / started["id"]
        old = time.time() - timedelta(hours=49).total_seconds()
        os.utime(path, (old, old))

        files.forget(NOON.now.now(NOON.now.tzinfo))

        gone = call_as(ana)("get", f"/operations/{started['id']}/file")
        assert gone.json()["detail"].startswith("There is no file here any more")

    def test_what_is_stopped_leaves_nothing(self, ana):
        started = call_as(ana)("post", "/export?format=csv&later=true", QUESTION).json()
        with operations.running(ana.workspace_id, started["id"]) as (operation, report):
            with inside(ana):
                operations.request_cancel(ana, NOON, operation.id)
            write_later(jobs.Job(actor=ana, clock=NOON, operation=operation, report=report))

        assert not [path for path in files.folder().iterdir() if path.name.startswith(started["id"])]

    def test_what_is_wrong_is_said_at_once(self, ana):
        response = call_as(ana)("post", "/export?later=true", {"source": "item", "columns": ["nothing"]})

        assert response.json()["code"] == "query_invalid"


class TestArchive:
    def test_an_admin_gets_all_of_it_and_that_is_written_down(self, ana):
        started = call_as(ana)("post", "/workspace/archive").json()
        with operations.running(ana.workspace_id, started["id"]) as (operation, report):
            make_archive(jobs.Job(actor=ana, clock=NOON, operation=operation, report=report))

        found = call_as(ana)("get", f"/operations/{started['id']}/file")

        with zipfile.ZipFile(io.BytesIO(body_of(found))) as archive:
            assert archive.read("tables/roadmap_item.ndjson").count(b"\n") == 2
        assert ["everything"] in [line["confidential"] for line in call_as(ana)("get", "/exports").json()]

    def test_nobody_else_may(self, ana):
        refused = call_as(join(ana, Role.AREA_OWNER))("post", "/workspace/archive")

        assert refused.json()["code"] == "forbidden"
