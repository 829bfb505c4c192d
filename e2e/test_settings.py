"""Settings in a browser: how people come and go, what a workspace is set up with, and how each page looks."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.audit import axe_problems, layout_problems
from e2e.conftest import Open, Server, Visit

PAGES = [
    "members", "people", "organisation", "calendar", "levels", "categories", "fields", "field-groups", "data", "tokens",
]  # fmt: skip


def go(opened: Visit, server: Server, place: str) -> None:
    opened.page.goto(f"/w/{server.workspace}/settings/{place}")
    opened.settle()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_keeps_to_the_rules(visit: Open, server: Server, width: int, scheme: str) -> None:
    opened = visit(width=width, scheme=scheme)
    problems: list[str] = []
    for place in PAGES:
        go(opened, server, place)
        expect(opened.page.get_by_role("heading", level=1)).to_be_visible()
        if folder := os.environ.get("TRIMTAB_SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            opened.page.screenshot(path=f"{folder}/settings-{place}-{width}-{scheme}.png")
        problems += [f"{place}: {each}" for each in layout_problems(opened.page) + axe_problems(opened.page)]

    assert problems == []
    assert opened.console.errors == []


def test_somebody_is_invited_joins_and_is_shown_among_the_members(visit: Open, server: Server) -> None:
    admin = visit()
    go(admin, server, "members")
    admin.page.get_by_label("E-mail address").fill("new.colleague@example.com")
    admin.page.get_by_role("button", name="Invite", exact=True).click()
    link = admin.page.get_by_role("status").locator("code").inner_text()

    guest = visit(role=None)
    guest.page.goto(f"/join#{link.partition('#')[2]}")
    guest.page.get_by_label("Your name").fill("New Colleague")
    guest.page.get_by_label("Choose a password").fill("a long enough secret")
    guest.page.get_by_role("button", name="Join").click()
    expect(guest.page).to_have_url(re.compile(f"/w/{server.workspace}/roadmap"))

    go(admin, server, "members")
    expect(admin.page.get_by_text("New Colleague")).to_be_visible()


def test_a_category_value_is_added_and_deleted(visit: Open, server: Server) -> None:
    admin = visit()
    go(admin, server, "categories")
    admin.page.get_by_role("button", name="Add value").first.click()
    admin.page.get_by_label("Name").fill("Quiet wins")
    admin.page.get_by_role("button", name="Save").click()
    expect(admin.page.get_by_text("Quiet wins")).to_be_visible()

    admin.page.get_by_role("button", name="Delete Quiet wins").click()
    panel = admin.page.get_by_role("region", name="Delete Quiet wins")
    expect(panel.get_by_text("Nothing uses it.")).to_be_visible()
    panel.get_by_role("button", name="Delete", exact=True).click()
    expect(admin.page.get_by_label("Edit Quiet wins")).to_have_count(0)
