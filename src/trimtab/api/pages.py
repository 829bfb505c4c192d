"""The client's files. Its own addresses all lead to ``index.html``: it is an application of a single page."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final
from wsgiref.headers import Headers

from whitenoise import WhiteNoise

from trimtab.api.answers import SECURITY

STATIC: Final = Path(__file__).parent / "static"
_NOT_BUILT: Final = (
    "<!doctype html><html lang=en><title>Trimtab</title><h1>The client is not built</h1>"
    "<p>The server runs, but the pages are missing. Run <code>make client</code> and start it again.</p>"
)


class Pages:
    """A WSGI application: hashed files may be kept for ever, everything else is asked for again each time."""

    def __init__(self, root: Path = STATIC) -> None:
        self.files = WhiteNoise(
            self._other,
            root=root if root.is_dir() else None,
            max_age=0,
            immutable_file_test=_is_hashed,
            add_headers_function=_add_headers,
        )

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self.files(environ, start_response)  # type: ignore[no-any-return]

    def _other(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"}:
            return _say(start_response, "405 Method Not Allowed", "This page can only be read.")
        index = self.files.files.get("/index.html")
        if index is None:
            return _say(start_response, "503 Service Unavailable", _NOT_BUILT)
        if _is_hashed("", path) or "." in path.rpartition("/")[2]:
            return _say(start_response, "404 Not Found", "There is nothing here.")
        return self.files.serve(index, environ, start_response)  # type: ignore[no-any-return]


def _is_hashed(path: str, url: str) -> bool:
    return url.startswith("/assets/")


def _add_headers(headers: Headers, path: str, url: str) -> None:
    for name, value in SECURITY.items():
        headers[name] = value


def _say(start_response: Callable[..., Any], status: str, text: str) -> Iterable[bytes]:
    body = text.encode()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))), *SECURITY.items()]
    start_response(status, headers)
    return [body]
