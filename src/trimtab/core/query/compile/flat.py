"""A page of rows in one order, as one statement."""

from dataclasses import dataclass

from trimtab.core.query import rights
from trimtab.core.query.compile import columns as shown
from trimtab.core.query.compile.columns import Column
from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.cursor import beyond
from trimtab.core.query.compile.filters import Filter
from trimtab.core.query.compile.sorts import Order
from trimtab.core.query.request import Request

# Up to this size only ids are put in order, and the rest is read for the page alone.
_FEW = 1_000


@dataclass(frozen=True, slots=True)
class Matching:
    """The rows that a filter leaves: its predicate and the joins that it needs."""

    predicate: str
    joins: tuple[str, ...]


def matching(context: Context, request: Request) -> Matching:
    """Compile the filter and the actor's rights."""
    compiler = Filter(context)
    predicate = compiler.predicate(request.filter)
    right = context.sql(rights.rows(context.actor, context.source.entity))
    return Matching(predicate if right == "true" else f"({predicate}) and ({right})", tuple(compiler.joins))


def page(context: Context, request: Request, match: Matching, order: Order, columns: list[Column]) -> str:
    """The select of one page: n, id, version, c0…, k0…; one row more than asked for where there are more."""
    where = match.predicate
    if request.after is not None:
        where = f"({where}) and {beyond(context, order, request.after)}"
    keys = "".join(f", {key.sql} as k{at}" for at, key in enumerate(order.keys))
    row, late = context.alias("r"), request.size <= _FEW
    ordered = (
        f"select {row}.{'id' if late else '*'}{keys} from {context.rows((*match.joins, *order.joins))}"
        f" where {where} order by {order.clause} limit {request.size + 1}"
    )
    numbered = f"(select row_number() over () as n, q.* from ({ordered}) q)"
    source = f"{numbered} o join {context.rows()} on {row}.id = o.id" if late else f"{numbered} {row}"
    joins = context.joined(join for each in columns for join in each.joins)
    return (
        f"select n, {row}.id, {row}.version{''.join(f', {each.sql} as {each.alias}' for each in columns)}"
        f"{''.join(f', k{at}' for at in range(len(order.keys)))} from {source}{joins}"
        f"{' order by n' if late or joins else ''}"
    )


def arrays(context: Context, columns: list[Column], relation: str, size: int) -> str:
    """The text of a JSON object with one array per column, in the order in which ``relation`` gives its rows."""
    named = [("id", "id"), ("version", "version"), *((each.name, each.alias) for each in columns)]
    parts = [
        f"'{'{' if at == 0 else ','}\"{name}\":' || coalesce(json_agg({alias}) filter (where n <= {size}), '[]')::text"
        for at, (name, alias) in enumerate(named)
    ]
    return f"{' || '.join(parts)} || '}}'"


def statement(context: Context, request: Request, match: Matching, order: Order, extras: dict[str, str]) -> str:
    """The whole question: columns, references, the last row's keys, and whatever ``extras`` select beside them."""
    columns = shown.columns(context, request.columns)
    last = ", ".join(f"k{at}::text" for at in range(len(order.keys)))
    parts = {
        "columns": f"(select {arrays(context, columns, 'page', request.size)} from page)",
        "refs": f"{shown.references(context, columns, f'page where n <= {request.size}')}::text",
        "rows": "(select count(*) from page)",
        "last": f"(select array[{last}] from page where n = {request.size})",
        **extras,
    }
    selected = ", ".join(f"{sql} as {name}" for name, sql in parts.items())
    return f"with page as materialized ({page(context, request, match, order, columns)}) select {selected}"
