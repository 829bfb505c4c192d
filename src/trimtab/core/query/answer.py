"""Ask a question and get the answer as JSON: what PostgreSQL wrote of each value, one array per column."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from trimtab.core import scope
from trimtab.core.actors import Actor, Clock, Lens
from trimtab.core.fields import registry
from trimtab.core.fields.spec import Source
from trimtab.core.query import config, literals, request
from trimtab.core.query.compile import flat, groups
from trimtab.core.query.compile.axis import axis_tree
from trimtab.core.query.compile.columns import REFS, Column, columns
from trimtab.core.query.compile.context import Context, common_parameters
from trimtab.core.query.compile.cursor import read_offset, write, write_offset
from trimtab.core.query.compile.flat import Matching, Page
from trimtab.core.query.compile.references import resolve
from trimtab.core.query.compile.statement import Statement, statement
from trimtab.core.query.compile.tree import parent_tree
from trimtab.core.query.database import fetch
from trimtab.core.query.literals import Moment
from trimtab.core.query.nodes import conditions
from trimtab.core.query.organised import reorganised
from trimtab.core.query.problems import refuse
from trimtab.core.query.request import Request


@dataclass(frozen=True, slots=True)
class Part:
    """A page of rows as texts of JSON: ``columns`` an array each, ``refs`` an object of names by id for each kind of
    record that they point at. ``next`` is where the page after it begins, if there is one."""

    columns: dict[str, str]
    refs: dict[str, str]
    rows: int
    next: str | None


@dataclass(frozen=True, slots=True)
class _Answered:
    """What PostgreSQL gave: the text of each array, and of each part that is said once."""

    question: Statement
    texts: list[Any]
    rows: int
    next: str | None
    parts: dict[str, Any]


def run(actor: Actor, clock: Clock, question: Mapping[str, object]) -> bytes:
    """Answer ``question`` (see the query language's reference) as ``actor`` may see it, as JSON.

    Raises QueryInvalid, Forbidden for confidential fields, NotFound for an unknown source, Unavailable for a draft.
    """
    asked = request.read(question)
    with scope.workspace(actor.workspace_id):
        context = prepare(actor, clock, asked)
        return _answer(context, asked)


def rows(actor: Actor, clock: Clock, question: Mapping[str, object]) -> list[dict[str, Any]]:
    """The rows of the answer, one dictionary each. Raises as ``run`` does."""
    columns = orjson.loads(run(actor, clock, question))["columns"]
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def prepare(actor: Actor, clock: Clock, asked: Request) -> Context:
    """Read what the question's names mean, and look up the records that its filter names."""
    context = context_of(actor, clock, registry.get(asked.source), mentioned(asked), None)
    context.lens = _lens(actor, asked, context.moment)
    context.params.update(common_parameters(actor, context.lens, context.prefix, context.moment))
    if context.lens.organised_today and not context.lens.is_live:
        context.params.update(reorganised(context.lens))
    resolve(context, asked.filter)
    return context


def context_of(actor: Actor, clock: Clock, source: Source, names: set[str] | None, lens: Lens | None) -> Context:
    """A compilation's beginning. ``names`` are the fields that it mentions, None for all; None for the actor's lens."""
    known = config.read(actor, source, names)
    seen = actor.lens if lens is None else lens
    moment = Moment(clock.now, known.zone, known.calendar)
    return Context(
        actor=actor,
        source=source,
        fields=known.fields,
        lens=seen,
        moment=moment,
        prefix=known.prefix,
        params=common_parameters(actor, seen, known.prefix, moment),
    )


def mentioned(asked: Request) -> set[str]:
    """The fields that a question names anywhere."""
    names = {*asked.columns, *asked.group, *(key.field for key in asked.sort)} - {"id", "version"}
    names |= {total.field for total in asked.totals if total.field}
    names |= {condition.field for condition in conditions(asked.filter)}
    return names | ({asked.tree.axis} if asked.tree else set())


def _lens(actor: Actor, asked: Request, moment: Moment) -> Lens:
    if asked.as_of is None and asked.known_on is None and asked.scenario is None:
        return actor.lens
    scenario = None if asked.scenario is None else _scenario(asked.scenario)
    as_of, known_on = (None if text is None else _until(text, moment) for text in (asked.as_of, asked.known_on))
    return Lens(as_of=as_of, known_on=known_on, scenario=scenario, organised_today=asked.organised_today)


def _scenario(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise refuse("lens.scenario is a draft plan's id.") from None


def _until(text: str, moment: Moment) -> Any:
    """A day means its end."""
    return literals.instants(text, moment, None)[1] - timedelta(microseconds=1)


def part(context: Context, asked: Request) -> Part:
    """One page of ``asked`` in the open transaction. Raises as ``run`` does; groups and totals are left out."""
    answered = _ask(context, asked)
    texts = zip(answered.question.shown, answered.texts, strict=False)
    return Part(
        {each.name: each.text(text, answered.rows) for each, text in texts},
        {name.removeprefix(REFS): text or "{}" for name, text in answered.parts.items() if name.startswith(REFS)},
        answered.rows,
        answered.next,
    )


def _ask(context: Context, asked: Request) -> _Answered:
    shown = columns(context, asked.columns)
    match = flat.matching(context, asked)
    page = _page(context, asked, match, shown)
    question = statement(context, asked, match, page, shown)
    found, *texts = fetch(question.sql, context.params)[0]
    arrays, keys = len(question.shown), question.keys
    last, parts = texts[arrays : arrays + keys], dict(zip(question.parts, texts[arrays + keys :], strict=True))
    after = _next(asked, page, last) if found > asked.size > 0 else None
    return _Answered(question, texts, min(found, asked.size), after, parts)


def _page(context: Context, asked: Request, match: Matching, shown: list[Column]) -> Page:
    tree = asked.tree
    if tree is None:
        return flat.page(context, asked, match, shown)
    if tree.axis == "parent" and context.source.ladder is not None:
        return parent_tree(context, asked, tree, match, shown)
    return axis_tree(context, asked, tree, match, shown)


def _answer(context: Context, asked: Request) -> bytes:
    answered = _ask(context, asked)
    parts, texts = answered.parts, zip(answered.question.shown, answered.texts, strict=False)
    answer: dict[str, object] = {
        "source": context.source.entity,
        "columns": {each.name: orjson.Fragment(each.text(text, answered.rows)) for each, text in texts},
        "refs": {
            name.removeprefix(REFS): orjson.Fragment(names or "{}")
            for name, names in parts.items()
            if name.startswith(REFS)
        },
        "rows": answered.rows,
        "next": answered.next,
        **{name: orjson.Fragment(parts[name] or "null") for name in ("count", "totals") if name in parts},
    }
    if asked.group:
        answer["groups"] = orjson.Fragment(groups.finish(context, asked, parts))
    return orjson.dumps(answer | {"lens": _lens_json(context.lens), "warnings": context.warnings})


def _next(asked: Request, page: Page, last: list[str | None]) -> str:
    if page.order is None:
        return write_offset(read_offset(asked.after) + asked.size)
    return write(page.order, last)


def _lens_json(lens: Lens) -> dict[str, str | None]:
    named = {"as_of": lens.as_of, "known_on": lens.known_on}
    return {name: None if at is None else at.isoformat() for name, at in named.items()}
