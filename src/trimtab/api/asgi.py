"""The server: live streams natively, everything else in threads, the client's files beside it."""

import asyncio
import gc
import signal
from collections.abc import Callable, Iterable
from typing import Any, Final

import structlog
from django.core.wsgi import get_wsgi_application

from trimtab.core import logs
from trimtab.settings import CURRENT

django = get_wsgi_application()
logs.configure(CURRENT.log_level)

from trimtab.api import uploads  # noqa: E402 - after Django is set up
from trimtab.api.bridge import Bridge, Receive, Scope, Send  # noqa: E402
from trimtab.api.pages import Pages  # noqa: E402
from trimtab.api.startup import UnsafeRole, check_role  # noqa: E402
from trimtab.api.stream import PATH, Stream  # noqa: E402

log = structlog.get_logger(__name__)
OURS: Final = ("/api/", "/_allauth/", "/healthz", "/readyz")
pages = Pages()


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """What the server answers itself goes to Django, every other address to the client."""
    if environ["PATH_INFO"].startswith(OURS):
        return django(environ, start_response)
    return pages(environ, start_response)


bridge = Bridge(wsgi)
stream = Stream(bridge)
incoming = uploads.Uploads(bridge)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        if scope["path"] == PATH:
            await stream(scope, receive, send)
        elif scope["path"] == uploads.PATH and scope["method"] == "POST":
            await incoming(scope, receive, send)
        else:
            await bridge(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)
    else:
        await send({"type": "websocket.close", "code": 1000})


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    try:
        await asyncio.get_running_loop().run_in_executor(bridge.threads, check_role)
    except UnsafeRole as unsafe:
        await send({"type": "lifespan.startup.failed", "message": str(unsafe)})
        return
    _end_streams_on_signals()
    gc.freeze()  # what start-up made stays: no large answer needs to look through all of it for garbage
    await send({"type": "lifespan.startup.complete"})
    await receive()
    stream.hub.stop()
    bridge.threads.shutdown(wait=False)
    bridge.files.shutdown(wait=False)
    await send({"type": "lifespan.shutdown.complete"})


def _end_streams_on_signals() -> None:
    """A server that is told to stop waits for its connections first: open streams have to end by themselves."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handle(received: int, frame: Any, before: Any = before) -> None:
            loop.call_soon_threadsafe(stream.hub.stop)
            if callable(before):
                before(received, frame)

        signal.signal(number, handle)
