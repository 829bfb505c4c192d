"""Rows as a tree under what one of their references points at: areas in their own tree, the values of a dimension."""

from trimtab.core.fields.spec import FieldKind, FieldSpec
from trimtab.core.query.compile.columns import Column
from trimtab.core.query.compile.context import Context, referred
from trimtab.core.query.compile.cursor import read_offset
from trimtab.core.query.compile.flat import Matching, Page
from trimtab.core.query.compile.partials import Partials, partials
from trimtab.core.query.compile.sorts import order
from trimtab.core.query.compile.tree import NONE, figures, node_id
from trimtab.core.query.problems import refuse
from trimtab.core.query.request import Request, Tree

# Rows stand after the nodes that lie beside them.
_ROWS_AFTER = 1_000_000


def axis_tree(context: Context, request: Request, tree: Tree, match: Matching, columns: list[Column]) -> Page:
    """Nodes with totals over all below, and the rows of the open ones. Rows without a value stand under "none"."""
    spec = context.field(tree.axis)
    if spec.kind not in {FieldKind.REF, FieldKind.REFS}:
        raise refuse(f"{spec.name} is no tree axis: it points at nothing.")
    parts = partials(context, request.totals)
    ctes = _added_up(context, spec, match, parts)
    ctes |= _visible(context, request, tree, spec, parts)
    ctes["page"] = _page(context, columns, parts)
    shown = [
        ("node", "node"),
        ("label", "label"),
        ("depth", "depth"),
        ("parent_id", "above"),
        ("has_children", "parental"),
        ("matched", "matched"),
    ]
    totals = [(f"total.{key}", f"t{at}") for at, (key, _) in enumerate(parts.finals)]
    return Page(ctes, None, (*shown, *totals))


def _added_up(context: Context, spec: FieldSpec, match: Matching, parts: Partials) -> dict[str, str]:
    """CTEs: m the matching rows with their node, g the nodes in order, c each with those above it, t the totals."""
    source = referred(spec)
    assert source is not None
    row, link, key = context.alias("r"), "", context.sql(spec.sql)
    if spec.link is not None:
        key = f"l.{spec.link.value}"
        link = (
            f" left join {context.rel(spec.link.entity)} l on l.{spec.link.record} = {row}.id and l.{spec.link.where}"
        )
    keys = ", ".join(f"{each.sql.replace('{r}', 'x')}" for each in source.order)
    parent = f"x.{source.parent}" if source.parent else "null::uuid"
    name, within = source.name.replace("{r}", "x"), spec.within.replace("{r}", "x")
    return {
        "m": f"select {row}.id, {key} as node, {parts.of_row()}"
        f" from {context.rows((*match.joins, *parts.joins))}{link} where {match.predicate}",
        "a": f"select node, {parts.combined()} from m group by node",
        "g": f"select x.id, {parent} as parent_id, {name} as label, row_number() over (order by {keys}, x.id) as pos"
        f" from {context.rel(source.entity)} x where {within}",
        "c": "select id, id as above from g union select c.id, g.parent_id from c join g on g.id = c.above"
        " where g.parent_id is not null",
        "t": f"select c.above as id, {parts.combined('a.')} from c join a on a.node = c.id group by c.above",
    }


def _visible(context: Context, request: Request, tree: Tree, spec: FieldSpec, parts: Partials) -> dict[str, str]:
    row, wanted = context.alias("r"), order(context, request.sort)
    expand = context.param([node_id(text) for text in tree.expand if text != NONE], "uuid[]")
    opened = f"(v.depth < {tree.depth} or v.id = any({expand}))"
    ctes = {
        "v": f"{_roots(context, tree)} union all select g.id, v.id, v.depth + 1, v.path || g.pos, g.label from v"
        f" join g on g.parent_id = v.id join t on t.id = g.id where {opened}"
    }
    lacking = "m.node is null or not exists (select 1 from g where g.id = m.node)"
    ctes["o"] = " union all ".join(_open_rows(context, tree, opened, lacking))
    ctes["ranked"] = (
        f"select {row}.id, row_number() over (order by {wanted.clause}) + {_ROWS_AFTER} as pos"
        f" from {context.rows(wanted.joins)} where {row}.id in (select id from o)"
    )
    node = spec.entity
    shown = [
        f"select '{node}' as node, v.id, v.label, v.above, v.depth, true as parental, v.path, {parts.listed('t.')}"
        " from v join t on t.id = v.id",
        f"select '{context.source.entity}', o.id, null, o.above, o.depth, false, o.path || k.pos, {parts.listed('m.')}"
        " from o join ranked k on k.id = o.id join m on m.id = o.id and m.node is not distinct from o.above",
    ]
    if tree.under is None:
        shown.append(
            f"select '{NONE}', null, null, null, 1, true, array[{_ROWS_AFTER - 1}]::bigint[], {parts.combined('m.')}"
            f" from m where {lacking} having count(*) > 0"
        )
    start = read_offset(request.after)
    ctes["tops"] = (
        f"select q.*, row_number() over (order by path) - {start} as n from ({' union all '.join(shown)}) q"
        f" order by path limit {request.size + 1} offset {start}"
    )
    return ctes


def _open_rows(context: Context, tree: Tree, opened: str, lacking: str) -> list[str]:
    """The rows to show: below open nodes, right below the node that the tree begins at, and below "none"."""
    rows = [f"select m.id, m.node as above, v.depth + 1 as depth, v.path from m join v on v.id = m.node where {opened}"]
    last = f"array[{_ROWS_AFTER - 1}]::bigint[]"
    if tree.under == NONE:
        rows.append(f"select m.id, null::uuid, 1, {last} from m where {lacking}")
    elif tree.under is not None:
        under = context.param(node_id(tree.under), "uuid")
        rows.append(f"select m.id, m.node, 1, array[]::bigint[] from m where m.node = {under}")
    elif tree.depth > 1 or NONE in tree.expand:
        rows.append(f"select m.id, null::uuid, 2, {last} from m where {lacking}")
    return rows


def _roots(context: Context, tree: Tree) -> str:
    chosen = "g.parent_id is null"
    if tree.under == NONE:
        chosen = "false"
    elif tree.under is not None:
        chosen = f"g.parent_id = {context.param(node_id(tree.under), 'uuid')}"
    return (
        "select g.id, null::uuid as above, 1 as depth, array[g.pos] as path, g.label from g join t on t.id = g.id"
        f" where {chosen}"
    )


def _page(context: Context, columns: list[Column], parts: Partials) -> str:
    row, entity = context.alias("r"), context.source.entity
    joins = context.joined(join for each in columns for join in each.joins)
    selected = "".join(f", {each.sql} as {each.alias}" for each in columns)
    return (
        f"select o.n, o.id, {row}.version{selected}, o.node, o.label, o.depth, o.above, o.parental,"
        f" o.node <> '{NONE}' as matched{figures(parts)}"
        f" from tops o left join {context.rel(entity)} {row} on {row}.id = o.id and o.node = '{entity}'{joins}"
        " order by o.n"
    )
