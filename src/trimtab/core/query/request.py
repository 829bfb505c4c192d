"""A query as it arrives, checked for shape; what its names mean is settled at compile time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from trimtab.core.query.language.parse import parse
from trimtab.core.query.nodes import EVERYTHING, FIELD_NAME, And, Node, Sort, canonical, from_json, sort_from_json
from trimtab.core.query.problems import QueryInvalid, refuse

PAGE_SIZE = 100
MAX_PAGE_SIZE = 20_000
MAX_COLUMNS = 80
MAX_GROUPS = 3
MAX_EXPANDED = 5_000
_KEYS = {"source", "filter", "text", "sort", "columns", "tree", "group", "totals", "lens", "compare", "page", "count"}


class Fn(StrEnum):
    """What is computed over rows. Missing values count in ``missing`` alone."""

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Total:
    """One figure over rows; ``count`` has no field."""

    fn: Fn
    field: str = ""

    @property
    def key(self) -> str:
        return f"{self.fn}.{self.field}" if self.field else str(self.fn)


@dataclass(frozen=True, slots=True)
class Tree:
    """Show rows under ``axis``, ``depth`` levels from ``under`` (None: the roots), and what lies in ``expand``."""

    axis: str
    under: str | None = None
    depth: int = 1
    expand: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One question. ``as_of`` and ``known_on`` are still text: a day's end depends on the workspace."""

    source: str
    filter: Node = EVERYTHING
    sort: tuple[Sort, ...] = ()
    columns: tuple[str, ...] = ()
    tree: Tree | None = None
    group: tuple[str, ...] = ()
    totals: tuple[Total, ...] = ()
    as_of: str | None = None
    known_on: str | None = None
    scenario: str | None = None
    organised_today: bool = False
    compare: bool = False
    size: int = PAGE_SIZE
    after: str | None = None
    count: bool = False


def read(data: Mapping[str, object]) -> Request:
    """Check the JSON of a question. Raises QueryInvalid."""
    if not isinstance(data, Mapping) or not isinstance(data.get("source"), str):
        raise refuse("A query is an object with a source.")
    if unknown := sorted(data.keys() - _KEYS):
        raise refuse(f"Unknown key {unknown[0]!r} in the query.", suggestion=None)
    node, text_sort = _filter(data)
    as_of, known_on, scenario, organised = _lens(data.get("lens"))
    size, after = _page(data.get("page"))
    if data.get("compare") not in {None, "live"}:
        raise refuse('compare is "live".')
    if not isinstance(data.get("count", False), bool):
        raise refuse("count is true or false.")
    return Request(
        source=str(data["source"]),
        filter=node,
        sort=sort_from_json(data.get("sort")) or text_sort,
        columns=_names("columns", data.get("columns"), MAX_COLUMNS),
        tree=_tree(data.get("tree")),
        group=_group(data.get("group")),
        totals=_totals(data.get("totals")),
        as_of=as_of,
        known_on=known_on,
        scenario=scenario,
        organised_today=organised == "today",
        compare=data.get("compare") == "live",
        size=size,
        after=after,
        count=data.get("count") is True,
    )


def _filter(data: Mapping[str, object]) -> tuple[Node, tuple[Sort, ...]]:
    node, text = from_json(data.get("filter")), data.get("text")
    if text is None:
        return node, ()
    if not isinstance(text, str):
        raise refuse("text is the query in words.")
    parsed = parse(text)
    if parsed.problems:
        raise QueryInvalid(*parsed.problems)
    return canonical(And((node, parsed.filter))), parsed.sort


def _names(what: str, data: object, most: int) -> tuple[str, ...]:
    if data is None:
        return ()
    if not isinstance(data, list) or len(data) > most:
        raise refuse(f"{what} is a list of at most {most} field names.")
    for name in data:
        if not isinstance(name, str) or not FIELD_NAME.fullmatch(name) or len(name) > 200:
            raise refuse(f"{what} is a list of at most {most} field names.")
    return tuple(dict.fromkeys(data))


def _object(what: str, data: object, keys: set[str]) -> dict[str, object]:
    if not isinstance(data, dict) or data.keys() - keys:
        raise refuse(f"{what} is an object with {', '.join(sorted(keys))}.")
    return data


def _tree(data: object) -> Tree | None:
    if data is None:
        return None
    tree = _object("tree", data, {"axis", "under", "depth", "expand"})
    axis, under, depth, expand = tree.get("axis"), tree.get("under"), tree.get("depth", 1), tree.get("expand", [])
    if not isinstance(axis, str) or not FIELD_NAME.fullmatch(axis):
        raise refuse("tree.axis is parent, area or a dimension such as dim.theme.")
    if not isinstance(under, str | None) or not isinstance(depth, int) or not 1 <= depth <= 20:
        raise refuse("tree.under is a record's id, tree.depth 1 to 20.")
    if not isinstance(expand, list) or len(expand) > MAX_EXPANDED or not all(isinstance(node, str) for node in expand):
        raise refuse(f"tree.expand is a list of at most {MAX_EXPANDED} ids.")
    return Tree(axis, under, depth, tuple(expand))


def _group(data: object) -> tuple[str, ...]:
    if data is None:
        return ()
    if not isinstance(data, list) or not all(isinstance(key, dict) and key.keys() == {"by"} for key in data):
        raise refuse('group is a list of {"by": field}.')
    return _names("group", [key["by"] for key in data], MAX_GROUPS)


def _totals(data: object) -> tuple[Total, ...]:
    if data is None:
        return ()
    if not isinstance(data, list) or len(data) > 40:
        raise refuse("totals is a list of at most 40.")
    return tuple(dict.fromkeys(_total(total) for total in data))


def _total(data: object) -> Total:
    total = _object("A total", data, {"fn", "field"})
    fn, name = total.get("fn"), total.get("field", "")
    if fn not in list(Fn) or not isinstance(name, str) or (fn == Fn.COUNT) != (name == ""):
        raise refuse(f'A total is {{"fn": one of {", ".join(Fn)}, "field": name}}; count has no field.')
    return Total(Fn(str(fn)), name)


def _lens(data: object) -> tuple[str | None, str | None, str | None, str | None]:
    if data is None:
        return None, None, None, None
    lens = _object("lens", data, {"as_of", "known_on", "scenario", "organised"})
    if lens.get("organised") not in {None, "then", "today"}:
        raise refuse('lens.organised is "then" or "today".')
    values = tuple(lens.get(key) for key in ("as_of", "known_on", "scenario", "organised"))
    if not all(isinstance(value, str | None) for value in values):
        raise refuse("lens.as_of and lens.known_on are a day or an instant.")
    return values  # type: ignore[return-value]


def _page(data: object) -> tuple[int, str | None]:
    if data is None:
        return PAGE_SIZE, None
    page = _object("page", data, {"size", "after"})
    size, after = page.get("size", PAGE_SIZE), page.get("after")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_PAGE_SIZE:
        raise refuse(f"page.size is 0 to {MAX_PAGE_SIZE}.")
    if not isinstance(after, str | None):
        raise refuse("page.after is the cursor of the page before.")
    return size, after
