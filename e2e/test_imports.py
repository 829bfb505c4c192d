"""An import in a real browser: files, what they mean, a try with decisions, the import, what came of it, and back."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Open, Server

PLAN = (
    "Ref;Name;Owner;Status;Benefit;Start;End;Note\n"
    "A-1;Import wizard with a very long name that has to wrap somewhere;Ana Lima;Open;3,5;01.02.2026;31.03.2026;one\n"
    "A-2;Dry run;Ben Okafor;In progress;8;15.03.2026;Q2 2026;two\n"
    "A-3;Undo of a batch;;Done;many;;;three\n"
    "A-4;;;;;;;nameless\n"
)


@pytest.fixture
def worker(server: Server) -> Iterator[None]:
    """Somebody who does what the screens ask for."""
    process = subprocess.Popen(
        [sys.executable, "-m", "trimtab.cli", "worker"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield
    process.terminate()
    process.wait(timeout=30)


def _shoot(page: Page, name: str) -> None:
    """Keep a picture where ``TRIMTAB_SHOTS`` names a folder: in both widths and schemes."""
    folder = os.environ.get("TRIMTAB_SHOTS")
    if folder is None:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for width, height in ((1440, 900), (390, 844)):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


class TestImportWizard:
    def test_from_a_file_to_the_roadmap_and_back(
        self, visit: Open, server: Server, worker: None, tmp_path: Path
    ) -> None:
        opened = visit(role="admin")
        page = opened.page
        file = tmp_path / "Our plan.csv"
        file.write_text(PLAN, encoding="utf-8")
        page.goto(f"/w/{server.workspace}/imports")
        page.get_by_role("button", name="New import").wait_for()
        _shoot(page, "1-list")
        page.get_by_role("button", name="New import").click()

        page.get_by_test_id("import-files").set_input_files(str(file))
        expect(page.get_by_text("Our plan.csv").first).to_be_visible()
        expect(page.get_by_role("button", name="Continue")).to_be_enabled()
        _shoot(page, "2-files")
        page.get_by_role("button", name="Continue").click()

        expect(page.get_by_label("What “Name” fills")).to_have_value("title")
        _shoot(page, "3-mapping")
        page.get_by_label("What “Note” fills").select_option("health_note")
        expect(page.get_by_label("What “Note” fills")).to_have_value("health_note")
        page.get_by_role("button", name="Start the dry run").click()

        expect(page.get_by_role("tab", name="Create")).to_contain_text("3")
        expect(page.get_by_role("tab", name="Rejected")).to_contain_text("1")
        _shoot(page, "4-check")
        page.get_by_role("tab", name="Rejected").click()
        expect(page.get_by_text("has no title")).to_be_visible()
        page.get_by_role("button", name="Go on to apply").click()
        expect(page.get_by_text("3 items will be created")).to_be_visible()
        _shoot(page, "5-apply")
        page.get_by_role("button", name="Apply", exact=True).last.click()

        expect(page.get_by_text("Sum of Benefit")).to_be_visible()
        _shoot(page, "6-result")
        page.get_by_role("button", name="Undo this import").click()
        page.get_by_role("dialog").get_by_role("button", name="Undo this import").click()
        expect(page.get_by_text("This import was undone")).to_be_visible()
        assert opened.console.errors == []

    def test_a_row_like_something_here_is_asked_about(
        self, visit: Open, server: Server, worker: None, tmp_path: Path
    ) -> None:
        page = visit(role="editor").page
        title = page.locator('[data-row] [data-column="0"]').nth(1).inner_text().split("\n")[-1].strip()
        file = tmp_path / "again.csv"
        file.write_text(f"key,title,benefit\nZ-1,{title},5\nZ-2,Something else,1\n", encoding="utf-8")
        page.goto(f"/w/{server.workspace}/imports")
        page.get_by_role("button", name="New import").click()
        page.get_by_test_id("import-files").set_input_files(str(file))
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Start the dry run").click()
        expect(page.get_by_role("button", name="1 row waits for a decision")).to_be_disabled()
        _shoot(page, "7-decide")

        page.get_by_role("button", name="Same as").first.click()

        expect(page.get_by_role("button", name="Go on to apply")).to_be_enabled()
        _shoot(page, "8-decided")
