"""The real server on the measured database, and a client that keeps its connection."""

import gzip
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_S = 90


class Refused(Exception):
    """The server did not answer with success."""


@dataclass(slots=True)
class Client:
    """Speaks to the API as the bearer of a token, over one connection that stays open."""

    port: int
    token: str
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def call(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> bytes:
        """The answer's body. Raises Refused for anything but success."""
        payload = None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"} | dict(headers or {})
        self.connection.request(method, path, payload, sent)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise Refused(f"{method} {path} → {answer.status}: {data[:600].decode(errors='replace')}")
        return data

    def query(self, request: Mapping[str, Any]) -> bytes:
        return self.call("POST", "/api/v1/query", request)

    def json(self, method: str, path: str, body: object = None) -> Any:
        return json.loads(self.call(method, path, body))


def gzipped_kb(data: bytes) -> float:
    """Size on the wire at gzip's level 6."""
    return len(gzip.compress(data, 6)) / 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def product(command: str, environment: Mapping[str, str], log: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """Run ``trimtab serve`` or ``trimtab worker`` while inside the block."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "trimtab.cli", command],
            env=os.environ | dict(environment),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def serving(environment: Mapping[str, str], log: Path) -> "Iterator[tuple[int, subprocess.Popen[bytes]]]":
    """The web server, ready, and its port. Raises Refused when it does not get ready."""
    port = free_port()
    own = dict(environment) | {"PORT": str(port), "TRIMTAB_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with product("serve", own, log) as process:
        deadline = time.monotonic() + START_S
        while not _ready(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Refused(f"The server did not get ready. The end of its log:\n{log.read_text()[-3000:]}")
            time.sleep(0.1)
        yield port, process


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
