"""Ranked full-text search in titles and texts: a rare, a medium and a frequent word, two words, a word and a filter."""

from bench.bench import COLUMNS, Bench
from bench.load.texts import FREQUENT, MEDIUM, RARE

QUESTIONS = {
    "rare word (1 in 5,000)": RARE,
    "medium word (1 in 100, titles)": MEDIUM,
    "frequent word (1 in 4)": FREQUENT,
    "two words": f"{FREQUENT} {RARE}",
    "medium word and a filter": f"{MEDIUM} phase.category:doing",
}


def measure(bench: Bench) -> None:
    for name, text in QUESTIONS.items():
        request = {"source": "item", "text": text, "columns": COLUMNS, "page": {"size": 100}}
        bench.tell_cost(f"search, {name}", bench.cost(request), 15)
