"""Who is asking. A bearer token is bound to one workspace; a session picks one of its user's.

The statement that finds the caller also sets the workspace of the transaction: one round trip for both.
"""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from ninja.utils import check_csrf

from trimtab.accounts import public as accounts
from trimtab.api import limits
from trimtab.core.actors import LIVE, Actor, Clock, Lens, Origin, Role
from trimtab.core.edge import Caller
from trimtab.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from trimtab.core.statements import fetch_prepared

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
WORKSPACE_IN_SESSION: Final = "trimtab_workspace"
# Nobody waits for ever: not for a row that somebody else holds, not for an answer that takes too long.
_BEARER: Final = """
select user_id, email, user_name, workspace_id, slug, timezone, scope, role, person_id, person_name,
  hidden_from(workspace_id, person_id, role),
  set_config('trimtab.workspace', workspace_id::text, true), set_config('lock_timeout', '10s', true),
  set_config('statement_timeout', '60s', true)
from resolve_token(%s)
"""
_SESSION: Final = "select session_data from django_session where session_key = %s and expire_date > now()"
_BY_USER: Final = """
select u.email, u.name, u.password, m.workspace_id, m.slug, m.timezone, m.role, m.person_id, m.person_name,
  hidden_from(m.workspace_id, m.person_id, m.role),
  set_config('trimtab.workspace', coalesce(m.workspace_id::text, ''), true), set_config('lock_timeout', '10s', true),
  set_config('statement_timeout', '60s', true)
from accounts_user u left join lateral member_of(u.id, %s, %s) m on true
where u.id = %s and u.is_active
"""


class CsrfFailed(Forbidden):
    """A session's write needs the header X-CSRFToken with the value of the cookie."""

    code = "csrf_failed"


def credential(request: HttpRequest) -> bytes:
    """What the caller shows, hashed: the key under which its calls are counted. Empty for nobody."""
    shown = request.META.get("HTTP_AUTHORIZATION") or request.COOKIES.get(settings.SESSION_COOKIE_NAME) or ""
    return hashlib.sha256(shown.encode()).digest() if shown else b""


def authenticate(request: HttpRequest, clock: Clock, request_id: str) -> Caller:
    """The caller, with the transaction's workspace set. Inside an open transaction.

    Raises Unauthenticated, CsrfFailed, NotFound (no such workspace for this caller), Invalid (a wrong lens),
    RateLimited (too many wrong credentials from one address).
    """
    address = str(request.META.get("REMOTE_ADDR", "")).encode()
    limits.failures.take(address, cost=0.0)
    authorization = request.META.get("HTTP_AUTHORIZATION")
    try:
        if authorization is not None:
            return _by_token(request, clock, request_id, authorization)
        return _by_session(request, clock, request_id)
    except Unauthenticated:
        if credential(request):
            limits.failures.take(address)
        raise


def _row(sql: str, params: list[Any]) -> tuple[Any, ...] | None:
    rows = fetch_prepared(sql, params)
    return rows[0] if rows else None


def _wanted_workspace(request: HttpRequest) -> str | None:
    return request.headers.get("X-Trimtab-Workspace") or request.GET.get("workspace") or None


def _by_token(request: HttpRequest, clock: Clock, request_id: str, authorization: str) -> Caller:
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Unauthenticated("Send a token as “Authorization: Bearer …”.")
    row = _row(_BEARER, [hashlib.sha256(secret.strip().encode()).digest()])
    if row is None:
        raise Unauthenticated("This token is unknown, has expired or was revoked.")
    user_id, email, name, workspace_id, slug, timezone, scope, role, person_id, person_name, hidden = row[:11]
    wanted = _wanted_workspace(request)
    if wanted is not None and wanted != slug:
        raise NotFound("There is no such workspace.")
    caller = Caller(clock=clock, user_id=user_id, email=email, name=name, workspace_slug=slug, timezone=timezone)
    caller.actor = Actor(
        id=user_id,
        workspace_id=workspace_id,
        role=Role(role),
        name=person_name or name or email,
        origin=Origin.API,
        person_id=person_id,
        read_only=scope == "read",
        lens=_lens(request, timezone),
        request_id=request_id,
        hidden=frozenset(hidden or ()),
    )
    return caller


def _by_session(request: HttpRequest, clock: Clock, request_id: str) -> Caller:
    session = _session(request)
    user_id = UUID(session[SESSION_KEY])
    wanted = _wanted_workspace(request)
    row = _row(_BY_USER, [wanted, session.get(WORKSPACE_IN_SESSION), user_id])
    if row is None or not _still_valid(session, row[2]):
        raise Unauthenticated("Sign in again.")
    if request.method not in SAFE and check_csrf(request) is not None:
        raise CsrfFailed("The header X-CSRFToken is missing or does not match the cookie.")
    email, name, _, workspace_id, slug, timezone, role, person_id, person_name, hidden = row[:10]
    caller = Caller(clock=clock, user_id=user_id, email=email, name=name, session=session)
    if workspace_id is None:
        if wanted is not None:
            raise NotFound("There is no such workspace.")
        return caller
    if wanted is not None and request.path_info == "/api/v1/me" and session.get(WORKSPACE_IN_SESSION) != slug:
        session[WORKSPACE_IN_SESSION] = slug  # where the next request without a name goes
        session.save()
    caller.workspace_slug, caller.timezone = slug, timezone
    caller.actor = Actor(
        id=user_id,
        workspace_id=workspace_id,
        role=Role(role),
        name=person_name or name or email,
        origin=Origin.UI,
        person_id=person_id,
        lens=_lens(request, timezone),
        request_id=request_id,
        hidden=frozenset(hidden or ()),
    )
    return caller


def _session(request: HttpRequest) -> SessionStore:
    """The session of the request's cookie, read once and without the ORM. Raises Unauthenticated."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    row = _row(_SESSION, [key]) if key else None
    if row is None:
        raise Unauthenticated("Sign in, or send a token.")
    session = SessionStore(session_key=key)
    session._session_cache = session.decode(row[0])  # type: ignore[attr-defined]
    if SESSION_KEY not in session:
        raise Unauthenticated("Sign in, or send a token.")
    return session


def _still_valid(session: SessionStore, password: str) -> bool:
    """A session ends with the password that it began with."""
    return constant_time_compare(session.get(HASH_SESSION_KEY, ""), accounts.session_hash(password))


def _lens(request: HttpRequest, timezone: str) -> Lens:
    if request.method != "GET" or ("as_of" not in request.GET and "known_on" not in request.GET):
        return LIVE
    return Lens(
        as_of=_instant(request.GET.get("as_of"), "as_of", timezone),
        known_on=_instant(request.GET.get("known_on"), "known_on", timezone),
    )


def _instant(text: str | None, field: str, timezone: str) -> datetime | None:
    """An instant; a day means its last microsecond in the workspace's time zone. Raises Invalid."""
    if not text:
        return None
    try:
        if len(text) == 10:
            return end_of_day(date.fromisoformat(text), timezone)
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as wrong:
        raise Invalid(
            f"{field} is neither a day nor an instant.",
            fields={field: "write it as 2026-03-31 or 2026-03-31T12:00:00Z"},
        ) from wrong
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def end_of_day(day: date, timezone: str) -> datetime:
    """The last microsecond of ``day`` where the workspace is. Raises OverflowError at the end of time."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(timezone))
    return midnight.astimezone(UTC) - timedelta(microseconds=1)
