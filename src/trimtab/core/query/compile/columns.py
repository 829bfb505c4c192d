"""The columns of an answer: what each shows, and the names of what it points at."""

from dataclasses import dataclass

from trimtab.core.fields.spec import FieldKind, FieldSpec, Source
from trimtab.core.query.compile.context import Context, referred

REFERENCES = {FieldKind.REF, FieldKind.REFS}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the answer, its SQL, and the source whose names it needs."""

    name: str
    alias: str
    sql: str
    joins: tuple[str, ...]
    refers: Source | None
    several: bool


def columns(context: Context, names: tuple[str, ...]) -> list[Column]:
    """The requested columns in their order; id and version are not among them."""
    return [
        _column(context, name, f"c{at}")
        for at, name in enumerate(name for name in names if name not in {"id", "version"})
    ]


def _column(context: Context, name: str, alias: str) -> Column:
    spec = context.field(name)
    refers = referred(spec) if spec.kind in REFERENCES else None
    return Column(name, alias, shown(context, spec), spec.joins, refers, spec.kind is FieldKind.REFS)


def shown(context: Context, spec: FieldSpec) -> str:
    """What the answer shows of a field; missing is null, an empty list too."""
    if spec.kind is FieldKind.REFS:
        return context.values(spec)
    if spec.column:
        return context.sql(spec.column)
    value = context.value(spec)
    return f"nullif({value}, '{{}}')" if spec.kind is FieldKind.TAGS else value


def references(context: Context, columns: list[Column], page: str) -> str:
    """A JSON object of the names of all records that the rows of ``page`` point at, by kind and id."""
    sources: dict[str, list[Column]] = {}
    for column in columns:
        if column.refers is not None:
            sources.setdefault(column.refers.entity, []).append(column)
    parts = [f"'{entity}', {_names(context, used, page)}" for entity, used in sources.items()]
    return f"json_build_object({', '.join(parts)})"


def _names(context: Context, used: list[Column], page: str) -> str:
    source = used[0].refers
    assert source is not None
    ids = " union ".join(
        f"select {f'unnest({column.alias})' if column.several else column.alias} from {page}" for column in used
    )
    name = (source.shown or source.name).replace("{r}", "x")
    return (
        f"(select coalesce(json_object_agg(x.id, {name}), '{{}}') from {context.rel(source.entity)} x"
        f" where x.id in ({ids}))"
    )
