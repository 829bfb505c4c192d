"""Figures in parts that add up: of rows to nodes, of nodes to what lies above them."""

from dataclasses import dataclass

from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.totals import field_of
from trimtab.core.query.request import Fn, Total

_NEEDS = {Fn.SUM: ("s",), Fn.AVG: ("s", "c"), Fn.MIN: ("l",), Fn.MAX: ("h",), Fn.MISSING: ("c",)}
_COMBINED_BY = {"z": "sum", "s": "sum", "c": "sum", "l": "min", "h": "max"}


@dataclass(frozen=True, slots=True)
class Partials:
    """``own`` maps a part's name to its SQL for one row; ``z`` counts rows and is always there."""

    own: dict[str, str]
    joins: tuple[str, ...]
    finals: tuple[tuple[str, str], ...]

    @property
    def names(self) -> list[str]:
        return list(self.own)

    def of_row(self) -> str:
        """The parts of one row, for a select."""
        return ", ".join(f"{sql} as {name}" for name, sql in self.own.items())

    def combined(self, prefix: str = "") -> str:
        """The parts of many rows or nodes together, for a select with grouping."""
        return ", ".join(f"{_COMBINED_BY[name[0]]}({prefix}{name}) as {name}" for name in self.own)

    def joined(self, one: str, other: str) -> str:
        """The parts of two rows of which one may be absent, for a select of both."""
        return ", ".join(f"{_together(name, one + name, other + name)} as {name}" for name in self.own)

    def listed(self, prefix: str = "") -> str:
        """The parts as they are."""
        return ", ".join(prefix + name for name in self.own)

    def json(self, prefix: str) -> str:
        """A JSON object of the figures, from the parts of all rows together."""
        figures = [
            f"'{key}', coalesce(to_json({sql.replace('{p}', prefix)}), {_nothing(key)})" for key, sql in self.finals
        ]
        return f"json_build_object({', '.join(figures)})"


def _nothing(key: str) -> str:
    return "'0'" if key == Fn.COUNT or key.startswith(Fn.MISSING) else "'null'"


def _together(name: str, one: str, other: str) -> str:
    together = {"sum": f"coalesce({one} + {other}, {one}, {other})", "min": f"least({one}, {other})"}
    return together.get(_COMBINED_BY[name[0]], f"greatest({one}, {other})")


def partials(context: Context, totals: tuple[Total, ...]) -> Partials:
    """The parts that ``totals`` need. Raises QueryInvalid for a figure that a field does not have."""
    own = {"z": "1"}
    finals: list[tuple[str, str]] = []
    joins: list[str] = []
    numbers: dict[str, int] = {}
    for total in totals or (Total(Fn.COUNT),):
        at = numbers.setdefault(total.field, len(numbers))
        if total.field:
            spec = field_of(context, total)
            joins.extend(spec.joins)
            value = context.value(spec)
            for part in _NEEDS[total.fn]:
                own[f"{part}{at}"] = f"({value} is not null)::int" if part == "c" else value
        finals.append((total.key, _final(total.fn, at)))
    return Partials(own, tuple(dict.fromkeys(joins)), tuple(finals))


def _final(fn: Fn, at: int) -> str:
    return {
        Fn.COUNT: "{p}z",
        Fn.SUM: f"{{p}}s{at}",
        Fn.AVG: f"({{p}}s{at} / nullif({{p}}c{at}, 0))",
        Fn.MIN: f"{{p}}l{at}",
        Fn.MAX: f"{{p}}h{at}",
        Fn.MISSING: f"({{p}}z - {{p}}c{at})",
    }[fn]
