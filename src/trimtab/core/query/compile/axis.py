"""Rows as a tree under what one of their references points at: areas in their own tree, the values of a dimension."""

from dataclasses import dataclass

from trimtab.core.fields.spec import FieldKind, FieldSpec
from trimtab.core.query.compile.columns import Column
from trimtab.core.query.compile.context import Context, referred
from trimtab.core.query.compile.cursor import read_offset
from trimtab.core.query.compile.flat import Matching, Page
from trimtab.core.query.compile.partials import Partials, all_rows, all_together, in_order, is_in_step, partials
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
    rows = _Rows(context, spec, match, parts)
    ctes = _added_up(context, spec, rows)
    ctes |= _visible(context, request, tree, spec, rows)
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
    return Page(ctes, None, (*shown, *totals), totals=rows.totals())


@dataclass(frozen=True, slots=True)
class _Rows:
    """The matching rows, each beside the node, or the nodes, that it lies under."""

    context: Context
    spec: FieldSpec
    match: Matching
    parts: Partials

    @property
    def node(self) -> str:
        """The id of a row's node."""
        return self.context.sql(self.spec.sql) if self.spec.link is None else f"l.{self.spec.link.value}"

    def among(self, also: str = "", where: str = "true") -> str:
        """From and where of a select of a few rows with their nodes, and what is joined beside them."""
        rows = self.context.rows((*self.match.joins, *self.parts.joins))
        return f"{rows}{self._linked()}{also} where ({self.match.predicate}) and {where}"

    def added_up(self) -> str:
        """A select of all of them by node; a row counts in each of its nodes."""
        joins = (*self.match.joins, *self.parts.joins)
        selected = f"{self.node} as node, {self.parts.of_rows()}"
        rows = all_rows(self.context, self.match, joins, selected, ordered=self.spec.link is not None)
        if self._in_step:
            rows += f" left join {self._values('l')} on l.{self._record} = {self.context.alias('r')}.id"
        else:
            rows += self._linked()
        return f"select {selected} from {rows} where {self.match.predicate} group by 1"

    def totals(self) -> str:
        """The text of all totals, in which a row counts once."""
        if self.spec.link is not None and not self._in_step:
            return all_together(self.context, self.match, self.parts)
        together = f"select {self.parts.combined()} from a"
        if self._in_step:
            together = f"select {self.parts.less('q.', 'e.')} from ({together}) q, ({self._repeated()}) e"
        return f"(select {self.parts.json('q.')}::text from ({together}) q)"

    @property
    def _in_step(self) -> bool:
        return self.spec.link is not None and is_in_step(self.context, self.match)

    @property
    def _record(self) -> str:
        return self.spec.link.record if self.spec.link else ""

    def _values(self, alias: str) -> str:
        """The values of all rows, in the order of the rows."""
        link = self.spec.link
        assert link is not None
        return in_order(self.context, link.entity, alias, f"{alias}.{link.value}", where=link.where, key=link.record)

    def _repeated(self) -> str:
        """A select of what rows of several nodes add to the sum of all nodes beyond their first."""
        several = f"select {self._record}, count(*) - 1 as more from {self._values('w')} group by 1 having count(*) > 1"
        rows = self.context.rows(self.parts.joins)
        return (
            f"select {self.parts.times('d.more')} from ({several}) d join {rows}"
            f" on {self.context.alias('r')}.id = d.{self._record}"
        )

    def _linked(self) -> str:
        link = self.spec.link
        if link is None:
            return ""
        on = f"l.{link.record} = {self.context.alias('r')}.id and l.{link.where}"
        return f" left join {self.context.rel(link.entity)} l on {on}"


def _added_up(context: Context, spec: FieldSpec, rows: _Rows) -> dict[str, str]:
    """CTEs: a the rows added up by node, g the nodes in order, c each with those above it, t the totals."""
    source = referred(spec)
    assert source is not None
    keys = ", ".join(f"{each.sql.replace('{r}', 'x')}" for each in source.order)
    parent = f"x.{source.parent}" if source.parent else "null::uuid"
    name, within = source.name.replace("{r}", "x"), spec.within.replace("{r}", "x")
    return {
        "a": rows.added_up(),
        "g": f"select x.id, {parent} as parent_id, {name} as label, row_number() over (order by {keys}, x.id) as pos"
        f" from {context.rel(source.entity)} x where {within}",
        "c": "select id, id as above from g union select c.id, g.parent_id from c join g on g.id = c.above"
        " where g.parent_id is not null",
        "t": f"select c.above as id, {rows.parts.combined('a.')} from c join a on a.node = c.id group by c.above",
    }


def _visible(context: Context, request: Request, tree: Tree, spec: FieldSpec, rows: _Rows) -> dict[str, str]:
    row, wanted, parts = context.alias("r"), order(context, request.sort), rows.parts
    expand = context.param([node_id(text) for text in tree.expand if text != NONE], "uuid[]")
    opened = f"(v.depth < {tree.depth} or v.id = any({expand}))"
    ctes = {
        "v": f"{_roots(context, tree)} union all select g.id, v.id, v.depth + 1, v.path || g.pos, g.label from v"
        f" join g on g.parent_id = v.id join t on t.id = g.id where {opened}"
    }
    shown = [
        f"select '{spec.entity}' as node, v.id, v.label, v.above, v.depth, true as parental, v.path,"
        f" {parts.listed('t.')} from v join t on t.id = v.id",
    ]
    if open_rows := _open_rows(context, tree, opened, rows):
        ctes["o"] = " union all ".join(open_rows)
        ctes["ranked"] = (
            f"select {row}.id, row_number() over (order by {wanted.clause}) + {_ROWS_AFTER} as pos"
            f" from {context.rows(wanted.joins)} where {row}.id in (select id from o)"
        )
        shown.append(
            f"select '{context.source.entity}', o.id, null, o.above, o.depth, false, o.path || k.pos,"
            f" {parts.listed('o.')} from o join ranked k on k.id = o.id"
        )
    if tree.under is None:
        shown.append(
            f"select '{NONE}', null, null, null, 1, true, array[{_ROWS_AFTER - 1}]::bigint[], {parts.combined('a.')}"
            f" from a where {_lacking('a.node')} having count(*) > 0"
        )
    start = read_offset(request.after)
    ctes["tops"] = (
        f"select q.*, row_number() over (order by path) - {start} as n from ({' union all '.join(shown)}) q"
        f" order by path limit {request.size + 1} offset {start}"
    )
    return ctes


def _lacking(node: str) -> str:
    return f"({node} is null or not exists (select 1 from g where g.id = {node}))"


def _open_rows(context: Context, tree: Tree, opened: str, rows: _Rows) -> list[str]:
    """The rows to show: below open nodes, right below the node that the tree begins at, and below "none"."""
    row, node, figures = context.alias("r"), rows.node, rows.parts.of_row()
    selects = []
    if tree.depth > 1 or tree.expand:
        below = rows.among(f" join v on v.id = {node}", opened)
        selects.append(f"select {row}.id, {node} as above, v.depth + 1 as depth, v.path, {figures} from {below}")
    last = f"array[{_ROWS_AFTER - 1}]::bigint[]"
    if tree.under == NONE:
        lone = rows.among(where=_lacking(node))
        selects.append(f"select {row}.id, null::uuid as above, 1 as depth, {last} as path, {figures} from {lone}")
    elif tree.under is not None:
        under = rows.among(where=f"{node} = {context.param(node_id(tree.under), 'uuid')}")
        selects.append(
            f"select {row}.id, {node} as above, 1 as depth, array[]::bigint[] as path, {figures} from {under}"
        )
    elif tree.depth > 1 or NONE in tree.expand:
        lone = rows.among(where=_lacking(node))
        selects.append(f"select {row}.id, null::uuid as above, 2 as depth, {last} as path, {figures} from {lone}")
    return selects


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
