"""A real server on a real database with the sample company, and a real browser in front of it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from e2e.audit import Console, Traffic

START_S = 60
expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong; whoever claims a speed names a time of its own
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True, slots=True)
class Server:
    """Where the product runs, and who may sign in."""

    url: str
    workspace: str
    accounts: dict[str, tuple[str, str]]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"The server did not get ready. The end of its log:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def server(database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product with the sample company, on a port of its own."""
    from django.test import override_settings

    from trimtab.sample import build_sample_company

    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]
    ):  # as the server has it
        summary = build_sample_company(today=datetime.now(UTC).date(), progress=lambda _: None)
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("server") / "server.log"
    environment = os.environ | {"PORT": str(port), "TRIMTAB_PUBLIC_URL": url, "TRIMTAB_DEMO": "1"}
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "trimtab.cli", "serve"], env=environment, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_ready(url, process, log)
        yield Server(url, summary.workspace_slug, {a.role: (a.email, a.password) for a in summary.accounts})
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser(server: Server) -> Iterator[Browser]:
    """Chromium; started after the server, because Django refuses to work where Playwright's loop runs."""
    from trimtab.ops.browser import require

    options: dict[str, Any] = require().launch_options()
    options["args"] = [*options["args"], *QUIET]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(**options)
        yield started
        started.close()


@dataclass(frozen=True, slots=True)
class Visit:
    """An open page, what its console complained of, and what it waits for."""

    page: Page
    console: Console
    traffic: Traffic

    def settle(self) -> None:
        """Wait until the page is whole."""
        self.traffic.settle(self.page)


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Open]:
    """Open the product as somebody, in a window of a size and a colour scheme; without a role, as a stranger."""
    contexts = []

    def open_page(*, role: str | None = "admin", width: int = 1440, height: int = 900, scheme: str = "light") -> Visit:
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            locale="en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        console, traffic = Console(), Traffic()
        console.watch(page)
        traffic.watch(page)
        if role is not None:
            _sign_in(page, *server.accounts[role])
        return Visit(page, console, traffic)

    yield open_page
    for context in contexts:
        context.close()


def _sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("treegrid").wait_for()


KUBERNETES = "kubernetes"


@pytest.fixture(scope="session")
def kubernetes(server: Server) -> str:
    """The slug of a workspace that holds the Kubernetes set; skips, saying so, where the set is not at hand."""
    shared = Path(os.environ.get("TRIMTAB_SHARED", Path(__file__).parents[2] / "shared"))
    folder = shared / "data" / "k8s-keps"
    if not folder.is_dir():
        pytest.skip(f"The Kubernetes set is not at {folder}.")
    admin, _ = server.accounts["admin"]
    trimtab = [sys.executable, "-m", "trimtab.cli"]
    naming = ["--name", "Kubernetes", "--prefix", "K8S", "--admin", admin]
    subprocess.run([*trimtab, "workspace", "create", KUBERNETES, *naming], check=True, capture_output=True)
    importing = ["--recipe", "k8s-keps.toml", "--workspace", KUBERNETES, "--user", admin]
    subprocess.run([*trimtab, "import", str(folder), *importing], check=True, capture_output=True)
    return KUBERNETES
