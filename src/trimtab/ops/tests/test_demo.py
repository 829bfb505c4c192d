import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from trimtab.ops import demo

HOLDER = """
import sys, time
from pathlib import Path
from trimtab.ops.demo import _only_one
with _only_one(Path(sys.argv[1]), "http://localhost:8123"):
    print("held", flush=True)
    time.sleep(600)
"""


class TestPort:
    def test_one_in_use_is_told_with_another_to_try(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]

            with pytest.raises(demo.CannotStart, match=rf"Port {port} is in use.*PORT={port + 1}"):
                demo.check_port("127.0.0.1", port)

    def test_an_address_of_another_machine_is_told(self):
        with pytest.raises(demo.CannotStart, match=r"Nothing can listen on 192\.0\.2\.1"):
            demo.check_port("192.0.2.1", 8000)


class TestSecondStart:
    def test_is_refused_with_the_address_of_the_first(self, tmp_path: Path):
        first = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE)
        assert first.stdout is not None
        first.stdout.readline()

        with (
            pytest.raises(demo.CannotStart, match=rf"process {first.pid}, http://localhost:8123"),
            demo._only_one(tmp_path, "http://localhost:8124"),
        ):
            pass

        first.kill()
        first.wait()
        with demo._only_one(tmp_path, "http://localhost:8124"):  # a killed one leaves no mark
            assert (tmp_path / "supervisor.lock").read_text() == f"{os.getpid()} http://localhost:8124"


class Answering(BaseHTTPRequestHandler):
    """Answers /readyz with the server's own status."""

    def do_GET(self) -> None:
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class TestReady:
    @pytest.fixture
    def server(self) -> Iterator[HTTPServer]:
        server = HTTPServer(("127.0.0.1", 0), Answering)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
        server.server_close()

    @pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False)])
    def test_only_200_counts(self, server: HTTPServer, status: int, ready: bool):
        server.status = status  # type: ignore[attr-defined]

        assert demo.is_ready("127.0.0.1", server.server_port) is ready

    def test_nobody_there_is_not_ready(self):
        assert demo.is_ready("127.0.0.1", 1) is False
