"""Files on their way in: asked about before a byte is read, kept outside of any transaction, then recorded.

A file never lies in memory as a whole. Who may not send it, or sends too much, is told so before they send it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja.errors import ValidationError
from pydantic import ValidationError as ShapeError

from trimtab.api.bridge import Bridge, Receive, Scope, Send, environ_of
from trimtab.collab import public as collab
from trimtab.collab.schemas import UploadOf
from trimtab.core.edge import actor_of
from trimtab.settings import CURRENT

PATH: Final = "/api/v1/attachments"
ASKING: Final = "trimtab.asking"
"""In the environment of a request that has no body yet: may it come?"""
_CHUNK: Final = 256 * 1024
_READ_AWAY: Final = 64 * 1024 * 1024
_READ_AWAY_S: Final = 5.0
View = Callable[[HttpRequest], HttpResponse]


def is_upload(request: HttpRequest) -> bool:
    return request.method == "POST" and request.path_info == PATH


def receive(request: HttpRequest, run: Callable[[View | None], HttpResponse]) -> HttpResponse:
    """Take a file in. ``run`` runs a view, or the address's own (None), in a transaction of the caller's workspace.

    Raises what ``collab.public.admit_file`` and ``take_in_file`` raise.
    """
    admitted = run(_admit)
    if request.META.get(ASKING):
        return admitted
    workspace_id = actor_of(request).workspace_id
    with TemporaryFile(dir=_spool()) as data:
        while piece := request.read(_CHUNK):
            data.write(piece)
        upload = collab.take_in_file(workspace_id, data, CURRENT.files)
    request.upload = upload  # type: ignore[attr-defined]
    request._body = upload.sha256.encode()  # what a repeated request is known by
    kept = False
    try:
        response = run(None)
        kept = response.status_code < 400 and upload.taken
        return response
    finally:
        if not kept:
            collab.drop_file(workspace_id, upload)


def _admit(request: HttpRequest) -> HttpResponse:
    try:
        of = UploadOf.model_validate(request.GET.dict())
    except ShapeError as wrong:
        raise ValidationError([{**error, "loc": ("query", *error["loc"])} for error in wrong.errors()]) from wrong
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    collab.admit_file(actor_of(request), entity=of.entity, record_id=of.id, size=size, limits=CURRENT.files)
    return HttpResponse(status=204)


def _spool() -> str:
    """A folder on the disk of the data: the system's own may be memory."""
    folder = CURRENT.home / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return str(folder)


class Uploads:
    """The ASGI side: asks first, then lets the body run into a file without holding a thread."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asking = environ_of(scope) | {"CONTENT_LENGTH": _declared(scope), ASKING: True}
        start, content = await self.bridge.ask(asking)
        if start["status"] != 204:
            await _read_away(receive, int(_declared(scope)))
            await _refuse(send, start, content)
            return
        with TemporaryFile(dir=_spool()) as data:
            size = await _take(receive, data)
            if size is None:
                return
            if size > CURRENT.files.max_bytes:
                await self._too_large(scope, send)
                return
            data.seek(0)
            environ = environ_of(scope) | {"CONTENT_LENGTH": str(size), "wsgi.input": data}
            start, content = await self.bridge.ask(environ)
        await send(start)
        await send({"type": "http.response.body", "body": content})

    async def _too_large(self, scope: Scope, send: Send) -> None:
        """A body of unknown length turned out too long: the same answer as for one that says so before."""
        asking = environ_of(scope) | {"CONTENT_LENGTH": str(CURRENT.files.max_bytes + 1), ASKING: True}
        await _refuse(send, *await self.bridge.ask(asking))


def _declared(scope: Scope) -> str:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return lengths[0].decode("latin1") if lengths and lengths[0].isdigit() else "0"


async def _take(receive: Receive, data: IO[bytes]) -> int | None:
    """Write the body down; gives its length, over the limit where it broke off there, None when the sender left."""
    size = 0
    loop = asyncio.get_running_loop()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        piece = message.get("body", b"")
        size += len(piece)
        if size > CURRENT.files.max_bytes:
            return size
        await loop.run_in_executor(None, data.write, piece)
        if not message.get("more_body", False):
            return size


async def _read_away(receive: Receive, declared: int) -> None:
    """Read a refused body of bearable size and forget it: browsers hear an answer only after they have sent all."""
    if declared > _READ_AWAY:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(_READ_AWAY_S):
            while (await receive()).get("more_body", False):
                pass


async def _refuse(send: Send, start: Any, content: bytes) -> None:
    """Say no while the body is still on its way: nobody reads it, so the connection ends with the answer."""
    await send({**start, "headers": [*start["headers"], (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": content})
