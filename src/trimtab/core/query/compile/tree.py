"""Rows as a tree of parents, with what every node and all below it add up to.

A parent's level is always above its child's, so the tree is added up level by level, lowest first, once for each
level of the workspace. Rows that match are shown with their ancestors; only they count.
"""

from trimtab.core.query.compile.columns import Column
from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.cursor import read_offset
from trimtab.core.query.compile.flat import Matching, Page
from trimtab.core.query.compile.partials import Partials, partials
from trimtab.core.query.compile.references import as_id
from trimtab.core.query.compile.sorts import order
from trimtab.core.query.database import fetch
from trimtab.core.query.problems import refuse
from trimtab.core.query.request import Request, Tree

NONE = "none"
_NODE = "id, parent_id, level, kids, matched"


def parent_tree(context: Context, request: Request, tree: Tree, match: Matching, columns: list[Column]) -> Page:
    """The visible part of the tree, parents before their children, siblings in the order asked for."""
    ladder = context.source.ladder
    assert ladder is not None
    column, entity = ladder
    levels = [
        f"{context.param(row[0], 'uuid')}"
        for row in fetch(f"select id from {context.rel(entity)} x order by rank", context.params)
    ]
    parts = partials(context, request.totals)
    ctes = _added_up(context, match, parts, column, levels)
    steps = len(levels) if tree.expand else min(tree.depth, len(levels))
    ctes |= _visible(context, tree, len(levels), parts, steps)
    ctes |= _placed(context, request, steps, parts)
    ctes["page"] = _page(context, columns, parts)
    shown = [("depth", "depth"), ("parent_id", "above"), ("has_children", "parental"), ("matched", "matched")]
    figures = [(f"total.{key}", f"t{at}") for at, (key, _) in enumerate(parts.finals)]
    return Page(
        ctes,
        None,
        (*shown, *figures),
        inline=frozenset({f"n{at}" for at in range(len(levels))}),
        totals=f"(select {parts.json('q.')}::text from (select {parts.combined()} from m) q)",
    )


def _added_up(context: Context, match: Matching, parts: Partials, column: str, levels: list[str]) -> dict[str, str]:
    """CTEs n0, n1, …: the nodes of each level with the parts of all that lies below them."""
    row = context.alias("r")
    rows = context.rows((*match.joins, *parts.joins))
    ctes = {
        "m": f"select {row}.id, {row}.parent_id, {row}.{column} as level, 0::bigint as kids, true as matched,"
        f" {parts.of_row()} from {rows} where {match.predicate}"
    }
    above = "m"
    for at, level in enumerate(levels[:-1]):
        ctes[f"n{at}"] = f"select {_NODE}, {parts.listed()} from {above} where level = {level}"
        ctes[f"u{at}"] = (
            f"select parent_id as id, count(*) as kids, {parts.combined()} from n{at}"
            " where parent_id is not null group by parent_id"
        )
        ctes[f"e{at}"] = (
            "select coalesce(h.id, u.id) as id, coalesce(h.parent_id, i.parent_id) as parent_id,"
            f" coalesce(h.level, i.level) as level, coalesce(h.kids, 0) + coalesce(u.kids, 0) as kids,"
            f" coalesce(h.matched, false) as matched, {parts.joined('h.', 'u.')}"
            f" from u{at} u full join (select {_NODE}, {parts.listed()} from {above} where level <> {level}) h"
            f" on h.id = u.id left join lateral (select i.id, i.parent_id, i.{column} as level"
            f" from {context.rel(context.source.entity)} i where i.id = u.id and h.id is null limit 1) i on true"
            " where h.id is not null or i.id is not null"
        )
        above = f"e{at}"
    ctes[f"n{len(levels) - 1}"] = f"select {_NODE}, {parts.listed()} from {above}"
    return ctes


def _visible(context: Context, tree: Tree, levels: int, parts: Partials, steps: int) -> dict[str, str]:
    """CTEs v1, v2, …: the nodes to show at each depth."""
    if tree.under is None:
        lost = " union all ".join(
            f"select u.id from u{at} u where not exists"
            f" (select 1 from {context.rel(context.source.entity)} i where i.id = u.id)"
            for at in range(levels - 1)
        )
        top = (
            "parent_id is null" if context.lens.is_live or not lost else f"(parent_id is null or parent_id in ({lost}))"
        )
    else:
        top = f"parent_id = {context.param(node_id(tree.under), 'uuid')}"
    expand = context.param([node_id(text) for text in tree.expand], "uuid[]")
    ctes = {}
    for depth in range(1, steps + 1):
        chosen = top
        if depth > 1:
            opened = "" if depth <= tree.depth else f" where id = any({expand})"
            chosen = f"parent_id in (select id from v{depth - 1}{opened})"
        selects = [f"select {_NODE}, {parts.listed()} from n{at} where {chosen}" for at in range(levels)]
        ctes[f"v{depth}"] = " union all ".join(selects)
    return ctes


def _placed(context: Context, request: Request, steps: int, parts: Partials) -> dict[str, str]:
    """CTEs to ``tops``: the visible nodes in display order, cut to the page."""
    wanted = order(context, request.sort)
    row = context.alias("r")
    seen = " union all ".join(f"select id from v{depth}" for depth in range(1, steps + 1))
    ctes = {
        "ranked": f"select {row}.id, row_number() over (order by {wanted.clause}) as pos"
        f" from {context.rows(wanted.joins)} where {row}.id in ({seen})"
    }
    for depth in range(1, steps + 1):
        path = "array[o.pos]" if depth == 1 else "p.path || o.pos"
        above = "" if depth == 1 else f" join p{depth - 1} p on p.id = v.parent_id"
        parent = "null::uuid" if depth == 1 else "v.parent_id"
        ctes[f"p{depth}"] = (
            f"select v.id, {parent} as above, {depth} as depth, v.kids > 0 as parental, v.matched, {path} as path,"
            f" {parts.listed('v.')} from v{depth} v join ranked o on o.id = v.id{above}"
        )
    everything = " union all ".join(f"select * from p{depth}" for depth in range(1, steps + 1))
    start = read_offset(request.after)
    ctes["tops"] = (
        f"select *, row_number() over (order by path) - {start} as n from ({everything}) q"
        f" order by path limit {request.size + 1} offset {start}"
    )
    return ctes


def _page(context: Context, columns: list[Column], parts: Partials) -> str:
    row = context.alias("r")
    joins = context.joined(join for each in columns for join in each.joins)
    selected = "".join(f", {each.sql} as {each.alias}" for each in columns)
    return (
        f"select o.n, {row}.id, {row}.version{selected}, o.depth, o.above, o.parental, o.matched{figures(parts)}"
        f" from tops o join {context.rows()} on {row}.id = o.id{joins} order by o.n"
    )


def figures(parts: Partials) -> str:
    """The totals of a node ``o``, as t0, t1, …"""
    return "".join(f", {sql.replace('{p}', 'o.')} as t{at}" for at, (_, sql) in enumerate(parts.finals))


def node_id(text: str) -> object:
    """The id of a node as the client names it. Raises QueryInvalid."""
    if (found := as_id(text)) is None:
        raise refuse("tree.under and tree.expand hold ids of nodes.")
    return found
