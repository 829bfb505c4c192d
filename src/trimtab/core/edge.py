"""What an endpoint may ask of a request: who calls, what time it is, from which point of view.

The HTTP edge puts a ``Caller`` on every request before any endpoint runs; the domains' routers read it here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Schema

from trimtab.core.actors import Actor, Clock, Lens
from trimtab.core.errors import NotFound


@dataclass(slots=True)
class Caller:
    """Who sent a request, as the edge resolved it. ``actor`` is None for a user who belongs to no workspace yet."""

    clock: Clock
    user_id: UUID
    email: str
    name: str
    actor: Actor | None = None
    workspace_slug: str = ""
    timezone: str = "UTC"
    session: Any = field(default=None, repr=False)


def caller_of(request: HttpRequest) -> Caller:
    caller: Caller = request.caller  # type: ignore[attr-defined]
    return caller


def actor_of(request: HttpRequest) -> Actor:
    """The caller as a member of the request's workspace. Raises NotFound for a user who has none."""
    actor = caller_of(request).actor
    if actor is None:
        raise NotFound("You are not a member of any workspace yet.")
    return actor


def clock_of(request: HttpRequest) -> Clock:
    """The instant at which the request began."""
    clock: Clock = request.clock  # type: ignore[attr-defined]
    return clock


def upload_of(request: HttpRequest) -> Any:
    """The file that came with the request, as the edge took it in."""
    return request.upload  # type: ignore[attr-defined]


def lens_of(request: HttpRequest) -> Lens:
    """The point of view of a GET (``?as_of=…&known_on=…``); live for everything else."""
    return actor_of(request).lens


class LateResponse(StreamingHttpResponse):
    """An answer whose body comes from elsewhere, asked for when the request's transaction is over.

    ``source`` may still refuse (DomainError) as it is called; its pieces are read in no particular thread.
    """

    def __init__(self, source: Callable[[], Iterator[bytes]], **more: Any) -> None:
        super().__init__(**more)
        self._source = source

    def begin(self) -> None:
        """Open the source."""
        self.streaming_content = self._source()


class Problem(Schema):
    """The one shape of a refusal (RFC 9457). ``code`` is stable; ``extra`` holds what a client needs to recover."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    extra: dict[str, Any]
    request_id: str


REFUSALS: dict[Any, Any] = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), Problem)
"""What any endpoint may answer instead: ``response={200: ItemOut} | REFUSALS``."""
