"""What was measured: an aligned table for people, ``results.json`` for machines."""

import json
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Line:
    """One measured number. ``target`` None: told for information. ``at_least`` turns the comparison round."""

    family: str
    name: str
    value: float | None
    unit: str
    target: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        """``ok``, ``MISSED``, ``not measured``, or nothing where there is no target."""
        if self.value is None:
            return "not measured"
        if self.target is None:
            return ""
        good = self.value >= self.target if self.at_least else self.value <= self.target
        return "ok" if good else "MISSED"


@dataclass(slots=True)
class Report:
    """Collects lines, says each at once, and writes them all at the end."""

    say: Callable[[str], None] = print
    lines: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.say(_row(line))

    def write(self) -> None:
        """Join this run's lines with those of families that did not run now."""
        families = {line.family for line in self.lines}
        kept = [line for line in _earlier() if line["family"] not in families]
        rows = kept + [asdict(line) | {"verdict": line.verdict} for line in self.lines]
        told = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), "lines": rows}
        RESULTS.write_text(json.dumps(told, indent=1) + "\n")

    def table(self) -> str:
        """Everything measured so far, aligned, one family after another."""
        rows: list[str] = []
        family = ""
        for line in self.lines:
            if line.family != family:
                family = line.family
                rows.append(f"\n{family}")
            rows.append(_row(line))
        missed = sum(line.verdict == "MISSED" for line in self.lines)
        measured = sum(bool(line.verdict) for line in self.lines)
        return "\n".join([*rows, "", f"{measured - missed} of {measured} targets met on {machine()}"])


def machine() -> str:
    """The processor and how many of it."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    models = [row.partition(":")[2].strip() for row in text.splitlines() if row.startswith("model name")]
    return f"{len(models)} × {models[0]}" if models else platform.machine()


def _earlier() -> list[dict[str, object]]:
    if not RESULTS.exists():
        return []
    rows: list[dict[str, object]] = json.loads(RESULTS.read_text())["lines"]
    return rows


def _row(line: Line) -> str:
    value = "–" if line.value is None else f"{line.value:,.2f}" if line.value < 100 else f"{line.value:,.0f}"
    target = "" if line.target is None else f"{'≥' if line.at_least else '≤'} {line.target:,.4g} {line.unit}"
    return f"  {line.name:<82} {value:>10} {line.unit:<8} {target:<16} {line.verdict:<12} {line.note}".rstrip()
