"""The one statement: a page, its names, its totals, and what differs from today."""

from dataclasses import dataclass

from trimtab.core.fields.spec import FieldKind
from trimtab.core.query import values
from trimtab.core.query.compile import columns as shown
from trimtab.core.query.compile import groups
from trimtab.core.query.compile.columns import Column
from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.flat import FEW, Matching, Page
from trimtab.core.query.compile.totals import joins, totals_json
from trimtab.core.query.request import Request

_TODAY = "today"


@dataclass(frozen=True, slots=True)
class Shown:
    """One array of the answer: its name, what PostgreSQL gathers it from, and how it is written.

    ``kind`` is given for plain values, ``linked`` is the CTE of a column whose values stand beside the page.
    """

    name: str
    value: str
    kind: FieldKind | None
    linked: str | None = None

    def gathered(self, size: int) -> str:
        """SQL of the text that holds the values of all rows, or null."""
        if self.linked:
            return f"(select {values.LINKS} from {self.linked})"
        return f"({values.gathered(self.value, self.kind)} filter (where n <= {size}))::text"

    def text(self, text: str | None, rows: int) -> str:
        """The JSON array made of that text."""
        return values.linked(text, rows) if self.linked else values.column(text, self.kind)


@dataclass(frozen=True, slots=True)
class Statement:
    """The SQL, and what its one row holds: the number of rows found, a text for each of the arrays ``shown``, the sort
    values of the page's last row (``keys`` of them), and the texts of ``parts``.
    """

    sql: str
    shown: list[Shown]
    keys: int
    parts: list[str]


def statement(context: Context, request: Request, match: Matching, page: Page, columns: list[Column]) -> Statement:
    """All that the answer needs, in one statement."""
    ctes, relation = dict(page.ctes), "page"
    arrays = [Shown("id", "id", FieldKind.REF), Shown("version", "version", FieldKind.NUMBER)]
    arrays += [Shown(each.name, each.alias, each.plain, page.linked.get(each.alias)) for each in columns]
    arrays += [Shown(name, value, None) for name, value in page.columns]
    if request.compare and not context.lens.is_live:
        ctes[_TODAY] = _today(context, request)
        ctes["compared"] = _compared(columns)
        arrays += [Shown("_changed", "changed", None), Shown("_deleted", "deleted", None)]
        relation = "compared"
    if request.group:
        ctes[groups.GROUPED] = groups.grouped(context, request, match)
    parts = _parts(context, request, match, page, columns)
    keys = len(page.order.keys) if page.order else 0
    selected = [
        "count(*)",
        *(each.gathered(request.size) for each in arrays),
        *(f"max(k{at}::text) filter (where n = {request.size})" for at in range(keys)),
        *parts.values(),
    ]
    rows = f"select {', '.join(selected)} from {relation}"
    used = [*ctes.values(), rows]
    before = ", ".join(f"{name} as {_kept(name, used)}materialized ({sql})" for name, sql in ctes.items())
    return Statement(f"with recursive {before} {rows}", arrays, keys, list(parts))


def _kept(name: str, used: list[str]) -> str:
    """A page that is read once is not put aside first."""
    return "not " if name == "page" and sum(sql.count("from page") for sql in used) == 1 else ""


def _parts(context: Context, request: Request, match: Matching, page: Page, columns: list[Column]) -> dict[str, str]:
    """Texts of what is said once: the names of what is pointed at, the number of rows, totals, groups."""
    ids = {each.alias: _pointed(each, page, request.size) for each in columns if each.refers}
    parts = shown.references(context, columns, ids, everything=request.size > FEW)
    if request.count:
        parts["count"] = f"(select count(*)::text from {context.rows(match.joins)} where {match.predicate})"
    if request.totals and page.totals:
        parts["totals"] = page.totals
    elif request.totals:
        both = (*match.joins, *joins(context, request.totals))
        figures = totals_json(context, request.totals)
        parts["totals"] = f"(select {figures}::text from {context.rows(both)} where {match.predicate})"
    if request.group:
        parts |= groups.parts_sql(context, request, match)
    return parts


def _pointed(column: Column, page: Page, size: int) -> str:
    """Selects the ids that a column holds."""
    if column.alias in page.linked:
        return f"select value from {page.linked[column.alias]}"
    value = f"unnest({column.alias})" if column.several else column.alias
    return f"select {value} from page where n <= {size}"


def _today(context: Context, request: Request) -> str:
    live = context.live("_today")
    columns = shown.columns(live, request.columns)
    row = live.alias("r")
    joins = tuple(join for each in columns for join in each.joins)
    selected = "".join(f", {each.sql} as {each.alias}" for each in columns)
    return f"select {row}.id{selected} from {live.rows(joins)} where {row}.id in (select id from page)"


def _compared(columns: list[Column]) -> str:
    """``page`` with the names of the columns whose value is another today; null for a record that is gone."""
    changed = ", ".join(
        f"case when page.{each.alias}::text is distinct from {_TODAY}.{each.alias}::text then '{each.name}' end"
        for each in columns
    )
    names = f"array_remove(array[{changed}]::text[], null)"
    return (
        f"select page.*, case when {_TODAY}.id is not null then {names} end as changed,"
        f" {_TODAY}.id is null as deleted from page left join {_TODAY} on {_TODAY}.id = page.id order by page.n"
    )
