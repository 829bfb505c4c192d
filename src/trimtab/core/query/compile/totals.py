"""Figures over rows. Missing values are left out of every figure, and counted in ``missing`` alone."""

from trimtab.core.fields.spec import FieldKind, FieldSpec
from trimtab.core.query.compile.context import Context
from trimtab.core.query.problems import refuse
from trimtab.core.query.request import Fn, Total

_COMPARABLE = {FieldKind.NUMBER, FieldKind.DATE, FieldKind.INSTANT}


def functions(spec: FieldSpec) -> list[Fn]:
    """The figures that a field has."""
    if spec.kind is FieldKind.NUMBER:
        return [Fn.SUM, Fn.AVG, Fn.MIN, Fn.MAX, Fn.MISSING]
    return [Fn.MIN, Fn.MAX, Fn.MISSING] if spec.kind in _COMPARABLE else [Fn.MISSING]


def field_of(context: Context, total: Total) -> FieldSpec:
    """The field of a total other than count. Raises QueryInvalid where it has no such figure."""
    spec = context.field(total.field)
    if total.fn not in functions(spec):
        raise refuse(f"{spec.name} has no {total.fn}.")
    return spec


def aggregate(total: Total, value: str) -> str:
    """The SQL of a figure over ``value``."""
    if total.fn is Fn.COUNT:
        return "count(*)"
    if total.fn is Fn.MISSING:
        return f"(count(*) - count({value}))"
    return f"{total.fn}({value})"


def joins(context: Context, totals: tuple[Total, ...]) -> tuple[str, ...]:
    """What the totals need beside the row."""
    return tuple(dict.fromkeys(join for total in totals if total.field for join in field_of(context, total).joins))


def totals_json(context: Context, totals: tuple[Total, ...]) -> str:
    """A JSON object of all figures over the rows of the surrounding select."""
    parts = [
        f"'{total.key}', {aggregate(total, context.value(field_of(context, total)) if total.field else '')}"
        for total in totals
    ]
    return f"json_build_object({', '.join(parts)})"
