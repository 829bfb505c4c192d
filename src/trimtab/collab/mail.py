"""The one way in which mail leaves the product, for every domain."""

import smtplib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from trimtab.collab.notices.errors import RemoteError
from trimtab.settings import CURRENT

_NOT_NOW: Final = 500
"""A server's answer below this is a refusal for the moment, from this on for good."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message to one person. ``message_id`` names it for good: the same message sent twice can be known as one."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)


def is_set_up() -> bool:
    """Whether there is a mail server to give anything to."""
    return bool(settings.EMAIL_HOST)


def message_id(message: UUID | str) -> str:
    """The Message-ID of what we name ``message``."""
    return f"<{message}@{urlsplit(CURRENT.public_url).hostname}>"


@contextmanager
def post_office() -> Iterator["PostOffice"]:
    """A connection to the mail server for several messages; it is made when the first one is sent."""
    office = PostOffice(get_connection())
    try:
        yield office
    finally:
        office.close()


class PostOffice:
    """Hands messages over one by one. Not for use by two threads."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self._backend = backend
        self._open = False

    def send(self, mail: Mail) -> None:
        """Back when the server has taken the message. Raises RemoteError."""
        message = EmailMultiAlternatives(
            subject=" ".join(mail.subject.split())[:200],
            body=mail.text,
            to=[mail.to],
            headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", **mail.headers},
            connection=self._backend,
        )
        message.attach_alternative(mail.html, "text/html")
        try:
            if not self._open:
                self._backend.open()
                self._open = True
            self._backend.send_messages([message])
        except (smtplib.SMTPException, OSError) as failed:
            self.close()
            raise _as_remote(failed) from failed

    def close(self) -> None:
        """Say goodbye to the server."""
        self._open = False
        self._backend.close()


def _as_remote(failed: Exception) -> RemoteError:
    said: bytes | str
    if isinstance(failed, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(failed.recipients.values()))
    elif isinstance(failed, smtplib.SMTPResponseException):
        code, said = failed.smtp_code, failed.smtp_error
    else:
        return RemoteError(f"The mail server cannot be reached: {failed}", transient=True)
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    # Wrong credentials are the server's set-up, not the message's fault: an admin can mend that.
    transient = code < _NOT_NOW or isinstance(failed, smtplib.SMTPAuthenticationError)
    return RemoteError(f"The mail server answered {code}: {words}", transient=transient)
