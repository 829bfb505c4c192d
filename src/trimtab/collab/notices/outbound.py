"""Calls outside: to allowed hosts, never into private networks, never followed elsewhere, never for long."""

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import orjson

from trimtab.collab.notices.errors import AddressRefused, RemoteError
from trimtab.settings import CURRENT

TIMEOUT_S: Final = 10.0
ANSWER_LIMIT: Final = 2_000
_TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Policy:
    """Where calls may go. A host matches itself and, with a leading dot, every name below it; ``private`` lets
    addresses of one's own network be called, over plain HTTP too."""

    hosts: tuple[str, ...]
    private: bool = False

    def allows(self, host: str) -> bool:
        return any(host == one or (one.startswith(".") and host.endswith(one)) for one in self.hosts)


def policy() -> Policy:
    """What the settings say."""
    return Policy(CURRENT.webhook_hosts, CURRENT.webhook_private)


def check_address(address: str, allowed: Policy) -> SplitResult:
    """The parts of an address that may be called. Raises AddressRefused with the way out."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname, parts.port
    except ValueError as wrong:
        raise _refused("This is no web address.", allowed) from wrong
    schemes = {"https", "http"} if allowed.private else {"https"}
    if parts.scheme not in schemes or not host or parts.username is not None:
        raise _refused("The address of a webhook begins with https:// and names a host.", allowed)
    if port is not None and port != 443 and not allowed.private:
        raise _refused("Only port 443 is called.", allowed)
    if not allowed.allows(host):
        raise _refused(f"{host} is not among the hosts that may be called. TRIMTAB_WEBHOOK_HOSTS adds one.", allowed)
    return parts


def _refused(sentence: str, allowed: Policy) -> AddressRefused:
    return AddressRefused(sentence, fields={"url": sentence}, hosts=list(allowed.hosts))


def post_json(address: str, payload: Any, allowed: Policy) -> None:
    """Send ``payload``; back when the other side has taken it (2xx). Raises RemoteError, AddressRefused."""
    parts = check_address(address, allowed)
    assert parts.hostname is not None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    caller = _Pinned(parts.hostname, port, _resolved(parts.hostname, port, allowed), secure=parts.scheme == "https")
    target = parts.path or "/"
    if parts.query:
        target = f"{target}?{parts.query}"
    headers = {"Content-Type": "application/json", "User-Agent": "Trimtab"}
    try:
        caller.request("POST", target, body=orjson.dumps(payload), headers=headers)
        answer = caller.getresponse()
        said = answer.read(ANSWER_LIMIT).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as lost:
        raise RemoteError(f"{parts.hostname} did not answer: {lost}", transient=True) from lost
    finally:
        caller.close()
    if not 200 <= answer.status < 300:
        retry_after = answer.headers.get("Retry-After", "")
        raise RemoteError(
            f"{parts.hostname} answered {answer.status}: {said[:200]}",
            transient=answer.status in _TRANSIENT,
            retry_after_s=float(retry_after) if retry_after.isdecimal() else None,
        )


def _resolved(host: str, port: int, allowed: Policy) -> str:
    """The address that is called. It is looked at before, and no other is called after. Raises RemoteError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as unknown:
        raise RemoteError(f"There is no host {host} at the moment.", transient=True) from unknown
    addresses = [str(info[4][0]) for info in found]
    if not allowed.private and not all(ipaddress.ip_address(one).is_global for one in addresses):
        raise RemoteError(
            f"{host} lies in a private network. TRIMTAB_WEBHOOK_PRIVATE=1 lets it be called.", transient=False
        )
    return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to one resolved address, checked against the host's certificate."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S)
        self._address = address
        self._secure = secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT_S)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
