"""100,000 rows of CSV into a workspace in which others read and write all the while."""

import csv
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.bench import Bench
from bench.load.shape import EMAIL, SCALE
from bench.load.texts import Writer
from bench.prepare import PLACE, ROOT
from bench.server import Refused

ROWS = int(100_000 * SCALE)
WORKSPACE = "small"
COLUMNS = (
    *("key", "title", "description", "level", "parent", "phase", "team"),
    *("start", "end", "effort", "benefit", "number", "choice", "text"),
)
RECIPE = """
name = "Measured import"
source = "measured"
level = "feature"

[items]
file = "items.csv"
key = "key"

[items.fields]
title = "title"
description = "description"
level = "level"
parent = "parent"
phase = "phase"
team = "team"
start = "start"
end = "end"
effort = "effort"
benefit = "benefit"
"custom.number_0" = "number"
"custom.choice_0" = "choice"
"custom.text_0" = "text"

[[custom]]
key = "number_0"
name = "Number_0"
type = "number"

[[custom]]
key = "choice_0"
name = "Choice_0"
type = "choice"
options = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"]

[[custom]]
key = "text_0"
name = "Text_0"
"""


def measure(bench: Bench) -> None:
    folder = _write_files(PLACE / "import")
    reads, writes = _Others(bench, _read), _Others(bench, _write)
    command = [sys.executable, "-m", "trimtab.cli", "import", str(folder), "--recipe", str(folder / "recipe.toml")]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--workspace", WORKSPACE, "--user", EMAIL],
        cwd=ROOT,
        env=os.environ | bench.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    resident = _watch(process)
    told = process.stdout.read() if process.stdout else ""
    seconds = time.perf_counter() - began
    longest = [others.end() for others in (reads, writes)]
    if process.returncode:
        raise Refused(f"The import ended with {process.returncode}: {told}")
    locked = re.search(r"held for ([\d.]+) s", told)
    bench.tell(f"import of {ROWS:,} rows of CSV", seconds, "s", 90, note=_said(told, "Created"))
    bench.tell("import: resident memory at most", resident, "MB", 400)
    bench.tell("import: locks held, as it says", float(locked[1]) if locked else None, "s", 20)
    bench.tell("import: longest read of others meanwhile", longest[0], "s", note=f"{len(reads.took):,} reads")
    bench.tell("import: longest write of others meanwhile", longest[1], "s", 20, note=f"{len(writes.took):,} writes")


def _said(told: str, beginning: str) -> str:
    return next((row for row in told.splitlines() if row.startswith(beginning)), "")


def _watch(process: "subprocess.Popen[str]") -> float:
    """Wait for the end; the most memory that was resident, in MB."""
    most = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            break
        found = re.search(r"VmHWM:\s+(\d+)", status)
        most = max(most, int(found[1]) if found else 0)
        time.sleep(0.1)
    process.wait()
    return most / 1024


class _Others:
    """Somebody who asks again and again until told to stop."""

    def __init__(self, bench: Bench, act: Callable[[Bench], Callable[[], None]]) -> None:
        self.took: list[float] = []
        self._stop = threading.Event()
        self._act = act(bench)
        self._thread = threading.Thread(target=self._go)
        self._thread.start()

    def _go(self) -> None:
        while not self._stop.wait(0.05):
            began = time.perf_counter()
            self._act()
            self.took.append(time.perf_counter() - began)

    def end(self) -> float:
        """Stop; the longest that one took, in seconds."""
        self._stop.set()
        self._thread.join()
        return max(self.took)


def _read(bench: Bench) -> Callable[[], None]:
    client = bench.client(WORKSPACE, 0)
    return lambda: client.query({"source": "item", "text": "sort:rank", "columns": ["title"]}) and None


def _write(bench: Bench) -> Callable[[], None]:
    client = bench.client(WORKSPACE, 1)
    columns = client.json("POST", "/api/v1/query", {"source": "item", "text": "level:work_item"})["columns"]
    item, turn = columns["id"][0], 0

    def write() -> None:
        nonlocal turn
        turn += 1
        version = client.json("GET", f"/api/v1/items/{item}")["version"]
        client.json("PATCH", f"/api/v1/items/{item}", {"version": version, "set": {"benefit": turn}})

    return write


def _write_files(folder: Path) -> Path:
    """The same rows each time: features under initiatives, work items under features."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.toml").write_text(RECIPE)
    draw, writer = random.Random(7), Writer(7)
    with (folder / "items.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(ROWS):
            rows.writerow(_row(number, draw, writer))
    return folder


def _row(number: int, draw: random.Random, writer: Writer) -> list[object]:
    initiatives, features = ROWS // 50, ROWS // 8
    level = "initiative" if number < initiatives else "feature" if number < features else "work_item"
    above = {"initiative": (0, 0), "feature": (0, initiatives), "work_item": (initiatives, features)}[level]
    parent = f"IMP-{draw.randrange(*above)}" if above[1] else ""
    start = draw.randint(1, 28)
    return [
        f"IMP-{number}",
        writer.title(number),
        writer.text(number),
        level,
        parent,
        draw.choice(("backlog", "doing", "done")),
        f"team-{draw.randrange(24)}",
        f"2026-{draw.randint(1, 6):02}-{start:02}",
        f"2026-{draw.randint(7, 12):02}-{start:02}",
        draw.randint(1, 30),
        draw.randint(0, 500),
        draw.randint(0, 1000),
        f"c{draw.randrange(8)}",
        draw.choice(writer.words),
    ]
