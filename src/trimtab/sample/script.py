"""The whole script: what everybody did in eighteen months, in order of time. The same today gives the same script."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from trimtab.sample.content import Content, Link
from trimtab.sample.events import Calendar, Create, Edit, Event, Relate, SetDependency, TrackerPass, period_end
from trimtab.sample.stories import birth, tell_story, told_by_others
from trimtab.sample.tracker import tracker_events

SEED = 20_1876


def write_script(content: Content, today: date) -> tuple[Event, ...]:
    """Every event up to the Friday before the current Monday."""
    calendar, draw = Calendar.around(today), random.Random(SEED)  # noqa: S311 - repeatable on purpose
    births: dict[str, float] = {}
    events: list[Event] = []
    for item in content.planned:
        births[item.title] = birth(item, births.get(item.parent or "", -1000.0), draw)
        events += tell_story(calendar, content, item, births[item.title], draw)
    events += told_by_others(calendar, content)
    events += _links(calendar, content, births)
    events += tracker_events(calendar, content, births, draw)
    ordered = sorted(events, key=lambda event: (event.at, event.author, event.order))
    return tuple(_kept_in_order(ordered))


def _links(calendar: Calendar, content: Content, births: dict[str, float]) -> Iterator[Event]:
    for place, relation in enumerate(content.relations):
        week = max(births[relation.source], births[relation.target]) + 1
        act = Relate(relation.source, relation.target, relation.type)
        yield Event(calendar.at(min(week, -1), 17, 10), place, "Maren Solberg", act)
    for place, dependency in enumerate(content.dependencies):
        yield from _course(calendar, content, dependency, births, place)


def _course(calendar: Calendar, content: Content, link: Link, births: dict[str, float], place: int) -> Iterator[Event]:
    """A dependency from the question to how it stands: the waiting team asks, the other answers."""
    source, target = (next(p for p in content.planned if p.title == title) for title in (link.source, link.target))
    asked = min(max(births[link.source], births[link.target]) + 2.5, -2)
    needed = calendar.day(target.final[0] if target.state != "later" else source.final[1] + 10)
    answers: dict[str, list[tuple[float, str, str]]] = {
        "asked": [],
        "agreed": [(2.0, "agreed", "Fits the plan")],
        "declined": [(1.6, "declined", "Not before the stream is in order; billing counts from its own log instead")],
        "at_risk": [(1.4, "agreed", ""), (8.0, "at_risk", "The date depends on the second site")],
        "broken": [
            (1.0, "agreed", ""),
            (6.0, "at_risk", "Order per load took longer"),
            (9.0, "broken", "Promise missed"),
        ],
        "met": [(1.8, "agreed", "Agreed in the planning round")],
        "met_late": [(1.8, "agreed", "Agreed in the planning round"), (5.0, "at_risk", "Two weeks behind")],
    }
    values: dict[str, Any] = {"type": link.type, "lag_days": link.lag_days, "state": "asked", "needed_by": needed}
    yield Event(calendar.at(asked, 17, 20), place, target.owner, SetDependency(link.source, link.target, values))
    steps = [(asked + after, state, note) for after, state, note in answers[link.course]]
    if link.course.startswith("met"):
        steps.append((max(source.final[1] + 0.2, steps[-1][0] + 0.5), "met", "Delivered"))
    promised = calendar.day(source.final[1]) if source.state != "later" else None
    for week, state, note in steps:
        if week <= calendar.last_week:
            answer = {"state": state} | ({"promised_by": promised} if state == "agreed" else {})
            act = SetDependency(link.source, link.target, answer)
            yield Event(calendar.at(week, 17, 25), place, source.owner, act, note)


def _kept_in_order(events: list[Event]) -> Iterator[Event]:
    """The same events, where no item ends before it starts: whoever moves one end past the other moves both."""
    stands: dict[str, dict[str, Any]] = {}
    for event in events:
        act = event.act
        if isinstance(act, TrackerPass):
            changed = tuple(replace(edit, values=_ordered(edit, stands)) for edit in act.changed)
            yield replace(event, act=replace(act, changed=changed))
        elif isinstance(act, Create | Edit):
            yield replace(event, act=replace(act, values=_ordered(act, stands)))
        else:
            yield event


def _ordered(act: Create | Edit, stands: dict[str, dict[str, Any]]) -> Mapping[str, Any]:
    known = stands.setdefault(act.item, {})
    known |= {name: value for name, value in act.values.items() if name.startswith(("start_", "end_"))}
    start, end = known.get("start_on"), known.get("end_on")
    if start is None or end is None or start <= end:
        return act.values
    later = {"end_on": period_end(start + timedelta(weeks=4), "month"), "end_precision": "month"}
    known |= later
    return {**act.values, **later}
