"""The course of each dependency: the waiting team asks, the other answers. How it stands then follows from the plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trimtab.sample.content import Content, Link, Planned
from trimtab.sample.events import Answer, Ask, Calendar, Event


@dataclass(frozen=True, slots=True)
class Step:
    """What is done so many weeks ``after`` the question; ``weeks`` is the date that is named, None for none."""

    after: float
    act: str
    weeks: float | None = None
    precision: str = "day"
    reason: str | None = None
    note: str = ""


def course(
    calendar: Calendar, content: Content, link: Link, births: Mapping[str, float], place: int
) -> Iterator[Event]:
    """A dependency from the question to the last answer so far."""
    source, target = (next(p for p in content.planned if p.title == title) for title in (link.source, link.target))
    asked = min(max(births[link.source], births[link.target]) + 2.5, -2.0)
    needed = calendar.day(target.final[0] if target.state != "later" else source.final[1] + 10)
    values: dict[str, Any] = {"type": link.type, "lag_days": link.lag_days, "needed_by": needed}
    if link.course in {"agreed", "asked"}:
        values["needed_precision"] = "quarter"
    yield Event(calendar.at(asked, 17, 20), place, target.owner, Ask(link.source, link.target, values))
    for step in _steps(link.course, source):
        week = asked + step.after
        if week <= calendar.last_week:
            by = None if step.weeks is None else (calendar.day(step.weeks), step.precision)
            answer = Answer(link.source, link.target, step.act, by, step.reason)
            author = target.owner if step.act in {"ask", "accept"} else source.owner
            yield Event(calendar.at(week, 17, 25), place, author, answer, step.note)


def _steps(name: str, source: Planned) -> list[Step]:
    end = source.final[1]
    planning, declined = "Agreed in the planning round", "Not before the stream is in order; billing counts by itself"
    return {
        "agreed": [Step(1.9, "agree", end, "quarter", note="Fits the plan")],
        "proposed": [Step(1.2, "propose", end + 6, "quarter", "The audit of the autumn comes first")],
        "declined": [Step(1.6, "decline", reason=declined)],
        "at_risk": [Step(1.4, "agree", max(1, end - 6), note="The date depends on the second site")],
        "broken": [
            Step(1.0, "agree", -12, note=planning),
            Step(6.0, "propose", -3, reason="Order per load took longer"),
            Step(6.7, "accept", note="A week before the peak will do"),
        ],
        "met": [Step(1.8, "agree", end, note=planning)],
        "met_late": [
            Step(1.8, "agree", end - 2, note=planning),
            Step(5.0, "propose", end, reason="Two weeks behind"),
            Step(5.6, "accept"),
        ],
    }.get(name, [])
