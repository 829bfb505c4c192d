"""What every family measures with: the server, its meter, one bearer per workspace, and a few ids."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.cpu import Meter, Spent
from bench.report import Line, Report
from bench.server import Client

COLUMNS = [
    "ref",
    "title",
    "level",
    "phase",
    "owner",
    "team",
    "area",
    "timeframe",
    "health",
    "benefit",
    "theme",
    "updated",
]
"""The twelve columns of every page that is measured."""


@dataclass(slots=True)
class Bench:
    """``tokens`` are by workspace, several each, so that no bearer asks more often than one may."""

    port: int
    owner_url: str
    database: str
    environment: dict[str, str]
    meter: Meter
    tokens: dict[str, list[str]]
    report: Report
    family: str = ""

    def client(self, workspace: str = "large", bearer: int = 0) -> Client:
        tokens = self.tokens[workspace]
        return Client(self.port, tokens[bearer % len(tokens)])

    def cost(self, request: dict[str, Any], workspace: str = "large", **how: Any) -> Spent:
        """What one question costs."""
        client = self.client(workspace)
        return self.meter.measure(lambda: client.query(request), **how)

    def tell(
        self,
        name: str,
        value: float | None,
        unit: str,
        target: float | None = None,
        *,
        at_least: bool = False,
        note: str = "",
    ) -> None:
        self.report.add(Line(self.family, name, value, unit, target, at_least, note))

    def tell_cost(self, name: str, spent: Spent, target: float | None, more: str = "") -> None:
        self.tell(name, spent.cpu_ms, "ms CPU", target, note=f"{spent.note}{more}")


def a_year_back() -> str:
    return (datetime.now(UTC) - timedelta(days=365)).date().isoformat()
