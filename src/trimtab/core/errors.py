"""The only exception base that the HTTP edge knows. One subclass per thing a caller can act on."""


class DomainError(Exception):
    """A rule said no. Expected, shown to the person, never paged on.

    Subclasses set ``code`` (stable, for clients) and ``status`` (HTTP). ``extra`` holds the facts that a client
    needs to recover, as JSON-safe values.
    """

    code = "domain_error"
    status = 400

    def __init__(self, message: str, **extra: object) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


class Invalid(DomainError):
    """Understood, but not acceptable. ``extra.fields`` maps a field to what is wrong with it."""

    code, status = "invalid", 400


class Unauthenticated(DomainError):
    code, status = "unauthenticated", 401


class Forbidden(DomainError):
    """Visible, but not allowed."""

    code, status = "forbidden", 403


class NotFound(DomainError):
    """Absent, or not visible to this actor: the two look the same from outside."""

    code, status = "not_found", 404


class Conflict(DomainError):
    """It cannot be done as things stand now."""

    code, status = "conflict", 409


class StaleVersion(Conflict):
    """Somebody else wrote a field first. ``extra.fields`` holds the current values of the fields in question."""

    code = "stale_version"


class TooLarge(DomainError):
    code, status = "too_large", 413


class RateLimited(DomainError):
    """Too often. ``extra.retry_after_s`` says when to come back."""

    code, status = "rate_limited", 429


class Unavailable(DomainError):
    """Not offered here, or not now."""

    code, status = "unavailable", 503
