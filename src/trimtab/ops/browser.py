"""A browser for the end-to-end tests: found, fetched, or a failure; never a reason to skip."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from trimtab.ops import client

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_NO_SANDBOX = ("--no-sandbox",)  # it shows our own pages only, and root and containers have no sandbox to give
_PACKAGE = Path(__file__).resolve().parents[3] / "e2e" / "browser"


class NoBrowser(Exception):
    """No browser can be had; the text says what was tried."""


@dataclass(frozen=True, slots=True)
class Browser:
    """A Chromium that starts: give these to Playwright's ``chromium.launch``."""

    program: Path
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    def starts(self) -> bool:
        """Whether it runs here: its libraries are found and it says what it is."""
        command = [str(self.program), *_NO_SANDBOX, "--version"]
        environment = os.environ | self.environment
        try:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0 and b"Chrom" in done.stdout

    def launch_options(self) -> dict[str, object]:
        """Keyword arguments for Playwright."""
        return {
            "executable_path": str(self.program),
            "args": [*_NO_SANDBOX, *self.arguments],
            "env": os.environ | self.environment,
        }


def named() -> Browser | None:
    """The one that TRIMTAB_BROWSER names. Raises NoBrowser when it does not start: a wish is not passed over."""
    path = os.environ.get("TRIMTAB_BROWSER")
    if not path:
        return None
    browser = Browser(Path(path))
    if not browser.starts():
        raise NoBrowser(f"TRIMTAB_BROWSER: {path} does not start. Name a Chromium or Chrome, or leave it out.")
    return browser


def system() -> Browser | None:
    """Chromium or Chrome from PATH."""
    found = (Browser(Path(path)) for name in _NAMES if (path := shutil.which(name)))
    return next((browser for browser in found if browser.starts()), None)


def playwrights() -> Browser | None:
    """The one that ``playwright install`` put in its cache."""
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    programs = sorted(
        [*cache.glob("chromium*/chrome-linux*/chrome"), *cache.glob("chromium_headless_shell*/*/*headless*shell")],
        reverse=True,
    )
    return next((browser for path in programs if (browser := Browser(path)).starts()), None)


def installed() -> Browser | None:
    """A browser that is there already."""
    return named() or system() or playwrights()


def fetch_playwrights() -> Browser | None:
    """Let Playwright download its own."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=600)
    return playwrights() if done.returncode == 0 else None


def fetch_from_npm() -> Browser | None:
    """The one in the npm package ``@sparticuz/chromium``: brings its own libraries, needs no system package."""
    try:
        node = client.install(_PACKAGE)
    except client.ClientTrouble:
        return None
    unpack = [shutil.which("node", path=str(node.folder)) or "node", str(_PACKAGE / "unpack.mjs")]
    done = subprocess.run(unpack, cwd=_PACKAGE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None
    unpacked = json.loads(done.stdout)
    libraries = os.pathsep.join(filter(None, [unpacked["libraries"], os.environ.get("LD_LIBRARY_PATH")]))
    environment = {"LD_LIBRARY_PATH": libraries}
    if not Path("/etc/fonts/fonts.conf").exists():
        environment["FONTCONFIG_PATH"] = unpacked["fonts"]
    browser = Browser(Path(unpacked["program"]), ("--no-zygote",), environment)
    return browser if browser.starts() else None


def fetch_from_debian() -> Browser | None:
    """Debian's, where we may install packages."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update", "-q"], install):
        if subprocess.run(command, env=environment, capture_output=True, check=False).returncode != 0:
            return None
    return system()


def require() -> Browser:
    """A browser, fetched if need be. Raises NoBrowser with all that was tried."""
    sources: list[tuple[str, Callable[[], Browser | None]]] = [
        ("Chromium or Chrome on PATH, or Playwright's", installed),
        ("playwright install chromium", fetch_playwrights),
        ("the npm package @sparticuz/chromium", fetch_from_npm),
        ("apt-get install chromium", fetch_from_debian),
    ]
    tried = []
    for name, source in sources:
        browser = source()
        if browser is not None:
            return browser
        tried.append(name)
    raise NoBrowser(
        f"No browser for the end-to-end tests. Tried: {'; '.join(tried)}."
        " Install Chromium (Debian: apt-get install chromium) or name one in TRIMTAB_BROWSER."
    )
