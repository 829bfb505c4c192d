"""The server as it runs: a real uvicorn, real streams, real signals."""

import asyncio
import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from trimtab.accounts.tests.factories import call_as, found_workspace, make_token, revoke
from trimtab.api import stream
from trimtab.api.tests.serving import Server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture
def ana():
    return found_workspace()


def lines(response: http.client.HTTPResponse) -> Iterator[str]:
    for line in response:
        text = line.decode().strip()
        if text:
            yield text


def opened(server: Server, secret: str) -> Iterator[str]:
    """The lines of a stream that is listened to already."""
    response = server.get("/api/v1/stream", secret)
    assert response.status == 200, response.read()
    found = lines(response)
    assert [next(found), next(found)] == ["retry: 2000", ": connected"]
    return found


class TestStream:
    def test_a_change_made_elsewhere_arrives_within_a_second(self, server, ana):
        found = opened(server, make_token(ana, "read")[1])
        change_set = call_as(ana)("post", "/people", {"name": "Bo"}).headers["Trimtab-Change-Set"]
        began = time.monotonic()

        assert next(found) == "event: change"
        assert json.loads(next(found).removeprefix("data: ")) == {"change_set": change_set}
        assert time.monotonic() - began < 1

    def test_nothing_of_another_workspace_arrives(self, server, ana):
        found = opened(server, make_token(ana)[1])
        call_as(found_workspace())("post", "/people", {"name": "Stranger"})
        mine = call_as(ana)("post", "/people", {"name": "Bo"}).headers["Trimtab-Change-Set"]

        assert next(found) == "event: change"
        assert mine in next(found)

    def test_what_is_rolled_back_is_not_told(self, server, ana):
        found = opened(server, make_token(ana)[1])
        call = call_as(ana)
        call("post", "/people", {"name": ""})
        mine = call("post", "/people", {"name": "Bo"}).headers["Trimtab-Change-Set"]
        next(found)

        assert mine in next(found)

    def test_nobody_is_let_in(self, server):
        response = server.get("/api/v1/stream")

        assert (response.status, json.load(response)["code"]) == (401, "unauthenticated")

    def test_it_can_only_be_read(self, server):
        assert server.get("/api/v1/stream", method="POST").status == 404

    def test_a_lost_listener_comes_back_and_says_that_something_may_be_missing(self, server, ana):
        found = opened(server, make_token(ana)[1])
        _end_listeners()

        assert next(found) == "event: reset"
        next(found)
        call_as(ana)("post", "/people", {"name": "Bo"})
        assert next(found) == "event: change"


def _end_listeners() -> None:
    """As a restart of the database would; a role may end its own connections."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where query ilike 'listen %' and datname = current_database()"
        )


class TestServer:
    def test_calls_run_beside_the_streams(self, server, ana):
        secret = make_token(ana)[1]
        streams = [opened(server, secret) for _ in range(12)]

        assert json.load(server.get("/api/v1/me", secret))["role"] == "admin"
        assert len(streams) == 12

    def test_a_body_that_grows_too_large_is_cut_off(self, server):
        connection = server.connect()
        connection.request("POST", "/api/v1/teams", body=(b"x" * 65_536 for _ in range(40)), encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})  # fmt: skip
        response = connection.getresponse()

        assert (response.status, json.load(response)["code"]) == (413, "too_large")

    def test_an_address_of_the_client_is_answered_with_its_page(self, server):
        response = server.get("/items/TT-1?view=grid")

        assert response.status in {200, 503}
        assert response.headers["Content-Type"].startswith("text/html")
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]

    def test_it_stops_at_once_though_streams_are_open(self, ana):
        server = Server()
        found = opened(server, make_token(ana)[1])
        ended = threading.Event()
        threading.Thread(target=lambda: (list(found), ended.set()), daemon=True).start()
        began = time.monotonic()
        output = server.stop()

        assert time.monotonic() - began < 4
        assert ended.wait(5)
        assert server.process.returncode in {0, -signal.SIGTERM}
        assert "Traceback" not in output


class TestStillWelcome:
    def test_a_revoked_token_loses_its_stream(self, ana):
        token_id, secret = make_token(ana)
        scope = {
            "type": "http", "method": "GET", "path": stream.PATH, "query_string": b"", "http_version": "1.1",
            "headers": [(b"host", b"localhost"), (b"authorization", b"Bearer " + secret.encode())],
        }  # fmt: skip

        assert stream._workspace_of(scope, "1") == ana.workspace_id
        revoke(ana, token_id)
        with pytest.raises(stream.DomainError):
            stream._workspace_of(scope, "1")


class TestBackPressure:
    def test_a_client_that_does_not_read_starts_over(self):
        queue: asyncio.Queue[bytes] = asyncio.Queue(maxsize=2)
        for n in range(3):
            stream._put([queue], b"%d" % n)

        assert (queue.qsize(), queue.get_nowait()) == (1, stream.RESET)

    def test_others_do_not_start_over_with_it(self):
        slow: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1)
        quick: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1)
        stream._put([slow], b"0")
        stream._put([slow, quick], b"1")

        assert (slow.get_nowait(), quick.get_nowait()) == (stream.RESET, b"1")
