"""What the ledger's functions in the database refuse, as errors that a caller can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, IntegrityError, transaction

from trimtab.core.errors import Conflict, DomainError, Invalid, NotFound

_BY_STATE: dict[str, type[DomainError]] = {"TT004": NotFound, "TT010": Conflict, "TT030": Invalid}


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


@contextmanager
def refusals() -> Iterator[None]:
    """Run inside a savepoint; what the database refuses becomes a DomainError and leaves the transaction usable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        raise Conflict("Another record stands in the way.", constraint=constraint) from error
    except DatabaseError as error:
        refused = _BY_STATE.get(getattr(error.__cause__, "sqlstate", None) or "")
        if refused is None:
            raise
        raise refused(sentence(error.__cause__.diag.message_primary)) from error  # type: ignore[union-attr]
