"""How well an item is: as somebody stated it while that holds, else as the evidence says, with reasons in words.

The evidence has one place, ``EVIDENCE``: what is inferred and why both come from it, and it is never stored.
"""

# ruff: noqa: S608 - templates of names that are ours; what a workspace names goes through ``literal``

from dataclasses import dataclass
from typing import Final

from trimtab.core.fields.spec import FieldKind as K
from trimtab.core.fields.spec import FieldSpec, Join, Option
from trimtab.roadmap.models import Health, Horizon
from trimtab.roadmap.source_parts import choice
from trimtab.roadmap.source_ties import JOINS as TIES
from trimtab.roadmap.source_ties import STANDING

_DATES: Final = ("item.timeframe",)
"""What is worked out of an item's dates is kept from whoever may not see those."""

QUIET_DAYS: Final = 30
"""So many days may pass in which nothing of an item changes while it is being worked on."""

GRAVITY: Final = ("on_track", "at_risk", "off_track")
AT_RISK: Final = 2
OFF_TRACK: Final = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for concern: when it holds, how grave it is (2 at risk, 3 off track), and how it is told."""

    code: str
    gravity: int
    words: str
    holds: str


_OPEN = "{phase}.category is distinct from 'done' and {phase}.category is distinct from 'cancelled'"
_LAST_CHANGE = "({r}.updated_at at time zone {@zone})::date"
_WAITS = "{waits}.gravity"
EVIDENCE: Final = (
    Evidence("end_passed", OFF_TRACK, "Its end has passed and it is not done.", "{r}.end_on < {@today}"),
    Evidence("waits_broken", OFF_TRACK, "It waits for something that will not come in time.", f"{_WAITS} = 3"),
    Evidence(
        "start_passed",
        AT_RISK,
        "Its start has passed and it has not begun.",
        "{phase}.category = 'todo' and roadmap_latest_start({r}.start_on, {r}.start_precision) < {@today}",
    ),
    Evidence("waits_at_risk", AT_RISK, "It waits for something that is at risk.", f"{_WAITS} = 2"),
    Evidence(
        "below_in_trouble",
        AT_RISK,
        "Something below it is at risk or off track.",
        "{rollup}.health in ('at_risk', 'off_track')",
    ),
    Evidence(
        "below_ends_later",
        AT_RISK,
        "Something below it ends later than it does.",
        "({rollup}.end_on > {r}.end_on or ({rollup}.end_precision = 'later' and {r}.end_on is not null))",
    ),
    Evidence(
        "quiet",
        AT_RISK,
        f"It is being worked on, but nothing of it has changed for {QUIET_DAYS} days.",
        f"{{phase}}.category = 'doing' and {_LAST_CHANGE} < {{@today}} - {QUIET_DAYS}",
    ),
)
NOTHING_AGAINST: Final = "Nothing speaks against its dates."
DONE: Final = "It is done."
NO_EVIDENCE: Final = "It has no dates and nothing below it to judge by."
EXPIRED: Final = "What was stated has expired."

_DATED = "({r}.start_on is not null or {r}.end_on is not null or coalesce({rollup}.children, 0) > 0)"
_STATES = f"array[{', '.join(repr(each) for each in GRAVITY)}]"


def _gravities() -> str:
    held = ", ".join(f"case when {each.holds} then {each.gravity} end" for each in EVIDENCE)
    return f"greatest({held}, case when {_DATED} then 1 end)"


INFERRED: Final = (
    "(case {phase}.category when 'cancelled' then null when 'done' then 'on_track'"
    f" else coalesce(({_STATES})[{_gravities()}], 'unknown') end)"
)
_REASONS = ", ".join(f"case when {each.holds} then '{each.words}' end" for each in EVIDENCE)
_CALM = f"case when {_DATED} then '{NOTHING_AGAINST}' else '{NO_EVIDENCE}' end"
_WHY_INFERRED = (
    f"(case {{phase}}.category when 'cancelled' then null when 'done' then '{DONE}'"
    f" else coalesce(nullif(concat_ws(' ', {_REASONS}), ''), {_CALM}) end)"
)
_HOLDS = "({r}.health is not null and ({statement}.expires_on is null or {statement}.expires_on >= {@today}))"
STATED: Final = f"(case when {_HOLDS} then {{r}}.health end)"
_JUDGED = f"({_HOLDS} and {{r}}.health <> 'unknown')"
_EXPIRED = f"({{r}}.health is not null and not {_HOLDS})"
_SOURCE = f"(case when {_JUDGED} then 'stated' when {_EXPIRED} then 'expired' else 'inferred' end)"
_WHY = (
    f"(case when {_JUDGED} then nullif({{r}}.health_note, '') when {_EXPIRED}"
    f" then concat_ws(' ', '{EXPIRED}', {_WHY_INFERRED}) else {_WHY_INFERRED} end)"
)
SOURCES: Final = (Option("stated", "Stated"), Option("expired", "Stated, expired"), Option("inferred", "Inferred"))


def _tied() -> str:
    """What an item's dependencies mean for it: 3 where one is broken or declined, 2 where one is at risk."""
    standing = STANDING.replace("%(today)s::date", "{@today}").replace("{r}", "d_")
    joined = ""
    for name, join in TIES.items():
        joined += f" left join {{={join.entity}}} {{{name}}} on {join.on.replace('{r}', 'd_')}"
    select = (
        f"select d_.to_item_id, case {standing} when 'broken' then 3 when 'declined' then 3 when 'at_risk' then 2 end"
        f" as gravity from {{=dependency}} d_{joined}"
    )
    for name in TIES:
        select = select.replace(f"{{{name}}}", f"d_{name}_")
    return select


_BY_ITEM = f"(select to_item_id as id, max(gravity) as gravity from ({_tied()}) w_ group by to_item_id)"
_OF_ROW = f"(select max(gravity) from ({_tied()} where d_.to_item_id = {{r}}.id) w_)"
JOINS: Final = {
    "statement": Join("health_statement", "{statement}.id = {r}.id"),
    "waits": Join("", "{waits}.id = {r}.id", _BY_ITEM),
}
_INFERS = ("phase", "rollup", "waits")


def _live(sql: str) -> str:
    return sql.replace(_WAITS, _OF_ROW)


def _health(name: str, label: str, sql: str, *joins: str) -> FieldSpec:
    live = _live(sql) if "waits" in joins else ""
    return choice(name, label, Health, sql, joins=joins, live=live, guards=_DATES if live else ())


_CURRENT = f"(case when {_JUDGED} then {{r}}.health else {INFERRED} end)"
FIELDS: Final = [
    _health("health.stated", "Health as stated, while it holds", STATED, "statement"),
    _health("health.inferred", "Health as inferred", INFERRED, *_INFERS),
    _health("health.current", "Health that counts", _CURRENT, "statement", *_INFERS),
    FieldSpec(
        "health.inferred.why",
        "Why its health is inferred so",
        K.PROSE,
        _WHY_INFERRED,
        joins=_INFERS,
        live=_live(_WHY_INFERRED),
        guards=_DATES,
    ),
    FieldSpec("health.source", "Where its health is from", K.CHOICE, _SOURCE, options=SOURCES, joins=("statement",)),
    FieldSpec(
        "health.why",
        "Why its health is so",
        K.PROSE,
        _WHY,
        joins=("statement", *_INFERS),
        live=_live(_WHY),
        guards=_DATES,
    ),
    FieldSpec(
        "health.by",
        "Health stated by",
        K.REF,
        "{statement}.author_id",
        entity="person",
        joins=("statement",),
        sortable=False,
    ),
    FieldSpec("health.at", "Health stated", K.INSTANT, "{statement}.stated_at", joins=("statement",)),
    FieldSpec("health.until", "Health holds until", K.DATE, "{statement}.expires_on", joins=("statement",)),
]

_FIRST = "coalesce({r}.start_on, {r}.end_on)"
SUGGESTED: Final = (
    f"(case when not ({_OPEN}) then null"
    " when {r}.start_precision = 'later' or ({r}.start_on is null and {r}.end_precision = 'later') then 'later'"
    f" when {_FIRST} <= {{@this_quarter}} then 'now' when {_FIRST} <= {{@next_quarter}} then 'next'"
    f" when {_FIRST} is not null then 'later' end)"
)
HORIZONS: Final = [
    choice("horizon.suggested", "Horizon that its dates suggest", Horizon, SUGGESTED, joins=("phase",), guards=_DATES),
    choice(
        "horizon.current", "Horizon, stated or suggested", Horizon, f"coalesce({{r}}.horizon, {SUGGESTED})",
        joins=("phase",), guards=_DATES,
    ),
]  # fmt: skip
