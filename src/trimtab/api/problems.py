"""Every refusal and every failure as problem+json (RFC 9457), with a stable code and no detail of the database."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import Error as DjangoDatabaseError
from django.http import Http404, HttpResponse
from ninja.errors import HttpError, ValidationError
from psycopg import Error as DatabaseError

from trimtab.core.errors import (
    Conflict,
    DomainError,
    Invalid,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

log = structlog.get_logger(__name__)
CONTENT_TYPE: Final = "application/problem+json"
DEADLOCK, SERIALIZATION = "40P01", "40001"


class Unprocessable(DomainError):
    """The request has the wrong shape. ``extra.fields`` maps a place in it to what is wrong there."""

    code, status = "unprocessable", 422


class Unknown(DomainError):
    """Our fault, not the caller's. What went wrong is in the log, under the request's id."""

    code, status = "internal_error", 500


class MethodNotAllowed(DomainError):
    code, status = "method_not_allowed", 405


def respond(error: DomainError, request_id: str) -> HttpResponse:
    """The answer that says no."""
    body = {
        "type": f"urn:trimtab:problem:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": error.message,
        "extra": error.extra,
        "request_id": request_id,
    }
    response = HttpResponse(orjson.dumps(body, default=str), status=error.status, content_type=CONTENT_TYPE)
    if isinstance(error, Unauthenticated):
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(error, RateLimited | Unavailable):
        response["Retry-After"] = str(error.extra.get("retry_after_s", 1))
    return response


def as_refusal(error: Exception) -> DomainError:
    """Any exception as something that may be said to a client; what nobody expected is logged in full."""
    refusal: DomainError
    match error:
        case DomainError():
            refusal = error
        case ValidationError():
            refusal = _unprocessable(error.errors)
        case Http404():
            refusal = NotFound("There is nothing here.")
        case RequestDataTooBig():
            refusal = TooLarge("The request is larger than 2 MB.")
        case HttpError():
            refusal = Invalid(str(error))
        case SuspiciousOperation():
            refusal = Invalid("This request cannot be served.")
        case DatabaseError() | DjangoDatabaseError():
            refusal = _of_database(error)
        case _:
            refusal = _unknown(error)
    return refusal


def _unknown(error: Exception) -> DomainError:
    log.error("failed", exc_info=error)
    return Unknown("Something went wrong on our side.")


def _unprocessable(errors: list[dict[str, Any]]) -> Unprocessable:
    """Pydantic's list, without the values that were sent: they may be secrets."""
    fields = {_place(error["loc"]): error["msg"] for error in errors}
    return Unprocessable("The request has the wrong shape.", fields=fields)


def _place(location: tuple[str | int, ...]) -> str:
    """Where in the request: ``set.name`` for the body, whose own name is left out; else the parameter's name."""
    inside = location[2:] if location[0] == "body" else location[1:]
    return ".".join(str(part) for part in inside) or "body"


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's five characters for what happened, also behind Django's wrapping."""
    cause = error if isinstance(error, DatabaseError) else error.__cause__
    return cause.sqlstate if isinstance(cause, DatabaseError) else None


_SAID: Final[Mapping[str, tuple[type[DomainError], str]]] = {
    "23505": (Conflict, "Something like it exists already."),
    "23503": (Conflict, "It refers to something that is not there, or something still refers to it."),
    "23514": (Invalid, "These values do not fit together."),
    "23502": (Invalid, "A value is missing."),
    "55P03": (Unavailable, "Somebody else is changing the same records. Try again."),
    "57014": (Unavailable, "This took too long and was stopped."),
    DEADLOCK: (Unavailable, "Somebody else is changing the same records. Try again."),
    SERIALIZATION: (Unavailable, "Somebody else is changing the same records. Try again."),
}


def _of_database(error: Exception) -> DomainError:
    """The services refuse by name first; this is for what only the database could see, such as a lost race."""
    state = sqlstate(error)
    kind, sentence = _SAID.get(state or "", (None, ""))
    if kind is None and (state or "").startswith("22"):
        kind, sentence = Invalid, "A value cannot be stored."
    if kind is None and "NUL" in str(error):
        kind, sentence = Invalid, "A text holds a character that cannot be stored."
    if kind is None:
        return _unknown(error)
    log.warning("database_refused", sqlstate=state)
    return kind(sentence)
