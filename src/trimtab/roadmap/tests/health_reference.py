"""What an item's health is, worked out on paper: the second opinion of the property tests."""

from dataclasses import dataclass
from datetime import date, timedelta

STATES = (None, "on_track", "at_risk", "off_track")


@dataclass(frozen=True)
class Facts:
    """What is known of an item on the day ``today``. ``waits`` is how grave the worst is of what it waits for."""

    today: date
    category: str | None = "doing"
    start: date | None = None
    end: date | None = None
    latest_start: date | None = None
    changed: date | None = None
    waits: int | None = None
    children: int = 0
    below: str | None = None
    below_end: date | None = None
    stated: str | None = None
    expires: date | None = None


def reasons(facts: Facts) -> list[tuple[int, str]]:
    """Every concern, with its gravity."""
    yesterday_or_before = facts.today - timedelta(days=1)
    quiet = facts.changed is not None and facts.changed < facts.today - timedelta(days=30)
    found = [
        (facts.end is not None and facts.end <= yesterday_or_before, 3, "Its end has passed and it is not done."),
        (facts.waits == 3, 3, "It waits for something that will not come in time."),
        (
            facts.category == "todo" and facts.latest_start is not None and facts.latest_start <= yesterday_or_before,
            2,
            "Its start has passed and it has not begun.",
        ),
        (facts.waits == 2, 2, "It waits for something that is at risk."),
        (facts.below in {"at_risk", "off_track"}, 2, "Something below it is at risk or off track."),
        (
            facts.below_end is not None and facts.end is not None and facts.below_end > facts.end,
            2,
            "Something below it ends later than it does.",
        ),
        (
            facts.category == "doing" and quiet,
            2,
            "It is being worked on, but nothing of it has changed for 30 days.",
        ),
    ]
    return [(gravity, words) for holds, gravity, words in found if holds]


def inferred(facts: Facts) -> tuple[str | None, str | None]:
    """The health that the facts say, and why."""
    if facts.category == "cancelled":
        return None, None
    if facts.category == "done":
        return "on_track", "It is done."
    against = reasons(facts)
    if against:
        return STATES[max(gravity for gravity, _ in against)], " ".join(words for _, words in against)
    if facts.start or facts.end or facts.children:
        return "on_track", "Nothing speaks against its dates."
    return "unknown", "It has no dates and nothing below it to judge by."


def holds(facts: Facts) -> bool:
    """Whether what was stated still counts."""
    return facts.stated is not None and (facts.expires is None or facts.expires >= facts.today)
