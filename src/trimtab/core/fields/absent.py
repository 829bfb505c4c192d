"""When a record has no value in a field."""

from typing import Final

from trimtab.core.fields.spec import FieldKind, FieldSpec

_EMPTY: Final = {
    FieldKind.TEXT: "({value} is null or {value} = '')",
    FieldKind.PROSE: "({value} is null or {value} = '')",
    FieldKind.WORDS: "({value} is null or {value} = '')",
    FieldKind.CHOICES: "({value} is null or {value} = '[]'::jsonb)",
    FieldKind.TAGS: "({value} = '{{}}')",
}


def absent(spec: FieldSpec) -> str:
    """The template of whether a row lacks the field; never null."""
    if spec.link is not None:
        link = spec.link
        where = f"l.{link.record} = {{r}}.id and l.{link.where}"
        return f"(not exists (select 1 from {{={link.entity}}} l where {where}))"  # noqa: S608 - our names
    if spec.kind is FieldKind.TIMEFRAME:
        return f"({spec.parts[1]} is null and {spec.parts[3]} is null)"
    if spec.kind is FieldKind.DATE and spec.parts:
        return f"({spec.parts[0]} is null)"
    return _EMPTY.get(spec.kind, "({value} is null)").format(value=spec.sql)
