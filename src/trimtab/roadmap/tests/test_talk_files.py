"""Files on records, over HTTP: what comes in, what goes out, to whom, and when it is gone for good."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client

from trimtab.accounts.tests.factories import Call, call_as
from trimtab.collab import queries
from trimtab.collab.errors import QuotaReached
from trimtab.collab.files import store
from trimtab.collab.models import Attachment, StoredFile
from trimtab.collab.services import attachments
from trimtab.core import ledger
from trimtab.core.actors import Actor, Role
from trimtab.core.errors import NotFound
from trimtab.core.tests.factories import NOON, inside, later
from trimtab.roadmap.services.past import undo_change_set
from trimtab.roadmap.tests.factories import make_record
from trimtab.roadmap.tests.talk import PNG, found, join, kept, make_item, read, say, talk, upload
from trimtab.settings import CURRENT

HTML = b"<!doctype html><script>alert(1)</script>"


def fetch(call: Call, attachment: dict[str, Any], more: str = "", **headers: str) -> Any:
    response = call("get", f"/attachments/{attachment['id']}/content{more}", **headers)
    if response.status_code == 200:
        response.body = b"".join(response.streaming_content)
    return response


def listed(call: Call, item_id: Any) -> list[str]:
    return [one["name"] for one in call("get", f"/attachments?entity=item&id={item_id}").json()["attachments"]]


class TestUpload:
    def test_a_contributor_puts_a_file_on_a_record(self):
        _, person, item = talk()
        call = call_as(person)

        answer = upload(call, item.id)

        assert answer.status_code == 201, answer.content
        told = answer.json()
        assert (told["name"], told["size"], told["content_type"], told["gone"]) == ("plan.png", 28, "image/png", False)
        assert listed(call, item.id) == ["plan.png"]
        assert fetch(call, told).body == PNG

    def test_a_viewer_does_not_and_nothing_is_kept(self):
        _, viewer, item = talk(Role.VIEWER)

        assert upload(call_as(viewer), item.id).status_code == 403
        assert kept(viewer) == set()

    def test_nor_does_a_token_that_only_reads(self):
        admin, _, item = talk()

        assert upload(call_as(admin, "read"), item.id).status_code == 403

    def test_nothing_is_put_on_a_record_of_another_workspace(self):
        _, person, _ = talk()
        theirs = found()
        item = make_item(theirs)

        assert upload(call_as(person), item.id).status_code == 404
        assert kept(person) == kept(theirs) == set()

    @pytest.mark.parametrize("name", ["../../../etc/passwd", "..\\..\\passwd", "/etc/passwd", "a/b/passwd"])
    def test_a_name_is_no_path(self, name):
        _, person, item = talk()

        told = upload(call_as(person), item.id, b"words", name).json()

        assert told["name"] == "passwd"
        assert {path.parent.parent.name for path in (CURRENT.home / "files").rglob(f"*{kept(person).pop()}*")} == {
            str(person.workspace_id)
        }

    def test_a_program_is_refused_and_not_kept(self):
        _, person, item = talk()

        answer = upload(call_as(person), item.id, b"MZ\x90\x00", "photo.png")

        assert (answer.status_code, answer.json()["code"]) == (400, "file_type_refused")
        assert kept(person) == set()

    def test_too_much_is_refused_before_it_is_looked_at(self):
        _, person, item = talk()

        answer = upload(call_as(person), item.id, b"x" * (CURRENT.files.max_bytes + 1))

        assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
        assert kept(person) == set()

    @pytest.mark.parametrize("of", ["", "?entity=item", "?entity=item&id=x&name=a", "?entity=item&name=a"])
    def test_a_request_of_the_wrong_shape_is_told_so(self, of):
        _, person, _ = talk()

        answer = Client().generic("POST", f"/api/v1/attachments{of}", b"x", headers=call_as(person).headers)

        assert (answer.status_code, answer.json()["code"]) == (422, "unprocessable")

    def test_sent_twice_with_one_key_it_is_kept_once(self):
        _, person, item = talk()
        call = call_as(person)
        call.headers["Idempotency-Key"] = "once"

        first, second = upload(call, item.id), upload(call, item.id)

        assert first.json() == second.json()
        assert len(kept(person)) == 1
        assert len(listed(call, item.id)) == 1

    def test_the_same_key_with_another_file_is_refused(self):
        _, person, item = talk()
        call = call_as(person)
        call.headers["Idempotency-Key"] = "once"
        upload(call, item.id)

        assert upload(call, item.id, b"other").json()["code"] == "idempotency_mismatch"
        assert len(kept(person)) == 1

    def test_a_workspace_has_so_much_room_and_no_more(self):
        admin, person, item = talk()
        upload(call_as(person), item.id)
        small = replace(CURRENT.files, quota_bytes=len(PNG) + 5)

        with inside(admin), pytest.raises(QuotaReached):
            attachments.admit(admin, entity="item", record_id=item.id, size=6, limits=small)
        with inside(admin):
            attachments.admit(admin, entity="item", record_id=item.id, size=5, limits=small)


class TestDownload:
    def test_a_picture_may_be_shown_and_nothing_in_it_runs(self):
        _, person, item = talk()
        call = call_as(person)

        answer = fetch(call, upload(call, item.id).json())

        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"].startswith("inline;")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (HTML, "plan.png"),
            (b"<svg xmlns='x'><script/></svg>", "plan.svg"),
            (b"words", "plan.txt"),
            (b"%PDF-1.7", "a.pdf"),
        ],
    )
    def test_everything_else_is_only_saved_whatever_its_name(self, content, name):
        _, person, item = talk()
        call = call_as(person)

        answer = fetch(call, upload(call, item.id, content, name).json())

        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer.body == content

    def test_a_picture_can_be_saved_too(self):
        _, person, item = talk()
        call = call_as(person)

        answer = fetch(call, upload(call, item.id, name="Grün “neu”.png").json(), "?download=true")

        assert answer["Content-Disposition"].startswith("attachment;")
        assert quote("Grün “neu”.png") in answer["Content-Disposition"]

    def test_who_has_it_already_is_not_sent_it_again(self):
        _, person, item = talk()
        call = call_as(person)
        told = upload(call, item.id).json()

        assert fetch(call, told, **{"If-None-Match": fetch(call, told)["ETag"]}).status_code == 304

    def test_every_member_reads_it_nobody_else_does(self):
        admin, person, item = talk()
        told = upload(call_as(person), item.id).json()

        assert fetch(call_as(join(admin, Role.VIEWER)), told).body == PNG
        assert fetch(call_as(found()), told).status_code == 404
        assert fetch(Call(None, {}), told).status_code == 401

    def test_bytes_that_are_lost_are_said_to_be_gone(self):
        _, person, item = talk()
        call = call_as(person)
        told = upload(call, item.id).json()
        for file_id in kept(person):
            store.current().delete(person.workspace_id, file_id)

        assert fetch(call, told).status_code == 404


class TestDrafts:
    def test_a_draft_is_its_authors_until_it_is_posted(self):
        admin, person, item = talk()
        call = call_as(person)
        draft = upload(call, item.id, draft="true").json()

        assert listed(call, item.id) == []
        assert fetch(call, draft).body == PNG
        assert fetch(call_as(admin), draft).status_code == 404

        say(person, item, f"Look: ![plan](attachment:{draft['id']})")

        assert fetch(call_as(admin), draft).body == PNG
        (comment,) = read(admin, item.id)
        assert [one["name"] for one in comment["attachments"]] == ["plan.png"]

    def test_nobody_posts_anothers_draft(self):
        admin, person, item = talk()
        draft = upload(call_as(person), item.id, draft="true").json()

        say(admin, item, "Mine?", attachment_ids=[UUID(draft["id"])])

        (comment,) = read(admin, item.id)
        assert comment["attachments"] == []

    def test_nor_a_draft_about_something_else(self):
        admin, person, item = talk()
        other = make_item(admin)
        draft = upload(call_as(person), item.id, draft="true").json()

        say(person, other, "Here?", attachment_ids=[UUID(draft["id"])])

        (comment,) = read(admin, other.id)
        assert comment["attachments"] == []


class TestTheDatabaseItself:
    def test_a_file_of_one_workspace_is_no_attachment_in_another(self):
        _, person, item = talk()
        upload(call_as(person), item.id)
        theirs = found()
        other = make_item(theirs)
        (file_id,) = kept(person)

        with pytest.raises(Exception, match="attachment_file_fk"), transaction.atomic():
            make_record(
                theirs, Attachment, subject_entity="item", subject_id=other.id, file_id=file_id, name="a",
                posted_at=NOON.now,
            )  # fmt: skip

    def test_a_file_of_a_comment_is_about_the_same_record(self):
        admin, person, item = talk()
        upload(call_as(person), item.id)
        comment = say(person, make_item(admin))
        (file_id,) = kept(person)

        with pytest.raises(Exception, match="attachment_comment_fk"), transaction.atomic():
            make_record(
                admin, Attachment, subject_entity="item", subject_id=item.id, comment_id=comment.id, file_id=file_id,
                name="a", posted_at=NOON.now,
            )  # fmt: skip


class TestDelete:
    def delete(self, call: Call, told: dict[str, Any], more: str = "") -> int:
        return int(call("delete", f"/attachments/{told['id']}{more}").status_code)

    def test_who_may_and_who_may_not(self):
        admin, person, item = talk()
        told = upload(call_as(person), item.id).json()

        for role, status in ((Role.VIEWER, 403), (Role.CONTRIBUTOR, 403), (Role.EDITOR, 204)):
            assert self.delete(call_as(join(admin, role)), told) == status

    def test_undo_brings_it_back_bytes_and_all(self):
        admin, person, item = talk()
        call = call_as(person)
        told = upload(call, item.id).json()
        answer = call("delete", f"/attachments/{told['id']}")
        assert listed(call, item.id) == []
        assert fetch(call, told).status_code == 404

        with inside(admin):
            undo_change_set(admin, later(days=1), UUID(answer["Trimtab-Change-Set"]))

        assert fetch(call, told).body == PNG

    def test_an_admin_purges_for_good(self):
        admin, person, item = talk()
        told = upload(call_as(person), item.id).json()
        assert self.delete(call_as(person), told, "?purge=true") == 403

        assert self.delete(call_as(admin), told, "?purge=true") == 204

        attachments.sweep(store.current(), admin, replace(NOON, now=self.now()))
        assert kept(admin) == set()

    def now(self):
        from datetime import UTC, datetime

        return datetime.now(UTC)


class TestSweep:
    def sweep(self, actor: Actor, *, days: float, leftovers: bool = False) -> int:
        from datetime import UTC, datetime, timedelta

        clock = replace(NOON, now=datetime.now(UTC) + timedelta(days=days))
        return attachments.sweep(store.current(), actor, clock, leftovers=leftovers)

    def test_a_deleted_file_stays_for_thirty_days(self):
        admin, person, item = talk()
        call = call_as(person)
        told = upload(call, item.id).json()
        call("delete", f"/attachments/{told['id']}")

        assert self.sweep(admin, days=29) == 0
        assert self.sweep(admin, days=31) == 1
        assert kept(admin) == set()

    def test_what_comes_back_after_that_says_that_its_bytes_are_gone(self):
        admin, person, item = talk()
        call = call_as(person)
        told = upload(call, item.id).json()
        change_set = UUID(call("delete", f"/attachments/{told['id']}")["Trimtab-Change-Set"])
        self.sweep(admin, days=31)

        with inside(admin):
            result = undo_change_set(admin, later(days=1), change_set)

        assert result.refused == ()
        (back,) = call("get", f"/attachments?entity=item&id={item.id}").json()["attachments"]
        assert back["gone"]
        assert fetch(call, told).status_code == 404

    def test_what_is_held_stays(self):
        admin, person, item = talk()
        upload(call_as(person), item.id)

        assert self.sweep(admin, days=400, leftovers=True) == 0
        assert len(kept(admin)) == 1

    def test_a_draft_goes_after_a_day(self):
        admin, person, item = talk()
        upload(call_as(person), item.id, draft="true")

        assert self.sweep(admin, days=0.9) == 0
        self.sweep(admin, days=1.1)
        with inside(admin):
            assert queries.rows(admin, Attachment).count() == 0
        assert self.sweep(admin, days=40) == 1
        assert kept(admin) == set()

    def test_bytes_that_no_row_knows_go_at_night(self):
        import io

        admin, _, _ = talk()
        store.current().put(admin.workspace_id, uuid4(), io.BytesIO(b"x"), 1)

        assert self.sweep(admin, days=0.5, leftovers=True) == 0
        assert self.sweep(admin, days=2) == 0
        assert self.sweep(admin, days=2, leftovers=True) == 1

    def test_a_row_that_was_rolled_back_leaves_bytes_for_the_night_alone(self):
        admin, _, item = talk()

        with pytest.raises(NotFound), inside(admin), ledger.change_set(admin, at=NOON.now):
            attachments.visible_attachment(admin, item.id)
        with inside(admin):
            assert queries.rows(admin, StoredFile).count() == 0
