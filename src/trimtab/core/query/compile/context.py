"""What one compilation carries: who asks, from which point of view, of which source, and the parameters so far."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Self
from uuid import UUID

from trimtab.core import fiscal
from trimtab.core.actors import Actor, Lens
from trimtab.core.fields import registry
from trimtab.core.fields.spec import FieldSpec, Join, Source
from trimtab.core.query import rights
from trimtab.core.query.lens import parameters, rel
from trimtab.core.query.literals import Moment
from trimtab.core.query.organised import organised
from trimtab.core.query.problems import Span, closest, refuse

_SLOT = re.compile(r"\{([=@]?\w+)\}")
REFERENCE = "by_"
_WORKSPACE = "%(workspace)s::uuid"


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """A name to look up among the records of ``entity`` that are ``within``; ``below`` takes in what lies under it."""

    entity: str
    within: str
    below: bool
    text: str


@dataclass(slots=True)
class Context:
    """``suffix`` sets the aliases of one compilation apart from those of another in the same statement."""

    actor: Actor
    source: Source
    fields: dict[str, FieldSpec]
    lens: Lens
    moment: Moment
    prefix: str
    params: dict[str, object]
    resolved: dict[Wanted, tuple[UUID, ...]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    suffix: str = ""

    def param(self, value: object, pg_type: str) -> str:
        """A placeholder for ``value`` with its PostgreSQL type."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f"%({name})s::{pg_type}"

    def field(self, name: str, span: Span | None = None) -> FieldSpec:
        """The field of that name. Raises QueryInvalid with the nearest name, Forbidden for a confidential one."""
        found = self.fields.get(name)
        if found is None:
            nearest = closest(name, (each for each in self.fields if rights.may_see(self.actor, self.fields[each])))
            hint = f" Did you mean {nearest}?" if nearest else ""
            raise refuse(f"There is no field {name}.{hint}", span, nearest)
        rights.require_field(self.actor, found)
        if found.problem and found.problem not in self.warnings:
            self.warnings.append(found.problem)
        return found

    def rel(self, entity: str) -> str:
        """What to select ``entity`` from. The workspace as a value is compared, not read anew for each row."""
        return f"(select * from {rel(entity, self.lens)} w where w.workspace_id = {_WORKSPACE})"

    def sql(self, template: str) -> str:
        """A template with this compilation's aliases, relations and days; what a team or an area became, if asked."""
        if self.lens.organised_today and not self.lens.is_live:
            template = organised(template, self.source)
        return _SLOT.sub(lambda slot: self._slot(slot[1]), template)

    def _slot(self, name: str) -> str:
        if name.startswith("="):
            return self.rel(name[1:])
        return self.day(name[1:]) if name.startswith("@") else self.alias(name)

    def day(self, name: str) -> str:
        """A placeholder for a day as this compilation's lens means it: ``today``, ``this_quarter`` (its last day),
        ``next_quarter`` (that one's last day); ``zone`` is the time zone that days are of."""
        if name == "zone":
            self.params["zone"] = self.moment.zone.key
            return "%(zone)s::text"
        key = f"{name}_live" if self.lens.is_live else name
        self.params[key] = self._days()[name]
        return f"%({key})s::date"

    def _days(self) -> dict[str, date]:
        seen = self.lens.as_of or self.lens.known_on
        today = self.moment.today if seen is None else seen.astimezone(self.moment.zone).date()
        quarter = fiscal.period_of(self.moment.calendar, today, fiscal.Kind.QUARTER)
        following = fiscal.period_of(self.moment.calendar, quarter.ends_on + fiscal.DAY, fiscal.Kind.QUARTER)
        return {"today": today, "this_quarter": quarter.ends_on, "next_quarter": following.ends_on}

    def alias(self, name: str) -> str:
        return f"r{self.suffix}" if name == "r" else f"j_{name.replace('.', '_')}{self.suffix}"

    def value(self, spec: FieldSpec) -> str:
        """A field's value: its own SQL, or the one value of its link."""
        if spec.link is None:
            return self.sql(spec.sql)
        link = spec.link
        return (
            f"(select l.{link.value} from {self.rel(link.entity)} l where l.{link.record} = {self.alias('r')}.id"
            f" and l.{link.where} order by {_qualified(link.order)} limit 1)"
        )

    def values(self, spec: FieldSpec) -> str:
        """The array of a field's linked values, null where there are none."""
        link = spec.link
        assert link is not None
        return (
            f"(select array_agg(l.{link.value} order by {_qualified(link.order)}) from {self.rel(link.entity)} l"
            f" where l.{link.record} = {self.alias('r')}.id and l.{link.where})"
        )

    def links(self, spec: FieldSpec, among: str) -> str:
        """All that a field links the rows ``n`` of ``among`` to: ``n`` and ``value``, in the order of both.

        For thousands of rows that is a quarter of the work of asking for each row's ``values``.
        """
        link = spec.link
        assert link is not None
        return (
            f"select o.n, l.{link.value} as value from {among} o join {self.rel(link.entity)} l"
            f" on l.{link.record} = o.id where {link.where} order by o.n, {_qualified(link.order)}"
        )

    def join(self, name: str) -> Join:
        """A join of the source, or the one to what the reference field ``by_<field>`` points at."""
        if name.startswith(REFERENCE):
            spec = self.fields[name.removeprefix(REFERENCE)]
            return Join(spec.entity, f"{self.alias(name)}.id = {self.value(spec)}")
        known = self.source.joins.get(name)
        return known or next(spec.brings[name] for spec in self.fields.values() if name in spec.brings)

    def relation(self, join: Join) -> str:
        """What to select a join's rows from."""
        return self.sql(join.relation) if join.relation else self.rel(join.entity)

    def joined(self, joins: Iterable[str], instead: Mapping[str, str] = MappingProxyType({})) -> str:
        """The left joins of that name, each once; ``instead`` holds the SQL of those that are joined otherwise."""
        parts = []
        for name in dict.fromkeys(joins):
            join = self.join(name)
            plain = f" left join {self.relation(join)} {self.alias(name)} on {self.sql(join.on)}"
            parts.append(instead.get(name, plain))
        return "".join(parts)

    def rows(self, joins: Iterable[str] = (), instead: Mapping[str, str] = MappingProxyType({})) -> str:
        """The from clause: the source's rows and what is joined to them."""
        return f"{self.rel(self.source.entity)} {self.alias('r')}{self.joined(joins, instead)}"

    def live(self, suffix: str) -> Self:
        """The same question from today's point of view, for a comparison in the same statement."""
        return replace(self, lens=replace(self.lens, as_of=None, known_on=None), suffix=suffix)


def _qualified(order: str) -> str:
    return ", ".join(f"l.{column.strip()}" for column in order.split(","))


def common_parameters(actor: Actor, lens: Lens, prefix: str, moment: Moment) -> dict[str, object]:
    """The parameters that any statement may use. ``today`` is the day that the lens looks at, in its time zone."""
    at = lens.as_of or lens.known_on
    today = moment.today if at is None else replace(moment, now=at).today
    return {"workspace": actor.workspace_id, "prefix": prefix, "today": today, **parameters(lens)}


def referred(spec: FieldSpec) -> Source | None:
    """The source that a reference points at."""
    return registry.find(spec.entity) if spec.entity else None
