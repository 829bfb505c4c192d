"""What people say to each other about the work, as events of the script."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import count
from typing import Any

from trimtab.sample.content import Content
from trimtab.sample.events import Calendar, Event, React, Resolve, Say, Watch

_HOUR = timedelta(hours=1)


def told(calendar: Calendar, content: Content, births: Mapping[str, float]) -> Iterator[Event]:
    """Every conversation, none before its item was thought of or after the history ends."""
    for number, conversation in enumerate(content.conversations):
        yield from _conversation(calendar, conversation, births, f"c{number}")
    for watch in content.watches:
        for place, person in enumerate(watch["people"]):
            at = calendar.at(_week(watch["item"], -5, births), 15, place)
            yield Event(at, 0, person, Watch(watch["item"]))


def _conversation(
    calendar: Calendar, raw: Mapping[str, Any], births: Mapping[str, float], name: str
) -> Iterator[Event]:
    at = calendar.at(_week(raw["item"], raw["week"], births), 9, 40)
    order = count()
    yield Event(at, next(order), raw["author"], Say(raw["item"], name, raw["text"].strip(), None, raw.get("file")))
    yield from _reactions(raw, name, at, order)
    for place, answer in enumerate(raw.get("answer", ())):
        at += 2 * _HOUR
        key = f"{name}.{place}"
        said = Say(raw["item"], key, answer["text"].strip(), name, answer.get("file"))
        yield Event(at, next(order), answer["author"], said)
        yield from _reactions(answer, key, at, order)
    if "resolved" in raw:
        yield Event(at + 2 * _HOUR, next(order), raw["resolved"], Resolve(name))


def _reactions(raw: Mapping[str, Any], key: str, at: Any, order: "count[int]") -> Iterator[Event]:
    for place, (emoji, person) in enumerate(raw.get("reactions", ())):
        yield Event(at + _HOUR / 2 + timedelta(minutes=place), next(order), person, React(key, emoji))


def _week(item: str, week: float, births: Mapping[str, float]) -> float:
    return min(max(week, births[item] + 1), -1)
