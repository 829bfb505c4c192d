"""What an export shows: its columns, and its rows in blocks of ten thousand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from trimtab.core.actors import Actor, Clock
from trimtab.core.fields.spec import FieldKind, FieldSpec
from trimtab.core.fiscal import FiscalCalendar
from trimtab.core.query import answer, request, rights
from trimtab.core.query.answer import Part
from trimtab.core.query.compile import flat
from trimtab.core.query.compile.context import Context
from trimtab.core.query.compile.flat import UNORDERED, grouped_first
from trimtab.core.query.request import Request

BLOCK: Final = 10_000
DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``precision`` names the field that says how exact its days are; ``options`` are names by key."""

    name: str
    label: str
    kind: FieldKind
    entity: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    precision: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An export before its rows: ``columns`` are shown, ``by`` what rows stand under, ``title`` what a row is called.

    ``asked`` is the question with all that must be read for it. ``ids`` shows ids and keys instead of names.
    ``dated`` are the columns whose days a calendar shows.
    """

    actor: Actor
    clock: Clock
    asked: Request
    columns: tuple[Column, ...]
    by: tuple[Column, ...]
    title: Column | None
    dated: tuple[Column, ...]
    zone: ZoneInfo
    calendar: FiscalCalendar
    confidential: tuple[str, ...]
    ids: bool = False

    def blocks(self) -> Iterator["Block"]:
        """All rows, in the open transaction: let it be one snapshot."""
        after: str | None = None
        while True:
            asked = replace(self.asked, after=after)
            part = answer.part(answer.prepare(self.actor, self.clock, asked), asked)
            yield Block(self, part)
            if part.next is None:
                return
            after = part.next


@dataclass(frozen=True)
class Block:
    """Some rows of a sheet."""

    sheet: Sheet
    part: Part

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """What the rows point at: names by id, by kind of record."""
        return {entity: _named(orjson.loads(text)) for entity, text in self.part.refs.items()}

    @cached_property
    def depths(self) -> list[int] | None:
        """How deep each row lies, from 1; None where there is no tree."""
        return orjson.loads(self.part.columns["depth"]) if self.sheet.asked.tree else None

    @cached_property
    def headings(self) -> list[str | None] | None:
        """The label of each row that is a place in a tree (an area, a value), None for those that are records."""
        if "node" not in self.part.columns:
            return None
        nodes, labels = (orjson.loads(self.part.columns[name]) for name in ("node", "label"))
        source = self.sheet.asked.source
        return [None if node == source else (label or "—") for node, label in zip(nodes, labels, strict=True)]

    def raw(self, name: str) -> list[Any]:
        """The values of a column as the query engine gives them."""
        values: list[Any] = orjson.loads(self.part.columns[name])
        return values

    def records(self, columns: list[list[Any]]) -> list[tuple[Any, ...]]:
        """``columns`` turned into rows, without the places of a tree."""
        rows = list(zip(*columns, strict=True)) if columns else [()] * self.part.rows
        if self.headings is None:
            return rows
        return [row for row, heading in zip(rows, self.headings, strict=True) if heading is None]


def _named(found: Mapping[str, Any]) -> dict[str, str]:
    return {key: name["name"] if isinstance(name, dict) else name for key, name in found.items()}


def open_sheet(actor: Actor, clock: Clock, question: Mapping[str, object], *, ids: bool = False) -> Sheet:
    """Check ``question`` and say what its export holds; its page is left aside: an export holds all rows.

    In the open transaction. Raises QueryInvalid, Forbidden for a confidential field, NotFound for an unknown source.
    """
    asked = request.read({name: value for name, value in question.items() if name not in {"page", "count", "totals"}})
    context = answer.prepare(actor, clock, asked)
    _try_out(context, asked)
    every = answer.context_of(actor, clock, context.source, None, context.lens)
    names = tuple(name for name in asked.columns if name not in {"id", "version"}) or _usual(every)
    columns = tuple(_column(every, name) for name in names)
    by = tuple(_column(every, name) for name in asked.group if every.field(name).kind not in UNORDERED)
    title = next((_column(every, name) for name in ("title", "name") if name in every.fields), None)
    dated = _dated(every, columns)
    shown = (*columns, *by, *dated, *((title,) if title else ()))
    read = dict.fromkeys(each for column in shown for each in (column.name, column.precision) if each)
    return Sheet(
        actor=actor,
        clock=clock,
        asked=replace(
            asked,
            columns=tuple(read),
            sort=asked.sort if asked.tree else grouped_first(context, asked),
            group=(),
            tree=asked.tree and replace(asked.tree, depth=DEEPEST, expand=()),
            size=BLOCK,
            after=None,
        ),
        columns=columns,
        by=by,
        title=title,
        dated=dated,
        zone=context.moment.zone,
        calendar=context.moment.calendar,
        confidential=_confidential(every, asked, names),
        ids=ids,
    )


def _try_out(context: Context, asked: Request) -> None:
    """Refuse before the first row what would be refused at it."""
    flat.matching(context, asked)
    if asked.tree is None:
        answer.part(context, replace(asked, size=0))
    for name in answer.mentioned(asked):
        context.field(name)


def _usual(context: Context) -> tuple[str, ...]:
    """The columns of a question that names none: all that hold one plain value."""
    plain = {FieldKind.SELF, FieldKind.PROSE, FieldKind.TEXT, FieldKind.REF, FieldKind.CHOICE, FieldKind.TIMEFRAME}
    return tuple(name for name, spec in _own(context).items() if spec.kind in plain and not _kept(spec))


def _own(context: Context) -> dict[str, FieldSpec]:
    """The source's own fields that the actor may see."""
    found = {name: context.fields[name] for name in context.source.fields}
    return {name: spec for name, spec in found.items() if rights.may_see(context.actor, spec)}


def _kept(spec: FieldSpec) -> bool:
    """Whether not everybody may see it."""
    return spec.confidential or spec.grouped


def _column(context: Context, name: str) -> Column:
    spec = context.field(name)
    options = {option.key: option.name for option in spec.options}
    return Column(name, spec.label, spec.kind, spec.entity, options, _precision(context, spec))


def _precision(context: Context, spec: FieldSpec) -> str:
    if spec.kind is not FieldKind.DATE or not spec.parts:
        return ""
    exactness = spec.parts[0]
    return next(name for name, each in context.fields.items() if each.sql == exactness)


def _dated(context: Context, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The timeframe, or the days among the columns, or all days that the source has."""
    framed = [name for name, spec in _own(context).items() if spec.kind is FieldKind.TIMEFRAME]
    if framed:
        return (_column(context, framed[0]),)
    chosen = tuple(column for column in columns if column.kind is FieldKind.DATE)
    days = (name for name, spec in _own(context).items() if spec.kind is FieldKind.DATE)
    return chosen or tuple(_column(context, name) for name in days)


def _confidential(context: Context, asked: Request, names: tuple[str, ...]) -> tuple[str, ...]:
    """Fields that not everybody may see: shown, or told by what is among the rows and in which order."""
    told = dict.fromkeys((*names, *sorted(answer.mentioned(asked))))
    return tuple(name for name in told if (spec := context.fields.get(name)) is not None and _kept(spec))
