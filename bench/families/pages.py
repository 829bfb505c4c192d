"""A page of 100 in each default order, what it costs at a tenth of the size, and 10,000 items in one answer."""

from bench.bench import COLUMNS, Bench
from bench.server import gzipped_kb

ORDERS = ("rank", "-updated", "key", "start", "end", "-benefit")
FILTER = "level:work_item phase.category:doing,todo"


def measure(bench: Bench) -> None:
    """Worst of the default orders, at both sizes."""
    costs = {}
    for order in ORDERS:
        large, small = (bench.cost(_page(order), workspace) for workspace in ("large", "small"))
        costs[order] = (large, small)
        bench.tell_cost(f"page of 100, filter, sort:{order}", large, 15)
    ratios = {order: large.cpu_ms / small.cpu_ms for order, (large, small) in costs.items()}
    worst = max(ratios, key=lambda order: ratios[order])
    bench.tell("page at 100,000 against 10,000 items, worst order", ratios[worst], "times", 1.5, note=f"sort:{worst}")
    bulk = {"source": "item", "columns": COLUMNS, "sort": [{"field": "rank"}], "page": {"size": 10_000}}
    bench.tell_cost("10,000 items × 12 columns", bench.cost(bulk), 120)
    bench.tell("10,000 items × 12 columns, gzipped", gzipped_kb(bench.client().query(bulk)), "kB", 1024)


def _page(order: str) -> dict[str, object]:
    return {"source": "item", "text": f"{FILTER} sort:{order}", "columns": COLUMNS, "page": {"size": 100}}
