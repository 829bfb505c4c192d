"""The work under the features as the tracker tells it: one pass a working day with what is new and what moved."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from trimtab.sample.content import Content, Planned
from trimtab.sample.events import TRACKER, Calendar, Create, Edit, Event, TrackerPass
from trimtab.sample.titles import work_titles

_POINTS = {"story": (2, 3, 5, 5, 8), "task": (1, 2, 3, 5), "bug": (1, 1, 2, 3), "spike": (2, 3)}
_PROJECTS = {
    "route-planning": "ROUTE",
    "carrier-network": "CARR",
    "driver-app": "DRIVE",
    "inventory-core": "STOCK",
    "floor-operations": "FLOOR",
    "robotics-link": "ROBO",
    "tracking": "TRACK",
    "arrival-prediction": "ETA",
    "customer-portal": "PORT",
    "partner-integrations": "EDI",
    "data-platform": "DATA",
    "identity-and-billing": "IDB",
}
_PASS = time(17, 50)
_NEVER = 1000.0


@dataclass(frozen=True, slots=True)
class Step:
    """On ``day`` the work item ``key`` appears (``new``) or takes on ``values``."""

    day: date
    key: str
    new: bool
    values: dict[str, Any]


def tracker_events(calendar: Calendar, content: Content, births: dict[str, float], draw: random.Random) -> list[Event]:
    """One event per working day on which anything moved. ``births`` says in which week a feature was written down."""
    by_day: dict[date, list[Step]] = defaultdict(list)
    tracker = _Tracker(calendar, content, draw)
    for feature in content.planned:
        if feature.level == "feature":
            for step in tracker.steps(feature, births[feature.title]):
                by_day[step.day].append(step)
    return [_pass(day, steps) for day, steps in sorted(by_day.items()) if day <= calendar.last_day]


def _pass(day: date, steps: list[Step]) -> Event:
    """The steps of a day, a work item's own in their order, as one pass."""
    created = {step.key: step.values for step in steps if step.new}
    changed: dict[str, dict[str, Any]] = defaultdict(dict)
    for step in steps:
        if not step.new:
            changed[step.key] |= step.values
    act = TrackerPass(
        tuple(Create(key, values) for key, values in created.items()),
        tuple(Edit(key, values) for key, values in changed.items()),
    )
    return Event(datetime.combine(day, _PASS, tzinfo=UTC), 0, TRACKER, act)


class _Tracker:
    """Numbers the work items of every team and tells their lives."""

    def __init__(self, calendar: Calendar, content: Content, draw: random.Random) -> None:
        self.calendar, self.content, self.draw = calendar, content, draw
        self.numbers = {team.key: draw.randint(100, 180) for team in content.teams}

    def steps(self, feature: Planned, born: float) -> Iterator[Step]:
        """Every step of the work under ``feature``, which was written down in week ``born``."""
        for place, (kind, title) in enumerate(work_titles(feature, self.draw)):
            first = {
                "title": title,
                "key": self._key(feature.team),
                "level": "work_item",
                "area": feature.area,
                "parent": feature.title,
                "phase": "backlog",
                "team": feature.team,
                "custom": {"work_type": kind},
            }
            yield from self._life(feature, _span(feature, place, born, self.draw), first)

    def _key(self, team: str) -> str:
        """``RP-131``: the team's project in the tracker and a number in it."""
        self.numbers[team] += self.draw.randint(1, 4)
        return f"{_PROJECTS[team]}-{self.numbers[team]}"

    def _life(self, feature: Planned, span: tuple[float, float, float], first: dict[str, Any]) -> Iterator[Step]:
        """A work item's steps. Each lies on a later working day than the one before."""
        (written, begun, done), draw, key = span, self.draw, first["key"]
        day = self.calendar.day(written)
        yield Step(day, key, new=True, values=first)
        points = {"points": draw.choice(_POINTS[first["custom"]["work_type"]])}
        if begun >= _NEVER:
            if done < _NEVER:
                yield Step(_after(day, self.calendar.day(done)), key, new=False, values={"phase": "cancelled"})
            return
        day = _after(day, self.calendar.day(begun - 1.2))
        yield Step(day, key, new=False, values={"phase": "ready", "custom": points})
        day = _after(day, self.calendar.day(begun))
        builder = draw.choice(self.content.team(feature.team).builders)
        started = {"phase": "doing", "owner": builder, "start_on": day, "start_precision": "day"}
        yield Step(day, key, new=False, values=started)
        if draw.random() < 0.5:
            day = _after(day, self.calendar.day(done - 0.4))
            yield Step(day, key, new=False, values={"phase": "review"})
        yield from self._end(key, _after(day, self.calendar.day(done)), may_return=feature.state != "stopped")

    def _end(self, key: str, day: date, *, may_return: bool) -> Iterator[Step]:
        """Done, or now and then given up; a few come back from the pilot and are mended."""
        draw = self.draw
        if draw.random() < 0.03:
            yield Step(day, key, new=False, values={"phase": "cancelled"})
            return
        yield Step(day, key, new=False, values={"phase": "done", "end_on": day, "end_precision": "day"})
        if may_return and draw.random() < 0.04:
            again = _after(day, day + timedelta(days=draw.randint(3, 9)))
            yield Step(again, key, new=False, values={"phase": "doing", "end_on": None, "end_precision": None})
            mended = _after(again, again + timedelta(days=draw.randint(1, 6)))
            yield Step(mended, key, new=False, values={"phase": "done", "end_on": mended, "end_precision": "day"})


def _span(feature: Planned, place: int, born: float, draw: random.Random) -> tuple[float, float, float]:
    """Weeks in which a work item is written down, begun and finished; ``_NEVER`` for what did not happen."""
    start, end = feature.final
    part = place / feature.items
    if feature.state in {"next", "later"}:
        return max(born + 1, -30) + part * (-1.5 - max(born + 1, -30)), _NEVER, _NEVER
    begun = start + 0.4 + part * max(end - start - 2.6, 1.0) + draw.uniform(-0.5, 0.5)
    written = max(born + 0.3, min(begun - draw.choice((0.4, 1, 2, 4, 6)), start - 1 if part < 0.35 else begun))
    written = max(born + 0.3, min(written, draw.uniform(-7, -1.2)))
    if feature.state == "stopped" and part > 0.5:
        return max(written, start), _NEVER, end
    return (
        written,
        max(begun, written + 0.3),
        min(begun + draw.choice((0.4, 0.6, 1, 1.4, 2, 3)), max(end - 0.1, begun + 0.4)),
    )


def _after(day: date, wanted: date) -> date:
    """``wanted``, or the first working day after ``day`` if that is later."""
    following = day + timedelta(days=1)
    while following.weekday() > 4:
        following += timedelta(days=1)
    while wanted.weekday() > 4:
        wanted -= timedelta(days=1)
    return max(following, wanted)
