"""Look at a page as a person would: nothing cut, nothing overlapping, a quiet console, nothing axe objects to."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request

HERE = Path(__file__).parent
LAYOUT = (HERE / "layout.js").read_text()
AXE = HERE.parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Console:
    """What a page complained of since it was opened."""

    errors: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")


# A frame drawn, nothing left to do, and then a moment in which what was drawn may ask for more.
DRAWN = """() => new Promise(done => requestAnimationFrame(() => requestIdleCallback(() =>
  setTimeout(() => done(document.querySelector("[aria-busy=true]") === null), 100))))"""


@dataclass
class Traffic:
    """The requests a page waits for. Its stream of changes, which stays open, is none of them."""

    waiting: list[Request] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", self._began)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def _began(self, request: Request) -> None:
        if "/api/v1/stream" not in request.url:
            self.waiting.append(request)

    def _ended(self, request: Request) -> None:
        if request in self.waiting:
            self.waiting.remove(request)

    def settle(self, page: Page, *, seconds: float = 30) -> None:
        """Wait until the page has all it asked for and has drawn it, however busy the machine is."""
        deadline = time.monotonic() + seconds
        quiet = 0
        while quiet < 3:
            drawn = page.evaluate(DRAWN)
            quiet = quiet + 1 if drawn and not self.waiting else 0
            assert time.monotonic() < deadline, f"never at rest: {[request.url for request in self.waiting]}"


def layout_problems(page: Page) -> list[str]:
    """Text that is cut off, overlaps other text, or makes the page scroll sideways."""
    problems: list[str] = page.evaluate(LAYOUT)
    return problems


def axe_problems(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and its best practices, one line per rule and element."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    return [
        f"{violation['id']}: {violation['help']} at {node['target']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
