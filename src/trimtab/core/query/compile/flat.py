"""A page of rows in one order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trimtab.core.fields.spec import FieldKind
from trimtab.core.query import rights
from trimtab.core.query.compile import ranked
from trimtab.core.query.compile.columns import Column
from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.cursor import Value, beyond, read
from trimtab.core.query.compile.filters import Filter
from trimtab.core.query.compile.sorts import Order, order, walked
from trimtab.core.query.lens import VERSION
from trimtab.core.query.nodes import Sort
from trimtab.core.query.request import Request

# Up to this size only ids are put in order, and the rest is read for the page alone.
FEW = 1_000
UNORDERED = {FieldKind.REFS, FieldKind.CHOICES, FieldKind.TAGS}


@dataclass(frozen=True, slots=True)
class Matching:
    """The rows that a filter leaves: its predicate and the joins that it needs."""

    predicate: str
    joins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page's rows as selects: ``ctes`` by name, the last one ``page``, which numbers its rows by ``n`` from 1.

    ``order`` is None where pages are counted instead of continued; ``totals`` selects the text of all totals where they
    are already half added up. ``linked`` names the CTE of each column, by its alias, whose values stand beside the
    page: ``n`` and ``value``.
    """

    ctes: dict[str, str]
    order: Order | None
    columns: tuple[tuple[str, str], ...] = ()
    totals: str = ""
    linked: Mapping[str, str] = field(default_factory=dict)


def matching(context: Context, request: Request) -> Matching:
    """Compile the filter and the actor's rights."""
    compiler = Filter(context)
    predicate = compiler.predicate(request.filter)
    right = context.sql(rights.rows(context.actor, context.source.entity))
    return Matching(predicate if right == "true" else f"({predicate}) and ({right})", tuple(compiler.joins))


def page(context: Context, request: Request, match: Matching, columns: list[Column]) -> Page:
    """Rows in the order asked for, one more than the page's size where there are more."""
    search = ranked.searched(request) if context.source.search else None
    if search is not None:
        right = context.sql(rights.rows(context.actor, context.source.entity))
        candidates = ranked.found(context, *search, right)
        best = ranked.by_relevance(context)
        among = (f"{ranked.FOUND} {context.alias('r')}", "true")
        ordered = _ordered(context, request, among, best, _last(request, best))
        return Page({ranked.FOUND: candidates, **_late(context, ordered, best, columns)}, best)
    wanted = order(context, grouped_first(context, request))
    last = _last(request, wanted)
    if request.size > FEW and not request.compare:
        several = [each for each in columns if each.several]
        linked = {each.alias: f"linked_{each.alias}" for each in several}
        first = f"(select n, id from page limit {request.size})"
        ctes = {"page": _long(context, request, match, wanted, columns)}
        ctes |= {linked[each.alias]: context.links(context.field(each.name), first) for each in several}
        return Page(ctes, wanted, linked=linked)
    if wanted.apart:
        ordered = _first_key_first(context, request, match, wanted, last)
    else:
        rows = context.rows((*match.joins, *wanted.joins))
        ordered = _ordered(context, request, (rows, match.predicate), wanted, last)
    return Page(_late(context, ordered, wanted, columns), wanted)


def _last(request: Request, order: Order) -> Sequence[Value] | None:
    return None if request.after is None else read(order, request.after)


def grouped_first(context: Context, request: Request) -> tuple[Sort, ...]:
    """The groups' order before the rows' own, so that a group's rows stand together."""
    named = {key.field for key in request.sort}
    groups = [name for name in request.group if context.field(name).kind not in UNORDERED and name not in named]
    default = tuple(Sort(name, desc) for name, desc in context.source.default_sort)
    return (*(Sort(name) for name in groups if context.field(name).sortable), *(request.sort or default))


def _first_key_first(
    context: Context, request: Request, match: Matching, wanted: Order, last: Sequence[Value] | None
) -> str:
    """The rows that have the first key in the order of what holds it, then, only if they are too few, the others.

    So a page in the order of its owners' names takes the first owners' rows instead of putting all in order, and one
    in the order of an indexed field walks the index either way, and from where the last page ended.
    """
    first, joins = wanted.keys[0], (*match.joins, *wanted.joins)
    parts = []
    if last is None or last[0] is not None:
        join, key = walked(context, wanted) if wanted.first else ("", first.sql)
        where = f"({match.predicate}) and {key} is not null"
        if last is not None:
            where += f" and {key} {'<=' if first.desc else '>='} {context.param(last[0], first.type)}"
        rows = context.rows(joins, {wanted.first: join})
        parts.append(_ordered(context, request, (rows, where), wanted.with_first(key), last))
    where = f"({match.predicate}) and {first.sql} is null"
    parts.append(_ordered(context, request, (context.rows(joins), where), wanted, last, by=wanted.without_first()))
    return f"select * from (({') union all ('.join(parts)})) u limit {request.size + 1}"


def _ordered(
    context: Context,
    request: Request,
    among: tuple[str, str],
    keyed: Order,
    last: Sequence[Value] | None,
    *,
    by: Order | None = None,
    selected: str = "",
) -> str:
    """Ids, or what is ``selected``, with the keys of ``keyed``; put in order ``by`` some of them if given.

    ``last`` holds the sort values of the row that the page comes after.
    """
    rows, where = among
    if last is not None:
        where = f"({where}) and {beyond(context, keyed, last)}"
    keys = "".join(f", {key.sql} as k{at}" for at, key in enumerate(keyed.keys))
    return (
        f"select {selected or context.alias('r') + '.id'}{keys} from {rows}"
        f" where {where} order by {(by or keyed).clause} limit {request.size + 1}"
    )


def _late(context: Context, ordered: str, order: Order, columns: list[Column]) -> dict[str, str]:
    """The CTE ``page``: all else is read for the ids of one small page alone."""
    row = context.alias("r")
    joins = context.joined(join for each in columns for join in each.joins)
    page = (
        f"select n, {row}.id, {row}.version{''.join(f', {each.sql} as {each.alias}' for each in columns)}{_keys(order)}"
        f" from (select row_number() over () as n, q.* from ({ordered}) q) o"
        f" join {context.rows()} on {row}.id = o.id{joins} order by n"
    )
    return {"page": page}


def _long(context: Context, request: Request, match: Matching, wanted: Order, columns: list[Column]) -> str:
    """The CTE ``page`` of many rows, with the columns that hold one value.

    Of the past only the versions are put in order first, for which an index may hold all that it takes.
    """
    row, plain = context.alias("r"), [each for each in columns if not each.several]
    shown = "".join((f"{row}.id, {row}.version", *(f", {each.sql} as {each.alias}" for each in plain)))
    joins, last = tuple(join for each in plain for join in each.joins), _last(request, wanted)
    if context.lens.is_live:
        among = (context.rows((*match.joins, *wanted.joins, *joins)), match.predicate)
        ordered = _ordered(context, request, among, wanted, last, selected=shown)
        return f"select row_number() over () as n, q.* from ({ordered}) q"
    among = (context.rows((*match.joins, *wanted.joins)), match.predicate)
    ordered = _ordered(context, request, among, wanted, last, selected=f"{row}.{VERSION}")
    return (
        f"select o.n, {shown}{_keys(wanted)} from (select row_number() over () as n, q.* from ({ordered}) q) o"
        f" join {context.rows(joins)} on {row}.{VERSION} = o.{VERSION} order by o.n"
    )


def _keys(order: Order) -> str:
    return "".join(f", k{at}" for at in range(len(order.keys)))
