"""The browser's part: JavaScript of the first screen, frames while a grid of 10,000 rows scrolls, filter to paint."""

import gzip
import os
import re
from pathlib import Path
from typing import Any

from bench.bench import Bench
from bench.load.shape import EMAIL, PASSWORD
from bench.prepare import ROOT

BUILT = ROOT / "src" / "trimtab" / "api" / "static"
_SCROLL = """
async () => {
  const grid = document.querySelector('[data-testid="grid-scroll"], [role="treegrid"], [role="grid"]');
  let scroller = grid;
  while (scroller && scroller.scrollHeight <= scroller.clientHeight + 10) scroller = scroller.parentElement;
  if (!scroller) return null;
  const frames = [];
  await new Promise((done) => {
    const began = performance.now();
    const step = (now) => {
      frames.push(now);
      scroller.scrollTop += 120;
      if (now - began < 4000) requestAnimationFrame(step); else done();
    };
    requestAnimationFrame(step);
  });
  return { frames: frames.length, ms: frames[frames.length - 1] - frames[0], height: scroller.scrollHeight };
}
"""


def measure(bench: Bench) -> None:
    _size(bench)
    from playwright.sync_api import sync_playwright

    from trimtab.ops.browser import require

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**require().launch_options())
        try:
            _grid(bench, browser)
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
    base = f"http://127.0.0.1:{bench.port}"
    page.goto(base)
    page.get_by_label("E-mail", exact=False).first.fill(EMAIL)
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.keyboard.press("Enter")
    rows = page.get_by_role("row")
    rows.nth(5).wait_for(timeout=60_000)
    bench.tell("JavaScript loaded until the grid shows, gzipped", sum(scripts.values()) / 1024, "kB", 350)
    page.wait_for_timeout(3_000)
    told = page.evaluate(_SCROLL)
    rate = told and (told["frames"] - 1) * 1000 / told["ms"]
    bench.tell("frames a second while the grid scrolls", rate, "frames/s", 50, at_least=True, note=str(told))
    bench.tell("filter to paint", _filter(page), "ms", 250)


def _weigh(answer: Any, scripts: dict[str, int]) -> None:
    if answer.request.resource_type == "script" and answer.ok:
        scripts[answer.url] = len(gzip.compress(answer.body(), 6))


def _filter(page: Any) -> float | None:
    """From the key that ends a filter to the first painted frame with the new rows, in milliseconds."""
    box = page.get_by_role("combobox").or_(page.get_by_role("searchbox")).or_(page.get_by_role("textbox")).first
    box.click()
    box.fill("phase.category:done")
    return float(
        page.evaluate(
            """
            () => new Promise((done) => {
              const grid = document.querySelector('[role="treegrid"], [role="grid"], table');
              const began = performance.now();
              const watch = new MutationObserver(() => {
                watch.disconnect();
                requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
              });
              watch.observe(grid, { childList: true, subtree: true, characterData: true });
              document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
            })
            """
        )
    )
