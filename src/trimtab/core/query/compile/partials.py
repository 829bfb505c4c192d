"""Figures in parts that add up: of rows to nodes, of nodes to what lies above them."""

import re
from dataclasses import dataclass

from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.flat import Matching
from trimtab.core.query.compile.totals import field_of
from trimtab.core.query.request import Fn, Total

_NEEDS = {Fn.SUM: ("s",), Fn.AVG: ("s", "c"), Fn.MIN: ("l",), Fn.MAX: ("h",), Fn.MISSING: ("c",)}
_COMBINED_BY = {"z": "sum", "s": "sum", "c": "sum", "l": "min", "h": "max"}


@dataclass(frozen=True, slots=True)
class Partials:
    """``own`` maps a part's name to the value that it adds up; ``z`` counts rows and is always there."""

    own: dict[str, str]
    joins: tuple[str, ...]
    finals: tuple[tuple[str, str], ...]

    @property
    def names(self) -> list[str]:
        return list(self.own)

    def of_row(self) -> str:
        """The parts of one row, for a select."""
        return ", ".join(f"{_of_one(name, value)} as {name}" for name, value in self.own.items())

    def of_rows(self) -> str:
        """The parts of many rows together, straight from the rows."""
        return ", ".join(f"{_of_many(name, value)} as {name}" for name, value in self.own.items())

    def combined(self, prefix: str = "") -> str:
        """The parts of many rows or nodes together, for a select with grouping."""
        return ", ".join(f"{_COMBINED_BY[name[0]]}({prefix}{name}) as {name}" for name in self.own)

    def joined(self, one: str, other: str) -> str:
        """The parts of two rows of which one may be absent, for a select of both."""
        return ", ".join(f"{_together(name, one + name, other + name)} as {name}" for name in self.own)

    def times(self, count: str) -> str:
        """The parts that add up of rows that count ``count`` times each, for a select with grouping."""
        return ", ".join(f"{_repeated(name, value, count)} as {name}" for name, value in self._adding_up.items())

    def less(self, one: str, other: str) -> str:
        """The parts of ``one`` without those that ``times`` selected in ``other``."""
        adding = self._adding_up
        return ", ".join(
            f"{one}{name} - coalesce({other}{name}, 0) as {name}" if name in adding else f"{one}{name}"
            for name in self.own
        )

    @property
    def _adding_up(self) -> dict[str, str]:
        return {name: value for name, value in self.own.items() if _COMBINED_BY[name[0]] == "sum"}

    def listed(self, prefix: str = "") -> str:
        """The parts as they are."""
        return ", ".join(prefix + name for name in self.own)

    def json(self, prefix: str) -> str:
        """A JSON object of the figures, from the parts of all rows together."""
        figures = [
            f"'{key}', coalesce(to_json({sql.replace('{p}', prefix)}), {_nothing(key)})" for key, sql in self.finals
        ]
        return f"json_build_object({', '.join(figures)})"


def _of_one(name: str, value: str) -> str:
    return f"({value} is not null)::int" if name[0] == "c" else value


def _of_many(name: str, value: str) -> str:
    if name[0] == "z":
        return "count(*)"
    return f"count({value})" if name[0] == "c" else f"{_COMBINED_BY[name[0]]}({value})"


def _repeated(name: str, value: str, count: str) -> str:
    if name[0] == "s":
        return f"sum({count} * {value})"
    return f"sum({count})" if name[0] == "z" else f"sum({count}) filter (where {value} is not null)"


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
                own[f"{part}{at}"] = value
        finals.append((total.key, _final(total.fn, at)))
    return Partials(own, tuple(dict.fromkeys(joins)), tuple(finals))


def is_whole(match: Matching) -> bool:
    """Whether every row of the workspace matches."""
    return match.predicate == "true"


def all_rows(context: Context, match: Matching, joins: tuple[str, ...], used: str, *, ordered: bool = False) -> str:
    """The from clause of a select of all matching rows; ``used`` is what it selects of them.

    Where all of today's rows match, what is joined to them by their ids is read in the order of ids beside them; to
    look up each would cost more. ``ordered`` reads them so too where the planner would not find it best by itself.
    """
    if not is_in_step(context, match):
        return context.rows(joins)
    row = context.alias("r")
    instead = {
        name: f" left join {in_order(context, context.join(name).entity, context.alias(name), used)}"
        f" on {context.alias(name)}.id = {row}.id"
        for name in joins
        if context.join(name).entity and context.sql(context.join(name).on) == f"{context.alias(name)}.id = {row}.id"
    }
    if not ordered:
        return context.rows(joins, instead)
    joined = context.joined(joins, instead)
    return f"{in_order(context, context.source.entity, row, used + joined)}{joined}"


def is_in_step(context: Context, match: Matching) -> bool:
    """Whether all of today's rows match, so that relations are best read whole and side by side."""
    return is_whole(match) and context.lens.is_live


def in_order(context: Context, entity: str, alias: str, used: str, *, where: str = "true", key: str = "id") -> str:
    """The rows of a relation in the order of a key, no wider than what ``used`` names of ``alias``.

    PostgreSQL carries all columns of a select that has an order, whether they are asked for or not.
    """
    columns = {key, *re.findall(rf'(?<![\w.]){alias}\."?(\w+)', used)}
    selected = ", ".join(f'"{column}"' for column in sorted(columns))
    return f"(select {selected} from {context.rel(entity)} w where {where} order by w.{key}) {alias}"


def all_together(context: Context, match: Matching, parts: Partials) -> str:
    """A select of the text of all figures over all matching rows."""
    selected = parts.of_rows()
    rows = all_rows(context, match, (*match.joins, *parts.joins), selected, ordered=bool(parts.joins))
    figures = f"select {selected} from {rows} where {match.predicate}"
    return f"(select {parts.json('q.')}::text from ({figures}) q)"


def _final(fn: Fn, at: int) -> str:
    return {
        Fn.COUNT: "{p}z",
        Fn.SUM: f"{{p}}s{at}",
        Fn.AVG: f"({{p}}s{at} / nullif({{p}}c{at}, 0))",
        Fn.MIN: f"{{p}}l{at}",
        Fn.MAX: f"{{p}}h{at}",
        Fn.MISSING: f"({{p}}z - {{p}}c{at})",
    }[fn]
