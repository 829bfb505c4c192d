"""How dependencies stand, against a naive reference that looks at every day a coarse date may mean."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from trimtab.core.actors import Clock, Lens
from trimtab.core.query.answer import rows
from trimtab.roadmap import rules
from trimtab.roadmap.agreements import Act, By
from trimtab.roadmap.models import Dependency
from trimtab.roadmap.services import dependencies, items, standings
from trimtab.roadmap.tests.factories import inside, later, make_item, make_workspace, phase

YEAR_AROUND = st.dates(date(2026, 1, 1), date(2027, 6, 30))
PRECISIONS = ("day", "month", "quarter", "half", "year")
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
DAY = timedelta(days=1)


def period(day, precision):
    """Every day that is meant."""
    if precision == "day":
        return [day]
    size = MONTHS[precision]
    first = date(day.year, (day.month - 1) // size * size + 1, 1)
    after = date(first.year + (first.month - 1 + size) // 12, (first.month - 1 + size) % 12 + 1, 1)
    return [first + DAY * each for each in range((after - first).days)]


@dataclass(frozen=True)
class Point:
    """A date as somebody means it: one of ``days``; ``later`` has none."""

    days: tuple[date, ...] | None

    @property
    def later(self):
        return self.days == ()


MISSING, LATER = Point(None), Point(())
points = st.one_of(
    st.just(MISSING),
    st.just(LATER),
    st.builds(lambda day, precision: Point(tuple(period(day, precision))), YEAR_AROUND, st.sampled_from(PRECISIONS)),
)
certain = points.filter(lambda point: point != LATER)


def precision_of(point):
    if point.days is None:
        return None
    return "later" if point.later else next(p for p in PRECISIONS if tuple(period(point.days[0], p)) == point.days)


@dataclass(frozen=True)
class Case:
    stated: str
    kind: str
    lag: int
    needed: Point
    promised: Point
    start: Point
    end: Point
    needing_start: Point
    needing_end: Point
    category: str
    health: str | None
    needing_category: str
    today: date


cases = st.builds(
    Case,
    st.sampled_from(["asked", "proposed", "agreed", "declined"]),
    st.sampled_from(["FS", "SS", "FF"]),
    st.integers(-20, 20),
    certain,
    certain,
    points,
    points,
    points,
    points,
    st.sampled_from(["todo", "doing", "done", "cancelled"]),
    st.sampled_from([None, "on_track", "at_risk", "off_track", "unknown"]),
    st.sampled_from(["todo", "doing", "done", "cancelled"]),
    YEAR_AROUND,
)


def naive_deadline(case):
    """The last day that will do: any day of what was said, or of what the other's own plan may mean."""
    if case.needed.days:
        return max(case.needed.days)
    own = case.needing_end if case.kind == "FF" else case.needing_start
    if not own.days:
        return None
    last = max(own.days) - DAY * case.lag
    return last - DAY if case.kind == "FS" and len(own.days) == 1 else last


def naive(case):
    """(standing, reasons, days late) by looking at single days."""
    there = case.category == "done" or (case.kind == "SS" and case.category == "doing")
    over = case.needing_category in {"done", "cancelled"}
    deadline = naive_deadline(case)
    promised = case.promised.days if case.stated in {"agreed", "proposed"} else None
    planned = case.start if case.kind == "SS" else case.end
    if there:
        return "met", {"delivered"}, None
    if case.stated == "declined":
        return "declined", set(), None
    if over:
        return case.stated, set(), None
    reasons = set()
    if case.category == "cancelled":
        reasons.add("giver_cancelled")
    if promised and all(day < case.today for day in promised):
        reasons.add("promise_passed")
    if deadline and deadline < case.today:
        reasons.add("need_passed")
    if promised and deadline and any(day > deadline for day in promised):
        reasons.add("promised_late")
    if promised and (planned.later or any(day > max(promised) for day in planned.days or ())):
        reasons.add("planned_after_promise")
    if deadline and (planned.later or any(day > deadline for day in planned.days or ())):
        reasons.add("planned_after_need")
    if case.health in {"at_risk", "off_track"}:
        reasons.add(f"giver_{case.health}")
    broken = reasons & {"giver_cancelled", "promise_passed", "need_passed"}
    standing = "broken" if broken else "at_risk" if reasons else case.stated
    return standing, reasons, naive_days_late(case, deadline, promised, planned)


def naive_days_late(case, deadline, promised, planned):
    if case.category == "cancelled":
        return None
    due = deadline or (max(promised) if promised else None)
    known = [min(days) for days in (promised, planned.days) if days]
    if due and case.today > due:
        known.append(case.today)
    if due is None or not known:
        return None
    day, late = due, 0
    while day < max(known):
        day, late = day + DAY, late + 1
    return late


def stored_start(point):
    return (point.days[0] if point.days else None), precision_of(point)


def stored_end(point):
    return (point.days[-1] if point.days else None), precision_of(point)


_COMPUTED = """
with d as (select roadmap_dependency_deadline(%(kind)s, %(lag)s, %(needed)s::date, %(needing_start)s::date,
    %(needing_start_precision)s, %(needing_end)s::date) as deadline),
r as (select d.deadline, roadmap_dependency_reasons(%(stated)s, %(kind)s, %(promised)s::date, d.deadline, %(category)s,
    %(health)s, %(start)s::date, %(start_precision)s, %(end)s::date, %(end_precision)s, %(needing_category)s,
    %(today)s::date) as reasons from d)
select roadmap_dependency_standing(%(stated)s, reasons), reasons,
  roadmap_dependency_days_late(%(stated)s, %(kind)s, %(promised)s::date, %(promised_precision)s, deadline,
    %(category)s, %(start)s::date, %(end)s::date, %(end_precision)s, %(needing_category)s, %(today)s::date)
from r
"""


def computed(case):
    start, start_precision = stored_start(case.start)
    end, end_precision = stored_end(case.end)
    needing_start, needing_start_precision = stored_start(case.needing_start)
    promised, promised_precision = stored_end(case.promised)
    given = {
        "stated": case.stated, "kind": case.kind, "lag": case.lag, "needed": stored_end(case.needed)[0],
        "promised": promised, "promised_precision": promised_precision, "start": start,
        "start_precision": start_precision, "end": end, "end_precision": end_precision,
        "needing_start": needing_start, "needing_start_precision": needing_start_precision,
        "needing_end": stored_end(case.needing_end)[0], "category": case.category, "health": case.health,
        "needing_category": case.needing_category, "today": case.today,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COMPUTED, given)
        standing, reasons, late = cursor.fetchone()
    return standing, set(reasons), late


@given(cases)
def test_the_computed_standing_is_the_naive_one(case):
    assert computed(case) == naive(case)


NOW = Clock(datetime.fromisoformat("2026-06-15T12:00:00+00:00"))


@pytest.fixture
def actor():
    return make_workspace()


def ask(actor, giving, needing, clock=NOW, **values):
    with inside(actor):
        return dependencies.ask_dependency(actor=actor, clock=clock, from_id=giving.id, to_id=needing.id, values=values)


def act(actor, made, word, **what):
    with inside(actor):
        version = Dependency.objects.get(id=made.id).version
        return dependencies.act_on_dependency(
            actor=actor, clock=NOW, dependency_id=made.id, version=version, act=word, **what
        )


def stands(actor, made, clock=NOW):
    with inside(actor):
        return standings.get_standing(actor, clock, made.id)


class TestStanding:
    def test_a_promise_for_the_quarter_of_a_day_is_at_risk_in_words(self, actor):
        giving = make_item(actor, end_on=date(2026, 8, 2), end_precision="quarter")
        made = ask(actor, giving, make_item(actor), needed_by=date(2026, 8, 1))
        act(actor, made, Act.AGREE, by=By(date(2026, 7, 5), "quarter"))

        seen = stands(actor, made)

        assert (seen.state, seen.standing, seen.days_late) == ("agreed", "at_risk", 0)
        assert [each.words for each in seen.because] == [
            "promised for Q3 2026, needed by 1 Aug 2026",
            "planned for Q3 2026, needed by 1 Aug 2026",
        ]

    def test_the_clock_alone_breaks_a_promise_and_nothing_is_written(self, actor):
        made = ask(actor, make_item(actor), make_item(actor), needed_by=date(2026, 8, 1))
        act(actor, made, Act.AGREE)
        with inside(actor):
            before = Dependency.objects.get(id=made.id).version

        after_it = stands(actor, made, Clock(datetime.fromisoformat("2026-08-05T12:00:00+00:00")))

        assert (stands(actor, made).standing, after_it.standing, after_it.days_late) == ("agreed", "broken", 4)
        with inside(actor):
            row = Dependency.objects.get(id=made.id)
        assert (row.state, row.version) == ("agreed", before)

    def test_the_past_stands_as_it_stood(self, actor):
        giving = make_item(actor)
        made = ask(actor, giving, make_item(actor), later(days=1))
        with inside(actor):
            items.update_item(
                actor=actor, clock=NOW, item_id=giving.id, version=1, changes={"phase_id": phase(actor, "done")}
            )
        then = later(days=2).now

        with inside(actor):
            past = standings.get_standing(actor.with_lens(Lens(as_of=then)), NOW, made.id)

        assert (stands(actor, made).standing, past.standing, past.may) == ("met", "asked", ())

    def test_views_can_ask_for_it(self, actor):
        giving = make_item(actor, health="off_track")
        made = ask(actor, giving, make_item(actor), needed_by=date(2026, 6, 1))
        ask(actor, make_item(actor), make_item(actor), needed_by=date(2026, 12, 1))
        with inside(actor):
            found = rows(
                actor,
                NOW,
                {
                    "source": "dependency",
                    "text": "standing:broken standing.reasons:giver_off_track days_late:>3",
                    "columns": ["from", "standing", "standing.reasons", "days_late"],
                    "sort": [{"field": "days_late", "desc": True}],
                },
            )

        assert [row["id"] for row in found] == [str(made.id)]
        assert found[0] | {"id": 0, "version": 0} == {
            "id": 0, "version": 0, "from": str(giving.id), "standing": "broken",
            "standing.reasons": ["need_passed", "giver_off_track"], "days_late": 14,
        }  # fmt: skip

    def test_a_plan_without_a_day_is_later_than_any_need(self, actor):
        giving = make_item(actor, start_precision="later", end_precision="later")
        needing = make_item(actor, start_on=date(2026, 7, 1), start_precision="quarter")

        told = {kind: stands(actor, ask(actor, giving, needing, type=kind)).because[0].words for kind in ("FS", "SS")}

        when = f"needed when TT-{needing.number} starts in Q3 2026"
        assert told == {"FS": f"planned later, {when}", "SS": f"planned to start later, {when}"}


def test_the_periods_of_the_reference_are_those_of_the_calendar(actor):
    with inside(actor):
        of = items.periods_of(actor)
        for precision in MONTHS:
            days = period(date(2026, 5, 5), precision)
            assert of(date(2026, 5, 5), precision) == (days[0], days[-1])
            settled = rules.settled(rules.Edge(), rules.Edge(date(2026, 5, 5), precision), of)
            assert settled["end_on"] == days[-1]
