"""Names, kinds and places of files."""

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.collab.errors import FileTooLarge, FileTypeRefused, StoreUnavailable
from trimtab.collab.files.names import clean, disposition
from trimtab.collab.files.s3 import PART, Bucket
from trimtab.collab.files.sniff import HEAD, SHOWN, allowed, sniff
from trimtab.collab.files.store import Disk, Store
from trimtab.collab.services.attachments import take_in
from trimtab.collab.tests.fake_s3 import Fake, serving
from trimtab.core.errors import NotFound
from trimtab.settings import CURRENT, FileSettings, S3Settings

LIMITS = FileSettings(max_bytes=1000, quota_bytes=10_000, types=CURRENT.files.types, s3=None)
WORKSPACE = UUID(int=7)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


class TestClean:
    @pytest.mark.parametrize(
        ("given_name", "kept"),
        [
            ("plan.pdf", "plan.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("/etc/cron.d/x", "x"),
            ("..", "file"),
            ("", "file"),
            ("a/", "a"),
            (".htaccess", "htaccess"),
            ("con.txt", "_con.txt"),
            ("photo\u202egpj.exe", "photogpj.exe"),
            ("a\x00b\n.txt", "ab.txt"),
            ('a"b<c>.txt', "a_b_c_.txt"),
            ("名前.png", "名前.png"),
            ("x" * 300 + ".docx", "x" * 195 + ".docx"),
        ],
    )
    def test_examples(self, given_name, kept):
        assert clean(given_name) == kept

    @given(st.text(max_size=400))
    def test_no_name_leads_anywhere(self, name):
        kept = clean(name)

        assert kept
        assert len(kept) <= 200
        assert clean(kept) == kept
        assert not {"/", "\\", "\x00"} & set(kept)
        assert kept not in {".", ".."}
        assert (Path("/somewhere") / kept).resolve().parent == Path("/somewhere")

    @given(st.text(max_size=200))
    def test_a_header_stays_one_header(self, name):
        header = disposition(clean(name), inline=False)

        assert header.isascii()
        assert not {"\r", "\n"} & set(header)
        assert header.count('"') == 2


class TestSniff:
    @pytest.mark.parametrize(
        ("head", "kind"),
        [
            (PNG, "image/png"),
            (b"\xff\xd8\xff\xe0abc", "image/jpeg"),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
            (b"\x00\x00\x00\x1cftypavif", "image/avif"),
            (b"%PDF-1.7", "application/pdf"),
            (b"PK\x03\x04" + b"\x00" * 26 + b"xl/workbook.xml",
             "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (b"PK\x03\x04abc", "application/zip"),
            (b"MZ\x90\x00", "application/x-executable"),
            (b"#!/bin/sh\n", "application/x-executable"),
            (b"plain words", "text/plain"),
            (b'{"a": 1}', "application/json"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"),
            (b"<?xml version='1.0'?><!-- x --><svg>", "image/svg+xml"),
            (b"<?xml version='1.0'?><a/>", "text/xml"),
            (b"<!DOCTYPE html><p>", "text/html"),
            (b"words, then <script>alert(1)</script>", "text/html"),
            ("\ufeff<html>".encode("utf-16"), "text/html"),
            (b"", "application/octet-stream"),
            (b"\x00\x01\x02", "application/octet-stream"),
        ],
    )  # fmt: skip
    def test_examples(self, head, kind):
        assert sniff(head) == kind

    @given(st.binary(max_size=HEAD + 100))
    def test_any_bytes_are_something(self, head):
        assert "/" in sniff(head)

    @given(st.binary(max_size=200), st.sampled_from([b"<script>", b"<svg ", b"<HTML>", b"<iframe "]))
    def test_markup_is_never_shown_in_place_unless_a_picture_begins_it(self, before, markup):
        kind = sniff(before + markup + b"x")

        assert (
            kind not in SHOWN
            or before[:8] == PNG[:8]
            or before[:3] in {b"\xff\xd8\xff", b"GIF", b"RIF"}
            or (before[4:8] == b"ftyp")
        )

    def test_svg_is_never_shown_in_place(self):
        assert "image/svg+xml" not in SHOWN
        assert "text/html" not in SHOWN

    @pytest.mark.parametrize(
        ("kind", "taken"),
        [("image/png", True), ("application/x-executable", False), ("text/html", True), ("font/woff2", False)],
    )
    def test_programs_are_not_taken(self, kind, taken):
        assert allowed(kind, CURRENT.files.types) is taken


class TestTakeIn:
    def take(self, store: Store, content: bytes, limits: FileSettings = LIMITS):
        return take_in(store, WORKSPACE, io.BytesIO(content), limits)

    def test_what_is_kept_is_what_was_sent(self, tmp_path):
        store = Disk(tmp_path)

        upload = self.take(store, PNG)

        assert b"".join(store.open(WORKSPACE, upload.file_id)) == PNG
        assert (upload.size, upload.content_type, upload.taken) == (len(PNG), "image/png", False)

    def test_too_much_is_not_kept(self, tmp_path):
        with pytest.raises(FileTooLarge):
            self.take(Disk(tmp_path), b"x" * 1001)
        assert list(Disk(tmp_path).kept(WORKSPACE)) == []

    def test_a_program_is_not_kept(self, tmp_path):
        with pytest.raises(FileTypeRefused):
            self.take(Disk(tmp_path), b"MZ\x90\x00")
        assert list(Disk(tmp_path).kept(WORKSPACE)) == []


@pytest.fixture
def fake() -> Iterator[Fake]:
    with serving() as server:
        yield server


def bucket(fake: Fake, prefix: str = "trimtab") -> Bucket:
    return Bucket(S3Settings(fake.endpoint, False, "files", "us-east-1", "key", "secret-secret", prefix))


@pytest.fixture(params=["disk", "bucket", "bucket without a prefix"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "disk":
        yield Disk(tmp_path)
        return
    with serving() as server:
        yield bucket(server, "" if "without" in request.param else "trimtab")


class TestEveryStore:
    """One contract, kept by each."""

    @pytest.mark.parametrize("size", [0, 1, PART - 1, PART, 2 * PART + 3])
    def test_bytes_come_out_as_they_went_in(self, store, size):
        content = os.urandom(size)
        file_id = uuid4()

        store.put(WORKSPACE, file_id, io.BytesIO(content), size)

        assert b"".join(store.open(WORKSPACE, file_id)) == content

    def test_what_is_not_there_is_said_at_once(self, store):
        with pytest.raises(NotFound):
            store.open(WORKSPACE, uuid4())

    def test_what_is_deleted_is_gone_and_may_be_deleted_again(self, store):
        file_id = uuid4()
        store.put(WORKSPACE, file_id, io.BytesIO(b"x"), 1)

        store.delete(WORKSPACE, file_id)
        store.delete(WORKSPACE, file_id)

        with pytest.raises(NotFound):
            store.open(WORKSPACE, file_id)

    def test_each_workspace_has_its_own(self, store):
        ours, theirs = uuid4(), uuid4()
        store.put(WORKSPACE, ours, io.BytesIO(b"x"), 1)
        store.put(UUID(int=8), theirs, io.BytesIO(b"x"), 1)

        assert [file_id for file_id, _ in store.kept(WORKSPACE)] == [ours]
        with pytest.raises(NotFound):
            store.open(WORKSPACE, theirs)


class TestDisk:
    def test_half_a_file_is_none(self, tmp_path):
        file_id = uuid4()

        with pytest.raises(StoreUnavailable):
            Disk(tmp_path).put(WORKSPACE, file_id, io.BytesIO(b"half"), 8)

        assert list(Disk(tmp_path).kept(WORKSPACE)) == []
        with pytest.raises(NotFound):
            Disk(tmp_path).open(WORKSPACE, file_id)

    def test_only_the_owner_reads_it(self, tmp_path):
        file_id = uuid4()
        Disk(tmp_path).put(WORKSPACE, file_id, io.BytesIO(b"x"), 1)

        (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
        assert path.stat().st_mode & 0o077 == 0

    def test_a_disk_that_does_not_take_it_says_so(self, tmp_path):
        (tmp_path / "root").write_text("a file in the way")

        with pytest.raises(StoreUnavailable):
            Disk(tmp_path / "root").put(WORKSPACE, uuid4(), io.BytesIO(b"x"), 1)

    def test_it_says_since_when_a_file_is_there(self, tmp_path):
        Disk(tmp_path).put(WORKSPACE, uuid4(), io.BytesIO(b"x"), 1)

        ((_, since),) = Disk(tmp_path).kept(WORKSPACE)

        assert abs(since - datetime.now(UTC)) < timedelta(minutes=1)


class TestBucket:
    def test_every_request_is_signed(self, fake):
        bucket(fake).put(WORKSPACE, uuid4(), io.BytesIO(b"x"), 1)

        assert (len(fake.objects), fake.unsigned) == (1, 0)

    def test_a_large_file_travels_in_parts(self, fake):
        bucket(fake).put(WORKSPACE, uuid4(), io.BytesIO(b"x" * (3 * PART)), 3 * PART)

        assert fake.largest_body < 2 * PART
        assert [len(body) for body in fake.objects.values()] == [3 * PART]

    def test_a_moment_of_weakness_is_waited_out(self, fake):
        fake.failing = 1
        file_id = uuid4()

        bucket(fake).put(WORKSPACE, file_id, io.BytesIO(b"x"), 1)

        assert b"".join(bucket(fake).open(WORKSPACE, file_id)) == b"x"

    def test_a_store_that_keeps_refusing_is_unavailable(self, fake):
        fake.failing = 1000

        with pytest.raises(StoreUnavailable):
            bucket(fake).put(WORKSPACE, uuid4(), io.BytesIO(b"x"), 1)

    def test_a_store_that_is_not_there_is_unavailable(self, fake):
        gone = bucket(fake)
        fake.shutdown()
        fake.server_close()

        with pytest.raises(StoreUnavailable):
            gone.open(WORKSPACE, uuid4())

    def test_a_file_that_breaks_off_is_not_taken_for_whole(self, fake):
        file_id = uuid4()
        bucket(fake).put(WORKSPACE, file_id, io.BytesIO(b"x" * 100_000), 100_000)
        fake.broken = True

        with pytest.raises(StoreUnavailable):
            b"".join(bucket(fake).open(WORKSPACE, file_id))
