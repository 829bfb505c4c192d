"""A real uvicorn in a process of its own, on this test run's database."""

import http.client
import signal
import socket
import subprocess
import sys
import time


class Server:
    """A running server on a free port of this machine."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "uvicorn", "trimtab.api.asgi:application", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--timeout-graceful-shutdown", "5", "--no-access-log"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.get("/readyz").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.stop())

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def get(
        self, path: str, secret: str = "", method: str = "GET", body: bytes | None = None
    ) -> http.client.HTTPResponse:
        connection = self.connect()
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        connection.request(method, path, body=body, headers=headers)
        return connection.getresponse()

    def stop(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        output, _ = self.process.communicate(timeout=30)
        return output.decode()
