"""When and through what somebody is told: pure functions of preferences and time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from trimtab.collab.notices.kinds import MODES, Channel, Mode, NoticeKind, Why

MERGE_WINDOW: Final = timedelta(minutes=10)
"""How long after its last happening a line of the inbox takes up another."""
STALE: Final = timedelta(days=14)
"""What lies further back is no news: a long stop of the worker, or a change that was dated back."""
BACKOFF: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720))
"""How long to wait after each failed attempt; after the last one it is given up."""
CLAIM: Final = timedelta(minutes=3)
"""How long a worker may take to send what it has claimed; longer than every timeout on the way."""
_WEEKEND: Final = 5


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants to be told; see ``NoticeSettings``. ``zone`` is always filled in."""

    zone: str = "UTC"
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    weekly: bool = False
    digest_minute: int = 8 * 60
    digest_weekday: int = 0
    quiet_from: int | None = None
    quiet_until: int | None = None
    quiet_weekends: bool = False


def mode_of(wishes: Wishes, kind: NoticeKind, channel: Channel) -> Mode:
    """What the person chose for the kind and channel, or the kind's default; nonsense counts as not chosen."""
    chosen = wishes.choices.get(kind.key, {}).get(channel.value)
    allowed = {mode.value for mode in MODES[channel]}
    return Mode(chosen) if chosen in allowed else kind.default(channel)


def send_at(wishes: Wishes, kind: NoticeKind, mode: Mode, now: datetime) -> datetime:
    """When a message for ``mode`` (now or digest) may go out, in UTC: never earlier than ``now``, never while it is
    quiet. A digest waits for the person's hour; what is sent at once waits the kind's delay for others like it."""
    wished = next_digest(wishes, now) if mode is Mode.DIGEST else now + timedelta(seconds=kind.delay_s)
    return after_quiet(wishes, wished)


def next_digest(wishes: Wishes, now: datetime) -> datetime:
    """The first instant from ``now`` on at which the person's digest is due."""
    zone = ZoneInfo(wishes.zone)
    day = now.astimezone(zone).date()
    while True:
        at = _local(day, wishes.digest_minute, zone)
        if at >= now and (not wishes.weekly or day.weekday() == wishes.digest_weekday):
            return at
        day += timedelta(days=1)


def after_quiet(wishes: Wishes, at: datetime) -> datetime:
    """``at``, or the end of the quiet time that it lies in."""
    zone = ZoneInfo(wishes.zone)
    for _ in range(10):  # a night, a weekend, the night after: each ends in the next at most
        end = _quiet_end(wishes, at, zone)
        if end is None:
            break
        at = end
    return at


def _quiet_end(wishes: Wishes, at: datetime, zone: ZoneInfo) -> datetime | None:
    local = at.astimezone(zone)
    if wishes.quiet_weekends and local.weekday() >= _WEEKEND:
        return _local(local.date() + timedelta(days=7 - local.weekday()), 0, zone)
    begins, ends = wishes.quiet_from, wishes.quiet_until
    if begins is None or ends is None or begins == ends:
        return None
    minute = local.hour * 60 + local.minute
    over_midnight = begins > ends
    inside = minute >= begins or minute < ends if over_midnight else begins <= minute < ends
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and minute >= begins else 0)
    end = _local(day, ends, zone)
    # Where the clock is put back, the minute that ends the quiet comes twice: the later one counts.
    return end if end > at else end + timedelta(hours=1)


def _local(day: date, minute: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
    return wall.astimezone(UTC)


def is_away(away_from: date | None, away_until: date | None, zone: str, now: datetime) -> bool:
    """Whether the day in the person's zone lies between the two, both included."""
    if away_from is None or away_until is None:
        return False
    return away_from <= now.astimezone(ZoneInfo(zone)).date() <= away_until


_STRENGTH: Final = {why: place for place, why in enumerate(Why)}


def strongest(reasons: Iterable[Why]) -> Why:
    """The reason that a person is told for, of several."""
    return min(reasons, key=_STRENGTH.__getitem__)


def strength(why: Why) -> int:
    """For sorting: the strongest reason first."""
    return _STRENGTH[why]


def retry_at(attempts: int, now: datetime, retry_after_s: float | None = None) -> datetime | None:
    """When to try again after ``attempts`` failed ones, not before the other side said; None to give up."""
    if attempts > len(BACKOFF):
        return None
    wait = BACKOFF[attempts - 1]
    if retry_after_s is not None:
        wait = max(wait, timedelta(seconds=min(retry_after_s, 86_400)))
    return now + wait
