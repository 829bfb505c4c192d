"""A message as mail: plain text and HTML from templates, and the headers that let it be answered for."""

from typing import Final

from django.template.loader import render_to_string

from trimtab.collab import mail
from trimtab.collab.mail import Mail
from trimtab.collab.notices.wording import Message

SHOWN: Final = 40
"""Entries that a message tells one by one; the rest are in the inbox."""


def letter(message: Message, to: str) -> Mail:
    """The message to one address."""
    given = {
        "message": message,
        "entries": message.entries[:SHOWN],
        "left_off": max(0, len(message.entries) - SHOWN),
    }
    return Mail(
        to=to,
        subject=message.subject,
        text=render_to_string("collab/notices.txt", given),
        html=render_to_string("collab/notices.html", given),
        message_id=mail.message_id(message.id),
        headers={"List-Unsubscribe": f"<{message.preferences_url}>", **_thread(message)},
    )


def _thread(message: Message) -> dict[str, str]:
    """Mail about one record is one conversation to a mail program."""
    records = {entry.about.id for entry in message.entries}
    if len(records) != 1:
        return {}
    origin = mail.message_id(f"record.{records.pop()}")
    return {"In-Reply-To": origin, "References": origin}
