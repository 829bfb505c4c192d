"""The one statement: a page, its names, its totals, and what differs from today."""

from dataclasses import dataclass

from trimtab.core.fields.spec import FieldKind
from trimtab.core.query.compile import columns as shown
from trimtab.core.query.compile import groups
from trimtab.core.query.compile.columns import Column
from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.flat import FEW, Matching, Page
from trimtab.core.query.compile.totals import joins, totals_json
from trimtab.core.query.request import Request

_TODAY = "today"
# Half of what a function of PostgreSQL takes.
_MOST = 50
TAB = r"e'\t'"


@dataclass(frozen=True, slots=True)
class Statement:
    """The SQL, and what its rows hold: one text of the ``tied`` columns, the ``loose`` ones, aside an array of texts.

    ``tied`` says what each of its columns holds. In the page's last row the array holds its sort values. One row
    follows that has nothing else: there it holds ``parts``. ``names`` are the columns in the order of the answer.
    """

    sql: str
    names: list[str]
    tied: dict[str, FieldKind]
    loose: list[str]
    parts: list[str]


def statement(context: Context, request: Request, match: Matching, page: Page, columns: list[Column]) -> Statement:
    """All that the answer needs, in one statement."""
    ctes = dict(page.ctes)
    named = {"id": "id", "version": "version", **{each.name: each.alias for each in columns}, **dict(page.columns)}
    relation = "page"
    if request.compare and not context.lens.is_live:
        ctes[_TODAY] = _today(context, request)
        ctes["compared"] = _compared(columns)
        named |= {"_changed": "changed", "_deleted": "deleted"}
        relation = "compared"
    if request.group:
        ctes[groups.GROUPED] = groups.grouped(context, request, match)
    parts = _parts(context, request, match, page, columns)
    closing = f"array[{', '.join(parts.values())}]::text[]"
    once = relation == "page" and "from page" not in closing
    before = ", ".join(
        f"{name} as {'not ' if once and name == 'page' else ''}materialized ({sql})" for name, sql in ctes.items()
    )
    plain = {each.name: each.kind for each in columns if each.plain}
    tied = {"id": FieldKind.REF, "version": FieldKind.NUMBER, **plain}
    loose = [name for name in named if name not in tied]
    rows = ", ".join(
        [_tied([named[name] for name in tied]), *(named[name] for name in loose), _last(page, request.size)]
    )
    sql = (
        f"with recursive {before} select {rows} from {relation} union all select {'null, ' * (1 + len(loose))}{closing}"
    )
    return Statement(sql, list(named), tied, loose, list(parts))


def _tied(aliases: list[str]) -> str:
    """One text of many values, an empty one for each that is missing: fewer values to carry over and to keep."""
    steps = range(0, len(aliases), _MOST)
    return f" || {TAB} || ".join(f"concat({f', {TAB}, '.join(aliases[at : at + _MOST])})" for at in steps)


def _parts(context: Context, request: Request, match: Matching, page: Page, columns: list[Column]) -> dict[str, str]:
    """Texts of what is said once: the names of what is pointed at, the number of rows, totals, groups."""
    parts = shown.references(context, columns, f"page where n <= {request.size}", everything=request.size > FEW)
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


def _last(page: Page, size: int) -> str:
    """The sort values of the page's last row, as texts."""
    if page.order is None:
        return "null::text[]"
    keys = ", ".join(f"k{at}::text" for at in range(len(page.order.keys)))
    return f"case when n = {size} then array[{keys}] end"


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
