"""An import over HTTP, step by step, as the screens do it."""

from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.test import Client
from procrastinate.contrib.django import app

from trimtab.accounts.tests.factories import Call, call_as, found_workspace
from trimtab.core.actors import Actor
from trimtab.core.tests.factories import inside
from trimtab.roadmap import public as roadmap

RECIPE = """
name = "{source}"
source = "{source}"
level = "feature"
[items]
file = "items.csv"
key = "key"
{more}
[items.fields]
title = "title"
benefit = "benefit"
phase = "status"
"""
HEADER = "key,title,benefit,status\n"


def run_jobs() -> None:
    """Everything that waits; the worker's threads close their connections as they go."""
    shared = connections.settings["default"]
    kept, shared["CONN_MAX_AGE"] = shared["CONN_MAX_AGE"], 0
    try:
        with app.replace_connector(app.connector.get_worker_connector()) as worker:
            worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    finally:
        shared["CONN_MAX_AGE"] = kept


def founder() -> Actor:
    """The admin of a workspace with the usual configuration."""
    actor = found_workspace()
    with inside(actor):
        roadmap.create_defaults(actor=actor)
    return actor


@dataclass(frozen=True, slots=True)
class Wizard:
    """One caller's import."""

    call: Call
    id: str

    @staticmethod
    def begin(actor: Actor) -> "Wizard":
        call = call_as(actor)
        return Wizard(call, call("post", "/imports").json()["id"])

    def __call__(self, method: str, path: str = "", body: Any = None, status: int | None = None) -> Any:
        response = self.call(method, f"/imports/{self.id}{path}", body)
        if status is not None:
            assert response.status_code == status, response.content
        return response.json() if response.content else None

    def piece(self, file_id: str, offset: int, data: bytes) -> Any:
        return Client().generic(
            "PUT",
            f"/api/v1/imports/{self.id}/files/{file_id}?offset={offset}",
            data,
            "application/octet-stream",
            headers=self.call.headers,
        )

    def send(self, name: str, content: str | bytes, size: int = 1000) -> None:
        data = content.encode() if isinstance(content, str) else content
        file = self("post", "/files", {"name": name, "size": len(data)}, 201)
        for offset in range(0, len(data), size):
            assert self.piece(file["id"], offset, data[offset : offset + size]).status_code == 200

    def mean(self, source: str = "plan", more: str = "") -> None:
        self("put", "/recipe", {"text": RECIPE.format(source=source, more=more)}, 200)

    def check(self) -> Any:
        self("post", "/check", status=202)
        run_jobs()
        return self("get", status=200)

    def apply(self) -> Any:
        self("post", "/apply", status=202)
        run_jobs()
        return self("get", status=200)

    def rows(self, which: str, **more: Any) -> list[dict[str, Any]]:
        query = "".join(f"&{name}={value}" for name, value in more.items())
        return self("get", f"/rows?which={which}{query}", status=200)["rows"]  # type: ignore[no-any-return]
