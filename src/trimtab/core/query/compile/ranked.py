"""Ranked full-text search: the newest matches, best first."""

from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.filters import Filter
from trimtab.core.query.compile.search import CONFIGURATION, reads_body, tsquery
from trimtab.core.query.compile.sorts import Order, OrderKey
from trimtab.core.query.nodes import EVERYTHING, And, Node, Text, canonical
from trimtab.core.query.request import Request

# A word that every other record holds must not cost a ranking of them all. PostgreSQL knows how frequent words are: it
# walks the newest texts for a frequent one and takes the index for a rare one.
CANDIDATES = 300
_TITLE_WEIGHT = 4
# What one word counts for where it stands once. PostgreSQL works it out while planning.
_ONCE = "ts_rank('a:1'::tsvector, 'a'::tsquery)"
FOUND = "found"


def searched(request: Request) -> tuple[Text, Node] | None:
    """The words that rank the answer and the filter beside them, unless the question has an order or no words."""
    if request.sort or request.group:
        return None
    nodes = request.filter.nodes if isinstance(request.filter, And) else (request.filter,)
    texts = [node for node in nodes if isinstance(node, Text)]
    if len(texts) != 1:
        return None
    return texts[0], canonical(And(tuple(node for node in nodes if node is not texts[0])))


def found(context: Context, text: Text, rest: Node, right: str) -> str:
    """A select of id and score of the candidates, from titles and from texts; a match in both counts twice."""
    search = context.source.search
    assert search is not None
    row, query = context.alias("r"), tsquery(context, text)
    compiler = Filter(context)
    where = compiler.predicate(rest)
    where = where if right == "true" else f"({where}) and ({right})"
    rows = context.rows(compiler.joins)
    title = context.sql(search.title)
    titles = (
        f"select {row}.id, {title} as title from {rows}"
        f" where to_tsvector({CONFIGURATION}, {title}) @@ {query} and {where}"
    )
    vector, body = search.body_vector, context.rel(search.body_entity)
    if rest == EVERYTHING and right == "true":
        texts = f"select b.id, b.{vector} as words from {body} b where b.{vector} @@ {query}"
    else:
        texts = (
            f"select {row}.id, b.{vector} as words from {rows} join {body} b on b.id = {row}.id"
            f" where b.{vector} @@ {query} and {where}"
        )
    newest = f"order by id desc limit {CANDIDATES}"
    if not reads_body(context):
        texts = f"{texts} and false"
    return (
        f"select id, sum(score)::real as score from ("
        f"(select id, {_TITLE_WEIGHT} * {_titled(text, query)} as score from ({titles} {newest}) t)"
        f" union all (select id, max(ts_rank(words, {query})) from ({texts} {newest}) b group by id)"
        ") u group by id"
    )


def _titled(text: Text, query: str) -> str:
    """What a match in the title counts for: one word alone the same in every title, so that none is taken apart."""
    if len(text.terms) == 1 and text.terms[0].text.isalnum():
        return _ONCE
    return f"ts_rank(to_tsvector({CONFIGURATION}, title), {query})"


def by_relevance(context: Context) -> Order:
    """Best first, then newest, of what was found."""
    row = context.alias("r")
    keys = (
        OrderKey(f"{row}.score", "real", desc=True, nullable=False),
        OrderKey(f"{row}.id", "uuid", desc=True, nullable=False),
    )
    return Order(keys, ())
