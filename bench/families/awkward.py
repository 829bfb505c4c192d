"""Ten filters and sorts that no index serves in full: custom fields, several dimensions, dates, negation, text.

Six of the twenty custom fields are marked as indexed (``bench.marks.INDEXED``), as an admin would mark what people
filter and sort by; each has an index on its values. The first question comes once more with fields that are not marked:
for these every row's document is read, and there is no target.
"""

from bench.bench import COLUMNS, Bench

QUESTIONS = (
    "number_0:>900 sort:-number_1",
    "choice_0:c1,c2 choice_1:c3 sort:choice_2,title",
    "theme:theme-1,theme-2 market:market-3 sort:-benefit",
    "-theme:theme-1 -market:market-2,market-3 sort:title",
    "date_0:2026-01-01..2026-06-30 flag_0:true sort:date_1",
    "timeframe:2026-Q1 -health:on_track sort:end,-benefit",
    "several:c1 -several:c2 sort:number_3",
    "text_0:any owner:any release:none sort:text_1",
    "(team:team-1,team-2 OR number_4:<50) -phase.category:done sort:-updated,title",
    "effort.rolled:>20 sort:-effort.rolled",
)
NOT_INDEXED = "number_2:>900 sort:-number_5"


def measure(bench: Bench) -> None:
    """Each costs at most 60 ms of CPU."""
    for question in QUESTIONS:
        bench.tell_cost(question, bench.cost(_question(question)), 60)
    bench.tell_cost(f"{NOT_INDEXED}, no field of it indexed", bench.cost(_question(NOT_INDEXED)), None)


def _question(text: str) -> dict[str, object]:
    return {"source": "item", "text": text, "columns": COLUMNS, "page": {"size": 100}}
