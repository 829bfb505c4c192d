"""A message as Slack's incoming webhooks and the Workflows webhooks of Teams take it."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from trimtab.collab.notices.models import Via
from trimtab.collab.notices.wording import Entry, Message

SHOWN: Final = 20
"""Entries that one post tells; both services bound what a post may hold."""
SLACK_TEXT: Final = 3_000
TEAMS_BYTES: Final = 28 * 1024
_CUT: Final = 300


def payload(via: Via, message: Message) -> dict[str, Any]:
    """What is posted."""
    return slack(message) if via is Via.SLACK else teams(message)


def slack(message: Message) -> dict[str, Any]:
    """``text`` is what a notification shows, ``blocks`` what the channel does.

    Source: Slack, "Sending messages using incoming webhooks" and "Block Kit": a section's text has 3,000 characters at
    most, a message 50 blocks; &, < and > are escaped.
    """
    blocks: list[dict[str, Any]] = []
    for entry in message.entries[:SHOWN]:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": _slack_entry(entry)}})
        if entry.why:
            blocks.append({"type": "context", "elements": [_mrkdwn(_escaped(" ".join(entry.why)))]})
    left_off = len(message.entries) - SHOWN
    foot = f"{left_off} more · " if left_off > 0 else ""
    blocks.append(
        {"type": "context", "elements": [_mrkdwn(
            f"{foot}{_link(message.inbox_url, 'Inbox')} · {_link(message.preferences_url, 'Change what you get')}"
        )]}
    )  # fmt: skip
    return {"text": _escaped(_cut(message.subject)), "blocks": blocks, "unfurl_links": False}


def _slack_entry(entry: Entry) -> str:
    who = f"*{_escaped(_cut(entry.actor))}* " if entry.actor else ""
    head = f"{_link(entry.url, _cut(entry.title))}\n{who}{_escaped(_cut(entry.text))}"
    lines = [f"• {_escaped(_cut(_line(line)))}" for line in entry.lines]
    text = head
    for line in lines:
        if len(text) + len(line) + 1 > SLACK_TEXT:
            break
        text = f"{text}\n{line}"
    return text


def _mrkdwn(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def _link(url: str, label: str) -> str:
    return f"<{url}|{_escaped(label).replace('|', '¦')}>"


def _escaped(text: str) -> str:
    """Text that Slack reads as written: no mention, no link, no markup of its own."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(plain.split()) if "\n" in plain else plain


def teams(message: Message) -> dict[str, Any]:
    """An Adaptive Card in the envelope of a message.

    Source: Microsoft, "Create incoming webhooks with Workflows for Microsoft Teams" (type message, attachments of
    application/vnd.microsoft.card.adaptive with contentUrl null) and the Adaptive Card schema 1.4. A message holds
    28 KB at most: entries that do not fit are counted instead.
    """
    for shown in range(min(SHOWN, len(message.entries)), -1, -1):
        envelope = _envelope(message, shown)
        if len(orjson.dumps(envelope)) <= TEAMS_BYTES:
            return envelope
    raise AssertionError("A card without entries always fits.")


def _envelope(message: Message, shown: int) -> dict[str, Any]:
    body: list[dict[str, Any]] = []
    for place, entry in enumerate(message.entries[:shown]):
        body.extend(_card_entry(entry, first=place == 0))
    left_off = len(message.entries) - shown
    if left_off > 0:
        body.append(_block(f"{left_off} more in the inbox", isSubtle=True, spacing="Medium"))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": _cut(message.subject),
        "msteams": {"width": "Full"},
        "body": body,
        "actions": [
            {"type": "Action.OpenUrl", "title": "Open", "url": _first_url(message)},
            {"type": "Action.OpenUrl", "title": "Change what you get", "url": message.preferences_url},
        ],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _first_url(message: Message) -> str:
    return message.entries[0].url if len(message.entries) == 1 else message.inbox_url


def _card_entry(entry: Entry, *, first: bool) -> list[dict[str, Any]]:
    spacing = "None" if first else "Large"
    parts = [
        _block(entry.title, weight="Bolder", spacing=spacing),
        _block(entry.sentence, spacing="Small"),
    ]
    if entry.lines:
        facts = [{"title": _plain(str(line["label"])), "value": _plain(_values(line))} for line in entry.lines[:10]]
        parts.append({"type": "FactSet", "facts": facts})
    if entry.why:
        parts.append(_block(" ".join(entry.why), isSubtle=True, size="Small", spacing="Small"))
    return parts


def _block(text: str, **how: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": _plain(_cut(text)), "wrap": True, **how}


_MARKDOWN: Final = str.maketrans({char: f"\\{char}" for char in "\\`*_[]()#~"})


def _plain(text: str) -> str:
    """Text that a card shows as written: cards read Markdown."""
    return _cut(text).translate(_MARKDOWN)


def _line(line: Mapping[str, str | None]) -> str:
    return f"{line['label']}: {_values(line)}"


def _values(line: Mapping[str, str | None]) -> str:
    return f"{line['old'] or 'none'} → {line['new'] or 'none'}"


def _cut(text: str) -> str:
    return text if len(text) <= _CUT else f"{text[: _CUT - 1]}…"
