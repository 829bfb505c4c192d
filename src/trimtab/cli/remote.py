"""A server to ask over HTTP instead of the database: ``TRIMTAB_URL`` says which, ``TRIMTAB_TOKEN`` who asks."""

import json
import os
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import click

from trimtab.core.fiscal import FiscalCalendar, Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

URL: Final = "TRIMTAB_URL"
TOKEN: Final = "TRIMTAB_TOKEN"  # noqa: S105 - the variable's name
CONNECT_S, ANSWER_S = 10, 120


class Refused(Exception):
    """The question was refused; ``problems`` are as the API tells them."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        self.problems = problems
        super().__init__(problems[0]["message"])


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is, without a slash at the end, and with what it lets us in. All its methods raise ClickException."""

    url: str
    token: str = field(repr=False)

    def ask(self, question: dict[str, object], workspace: str | None) -> bytes:
        """The answer as JSON. Raises Refused where the query itself is at fault."""
        return self._call("POST", "/api/v1/query", workspace, question)

    def export(self, question: dict[str, object], workspace: str | None, kind: str, *, ids: bool) -> "Iterator[bytes]":
        """All that it answers as a file, piece by piece. Raises Refused where the query itself is at fault."""
        import httpx

        url = f"{self.url}/api/v1/export?format={kind}{'&ids=true' if ids else ''}"
        wait = httpx.Timeout(ANSWER_S, connect=CONNECT_S)
        try:
            with httpx.stream("POST", url, headers=self._headers(workspace), json=question, timeout=wait) as response:
                if response.status_code != HTTPStatus.OK:
                    response.read()
                    self._read(response)
                yield from response.iter_bytes()
        except httpx.TimeoutException as slow:
            raise click.ClickException(f"{self.url} does not answer ({URL}).") from slow
        except (httpx.TransportError, httpx.InvalidURL) as trouble:
            raise click.ClickException(f"{self.url} cannot be reached ({URL}): {trouble}") from trouble

    def _headers(self, workspace: str | None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"}
        return headers if workspace is None else headers | {"X-Trimtab-Workspace": workspace}

    def calendar(self, workspace: str | None) -> FiscalCalendar:
        """The fiscal calendar of the token's workspace."""
        fiscal = json.loads(self._call("GET", "/api/v1/me", workspace))["workspace"]["fiscal"]
        since = fiscal["increment_from"]
        return FiscalCalendar(
            fiscal["start_month"],
            Pattern(fiscal["pattern"]),
            fiscal["increment_weeks"],
            None if since is None else date.fromisoformat(since),
        )

    def _call(self, method: str, path: str, workspace: str | None, body: object = None) -> bytes:
        import httpx

        wait = httpx.Timeout(ANSWER_S, connect=CONNECT_S)
        headers = self._headers(workspace)
        try:
            response = httpx.request(method, self.url + path, headers=headers, json=body, timeout=wait)
        except httpx.TimeoutException as slow:
            raise click.ClickException(f"{self.url} does not answer ({URL}).") from slow
        except (httpx.TransportError, httpx.InvalidURL) as trouble:
            raise click.ClickException(f"{self.url} cannot be reached ({URL}): {trouble}") from trouble
        return self._read(response)

    def _read(self, response: "httpx.Response") -> bytes:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if response.status_code == HTTPStatus.OK and kind == "application/json":
            return response.content
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            raise click.ClickException(f"{self.url} does not know this token ({TOKEN}): it may have ended.")
        if kind != "application/problem+json":
            raise click.ClickException(
                f"{self.url} answers {response.status_code}, and not as Trimtab does. Is {URL} right?"
            )
        problem = response.json()
        if problem["code"] == "query_invalid":
            raise Refused(problem["extra"]["problems"])
        raise click.ClickException(problem["detail"])


def find_server() -> Server | None:
    """The server that the environment names, if any. Raises ClickException where only half of it is said."""
    url, token = os.environ.get(URL, "").strip().rstrip("/"), os.environ.get(TOKEN, "").strip()
    if not url:
        return None
    if not url.startswith(("https://", "http://")):
        raise click.ClickException(f"{URL} is an address such as https://trimtab.example.com, not “{url}”.")
    if not token or not token.isascii():
        raise click.ClickException(f"With {URL}, {TOKEN} holds a token: trimtab token create --scope read makes one.")
    return Server(url, token)
