"""Runs named steps one after the other, says how long each took, stops at the first that fails.

``python scripts/checks.py check|test|e2e|bench|nightly|docs|fmt`` in the environment that ``bootstrap.py`` made.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from trimtab.ops import browser
from trimtab.ops.postgres import DatabaseTrouble, NoPostgres, test_cluster

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Step:
    """One command. ``database``: it wants DATABASE_URL and TRIMTAB_OWNER_URL, though it changes nothing there."""

    name: str
    command: tuple[str, ...]
    database: bool = False


def tool(name: str, program: str, *arguments: str, database: bool = False) -> Step:
    """A step that runs a program of the environment."""
    return Step(name, (str(BIN / program), *arguments), database)


def client(name: str, *arguments: str) -> Step:
    """A step that runs npm in the client's folder."""
    return Step(name, (PYTHON, "src/trimtab/ops/client.py", "npm", *arguments))


def pytest(name: str, *arguments: str) -> Step:
    """A step that runs tests; two processes are what two cores bear."""
    return Step(name, (PYTHON, "-m", "pytest", "-q", *arguments))


FAST = (
    tool("format", "ruff", "format", "--check", "--quiet", "."),
    tool("lint", "ruff", "check", "--quiet", "."),
    Step("requirements", (PYTHON, "scripts/export_requirements.py", "--check")),
    tool("types", "mypy"),
    tool("import contracts", "lint-imports", "--no-cache"),
    tool("migrations", "trimtab", "manage", "makemigrations", "--check", "--dry-run", database=True),
    Step("API description", (PYTHON, "-m", "trimtab.api.export_openapi", "--check"), database=True),
    client("client types fresh", "run", "--silent", "check:types"),
    client("client lint", "run", "--silent", "lint"),
    client("client types", "run", "--silent", "typecheck"),
)
BROWSER = (Step("browser", (PYTHON, "scripts/checks.py", "browser")), pytest("end to end", "e2e", "-m", "not nightly"))
PLANS = {
    "check": FAST,
    "test": (
        *FAST,
        pytest("tests", "-n", "2", "-m", "not nightly", "src", "tests"),
        client("client tests", "test", "--silent"),
        *BROWSER,
    ),
    "e2e": BROWSER,
    "bench": (Step("bench", (PYTHON, "-m", "bench")),),
    "nightly": (pytest("nightly", "-n", "2", "--hypothesis-profile=nightly", "src", "tests"),),
    "docs": (tool("documentation", "mkdocs", "build", "--strict", "--quiet"),),
    "fmt": (
        tool("format", "ruff", "format", "."),
        tool("lint fixes", "ruff", "check", "--fix", "--quiet", "."),
        Step("requirements", (PYTHON, "scripts/export_requirements.py")),
        Step("API description", (PYTHON, "-m", "trimtab.api.export_openapi"), database=True),
        client("client types", "run", "--silent", "gen:types"),
    ),
}
NEED_CLUSTER = {"check", "test", "e2e", "nightly", "fmt"}


@contextmanager
def cluster() -> Iterator[str]:
    """The owner's URL of the PostgreSQL to test on: the given one, or one started for this run."""
    given = os.environ.get("TRIMTAB_TEST_CLUSTER")
    if given:
        yield given
        return
    with test_cluster() as owner:
        yield owner


def urls(owner: str) -> dict[str, str]:
    """Both roles' URLs of the cluster's own database, for commands that only look."""
    parts = urlsplit(owner)
    host = parts.netloc.rpartition("@")[2]
    return {"TRIMTAB_OWNER_URL": owner, "DATABASE_URL": urlunsplit(parts._replace(netloc=f"trimtab_app@{host}"))}


def run(steps: tuple[Step, ...], environment: dict[str, str], looking: dict[str, str]) -> int:
    """Run steps until one fails; the exit code."""
    began = time.monotonic()
    for number, step in enumerate(steps, 1):
        print(f"── {number}/{len(steps)} {step.name}", flush=True)
        started = time.monotonic()
        code = subprocess.run(
            step.command, cwd=ROOT, env=environment | (looking if step.database else {}), check=False
        ).returncode
        verdict = "ok" if code == 0 else f"FAILED (exit code {code})"
        print(f"   {step.name}: {verdict}, {time.monotonic() - started:.1f} s", flush=True)
        if code != 0:
            print(f"\nFAILED at “{step.name}”: {' '.join(step.command)}", flush=True)
            return 1
    print(f"\nAll {len(steps)} steps passed in {time.monotonic() - began:.0f} s.", flush=True)
    return 0


def show_browser() -> int:
    """Find or fetch the browser and say which it is."""
    try:
        print(f"   {browser.require().program}", flush=True)
    except browser.NoBrowser as trouble:
        print(trouble, flush=True)
        return 1
    return 0


def main(arguments: list[str]) -> int:
    """Run the plan named on the command line."""
    if arguments == ["browser"]:
        return show_browser()
    if len(arguments) != 1 or arguments[0] not in PLANS:
        print(f"Say which: {', '.join(PLANS)}.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster is stopped and removed
    environment = dict(os.environ)
    looking: dict[str, str] = {}
    with ExitStack() as stack:
        if arguments[0] in NEED_CLUSTER:
            try:
                owner = stack.enter_context(cluster())
            except (DatabaseTrouble, NoPostgres) as trouble:
                print(trouble, file=sys.stderr)
                return 1
            environment["TRIMTAB_TEST_CLUSTER"] = owner
            looking = urls(owner)
        return run(PLANS[arguments[0]], environment, looking)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
