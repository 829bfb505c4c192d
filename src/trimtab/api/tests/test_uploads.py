"""Files on their way in, over a socket: nothing of a body is read before its sender is admitted."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from trimtab.accounts.tests.factories import Call, call_as
from trimtab.api.tests.serving import Server
from trimtab.roadmap.tests.talk import kept, talk, upload


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


class TestOverASocket:
    """The real server: nothing of a body is read before its sender is admitted."""

    def ask(self, server: Server, call: Call, path: str, length: int | None, body: bytes = b"") -> Any:
        connection = server.connect()
        connection.putrequest("POST", f"/api/v1{path}")
        for name, value in call.headers.items():
            connection.putheader(name, value)
        if length is None:
            connection.putheader("Transfer-Encoding", "chunked")
        else:
            connection.putheader("Content-Length", str(length))
        connection.endheaders()
        if length is None:
            for start in range(0, len(body), 65_536):
                piece = body[start : start + 65_536]
                try:
                    connection.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                except (BrokenPipeError, ConnectionResetError):
                    break
            else:
                connection.send(b"0\r\n\r\n")
        elif body:
            connection.send(body)
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"null")

    def path(self, item_id: Any) -> str:
        return f"/attachments?entity=item&id={item_id}&name=a.bin"

    def test_five_gigabytes_are_refused_before_the_first(self, server):
        _, person, item = talk()

        status, told = self.ask(server, call_as(person), self.path(item.id), 5 * 1024**3)

        assert (status, told["code"]) == (413, "file_too_large")
        assert kept(person) == set()

    def test_nobody_sends_anything(self, server):
        _, _, item = talk()

        status, told = self.ask(server, Call(None, {}), self.path(item.id), 5 * 1024**3)

        assert (status, told["code"]) == (401, "unauthenticated")

    def test_a_file_in_pieces_arrives_whole(self, server):
        _, person, item = talk()
        content = bytes(range(256)) * 20_000
        call = call_as(person)

        status, told = self.ask(server, call, self.path(item.id), None, content)

        assert (status, told["size"]) == (201, len(content))
        connection = server.connect()
        connection.request("GET", f"/api/v1/attachments/{told['id']}/content", headers=call.headers)
        assert connection.getresponse().read() == content

    def test_a_sender_who_leaves_half_way_leaves_nothing(self, server):
        _, person, item = talk()
        connection = server.connect()
        connection.putrequest("POST", f"/api/v1{self.path(item.id)}")
        for name, value in {**call_as(person).headers, "Content-Length": "1000"}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(b"x" * 500)
        connection.close()

        status, _ = self.ask(server, call_as(person), self.path(item.id), 3, b"end")

        assert status == 201
        assert len(kept(person)) == 1


def test_the_history_of_a_record_tells_of_comments_and_files():
    admin, person, item = talk()
    call = call_as(person)
    call("post", "/comments", {"entity": "item", "id": item.id, "body": "Why?"})
    upload(call, item.id)

    answer = call_as(admin)("get", f"/history?entity=item&id={item.id}")

    assert answer.status_code == 200, answer.content
    told = {(line["entity"], line["op"]): line["about"] for line in answer.json()["lines"]}
    assert told["comment", "I"]["author_id"]["label"] == person.name
    assert told["attachment", "I"]["name"]["value"] == "plan.png"
