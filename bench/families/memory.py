"""Memory of web and worker after load, without the database."""

import time

from bench.bench import COLUMNS, Bench
from bench.cpu import family_of, pss_mb
from bench.prepare import PLACE
from bench.server import product


def measure(bench: Bench) -> None:
    """After what the other families asked, and some of the largest answers once more."""
    client = bench.client()
    for _ in range(20):
        client.query({"source": "item", "columns": COLUMNS, "page": {"size": 10_000}})
        client.query({"source": "item", "columns": COLUMNS, "text": "sort:rank"})
    with product("worker", bench.environment, PLACE / "logs" / "worker.log") as worker:
        time.sleep(8)
        web, jobs = (pss_mb(family_of(pid)) for pid in (bench.meter.server, worker.pid))
    bench.tell("web + worker after load", web + jobs, "MB PSS", 400, note=f"web {web:.0f}, worker {jobs:.0f}")
