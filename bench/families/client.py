"""The browser's part: JavaScript of the first screen, frames while a grid of 10,000 rows scrolls, filter to paint."""

import gzip
import os
import re
from pathlib import Path
from typing import Any

from bench.bench import Bench
from bench.load.shape import EMAIL, PASSWORD
from bench.prepare import PLACE, ROOT
from bench.server import Refused

BUILT = ROOT / "src" / "trimtab" / "api" / "static"
WORKSPACE = "small"
"""10,000 items, shown flat: the grid then has that many rows."""
_SCROLL = """
() => new Promise((done) => {
  const scroller = document.querySelector('[data-testid="grid"]');
  const frames = [];
  const step = (now) => {
    frames.push(now);
    scroller.scrollTop += 96;
    if (now - frames[0] < 4000) requestAnimationFrame(step);
    else done((frames.length - 1) * 1000 / (now - frames[0]));
  };
  requestAnimationFrame(step);
})
"""
# From the key that sends the filter to the frame after the grid has its new number of rows; null if it keeps it.
_WATCH = """
() => {
  const rows = () => document.querySelector('[data-testid="grid"]')?.getAttribute('aria-rowcount');
  const before = rows();
  window.painted = new Promise((done) => {
    const listen = (event) => {
      if (event.key !== 'Enter') return;
      window.removeEventListener('keydown', listen, true);
      const began = performance.now();
      const look = () => {
        const now = rows();
        if (now && now !== before) requestAnimationFrame(() => done(performance.now() - began));
        else if (performance.now() - began > 10000) done(null);
        else requestAnimationFrame(look);
      };
      look();
    };
    window.addEventListener('keydown', listen, true);
  });
}
"""


def measure(bench: Bench) -> None:
    _size(bench)
    from playwright.sync_api import Error, sync_playwright

    from trimtab.ops.browser import require

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**require().launch_options())
        try:
            _grid(bench, browser)
        except Error as error:
            browser.contexts[0].pages[0].screenshot(path=str(PLACE / "client.png"))
            raise Refused(str(error)) from error
        finally:
            browser.close()


def _size(bench: Bench) -> None:
    """What the page itself asks for: its script and what that imports at once."""
    index = BUILT / "index.html"
    if not index.exists():
        bench.tell("JavaScript of the first screen, gzipped", None, "kB", 350, note="the client is not built")
        return
    named = re.findall(r'(?:src|href)="([^"]+\.js)"', index.read_text())
    total = sum(len(gzip.compress(_built(name).read_bytes(), 9)) for name in dict.fromkeys(named))
    bench.tell("JavaScript named by the page, gzipped", total / 1024, "kB", 350, note=f"{len(named)} files")


def _built(name: str) -> Path:
    """The file behind a script's address."""
    return next(BUILT.rglob(os.path.basename(name)))


def _grid(bench: Bench, browser: Any) -> None:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce").new_page()
    scripts: dict[str, int] = {}
    page.on("response", lambda answer: _weigh(answer, scripts))
    page.goto(f"http://127.0.0.1:{bench.port}/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/w/**")
    grid = page.locator('[data-testid="grid"]')
    grid.wait_for(timeout=60_000)
    bench.tell("JavaScript until the grid shows, gzipped", sum(scripts.values()) / 1024, "kB", 350)
    page.goto(f"http://127.0.0.1:{bench.port}/w/{WORKSPACE}/roadmap?tree=none")
    grid.locator('[data-row="10"]').wait_for(timeout=60_000)
    page.wait_for_timeout(3_000)
    rows = grid.get_attribute("aria-rowcount")
    rate = sorted(page.evaluate(_SCROLL) for _ in range(3))[1]
    bench.tell("frames a second while the grid scrolls", rate, "frames/s", 50, at_least=True, note=f"{rows} rows")
    times = sorted(_filter(page, word) for word in ("done", "todo", "doing", "cancelled", "done"))
    bench.tell("filter to paint", times[2], "ms", 250, note=f"{times[0]:.0f} to {times[-1]:.0f} ms")


def _weigh(answer: Any, scripts: dict[str, int]) -> None:
    if answer.request.resource_type == "script" and answer.ok:
        scripts[answer.url] = len(gzip.compress(answer.body(), 6))


def _filter(page: Any, category: str) -> float:
    """Milliseconds from the key that sends the filter to its paint."""
    box = page.get_by_placeholder("Filter by words")
    page.evaluate(_WATCH)
    box.fill(f"phase.category:{category} ")
    box.press("Enter")
    took = page.evaluate("() => window.painted")
    if took is None:
        raise Refused(f"The grid did not follow the filter {category}.")
    page.wait_for_timeout(1_000)
    return float(took)
