"""A mapping is proposed for files of 50,000 rows, without the database: the processor's time for it."""

import csv
import json
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.bench import Bench

ROWS = 50_000
WHY = "Why it matters. " * 8
STATUSES = ("To Do", "In Progress", "Done", "Backlog")


def measure(bench: Bench) -> None:
    """A Jira export of 30 columns, a plain table of 20, and a JSON list, each opened and proposed."""
    from trimtab.integrations.files.reading import open_table
    from trimtab.integrations.files.recognise import propose

    with tempfile.TemporaryDirectory() as folder:
        for name, path in (
            ("Jira export, 50,000 rows", _jira(Path(folder) / "jira.csv")),
            ("plain table, 50,000 rows", _plain(Path(folder) / "plan.csv")),
            ("JSON, 50,000 records", _json(Path(folder) / "issues.json")),
        ):
            began = time.process_time()
            found = propose([open_table(path)])
            spent = time.process_time() - began
            bench.tell(
                f"proposal: {name}", spent, "s CPU", 2, note=f"{found.layout.label}; {path.stat().st_size >> 20} MB"
            )


def _table(path: Path, header: list[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _jira(path: Path) -> Path:
    header = [
        "Summary", "Issue key", "Issue id", "Issue Type", "Status", "Project key", "Project name", "Priority",
        "Assignee", "Reporter", "Created", "Updated", "Resolved", "Due date", "Description", "Sprint", "Sprint",
        "Labels", "Labels", "Custom field (Story Points)", "Custom field (Team)", "Custom field (Zone)",
        "Custom field (Rank)", "Parent", "Status Category", "Comment", "Comment", "Fix versions", "Components",
        "Watchers",
    ]  # fmt: skip
    rows = (
        [
            f"Work on part {n}", f"TES-{n}", 10_000 + n, "Story", STATUSES[n % 4], "TES", "Test", "Medium",
            f"P {n % 90}", f"P {n % 40}", "22/Sep/25 9:26 AM", "22/Sep/25 9:26 AM", "", "", WHY, f"S {n % 30}", "",
            "a", "", n % 13, "Web", "North", f"0|i{n}", "", "To Do", "22/Sep/25 9:26 AM;x;Good", "", "1.0", "UI",
            f"P {n % 9}",
        ]
        for n in range(ROWS)
    )  # fmt: skip
    return _table(path, header, rows)


def _plain(path: Path) -> Path:
    header = [
        "Ref", "Initiative", "Details", "Stage", "Lead", "Squad", "Begin", "Finish", "Man days", "Labels", "Waits for",
        *(f"Note {n}" for n in range(9)),
    ]  # fmt: skip
    rows = (
        [
            f"R-{n}", f"Work on part {n}", WHY, STATUSES[n % 4], f"P {n % 90}", f"T {n % 20}", f"2026-0{1 + n % 9}-01",
            f"2026-0{1 + n % 9}-20", n % 50, "a; b", f"R-{n - 1}" if n else "", *(f"{k} {n % 300}" for k in range(9)),
        ]
        for n in range(ROWS)
    )  # fmt: skip
    return _table(path, header, rows)


def _json(path: Path) -> Path:
    same = {"priority": {"name": "Medium"}, "project": {"key": "TES", "name": "Test"}, "labels": ["a", "b"]}
    issues = [
        {
            "id": str(n),
            "key": f"TES-{n}",
            "fields": {"summary": f"Part {n}", "status": {"name": STATUSES[n % 4]}, **same},
        }
        for n in range(ROWS)
    ]
    path.write_text(json.dumps({"issues": issues}), encoding="utf-8")
    return path
