"""The first screen of the tree by each axis, with totals of everything below each node."""

from bench.bench import COLUMNS, Bench

TOTALS = [{"fn": "count"}, {"fn": "sum", "field": "effort"}, {"fn": "avg", "field": "benefit"}]


def measure(bench: Bench) -> None:
    """Totals are over all items of the workspace."""
    for axis in ("parent", "area", "dim.theme"):
        request = {"source": "item", "columns": COLUMNS, "tree": {"axis": axis, "depth": 1}, "totals": TOTALS}
        bench.tell_cost(f"tree by {axis}, totals of each group over all", bench.cost(request), 150)
    grouped = {"source": "item", "columns": COLUMNS, "group": [{"by": "team"}], "totals": TOTALS, "page": {"size": 0}}
    bench.tell_cost("groups by team, totals over all", bench.cost(grouped), 150)
