"""Rows as a tree of parents, with what every node and all below it add up to.

A parent's level is always above its child's, so rows of the lowest level are leaves. The nodes above them are walked
from the top once, and each learns which visible node it counts in; then every row is added to its visible node in one
pass, however deep it lies. Rows that match are shown with their ancestors; only they count.
"""

from dataclasses import dataclass

from trimtab.core.query.compile.columns import Column
from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.cursor import read_offset
from trimtab.core.query.compile.flat import Matching, Page
from trimtab.core.query.compile.partials import Partials, all_rows, is_whole, partials
from trimtab.core.query.compile.references import as_id
from trimtab.core.query.compile.sorts import order
from trimtab.core.query.database import fetch
from trimtab.core.query.problems import refuse
from trimtab.core.query.request import Request, Tree

NONE = "none"
# More than there are levels: how far down a past that loops is walked.
_DEEPEST = 32
# Up to so many matching rows, to look up what is above them costs less than to read all nodes.
_FEW = 1_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """The part of the tree to show: ``steps`` deep at most; ``top`` is the node that it begins under, if any.

    ``column`` holds a row's level, and ``lowest`` is the level below which there is none.
    """

    tree: Tree
    steps: int
    top: str
    expand: str
    column: str
    lowest: str

    def opens(self, depth: str, node: str) -> str:
        """Whether a visible node shows what lies right below it."""
        return f"({depth} < {self.steps} and ({depth} < {self.tree.depth} or {node} = any({self.expand})))"


def parent_tree(context: Context, request: Request, tree: Tree, match: Matching, columns: list[Column]) -> Page:
    """The visible part of the tree, parents before their children, siblings in the order asked for."""
    ladder = context.source.ladder
    assert ladder is not None
    column, entity = ladder
    levels = [row[0] for row in fetch(f"select id from {context.rel(entity)} x order by rank", context.params)]
    asked = _Asked(
        tree,
        max(1, len(levels) if tree.expand else min(tree.depth, len(levels))),
        "" if tree.under is None else context.param(node_id(tree.under), "uuid"),
        context.param([node_id(text) for text in tree.expand], "uuid[]"),
        column,
        context.param(levels[0] if levels else None, "uuid"),
    )
    parts = partials(context, request.totals)
    ctes = _counted(context, asked, match, parts)
    ctes |= _added_up(asked, parts)
    ctes |= _placed(context, request, asked.steps, parts)
    ctes["page"] = _page(context, columns, parts)
    shown = [("depth", "depth"), ("parent_id", "above"), ("has_children", "parental"), ("matched", "matched")]
    figures = [(f"total.{key}", f"t{at}") for at, (key, _) in enumerate(parts.finals)]
    return Page(
        ctes,
        None,
        (*shown, *figures),
        totals=f"(select {parts.json('q.')}::text from (select {parts.combined()} from g) q)",
    )


def _counted(context: Context, asked: _Asked, match: Matching, parts: Partials) -> dict[str, str]:
    """CTEs: s the nodes that may have others below, t those within reach, g the matching rows by their visible node.

    Today's rows are read twice where all count, first the nodes alone, which costs less than to keep them all; others
    are kept, in m.
    """
    row, joins, whole = context.alias("r"), (*match.joins, *parts.joins), is_whole(match)
    everything = context.rel(context.source.entity)
    ctes = {}
    if whole and context.lens.is_live:
        figures = parts.of_rows()
        rows = all_rows(context, match, joins, figures)
        ctes["s"] = _nodes(asked, everything)
    else:
        selected = f"{row}.id, {row}.parent_id, {row}.{asked.column}, {parts.of_row()}"
        ctes["m"] = f"select {selected} from {context.rows(joins)} where {match.predicate}"
        rows, figures = f"m {row}", parts.combined(f"{row}.")
        ctes |= {"s": _nodes(asked, "m")} if whole else _around(asked, everything)
    ctes["t"] = _walked(context, asked)
    leaf = f"{row}.{asked.column} = {asked.lowest}"
    # Of a recursion nothing is known; that its ids are distinct tells how many rows this join finds.
    above = (
        " left join (select distinct on (id) id, anchor, opens from t) a"
        f" on a.id = case when {leaf} then {row}.parent_id else {row}.id end"
    )
    keys = _keys(asked, row, leaf)
    selected = ", ".join(f"{sql} as {name}" for name, sql in keys.items())
    matched = "true" if whole else f"coalesce(bool_or({row}.id = {keys['id']}), false)"
    places = ", ".join(str(at) for at in range(1, len(keys) + 1))
    ctes["g"] = f"select {selected}, {matched} as matched, {figures} from {rows}{above} group by {places}"
    return ctes


def _nodes(asked: _Asked, among: str) -> str:
    return f"select x.id, x.parent_id from {among} x where x.{asked.column} is distinct from {asked.lowest}"


def _around(asked: _Asked, everything: str) -> dict[str, str]:
    """The nodes that the matching rows m need: where those are few what lies above them is looked up, else all."""
    few = f"(select count(*) from m) <= {_FEW}"
    return {
        "u": f"(select id, parent_id, {asked.column} from m where {few} limit {_FEW}) union"
        f" select i.id, i.parent_id, i.{asked.column} from u cross join lateral"
        f" (select * from {everything} e where e.id = u.parent_id limit 1) i",
        "s": f"{_nodes(asked, 'u')} union all {_nodes(asked, everything)} and not {few}",
    }


def _keys(asked: _Asked, row: str, leaf: str) -> dict[str, str]:
    """What matching rows are added up by: the visible node; for a leaf that is one, what it is below, or itself."""
    top = f"{row}.parent_id = {asked.top}" if asked.top else "a.id is null"
    if asked.steps > 1:
        lone = f"({leaf} and ({top} or a.opens))"
        return {
            "id": f"case when {lone} then {row}.id else a.anchor end",
            "above": f"case when {lone} then coalesce({row}.parent_id, {row}.id) end",
        }
    if asked.top:
        return {"id": f"case when {leaf} and {top} then {row}.id else a.anchor end"}
    return {"id": f"coalesce(a.anchor, {row}.id)"}


def _walked(context: Context, asked: _Asked) -> str:
    """The nodes from the top down, each with the visible node that it counts in, its anchor."""
    top = f"parent_id = {asked.top}"
    if not asked.top:
        lost = "" if context.lens.is_live else " or parent_id not in (select id from s)"
        top = f"parent_id is null{lost}"
    return (
        f"select id, null::uuid as above, id as anchor, 1 as depth, true as shown, {asked.opens('1', 'id')} as opens"
        f" from s where {top} union all select s.id, t.id, case when t.opens then s.id else t.anchor end, t.depth + 1,"
        f" t.opens, t.opens and {asked.opens('t.depth + 1', 's.id')}"
        f" from t join s on s.parent_id = t.id where t.depth < {_DEEPEST}"
    )


def _added_up(asked: _Asked, parts: Partials) -> dict[str, str]:
    """CTEs: x the visible rows, each with what counts in it alone, v1, v2, … those of each depth with all below."""
    if asked.steps == 1:
        return {"v1": f"select id, null::uuid as above, matched, {parts.listed()} from g where id is not null"}
    ctes = {
        "x": f"select t.id, t.above, t.depth, coalesce(g.matched, false) as matched, {parts.listed('g.')}"
        " from t left join g on g.id = t.id and g.above is null where t.shown union all"
        f" select g.id, t.id, coalesce(t.depth, 0) + 1, true, {parts.listed('g.')}"
        " from g left join t on t.id = g.above where g.above is not null"
    }
    for depth in range(asked.steps, 0, -1):
        own, more, some = parts.listed("x."), "", "x.z is not null"
        if depth < asked.steps:
            below = f"select above as id, {parts.combined()} from v{depth + 1} group by above"
            own, more = parts.joined("x.", "u."), f" left join ({below}) u on u.id = x.id"
            some = "(x.z is not null or u.z is not null)"
        ctes[f"v{depth}"] = f"select x.id, x.above, x.matched, {own} from x{more} where x.depth = {depth} and {some}"
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
        above = "" if depth == 1 else f" join p{depth - 1} p on p.id = v.above"
        ctes[f"p{depth}"] = (
            f"select v.id, v.above, {depth} as depth, v.z > v.matched::int as parental, v.matched, {path} as path,"
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
