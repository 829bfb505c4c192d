"""The one statement: a page, its names, its totals, and what differs from today."""

from trimtab.core.query.compile import columns as shown
from trimtab.core.query.compile import groups
from trimtab.core.query.compile.columns import Column
from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.flat import Matching, Page
from trimtab.core.query.compile.totals import joins, totals_json
from trimtab.core.query.request import Request

_TODAY = "today"


def statement(
    context: Context, request: Request, match: Matching, page: Page, columns: list[Column]
) -> tuple[str, list[str]]:
    """The statement and the names of the texts that its one row holds."""
    ctes = dict(page.ctes)
    named = [("id", "id"), ("version", "version"), *((each.name, each.alias) for each in columns), *page.columns]
    relation = "page"
    if request.compare and not context.lens.is_live:
        ctes[_TODAY] = _today(context, request)
        ctes["compared"] = _compared(columns)
        named += [("_changed", "changed"), ("_deleted", "deleted")]
        relation = "compared"
    parts = {
        "columns": f"(select {_arrays(named)} from {relation} where n <= {request.size})",
        "refs": f"{shown.references(context, columns, f'page where n <= {request.size}')}::text",
        "rows": "(select count(*) from page)",
        "last": _last(page, request.size),
    }
    if request.count:
        parts["count"] = f"(select count(*) from {context.rows(match.joins)} where {match.predicate})"
    if request.totals and page.totals:
        parts["totals"] = page.totals
    elif request.totals:
        both = (*match.joins, *joins(context, request.totals))
        figures = totals_json(context, request.totals)
        parts["totals"] = f"(select {figures}::text from {context.rows(both)} where {match.predicate})"
    if request.group:
        parts |= groups.parts_sql(context, request, match)
    before = ", ".join(
        f"{name} as {'not ' if name in page.inline else ''}materialized ({sql})" for name, sql in ctes.items()
    )
    selected = ", ".join(f"{sql} as {name}" for name, sql in parts.items())
    return f"with recursive {before} select {selected}", list(parts)


def _arrays(named: list[tuple[str, str]]) -> str:
    """The text of a JSON object with one array per column, in the order of the rows."""
    parts = [
        f"'{'{' if at == 0 else ','}\"{name}\":' || coalesce(json_agg({alias}), '[]')::text"
        for at, (name, alias) in enumerate(named)
    ]
    return f"{' || '.join(parts)} || '}}'"


def _last(page: Page, size: int) -> str:
    if page.order is None:
        return "null::text[]"
    keys = ", ".join(f"k{at}::text" for at in range(len(page.order.keys)))
    return f"(select array[{keys}] from page where n = {size})"


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
