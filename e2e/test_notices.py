"""The inbox in a real browser: told by the bell, worked through, asked why, and chosen how to be told.

``TRIMTAB_SHOTS=folder`` keeps the pictures.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.audit import axe_problems, layout_problems
from e2e.conftest import Open, Server, Visit
from e2e.test_screens import SCHEMES, SIZES

looks = pytest.mark.parametrize(("size", "scheme"), [(size, scheme) for size in SIZES for scheme in SCHEMES])
SCREENS = {"inbox": "/w/{w}/inbox", "notices": "/w/{w}/settings/notices", "channels": "/w/{w}/settings/channels"}


def read_log() -> None:
    """What the worker does: tell what has happened in every workspace. In a thread: Django and the browser's loop do
    not share one."""
    from django.db import connection

    from trimtab.core import followers
    from trimtab.core.actors import Clock

    def read() -> None:
        for workspace in followers.workspaces():
            followers.read_all(workspace, Clock(datetime.now(UTC)))
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(read).result()


def call(page: Page, workspace: str, method: str, path: str, body: object = None) -> object:
    """The API as the signed-in person."""
    return page.evaluate(
        """async ([workspace, method, path, body]) => {
          const csrf = document.cookie.match(/csrftoken=([^;]+)/)[1];
          const headers = {"Content-Type": "application/json", "X-CSRFToken": csrf, "X-Trimtab-Workspace": workspace};
          const answer = await fetch("/api/v1" + path, {method, headers, body: body ? JSON.stringify(body) : null});
          return answer.status === 204 ? null : await answer.json();
        }""",
        [workspace, method, path, body],
    )


def keep(visit: Visit, name: str) -> None:
    folder = os.environ.get("TRIMTAB_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        visit.page.screenshot(path=f"{folder}/{name}.png")


@looks
def test_inbox_preferences_and_channels_look_as_they_should(
    visit: Open, server: Server, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    opened = visit(width=width, height=height, scheme=scheme)
    problems = []
    for name, path in SCREENS.items():
        opened.console.errors.clear()
        opened.page.goto(path.format(w=server.workspace))
        opened.settle()
        if name == "inbox":
            opened.page.get_by_role("button", name="Why did I get this?").first.click()
            opened.settle()
        keep(opened, f"{name}-{size}-{scheme}")
        found = layout_problems(opened.page) + axe_problems(opened.page) + opened.console.errors
        problems += [f"{name}: {problem}" for problem in found]

    assert problems == []


def test_a_mention_rings_the_bell_and_is_worked_through(visit: Open, server: Server) -> None:
    writer, reader = visit(role="admin"), visit(role="editor")
    call(reader.page, server.workspace, "POST", "/notices/mark", {"done_with": "done"})
    item = call(
        writer.page,
        server.workspace,
        "POST",
        "/query",
        {
            "source": "item",
            "text": "level:feature",
            "columns": ["title"],
            "page": {"size": 1},
        },
    )["columns"]  # type: ignore[index]
    reader.page.goto(f"/w/{server.workspace}/inbox")
    expect(reader.page.get_by_text("Nothing here")).to_be_visible()

    said = {"entity": "item", "id": item["id"][0], "body": "@farah-haddad can you take this on?"}
    call(writer.page, server.workspace, "POST", "/comments", said)
    read_log()

    bell = reader.page.get_by_role("link", name="Inbox, 1 unread")
    expect(bell).to_be_visible()
    line = reader.page.get_by_role("listitem").filter(has_text="mentioned you")
    expect(line).to_contain_text("can you take this on?")
    line.get_by_role("button", name="Why did I get this?").click()
    expect(line).to_contain_text("You were mentioned.")
    line.focus()
    reader.page.keyboard.press("e")
    expect(reader.page.get_by_text("Nothing here")).to_be_visible()
    expect(reader.page.get_by_role("link", name="Inbox", exact=True)).to_be_visible()


def test_what_is_chosen_stays_chosen(visit: Open, server: Server) -> None:
    opened = visit(role="contributor")
    opened.page.goto(f"/w/{server.workspace}/settings/notices")
    cell = opened.page.get_by_label("Something you own or watch changes, Inbox")
    cell.select_option("off")
    opened.page.get_by_role("button", name="Keep quiet at night").click()
    expect(opened.page.get_by_label("From", exact=True)).to_have_value("20:00")
    opened.settle()
    opened.page.reload()

    expect(cell).to_have_value("off")
    expect(opened.page.get_by_label("until", exact=True)).to_have_value("07:00")
