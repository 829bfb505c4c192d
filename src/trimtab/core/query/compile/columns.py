"""The columns of an answer: what each shows, and the names of what it points at."""

from collections.abc import Mapping
from dataclasses import dataclass

from trimtab.core.fields.spec import FieldKind, FieldSpec, Source
from trimtab.core.query.compile.context import Context, referred
from trimtab.core.query.values import PLAIN

REFERENCES = {FieldKind.REF, FieldKind.REFS}
REFS = "refs."


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the answer, its SQL, what it holds, and the source whose names it needs.

    ``plain`` is its kind where values are written without a tab or a quote, and never as an empty text.
    """

    name: str
    alias: str
    sql: str
    joins: tuple[str, ...]
    refers: Source | None
    kind: FieldKind
    plain: FieldKind | None

    @property
    def several(self) -> bool:
        """Whether it holds ids in an array."""
        return self.kind is FieldKind.REFS


def columns(context: Context, names: tuple[str, ...]) -> list[Column]:
    """The requested columns in their order; id and version are not among them."""
    return [
        _column(context, name, f"c{at}")
        for at, name in enumerate(name for name in names if name not in {"id", "version"})
    ]


def _column(context: Context, name: str, alias: str) -> Column:
    spec = context.field(name)
    refers = referred(spec) if spec.kind in REFERENCES else None
    plain = spec.kind if spec.kind in PLAIN and not spec.stored else None
    value = shown(context, spec)
    joins = tuple(join for join in spec.joins if f"{context.alias(join)}." in value)
    return Column(name, alias, value, joins, refers, spec.kind, plain)


def shown(context: Context, spec: FieldSpec) -> str:
    """What the answer shows of a field; missing is null, an empty list too."""
    if spec.kind is FieldKind.REFS:
        return context.values(spec)
    if spec.live and context.lens.is_live:
        return context.sql(spec.live)
    if spec.column:
        return context.sql(spec.column)
    value = context.value(spec)
    return f"nullif({value}, '{{}}')" if spec.kind is FieldKind.TAGS else value


def references(context: Context, columns: list[Column], ids: Mapping[str, str], *, everything: bool) -> dict[str, str]:
    """Selects of a JSON text each, ``refs.<kind>``: the names of what the page points at, by id.

    ``ids`` selects what each column holds, by its alias. ``everything`` takes all names of kinds that have few, which
    costs less than to look for those of a long page.
    """
    pointing: dict[str, list[Column]] = {}
    for column in columns:
        if column.refers is not None:
            pointing.setdefault(column.refers.entity, []).append(column)
    return {f"{REFS}{entity}": _names(context, by, ids, everything=everything) for entity, by in pointing.items()}


def _names(context: Context, used: list[Column], ids: Mapping[str, str], *, everything: bool) -> str:
    source = used[0].refers
    assert source is not None
    pointed = " union ".join(ids[column.alias] for column in used)
    where = "" if everything and source.search is None else f" where x.id in ({pointed})"
    name = (source.shown or source.name).replace("{r}", "x")
    return f"(select json_object_agg(x.id, {name})::text from {context.rel(source.entity)} x{where})"
