"""What notices refuse, and how outside systems fail."""

from trimtab.core.errors import Invalid


class AddressRefused(Invalid):
    """A webhook's address that nothing is sent to. ``extra.hosts`` lists those that are allowed."""

    code = "address_refused"


class RemoteError(Exception):
    """The other side did not take it. ``transient``: the same may go through later, not before ``retry_after_s``."""

    def __init__(self, message: str, *, transient: bool, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.transient = transient
        self.retry_after_s = retry_after_s
