"""CPU time of the server and of its database backends, from /proc, in nanoseconds."""

import os
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg

TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
_BACKENDS = """
select pid from pg_stat_activity where datname = current_database() and usename = 'trimtab_app'
"""


def of_process(pid: int) -> int:
    """What all threads of a process have used; 0 once it is gone."""
    total = 0
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            total += int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return total
    return total


def of_ended_children(pid: int) -> int:
    """What the ended and awaited children of a process had used: parallel workers of a query, to a clock tick."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) * TICK_NS


def family_of(pid: int) -> list[int]:
    """A process and everything under it."""
    below: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                parent = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            below.setdefault(parent, []).append(int(entry))
    found, pending = [], [pid]
    while pending:
        one = pending.pop()
        found.append(one)
        pending += below.get(one, [])
    return found


def pss_mb(pids: Iterable[int]) -> float:
    """Memory of these processes, shared pages divided among those who share them."""
    total = 0
    for pid in pids:
        for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if row.startswith("Pss:"):
                total += int(row.split()[1])
    return total / 1024


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds per request: of the server, of the database, and by the clock on the wall (median)."""

    server_ms: float
    database_ms: float
    wall_ms: float

    @property
    def cpu_ms(self) -> float:
        return self.server_ms + self.database_ms

    @property
    def note(self) -> str:
        return f"server {self.server_ms:.1f} + database {self.database_ms:.1f}; wall {self.wall_ms:.1f} ms"


class Meter:
    """Measures what requests cost. ``watch`` is a connection to the same database, for the list of backends."""

    def __init__(self, server: int, postmaster: int, watch: "psycopg.Connection[tuple[int]]") -> None:
        self.server, self.postmaster, self.watch = server, postmaster, watch

    def _database(self) -> int:
        backends = [pid for (pid,) in self.watch.execute(_BACKENDS)]
        return sum(of_process(pid) for pid in backends) + of_ended_children(self.postmaster)

    def _servers(self) -> int:
        return sum(of_process(pid) for pid in family_of(self.server))

    def measure(self, request: Callable[[], object], *, seconds: float = 3.0, least: int = 5, rounds: int = 3) -> Spent:
        """The median round. Each round repeats ``request`` for its part of ``seconds``, after two to warm up."""
        for _ in range(2):
            request()
        told = [self._round(request, seconds / rounds, least) for _ in range(rounds)]
        return sorted(told, key=lambda spent: spent.cpu_ms)[rounds // 2]

    def _round(self, request: Callable[[], object], seconds: float, least: int) -> Spent:
        server, database = self._servers(), self._database()
        walls: list[float] = []
        until = time.perf_counter() + seconds
        while len(walls) < least or time.perf_counter() < until:
            began = time.perf_counter()
            request()
            walls.append(time.perf_counter() - began)
        count = len(walls) * 1e6
        return Spent(
            server_ms=(self._servers() - server) / count,
            database_ms=(self._database() - database) / count,
            wall_ms=statistics.median(walls) * 1000,
        )
