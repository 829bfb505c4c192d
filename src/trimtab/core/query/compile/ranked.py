"""Ranked full-text search: the newest matches, best first."""

from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.filters import Filter
from trimtab.core.query.compile.search import CONFIGURATION, tsquery
from trimtab.core.query.compile.sorts import Order, OrderKey
from trimtab.core.query.nodes import EVERYTHING, And, Node, Text, canonical
from trimtab.core.query.request import Request

# A word that every other record holds must not cost a ranking of them all.
CANDIDATES = 500
_TITLE_WEIGHT = 4
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
    title = f"to_tsvector({CONFIGURATION}, {context.sql(search.title)})"
    titles = (
        f"(select {row}.id, {_TITLE_WEIGHT} * ts_rank({title}, {query}) as score from {rows}"
        f" where {title} @@ {query} and {where} order by {row}.id desc limit {CANDIDATES})"
    )
    body = f"b.{search.body_vector}"
    bodies = f"{context.rel(search.body_entity)} b"
    if rest != EVERYTHING or right != "true":
        bodies += f" join {context.rel(context.source.entity)} {row} on {row}.id = b.id{context.joined(compiler.joins)}"
    texts = (
        f"(select b.id, ts_rank({body}, {query}) as score from {bodies}"
        f" where {body} @@ {query} and {where} order by b.id desc limit {CANDIDATES})"
    )
    return f"select id, sum(score)::real as score from ({titles} union all {texts}) u group by id"


def by_relevance(context: Context) -> Order:
    """Best first, then newest."""
    keys = (
        OrderKey(f"{FOUND}.score", "real", desc=True, nullable=False),
        OrderKey(f"{context.alias('r')}.id", "uuid", desc=True, nullable=False),
    )
    return Order(keys, ())
