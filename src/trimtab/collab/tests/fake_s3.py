"""A small S3 on a real socket: objects in memory, uploads in parts, lists, errors on demand."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

STAMP = "%Y-%m-%dT%H:%M:%S.000Z"


class Fake(ThreadingHTTPServer):
    """``objects`` by name, ``failing``: how many of the next requests fail with 503, ``broken``: hang up half-way."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.largest_body = 0
        self.failing = 0
        self.broken = False
        self.unsigned = 0

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Fake
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _name(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

    def _query(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(urlsplit(self.path).query, keep_blank_values=True).items()}

    def _body(self) -> bytes:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.largest_body = max(self.server.largest_body, len(raw))
        return raw

    def _say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _error(self, status: int, code: str) -> None:
        self._say(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def _ready(self) -> bool:
        if "Signature=" not in self.headers.get("Authorization", ""):
            self.server.unsigned += 1
        if self.server.failing:
            self.server.failing -= 1
            self._body()
            self._error(503, "SlowDown")
            return False
        return True

    def do_PUT(self) -> None:
        if not self._ready():
            return
        query, body = self._query(), self._body()
        if "uploadId" in query:
            self.server.parts[query["uploadId"]][int(query["partNumber"])] = body
        else:
            self.server.objects[self._name()] = body
        self._say(200, ETag=f'"{hashlib.md5(body).hexdigest()}"')

    def do_POST(self) -> None:
        if not self._ready():
            return
        query, name = self._query(), self._name()
        self._body()
        if "uploads" in query:
            upload = f"u{len(self.server.parts)}"
            self.server.parts[upload] = {}
            self._say(
                200,
                f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>".encode(),
            )
            return
        parts = self.server.parts.pop(query["uploadId"])
        self.server.objects[name] = b"".join(parts[number] for number in sorted(parts))
        self._say(
            200,
            f"<CompleteMultipartUploadResult><Bucket>b</Bucket><Key>{escape(name)}</Key><Location>x</Location>"
            '<ETag>"x"</ETag></CompleteMultipartUploadResult>'.encode(),
        )

    def do_GET(self) -> None:
        if not self._ready():
            return
        query = self._query()
        if "list-type" in query:
            self._list(query.get("prefix", ""))
            return
        found = self.server.objects.get(self._name())
        if found is None:
            self._error(404, "NoSuchKey")
        elif self.server.broken:
            self.send_response(200)
            self.send_header("Content-Length", str(len(found)))
            self.end_headers()
            self.wfile.write(found[: len(found) // 2])
            self.close_connection = True
        else:
            self._say(200, found, Last_Modified="Mon, 02 Mar 2026 12:00:00 GMT", ETag='"x"')

    def do_DELETE(self) -> None:
        if self._ready():
            self.server.objects.pop(self._name(), None)
            self._say(204)

    def _list(self, prefix: str) -> None:
        found = "".join(
            f"<Contents><Key>{escape(name)}</Key><Size>{len(body)}</Size><ETag>x</ETag>"
            f"<LastModified>{datetime(2026, 3, 2, 12, tzinfo=UTC).strftime(STAMP)}</LastModified></Contents>"
            for name, body in sorted(self.server.objects.items())
            if name.startswith(prefix)
        )
        self._say(
            200,
            f"<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode(),
        )


@contextmanager
def serving() -> Iterator[Fake]:
    """A fake that answers on loopback while the block runs."""
    fake = Fake()
    thread = threading.Thread(target=fake.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.shutdown()
        fake.server_close()
        thread.join()
