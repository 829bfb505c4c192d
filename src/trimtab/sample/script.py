"""The whole script: what everybody did in eighteen months, in order of time. The same today gives the same script."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from trimtab.sample.agreements import course
from trimtab.sample.content import Content
from trimtab.sample.events import Calendar, Create, Edit, Event, Relate, TrackerPass, period_end
from trimtab.sample.stories import birth, tell_story, told_by_others
from trimtab.sample.talk import told
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
    events += told(calendar, content, births)
    events += tracker_events(calendar, content, births, draw)
    ordered = sorted(events, key=lambda event: (event.at, event.author, event.order))
    return tuple(_kept_in_order(ordered))


def _links(calendar: Calendar, content: Content, births: dict[str, float]) -> Iterator[Event]:
    for place, relation in enumerate(content.relations):
        week = max(births[relation.source], births[relation.target]) + 1
        act = Relate(relation.source, relation.target, relation.type)
        yield Event(calendar.at(min(week, -1), 17, 10), place, "Maren Solberg", act)
    for place, dependency in enumerate(content.dependencies):
        yield from course(calendar, content, dependency, births, place)


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
