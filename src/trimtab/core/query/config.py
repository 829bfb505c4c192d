"""What a query must know of its workspace before it can be compiled: one small read, of definitions only if named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from trimtab.core.actors import Actor
from trimtab.core.errors import NotFound
from trimtab.core.fields.spec import FieldSpec, Source
from trimtab.core.fiscal import FiscalCalendar, Pattern
from trimtab.core.query.database import fetch


@dataclass(frozen=True, slots=True)
class Config:
    """The workspace's time zone and fiscal calendar, the prefix of its numbers, and the source's fields that the query
    may name."""

    zone: ZoneInfo
    calendar: FiscalCalendar
    prefix: str
    fields: dict[str, FieldSpec]


def read(actor: Actor, source: Source, names: Iterable[str] | None) -> Config:
    """Read it. ``names`` are those that the query mentions; None asks for every field.

    Nothing is kept between requests: a definition counts from the transaction that made it on.
    """
    own = source.fields
    providers = source.providers if names is None or any(name not in own for name in names) else ()
    selects = "".join(f", ({provider.sql})" for provider in providers)
    rows = fetch(
        "select timezone, fiscal_start_month, fiscal_pattern, increment_weeks, increment_from, prefix,"
        " (select array_agg(entity || '.' || field) from scoped.field_group_field)"
        f"{selects} from core_workspace where id = %(workspace)s",
        {"workspace": actor.workspace_id},
    )
    if not rows:
        raise NotFound("There is no such workspace.")
    zone, start_month, pattern, weeks, run_from, prefix, kept, *definitions = rows[0]
    fields = dict(own)
    for provider, made in zip(providers, definitions, strict=True):
        _add(fields, provider.build(made, fields))
    if kept:
        fields = _grouped(fields, frozenset(kept))
    calendar = FiscalCalendar(start_month, Pattern(pattern), weeks, run_from)
    return Config(ZoneInfo(zone), calendar, prefix, fields)


def _grouped(fields: Mapping[str, FieldSpec], kept: frozenset[str]) -> dict[str, FieldSpec]:
    """The fields, those marked that a group keeps from some; each stays one under all of its names."""
    marked = {id(f): replace(f, grouped=True) for f in fields.values() if not kept.isdisjoint(f.guards)}
    return {name: marked.get(id(spec), spec) for name, spec in fields.items()}


def _add(fields: dict[str, FieldSpec], found: list[FieldSpec]) -> None:
    """Fields by every name: a built-in one wins over a defined one, which is still there as ``custom.<key>``."""
    for spec in found:
        fields.setdefault(spec.name, spec)
    for spec in found:
        if spec.custom:
            fields.setdefault(f"custom.{spec.name}", spec)
        elif spec.alias:
            fields.setdefault(spec.alias, spec)


def listed(fields: Mapping[str, FieldSpec]) -> dict[str, FieldSpec]:
    """Each field once, under the first of its names."""
    seen: dict[int, str] = {}
    for name, spec in fields.items():
        seen.setdefault(id(spec), name)
    return {name: fields[name] for name in seen.values()}
