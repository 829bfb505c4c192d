"""The edge: every request gets an id, a log line and safe headers; calls of the API get a caller and one transaction.

Calls of the API do not run through the other middleware: they need neither forms, nor redirects, nor a lazy user, and
each layer costs. What they need is here, in the order in which it happens.
"""

import random
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import Resolver404, resolve

from trimtab.api import answers, auth, idempotency, limits, problems, uploads
from trimtab.core import ledger, scope
from trimtab.core.actors import Clock
from trimtab.core.edge import Caller, LateResponse
from trimtab.core.errors import NotFound, TooLarge, Unavailable

log = structlog.get_logger("trimtab.request")
PREFIX: Final = "/api/v1/"
OPEN: Final = frozenset({"/api/v1/openapi.json", "/api/v1/demo-accounts"})
INVITED: Final = frozenset({"/api/v1/invitations/look", "/api/v1/invitations/sign-up"})
"""For whoever has the link of an invitation, and no account yet."""
UNSCOPED: Final = frozenset({"/api/v1/workspaces", "/api/v1/invitations/accept"})
"""A new workspace is made, and another one joined, in a scope of its own, not in the caller's."""
BODY_LIMIT: Final = 2 * 1024 * 1024
ATTEMPTS: Final = 3
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_RETRIED: Final = frozenset({problems.DEADLOCK, problems.SERIALIZATION})

Handler = Callable[[HttpRequest], HttpResponse]


class Edge:
    """The outermost middleware, and the only one that a call of the API meets."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.csrf = CsrfViewMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request_id = _request_id(request)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if request.path_info.startswith(PREFIX):
            response = self._call(request, request_id)
        else:
            response = self.get_response(request)
            if response.status_code == 429:
                response.headers.setdefault("Retry-After", "60")
        response.headers["X-Request-Id"] = request_id
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
        answers.secure(response)
        _log(request, response, time.perf_counter() - began)
        return response

    def _call(self, request: HttpRequest, request_id: str) -> HttpResponse:
        try:
            _check_shape(request)
            limits.calls.take(auth.credential(request) or str(request.META.get("REMOTE_ADDR", "")).encode())
            response = _answer(request, request_id)
            if isinstance(response, LateResponse):
                response.begin()
        except Exception as error:
            return problems.respond(problems.as_refusal(error), request_id)
        self.csrf.process_response(request, response)
        return _dress(request, response, request_id)


def _answer(request: HttpRequest, request_id: str) -> HttpResponse:
    if request.path_info in OPEN:
        return _view(request)
    if uploads.is_upload(request):
        return uploads.receive(request, lambda view: _attempts(request, request_id, view))
    return _invited(request) if request.path_info in INVITED else _attempts(request, request_id)


def _invited(request: HttpRequest) -> HttpResponse:
    """Somebody without an account, who has a link: as seldom as somebody may be wrong about a password."""
    limits.failures.take(str(request.META.get("REMOTE_ADDR", "")).encode())
    request.clock = Clock(now=datetime.now(UTC))  # type: ignore[attr-defined]
    with transaction.atomic():
        return _view(request)


def _check_shape(request: HttpRequest) -> None:
    """Raises SuspiciousOperation for a host that is not ours, TooLarge."""
    request.get_host()
    if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_LIMIT and not uploads.is_upload(request):
        raise TooLarge("The request is larger than 2 MB.")


def _request_id(request: HttpRequest) -> str:
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if _REQUEST_ID.match(given) else uuid.uuid4().hex


def is_write(request: HttpRequest) -> bool:
    """Whether a request may change something. A query is a POST, and only reads."""
    return request.method not in auth.SAFE and not request.path_info.startswith("/api/v1/query")


def _attempts(request: HttpRequest, request_id: str, view: Handler | None = None) -> HttpResponse:
    """Run the request's transaction; one that lost against another is tried again from its very beginning.

    ``view`` stands in for the address's own, and writes nothing.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _transaction(request, request_id, view)
        except Exception as error:
            again = problems.sqlstate(error) in _RETRIED or _lost_before_it_began(request, error)
            if not again or attempt == ATTEMPTS:
                raise
            time.sleep(random.uniform(0.005, 0.02) * attempt)  # noqa: S311 - spreads the rivals, guards nothing
    raise Unavailable("Somebody else is changing the same records. Try again.")


def _lost_before_it_began(request: HttpRequest, error: Exception) -> bool:
    """The database went away since this thread's last request: nothing was done yet, so a new connection may try."""
    gone = isinstance(error, OperationalError) and not connection.is_usable()
    if not gone or hasattr(request, "caller"):
        return False
    connection.close()
    return True


def _transaction(request: HttpRequest, request_id: str, view: Handler | None) -> HttpResponse:
    clock = request.clock = Clock(now=datetime.now(UTC))  # type: ignore[attr-defined]
    connection.health_check_done = True  # type: ignore[attr-defined]  # the first statement finds out, and may be tried again
    with transaction.atomic():
        caller = auth.authenticate(request, clock, request_id)
        request.caller = caller  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(user=str(caller.user_id), workspace=caller.workspace_slug)
        if caller.actor is None or request.path_info in UNSCOPED:
            return _view(request)
        with scope.entered(caller.actor.workspace_id):
            if view is not None:
                return view(request)
            if is_write(request):
                return _write(request, caller)
            return _view(request)


def _write(request: HttpRequest, caller: Caller) -> HttpResponse:
    """One write: done once per key, named by its change set; an answer that says no leaves nothing behind."""
    assert caller.actor is not None
    ledger.forget_written()
    key = idempotency.begin(request, caller.actor, caller.clock)
    if isinstance(key, HttpResponse):
        return key
    response = _view(request)
    change_set = ledger.last_written()
    if change_set is not None:
        response.headers["Trimtab-Change-Set"] = str(change_set)
    if response.status_code >= 400:
        transaction.set_rollback(True)
    elif key is not None and response.streaming:
        idempotency.release(key)
    elif key is not None:
        idempotency.finish(key, response)
    return response


def _view(request: HttpRequest) -> HttpResponse:
    try:
        match = resolve(request.path_info)
    except Resolver404 as unknown:
        raise NotFound("There is no such address.") from unknown
    request.resolver_match = match
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response


def _dress(request: HttpRequest, response: HttpResponse, request_id: str) -> HttpResponse:
    """What a good answer carries: its tag, its compression; and the one shape of a refusal for a wrong method."""
    if response.status_code == 405:
        allowed = response.headers.get("Allow", "")
        refused = problems.respond(problems.MethodNotAllowed(f"This address takes {allowed}."), request_id)
        refused.headers["Allow"] = allowed
        return refused
    if response.streaming or response.status_code != 200:
        return response
    if not is_write(request):
        response = answers.tag(request, response)
    answers.compress(request, response)
    response.headers["Vary"] = "Accept-Encoding, Authorization, Cookie, X-Trimtab-Workspace"
    return response


def _log(request: HttpRequest, response: HttpResponse, took_s: float) -> None:
    log.info(
        "request",
        method=request.method,
        path=request.path_info,
        status=response.status_code,
        ms=round(took_s * 1000, 1),
    )
