"""A write that may be sent twice: the same ``Idempotency-Key`` gets the first answer again, and is done once.

The key's row is written in the transaction of the write itself, so it exists exactly if the write does. A second
request with the same key waits for the first.
"""

import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse

from trimtab.core import ids
from trimtab.core.actors import Actor, Clock
from trimtab.core.errors import Conflict, Invalid

KEPT_HEADERS: Final = ("Content-Type", "Trimtab-Change-Set", "Location")
_BEGIN: Final = """
insert into core_idempotencykey (id, workspace_id, created_at, actor_id, key, fingerprint, headers, body)
values (%s, %s, %s, %s, %s, %s, '{}', '')
on conflict (workspace_id, actor_id, key) do nothing
"""
_FOUND: Final = """
select fingerprint, status, headers, body from core_idempotencykey
where workspace_id = %s and actor_id = %s and key = %s
"""
_FINISH: Final = "update core_idempotencykey set status = %s, headers = %s::jsonb, body = %s where id = %s"


class IdempotencyMismatch(Conflict):
    """The key was used for another request before."""

    code = "idempotency_mismatch"


@dataclass(frozen=True, slots=True)
class Key:
    """The place that is held for the answer to come."""

    id: UUID


def begin(request: HttpRequest, actor: Actor, clock: Clock) -> Key | HttpResponse | None:
    """Hold a place for the answer, or give the answer that is there; None when the request names no key.

    Raises IdempotencyMismatch, Invalid (a key of over 200 characters).
    """
    name = request.headers.get("Idempotency-Key")
    if not name:
        return None
    if len(name) > 200 or "\x00" in name:
        raise Invalid("An Idempotency-Key has up to 200 characters.")
    key = Key(ids.new_id())
    fingerprint = _fingerprint(request)
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [key.id, actor.workspace_id, clock.now, actor.id, name, fingerprint])
        if cursor.rowcount == 1:
            return key
        cursor.execute(_FOUND, [actor.workspace_id, actor.id, name])
        before, status, headers, body = cursor.fetchone()
    if before != fingerprint:
        raise IdempotencyMismatch("This Idempotency-Key was used for another request.")
    response = HttpResponse(bytes(body), status=status)
    for header, value in orjson.loads(headers).items() if isinstance(headers, str) else headers.items():
        response[header] = value
    response["Idempotency-Replayed"] = "true"
    return response


def finish(key: Key, response: HttpResponse) -> None:
    """Keep the answer beside what was done."""
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [response.status_code, orjson.dumps(headers).decode(), response.content, key.id])


def release(key: Key) -> None:
    """Keep nothing: a file is made anew each time."""
    with connection.cursor() as cursor:
        cursor.execute("delete from core_idempotencykey where id = %s", [key.id])


def _fingerprint(request: HttpRequest) -> str:
    said = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(said).hexdigest()
