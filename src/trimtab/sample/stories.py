"""How one planned item came about: thought of, estimated, planned, slipped, worked on, finished, or put off."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from trimtab.sample.content import Content, Planned
from trimtab.sample.events import (
    HISTORY_WEEKS,
    Act,
    Calendar,
    Create,
    Edit,
    Event,
    SetEstimates,
    SetTrack,
    period_end,
    timeframe,
)

_REGIONS = ("benelux", "dach", "nordics", "iberia", "uk", "na")
_PILOTS = (
    "Nordfrakt",
    "Hageland Retail",
    "Baltic Timber",
    "Meridiaan",
    "Van Oers Foods",
    "Costa Verde",
    "Ashdown Parts",
)
_ON_TRACK = (
    "Demo went well, nothing in the way",
    "On plan; the open points have owners",
    "Pilot site is set up, first results next week",
    "Two weeks of slack left",
    "Team is complete again, pace is as before",
)
_WATCHING = ("Not sure that we hold the date. {}", "Watching this: {}", "Could cost us weeks. {}")
_TAGS = ("customer-council", "quick-win", "risk", "contract", "works-council", "board")
_WRITTEN_AT = {"bet": 8, "initiative": 10, "feature": 12}
"""The hour of the day, so that what lies above is written down first."""
_FAR_WEEKS, _NEAR_WEEKS = 26, 10


@dataclass(slots=True)
class Story:
    """Collects the events of one item; ``born`` is the week in which it was written down."""

    calendar: Calendar
    content: Content
    item: Planned
    draw: random.Random
    born: float
    events: list[Event] = field(default_factory=list)

    def tell(self, week: float, author: str, act: Act, note: str = "") -> None:
        """Add an event, unless it has not happened yet. Nothing happens to an item before it is there."""
        week = max(week, self.born)
        if week <= self.calendar.last_week:
            hour, minute = self.draw.randint(8, 16), self.draw.randrange(60)
            if isinstance(act, Create):
                at = self.calendar.at(week, _WRITTEN_AT[self.item.level], self.content.planned.index(self.item))
            else:
                at = max(self.calendar.at(week, hour, minute), self.calendar.at(self.born, 17))
            self.events.append(Event(at, len(self.events), author, act, note))

    def edit(self, week: float, author: str, note: str = "", **values: Any) -> None:
        self.tell(week, author, Edit(self.item.title, values), note)


def tell_story(calendar: Calendar, content: Content, item: Planned, born: float, draw: random.Random) -> list[Event]:
    """Everything that happened to ``item`` up to now, in order."""
    story = Story(calendar, content, item, draw, born)
    _think_of(story)
    _estimate(story)
    _plan(story)
    _work(story)
    _detail(story)
    return sorted(story.events)


def birth(item: Planned, above: float, draw: random.Random) -> float:
    """The week in which the item was written down, not before the one ``above`` it."""
    if item.added is not None:
        return float(item.added)
    if item.first[0] > 0:
        return max(above, draw.randint(-44, -16))
    return max(-HISTORY_WEEKS, above, item.first[0] - draw.randint(6, 18))


def _think_of(story: Story) -> None:
    item = story.item
    reviews = [review.before for review in story.content.benefits if review.item == item.title]
    gives = [handover.giver for handover in story.content.handovers if item.title in handover.items]
    values = {
        "title": item.title,
        "description": item.text,
        "level": item.level,
        "area": item.area,
        "parent": item.parent,
        "phase": "backlog",
        "team": item.team,
        "owner": gives[0] if gives else item.owner,
        "benefit": reviews[0] if reviews else item.benefit,
        "dimensions": item.dimensions,
        **timeframe(story.calendar, item.first, _first_precision(item.first[0] - story.born)),
    }
    late = item.added is not None
    note = "Came up while building; added to the scope" if late else ""
    story.tell(story.born, item.owner if late else "Maren Solberg", Create(item.title, values), note)


def _first_precision(weeks_ahead: float) -> tuple[str, str]:
    if weeks_ahead > _FAR_WEEKS:
        return "half", "half"
    return ("quarter", "half") if weeks_ahead > _NEAR_WEEKS else ("month", "quarter")


def _estimate(story: Story) -> None:
    """A guess soon after the idea, by the lead; another one before work begins."""
    item = story.item
    if item.effort is None:
        return
    lead = story.content.team(item.team).lead
    share = 0.7 if item.also else 1.0
    for week, scale in ((story.born + 2, 0.75), (_start(item) - 2, 1.0)):
        shares = [(item.team, share), *((team, (1 - share) / len(item.also)) for team in item.also)]
        rows = tuple(
            (team, *(float(round(days * scale * part)) for days in item.effort))  # low, likely, high
            for team, part in shares
        )
        note = "" if scale < 1 else "After the technical walk-through"
        story.tell(week, lead, SetEstimates(item.title, rows), note)  # type: ignore[arg-type]


def _start(item: Planned) -> float:
    """When work begins; far away for what has no date."""
    return 1000.0 if item.state == "later" else item.final[0]


def _plan(story: Story) -> None:
    """Dates become finer as they come near, and slip for a reason."""
    item, calendar = story.item, story.calendar
    slips = list(enumerate(item.slips, start=1))
    times = [_slip_week(story, number) for number, _ in slips]
    weeks: tuple[float, float] = item.first
    for week, (number, reason) in zip(times, slips, strict=True):
        part = number / len(slips)
        began = week >= _start(item)
        weeks = (
            item.final[0] if began else weeks[0] + (item.final[0] - weeks[0]) * part,
            item.first[1] + (item.final[1] - item.first[1]) * part,
        )
        if began and item.state not in {"next", "later"}:
            _warn(story, week, reason, still=item.state == "doing" and number == len(slips))
        precisions = ("later", "later") if item.state == "later" else _precision(week, weeks, began=began)
        stopped = item.state == "stopped"
        if not stopped:
            story.edit(week, item.owner, reason, **timeframe(calendar, weeks, precisions))
    if item.state != "later":
        _sharpen(story, weeks)


def _slip_week(story: Story, number: int) -> float:
    """Slips lie evenly between the first plan and the (first) end, none later than last week."""
    item = story.item
    begin = story.born + 3 if item.first[0] > 0 else max(story.born + 3, item.first[0] - 4)
    end = min(item.final[1] if item.state != "later" else 0, 0) - 2
    return begin + (max(end, begin + 1) - begin) * number / (len(item.slips) + 0.6)


def _precision(week: float, weeks: tuple[float, float], *, began: bool) -> tuple[str, str]:
    ahead = weeks[1] - week
    end = "half" if ahead > _FAR_WEEKS else "quarter" if ahead > _NEAR_WEEKS else "month" if ahead > 4 else "day"
    start = "day" if began else "month" if weeks[0] - week < _NEAR_WEEKS else "quarter"
    return start, end


def _sharpen(story: Story, weeks: tuple[float, float]) -> None:
    """The start becomes a day when work begins, the end a month and then a day as it comes near."""
    item, calendar = story.item, story.calendar
    lead = story.content.team(item.team).lead
    start, end = item.final
    story.edit(start, lead, "Kick-off", start_on=calendar.day(start), start_precision="day")
    if end - 7 > start:
        story.edit(end - 7, item.owner, **_end(story, end, "month"), release=release_of(calendar.day(end)))
    if end - 3 > start and item.state != "stopped":
        story.edit(end - 3, item.owner, "Date agreed with the pilot", **_end(story, end, "day"))


def _end(story: Story, week: float, precision: str) -> dict[str, Any]:
    return {"end_on": period_end(story.calendar.day(week), precision), "end_precision": precision}


def release_of(day: date) -> str:
    """The release that ships in the quarter of ``day``: ``2026.3``."""
    return f"{day.year}.{(day.month + 2) // 3}"


def _warn(story: Story, week: float, reason: str, *, still: bool) -> None:
    """Health turns before a slip and comes back after it; the newest warning of what is in hand may ``still`` stand."""
    lead = story.content.team(story.item.team).lead
    note = story.draw.choice(_WATCHING).format(reason)
    bad = "off_track" if story.draw.random() < 0.3 else "at_risk"
    story.edit(week - 1.6, lead, health=bad, health_note=note)
    recovers = week + story.draw.uniform(1.2, 3.5)
    if recovers < story.item.final[1] and not (still and story.draw.random() < 0.45):
        story.edit(recovers, lead, health="on_track", health_note=story.draw.choice(_ON_TRACK))


def _work(story: Story) -> None:
    """Phases, by the people who do the work."""
    item = story.item
    if item.state == "later":
        return
    lead = story.content.team(item.team).lead
    start, end = item.final
    story.tell(start - 11, item.owner, SetTrack(item.title, "discovery", "research"))
    story.tell(start - 3.2, item.owner, SetTrack(item.title, "discovery", "validated"))
    story.edit(start - 3, item.owner, "Ready: scope, pilot and team are known", phase="ready")
    if item.state == "next":
        return
    story.edit(start + 0.2, lead, phase="doing", health="on_track", health_note="Started", horizon="now")
    if item.state == "stopped":
        story.edit(
            end, "Helena Brandão", item.slips[-1], phase="cancelled", horizon=None, health=None, health_note=None
        )
        return
    if item.level == "feature" and item.state == "done":
        story.edit(end - 2.5, lead, "In use at the pilot", phase="review")
    finished = _end(story, end, "day") | {"release": release_of(story.calendar.day(end))}
    story.edit(end, item.owner, "Live for all who want it", phase="done", horizon=None, **finished)


def _detail(story: Story) -> None:
    """Tags, horizon, custom fields, go-to-market track."""
    item, draw = story.item, story.draw
    if _start(item) > 0:
        story.edit(story.born + 1, item.owner, horizon="later" if item.state == "later" else "next")
    if item.level == "feature":
        _custom(story)
        _go_to_market(story)
    else:
        sponsor = "Helena Brandão" if item.level == "bet" else item.owner
        story.edit(story.born + 1.5, "Maren Solberg", custom={"sponsor": sponsor})
    story.edit(story.born + 3, item.owner, tags=sorted({item.line.lower(), draw.choice(_TAGS)}))


def _custom(story: Story) -> None:
    item, draw, edit = story.item, story.draw, story.edit
    start, end = _start(item), item.final[1]
    slug = item.title.lower().replace(" ", "-")
    brief = {"brief": f"https://briefs.example.com/{slug}", "region": draw.choice(_REGIONS)}
    edit(story.born + 1.5, item.owner, custom=brief)
    pilot = draw.choice(_PILOTS)
    promise = {"pilot_customer": pilot, "promised": draw.random() < 0.4, "deal_value": draw.randrange(40, 900, 10)}
    edit(min(start - 4, -2), item.owner, f"Agreed with sales and {pilot}", custom=promise)
    if item.line == "Platform" or draw.random() < 0.3:
        review = {"security_review_on": story.calendar.day(min(end, start + 8)) - timedelta(days=1)}
        edit(start + 1, "Kofi Asante", custom=review)
    if item.also:
        edit(story.born + 2.5, item.owner, custom={"also_involved": item.also})


def _go_to_market(story: Story) -> None:
    item, end = story.item, story.item.final[1]
    if item.state in {"done", "doing"}:
        for week, phase in ((end - 8, "planned"), (end - 4, "preparing"), (end + 1, "launched")):
            story.tell(week, "Gavin Holloway", SetTrack(item.title, "go-to-market", phase))


def told_by_others(calendar: Calendar, content: Content) -> Iterator[Event]:
    """Handovers and second looks at benefit."""
    for place, handover in enumerate(content.handovers):
        for title in handover.items:
            act = Edit(title, {"owner": handover.taker})
            yield Event(calendar.at(handover.week, 17, 30), place, "Maren Solberg", act, handover.note)
    finals = {item.title: item.benefit for item in content.planned}
    for place, review in enumerate(content.benefits):
        act = Edit(review.item, {"benefit": finals[review.item]})
        yield Event(calendar.at(review.week, 17, 45), place, "Helena Brandão", act, review.note)
