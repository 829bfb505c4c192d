"""A mail server and the webhooks of Slack and Teams, each on a real socket of this machine, with a memory."""

import email
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@dataclass
class MailServer:
    """Takes mail, or refuses it as told: ``refusals`` are answered first; ``nobody`` are no addresses."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    nobody: set[str] = field(default_factory=set)
    asked: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.nobody:
            return "550 There is nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.asked += 1
        if self.refusals:
            return self.refusals.pop(0)
        self.letters.append(email.message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 Taken"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server that listens, and the settings that lead to it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = MailServer(port=probe.getsockname()[1])
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        with override_settings(EMAIL_BACKEND=SMTP_BACKEND, EMAIL_HOST="127.0.0.1", EMAIL_PORT=server.port):
            yield server
    finally:
        controller.stop()


@dataclass
class Webhooks:
    """Slack and Teams as they are documented: what they take is kept, what they would not take they refuse likewise.

    ``troubles`` are answers (status, headers, body) that come before anything is looked at.
    """

    port: int = 0
    slack: list[dict[str, Any]] = field(default_factory=list)
    teams: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    gone: bool = False

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, path: str, content_type: str, body: bytes) -> tuple[int, dict[str, str], str]:
        if self.troubles:
            return self.troubles.pop(0)
        if content_type != "application/json":
            return 400, {}, "invalid_payload"
        payload = json.loads(body)
        if path.startswith("/services/"):
            return self._slack(payload)
        return self._teams(payload, body)

    def _slack(self, payload: dict[str, Any]) -> tuple[int, dict[str, str], str]:
        if self.gone:
            return 404, {}, "no_service"
        wrong = slack_problems(payload)
        if wrong:
            return 400, {}, "invalid_blocks"
        self.slack.append(payload)
        return 200, {}, "ok"

    def _teams(self, payload: dict[str, Any], body: bytes) -> tuple[int, dict[str, str], str]:
        if len(body) > 28 * 1024:
            return 413, {}, "Request Entity Too Large"
        if teams_problems(payload):
            return 400, {}, "Bad payload received by generic incoming webhook."
        self.teams.append(payload)
        return 202, {}, ""


def slack_problems(payload: dict[str, Any]) -> list[str]:
    """What Slack's documentation of messages and blocks does not allow."""
    problems = [f"unknown {name}" for name in payload.keys() - {"text", "blocks", "unfurl_links", "unfurl_media"}]
    if not payload.get("text"):
        problems.append("no text for notifications")
    blocks = payload.get("blocks", [])
    if not 1 <= len(blocks) <= 50:
        problems.append("1 to 50 blocks")
    for block in blocks:
        problems += _block_problems(block)
    return problems


def _block_problems(block: dict[str, Any]) -> list[str]:
    if block.get("type") == "section":
        texts, limit = [block.get("text", {})], 3000
    elif block.get("type") == "context":
        texts, limit = block.get("elements", []), 3000
        if not 1 <= len(texts) <= 10:
            return ["1 to 10 elements in a context"]
    else:
        return [f"a block of type {block.get('type')}"]
    problems = []
    for text in texts:
        if text.keys() != {"type", "text"} or text["type"] not in {"mrkdwn", "plain_text"}:
            problems.append("no text object")
        elif not 1 <= len(text["text"]) <= limit:
            problems.append("a text too long or empty")
        elif re.search(r"<(?!https?://[^|>]+\|[^<>]+>)|&(?!amp;|lt;|gt;)", text["text"]):
            problems.append("something that is not escaped")
    return problems


def teams_problems(payload: dict[str, Any]) -> list[str]:
    """What the envelope of Workflows and the schema of Adaptive Cards do not allow."""
    if payload.keys() != {"type", "attachments"} or payload["type"] != "message":
        return ["not a message"]
    if len(payload["attachments"]) != 1:
        return ["not one attachment"]
    (attachment,) = payload["attachments"]
    if attachment.keys() != {"contentType", "contentUrl", "content"} or attachment["contentUrl"] is not None:
        return ["not an attachment"]
    if attachment["contentType"] != "application/vnd.microsoft.card.adaptive":
        return ["not a card"]
    card = attachment["content"]
    problems = []
    if card.get("type") != "AdaptiveCard" or card.get("version") not in {"1.0", "1.2", "1.4"}:
        problems.append("no adaptive card")
    for element in card.get("body", []):
        if element.get("type") == "TextBlock":
            problems += [] if isinstance(element.get("text"), str) else ["a text without text"]
        elif element.get("type") == "FactSet":
            facts = element.get("facts", [])
            problems += [] if all(fact.keys() == {"title", "value"} for fact in facts) else ["no facts"]
        else:
            problems.append(f"an element of type {element.get('type')}")
    for action in card.get("actions", []):
        if action.get("type") != "Action.OpenUrl" or not str(action.get("url", "")).startswith("http"):
            problems.append("an action that opens nothing")
    return problems


@contextmanager
def webhooks() -> Iterator[Webhooks]:
    """Slack and Teams, listening on one port of this machine."""
    state = Webhooks()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, said = state.answer(self.path, self.headers.get("Content-Type", ""), body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *arguments: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
