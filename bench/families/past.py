"""The portfolio as it stood a year ago: a page, 10,000 items, the tree with totals, search."""

from bench.bench import COLUMNS, Bench, a_year_back
from bench.families.tree import TOTALS
from bench.load.texts import FREQUENT, MEDIUM


def measure(bench: Bench) -> None:
    lens = {"as_of": a_year_back()}
    page = {"source": "item", "text": "phase.category:doing sort:rank", "columns": COLUMNS, "lens": lens}
    bench.tell_cost("a year back: page of 100", bench.cost(page), 250)
    compared = page | {"compare": "live"}
    bench.tell_cost("a year back: page of 100 with what differs from today", bench.cost(compared), 250)
    bulk = {"source": "item", "sort": [{"field": "rank"}], "columns": COLUMNS, "lens": lens, "page": {"size": 10_000}}
    bench.tell_cost("a year back: 10,000 items × 12 columns", bench.cost(bulk), 250)
    tree = {
        "source": "item",
        "columns": COLUMNS,
        "tree": {"axis": "parent", "depth": 1},
        "totals": TOTALS,
        "lens": lens,
    }
    bench.tell_cost("a year back: tree with totals over all", bench.cost(tree), 400)
    for name, word in (("medium", MEDIUM), ("frequent", FREQUENT)):
        search = {"source": "item", "text": word, "columns": COLUMNS, "lens": lens}
        bench.tell_cost(f"a year back: search, {name} word", bench.cost(search), 500)
