"""One field edited, something created under a parent, and eight who write at once, none of whose edits may be lost."""

import threading
import time
from collections.abc import Iterator
from itertools import count

import psycopg

from bench.bench import Bench
from bench.prepare import named
from bench.server import Client

WRITERS, SECONDS = 8, 10.0


def measure(bench: Bench) -> None:
    client = bench.client()
    items = _work_items(client, 1200)
    _edits(bench, client, items[:200])
    _creates(bench, client, items[0])
    _together(bench, items[200:])


def _work_items(client: Client, how_many: int) -> list[dict[str, object]]:
    request = {"source": "item", "text": "level:work_item", "columns": ["parent"], "page": {"size": how_many}}
    columns = client.json("POST", "/api/v1/query", request)["columns"]
    rows = zip(columns["id"], columns["version"], columns["parent"], strict=True)
    return [{"id": i, "version": v, "parent": p} for i, v, p in rows]


def _edits(bench: Bench, client: Client, items: list[dict[str, object]]) -> None:
    """A health or a date: both are rolled up into every ancestor."""
    turns = count()

    def edit() -> None:
        turn = next(turns)
        item = items[turn % len(items)]
        _patch(client, item, {"health": ("on_track", "at_risk", "off_track")[(turn // len(items)) % 3]})

    bench.tell_cost("edit one field: scoped, logged, rolled up, announced", bench.meter.measure(edit, seconds=6), 8)


def _patch(client: Client, item: dict[str, object], values: dict[str, object]) -> None:
    body = {"version": item["version"], "set": values}
    item["version"] = client.json("PATCH", f"/api/v1/items/{item['id']}", body)["version"]


def _creates(bench: Bench, client: Client, sibling: dict[str, object]) -> None:
    detail = client.json("GET", f"/api/v1/items/{sibling['id']}")
    body = {"title": "Made under a parent", "level_id": detail["level_id"], "parent_id": sibling["parent"]}
    spent = bench.meter.measure(lambda: client.call("POST", "/api/v1/items", body), seconds=4)
    bench.tell_cost("create under a parent", spent, 10)


def _together(bench: Bench, items: list[dict[str, object]]) -> None:
    """Eight writers on items of their own under shared ancestors; then the log is counted."""
    before, done = _edits_in_log(bench), [0] * WRITERS
    stop = threading.Event()

    def write(place: int) -> None:
        client = bench.client(bearer=place + 1)
        for turn, item in _around(items[place::WRITERS]):
            if stop.is_set():
                return
            _patch(client, item, {"benefit": 1_000 + turn * WRITERS + place})
            done[place] += 1

    threads = [threading.Thread(target=write, args=(place,)) for place in range(WRITERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    logged = _edits_in_log(bench) - before
    bench.tell(f"edits a second, {WRITERS} writers", sum(done) / seconds, "edits/s", 150, at_least=True)
    bench.tell("edits answered but not in the log", abs(sum(done) - logged), "edits", 0, note=f"{logged:,} logged")


def _around(items: list[dict[str, object]]) -> Iterator[tuple[int, dict[str, object]]]:
    for turn in count():
        for item in items:
            yield turn, item


def _edits_in_log(bench: Bench) -> int:
    """Counted past the scope, as the owner of the tables."""
    sql = "select count(*) from ledger_change where entity = 'item' and op = 'U' and fields ? 'benefit'"
    with psycopg.connect(named(bench.owner_url, bench.database)) as connection:
        row = connection.execute(sql).fetchone()
    return 0 if row is None else int(row[0])
