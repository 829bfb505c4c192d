"""The live stream: what changed, as soon as it is committed, to everybody who looks at the same workspace.

Only ids travel; the client asks for what it may see. One connection per process listens to the database.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

import psycopg
import structlog
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, transaction

from trimtab.api import auth, limits, problems
from trimtab.api.answers import SECURITY
from trimtab.api.bridge import Bridge, Message, Receive, Scope, Send, environ_of
from trimtab.core.actors import Clock, Permission
from trimtab.core.errors import DomainError, NotFound, Unavailable
from trimtab.settings import CURRENT

log = structlog.get_logger(__name__)
PATH: Final = "/api/v1/stream"
CHANNEL: Final = "trimtab_changes"
HEARTBEAT_S: Final = 15.0
HEARTBEATS_PER_CHECK: Final = 4
QUEUED: Final = 256
STREAMS: Final = 2_000
RESET: Final = b"event: reset\ndata: {}\n\n"
NOTICES: Final = b"event: notices\ndata: {}\n\n"
"""Somebody's inbox has changed, maybe one's own."""
_HELLO: Final = b"retry: 2000\n\n: connected\n\n"
_BEAT: Final = b": still here\n\n"
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    *((name.lower().encode(), value.encode()) for name, value in SECURITY.items()),
]


class Hub:
    """Hears of every change once, and passes it to those who follow that workspace. Lives on one event loop."""

    def __init__(self) -> None:
        self._following: dict[UUID, set[asyncio.Queue[bytes]]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()
        self.stopping = asyncio.Event()

    @property
    def count(self) -> int:
        return sum(len(queues) for queues in self._following.values())

    async def follow(self, workspace_id: UUID) -> asyncio.Queue[bytes]:
        """A queue that gets every event of a workspace from now on."""
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        await self._listening.wait()
        queue: asyncio.Queue[bytes] = asyncio.Queue(maxsize=QUEUED)
        self._following[workspace_id].add(queue)
        return queue

    def leave(self, workspace_id: UUID, queue: asyncio.Queue[bytes]) -> None:
        self._following[workspace_id].discard(queue)
        if not self._following[workspace_id]:
            del self._following[workspace_id]

    def stop(self) -> None:
        """End every stream, so that the server can end."""
        self.stopping.set()
        if self._listener is not None:
            self._listener.cancel()

    async def _listen(self) -> None:
        wait_s = 0.5
        while True:
            try:
                listener = await psycopg.AsyncConnection.connect(CURRENT.database_url, autocommit=True)
                async with listener:
                    await listener.execute(f"listen {CHANNEL}")
                    self._catch_up()
                    wait_s = 0.5
                    async for notice in listener.notifies():
                        self._pass_on(notice.payload)
            except psycopg.Error:
                log.warning("stream_lost_database", retry_in_s=wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(10.0, wait_s * 2)

    def _catch_up(self) -> None:
        """Whoever was connected while nobody listened may have missed something: they read everything again."""
        if self._listening.is_set():
            for queues in self._following.values():
                _put(queues, RESET)
        self._listening.set()

    def _pass_on(self, payload: str) -> None:
        workspace_id, _, change_set = payload.partition(":")
        queues = self._following.get(UUID(workspace_id))
        if queues:
            _put(queues, NOTICES if change_set == "notices" else _change(change_set))


def _change(change_set: str) -> bytes:
    return b'event: change\ndata: {"change_set":"%s"}\n\n' % change_set.encode()


def _put(queues: Iterable[asyncio.Queue[bytes]], event: bytes) -> None:
    for queue in queues:
        keeps_up = not queue.full()
        if not keeps_up:  # it starts over instead of filling our memory
            while not queue.empty():
                queue.get_nowait()
        queue.put_nowait(event if keeps_up else RESET)


class Stream:
    """The ASGI endpoint of the live stream."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._hub: Hub | None = None

    @property
    def hub(self) -> Hub:
        if self._hub is None:
            self._hub = Hub()
        return self._hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = uuid4().hex
        try:
            if scope["method"] != "GET":
                raise NotFound("There is no such address.")  # noqa: TRY301 - one way out for every refusal
            if self.hub.count >= STREAMS or self.hub.stopping.is_set():
                raise Unavailable("Too many live streams here.", retry_after_s=10)  # noqa: TRY301
            workspace_id = await self._authenticate(scope, request_id)
        except Exception as error:
            await _refuse(send, error, request_id)
            return
        queue = await self.hub.follow(workspace_id)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await send(_piece(_HELLO))
            await self._talk(scope, receive, send, queue, request_id)
        finally:
            self.hub.leave(workspace_id, queue)

    async def _talk(
        self, scope: Scope, receive: Receive, send: Send, queue: asyncio.Queue[bytes], request_id: str
    ) -> None:
        gone = asyncio.create_task(_gone(receive))
        stopping = asyncio.create_task(self.hub.stopping.wait())
        beats = 0
        event = asyncio.create_task(queue.get())
        try:
            while True:
                done, _ = await asyncio.wait(
                    {gone, stopping, event}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED
                )
                if gone in done or stopping in done:
                    return
                if event in done:
                    await send(_piece(event.result() + _waiting(queue)))
                    event = asyncio.create_task(queue.get())
                    continue
                beats += 1
                if beats % HEARTBEATS_PER_CHECK == 0 and not await self._still_welcome(scope, request_id):
                    return
                await send(_piece(_BEAT))
        finally:
            for task in (gone, stopping, event):
                task.cancel()
            await send({"type": "http.response.body", "body": b""})

    async def _authenticate(self, scope: Scope, request_id: str) -> UUID:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._bridge.threads, _workspace_of, scope, request_id)

    async def _still_welcome(self, scope: Scope, request_id: str) -> bool:
        """Whether the caller's session or token, and membership, are still good."""
        try:
            await self._authenticate(scope, request_id)
        except DomainError:
            return False
        return True


def _workspace_of(scope: Scope, request_id: str) -> UUID:
    """The workspace that the caller may follow. Raises as ``authenticate`` does."""
    request = WSGIRequest(environ_of(scope))
    request.get_host()
    limits.calls.take(auth.credential(request) or request.META["REMOTE_ADDR"].encode())
    connection.close_if_unusable_or_obsolete()
    with transaction.atomic():
        actor = auth.authenticate(request, Clock(now=datetime.now(UTC)), request_id).actor
    if actor is None:
        raise NotFound("You are not a member of any workspace yet.")
    actor.require(Permission.VIEW)
    return actor.workspace_id


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _waiting(queue: asyncio.Queue[bytes]) -> bytes:
    """Everything else that is there already: a burst is one write."""
    return b"".join(queue.get_nowait() for _ in range(queue.qsize()))


def _piece(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _refuse(send: Send, error: Exception, request_id: str) -> None:
    response = problems.respond(problems.as_refusal(error), request_id)
    headers = [(name.lower().encode(), value.encode()) for name, value in response.headers.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
