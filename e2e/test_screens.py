"""Every screen, light and dark, wide and narrow: nothing cut, nothing overlapping, a quiet console, clean for axe.

``TRIMTAB_SHOTS=folder`` keeps the pictures.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from e2e.audit import axe_problems, layout_problems
from e2e.conftest import Open, Server, Visit

SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
SCHEMES = ("light", "dark")
MONTHS_AGO = (datetime.now(UTC) - timedelta(days=200)).date().isoformat()
SAMPLE = {
    "roadmap": "/w/{workspace}/roadmap",
    "flat": "/w/{workspace}/roadmap?tree=none&sort=-benefit",
    "filtered": "/w/{workspace}/roadmap?q=level:feature phase.category:doing&tree=area",
    "grouped": "/w/{workspace}/roadmap?q=level:feature&tree=none&group=team",
    "nothing-found": "/w/{workspace}/roadmap?q=title:zzzz",
    "mistyped": "/w/{workspace}/roadmap?q=levle:feature",
    "past": f"/w/{{workspace}}/roadmap?as_of={MONTHS_AGO}",
    "batches": "/w/{workspace}/history",
    "settings": "/w/{workspace}/settings",
}
KUBERNETES = {
    "kubernetes": "/w/kubernetes/roadmap?tree=none",
    "kubernetes-2022": "/w/kubernetes/roadmap?as_of=2022-01-01&tree=none",
    "kubernetes-teams": "/w/kubernetes/roadmap?q=phase.category:doing&tree=none&group=team",
}


def _look(visit: Visit, name: str) -> None:
    """Keep a picture where wanted, then hold the page to the rules."""
    folder = os.environ.get("TRIMTAB_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        visit.page.screenshot(path=f"{folder}/{name}.png")

    problems = layout_problems(visit.page) + axe_problems(visit.page)
    assert problems == []
    assert visit.console.errors == []


looks = pytest.mark.parametrize(("size", "scheme"), [(size, scheme) for size in SIZES for scheme in SCHEMES])


def _open(visit: Open, size: str, scheme: str, role: str | None = "admin") -> Visit:
    width, height = SIZES[size]
    return visit(role=role, width=width, height=height, scheme=scheme)


@looks
def test_sign_in(visit: Open, size: str, scheme: str) -> None:
    opened = _open(visit, size, scheme, role=None)
    opened.page.goto("/")
    opened.page.get_by_label("E-mail").wait_for()
    opened.settle()
    opened.console.errors.clear()  # the question who is signed in is answered with 401 to a stranger

    _look(opened, f"sign-in-{size}-{scheme}")


@looks
def test_screens_of_the_sample_company(visit: Open, server: Server, size: str, scheme: str) -> None:
    opened = _open(visit, size, scheme)
    failures = []
    for name, path in SAMPLE.items():
        opened.console.errors.clear()
        opened.page.goto(path.format(workspace=server.workspace))
        opened.settle()
        if name == "mistyped":
            opened.console.errors = [e for e in opened.console.errors if "400" not in e]
        try:
            _look(opened, f"{name}-{size}-{scheme}")
        except AssertionError as failure:
            failures.append(f"{name}: {failure}")

    assert failures == []


@looks
def test_an_item_and_its_history(visit: Open, server: Server, size: str, scheme: str) -> None:
    opened = _open(visit, size, scheme)
    opened.page.goto(f"/w/{server.workspace}/roadmap?q=level:feature&tree=none")
    opened.page.get_by_role("row").nth(2).wait_for()
    opened.settle()
    opened.page.goto(opened.page.url + "&item=" + _first_item(opened.page, server))
    opened.settle()
    _look(opened, f"item-{size}-{scheme}")

    opened.page.goto(opened.page.url + "&tab=history")
    opened.settle()
    _look(opened, f"item-history-{size}-{scheme}")


def _first_item(page: Page, server: Server) -> str:
    """The id of the first feature, asked as the signed-in person."""
    found: str = page.evaluate(
        """async workspace => {
          const csrf = document.cookie.match(/csrftoken=([^;]+)/)[1];
          const answer = await fetch("/api/v1/query", {method: "POST", headers: {
            "Content-Type": "application/json", "X-CSRFToken": csrf, "X-Trimtab-Workspace": workspace},
            body: JSON.stringify({source: "item", text: "level:feature", columns: ["title"], page: {size: 1}})});
          return (await answer.json()).columns.id[0];
        }""",
        server.workspace,
    )
    return found


@looks
def test_screens_of_the_kubernetes_set(visit: Open, kubernetes: str, size: str, scheme: str) -> None:
    opened = _open(visit, size, scheme)
    failures = []
    for name, path in KUBERNETES.items():
        opened.page.goto(path)
        opened.settle()
        try:
            _look(opened, f"{name}-{size}-{scheme}")
        except AssertionError as failure:
            failures.append(f"{name}: {failure}")

    assert failures == []
