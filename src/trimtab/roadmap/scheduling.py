"""Earliest and latest days of tied tasks, their slack, and the chain that decides when something ends. Pure.

Days are calendar days, both ends included. A task begins no earlier than it is planned, than today if it has not begun,
and than what it waits for allows; what is done lies where it lies. What is not known stays None: a task without both
dates has no length, and pushes nothing that waits for the end that it lacks. Source: Kelley & Walker (1959).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from trimtab.roadmap.rules import COARSENESS

DAY = timedelta(days=1)


class Progress(StrEnum):
    TODO = "todo"
    DOING = "doing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Task:
    """``start`` and ``end`` as planned, None where missing; ``precision`` is the coarser one of theirs."""

    id: UUID
    start: date | None
    end: date | None
    precision: str = "day"
    progress: Progress = Progress.TODO

    @property
    def length(self) -> timedelta | None:
        """From its first day to its last one; None where one of them is missing."""
        return None if self.start is None or self.end is None else self.end - self.start


@dataclass(frozen=True, slots=True)
class Tie:
    """``after`` waits for ``before``: FS for its end, SS for its start, FF end for end; then ``lag_days`` more."""

    id: UUID
    before: UUID
    after: UUID
    type: str = "FS"
    lag_days: int = 0

    @property
    def gap(self) -> timedelta:
        """Days between the two events that it ties: after an end comes the next day."""
        return timedelta(days=self.lag_days + (1 if self.type == "FS" else 0))


@dataclass(slots=True)
class Slot:
    """What is known of a task. ``slack_days`` may be negative: so many days too late.

    ``precision`` is the coarsest one among all dates that the earliest days follow from. ``unknown`` are the tasks
    without a length that it waits for, at whatever distance. ``driver`` is the tie that decides its earliest days.
    """

    earliest_start: date | None = None
    earliest_end: date | None = None
    latest_start: date | None = None
    latest_end: date | None = None
    precision: str = "day"
    unknown: frozenset[UUID] = frozenset()
    driver: Tie | None = None

    @property
    def slack_days(self) -> int | None:
        if self.latest_end is not None and self.earliest_end is not None:
            return (self.latest_end - self.earliest_end).days
        if self.latest_start is not None and self.earliest_start is not None:
            return (self.latest_start - self.earliest_start).days
        return None


@dataclass(frozen=True, slots=True)
class Schedule:
    """``end`` is the earliest day on which all targets can be there, None where no target's end is known.

    ``deadline`` is what the latest days count back from. ``chain`` leads to the target that ends last, its first
    task first.
    """

    slots: Mapping[UUID, Slot]
    end: date | None
    deadline: date | None
    chain: tuple[UUID, ...]


@dataclass(slots=True)
class _Graph:
    tasks: Mapping[UUID, Task]
    before: dict[UUID, list[Tie]] = field(default_factory=dict)
    after: dict[UUID, list[Tie]] = field(default_factory=dict)


def schedule(
    tasks: Iterable[Task], ties: Iterable[Tie], *, targets: Sequence[UUID], today: date, deadline: date | None = None
) -> Schedule:
    """Place every task. ``targets`` are what has to be there; none stands for all tasks. Without a ``deadline`` the
    latest days count back from the earliest end. Ties to tasks that are not given count for nothing.

    Raises ValueError for a circle.
    """
    graph = _Graph({task.id: task for task in tasks})
    for tie in sorted(ties, key=lambda tie: tie.id):
        if tie.before in graph.tasks and tie.after in graph.tasks:
            graph.before.setdefault(tie.after, []).append(tie)
            graph.after.setdefault(tie.before, []).append(tie)
    order = _order(graph)
    slots: dict[UUID, Slot] = {}
    for task_id in order:
        slots[task_id] = _forward(graph, slots, graph.tasks[task_id], today)
    wanted = [target for target in targets if target in slots] if targets else order
    ends = sorted((end, target) for target in wanted if (end := slots[target].earliest_end) is not None)
    last = ends[-1] if ends else None
    until = deadline or (last[0] if last else None)
    for task_id in reversed(order):
        _backward(graph, slots, graph.tasks[task_id], until if task_id in set(wanted) else None)
    return Schedule(slots, last[0] if last else None, until, _chain(slots, last[1]) if last else ())


def upstream(ties: Iterable[Tie], targets: Iterable[UUID]) -> set[UUID]:
    """The targets and everything that they wait for, at whatever distance."""
    before: dict[UUID, list[UUID]] = {}
    for tie in ties:
        before.setdefault(tie.after, []).append(tie.before)
    found: set[UUID] = set()
    waiting = list(targets)
    while waiting:
        task_id = waiting.pop()
        if task_id not in found:
            found.add(task_id)
            waiting += before.get(task_id, ())
    return found


def _order(graph: _Graph) -> list[UUID]:
    """Each task behind everything that it waits for."""
    left = {task_id: len(graph.before.get(task_id, ())) for task_id in graph.tasks}
    ready = [task_id for task_id, count in left.items() if count == 0]
    order = []
    while ready:
        task_id = ready.pop()
        order.append(task_id)
        for tie in graph.after.get(task_id, ()):
            left[tie.after] -= 1
            if left[tie.after] == 0:
                ready.append(tie.after)
    if len(order) < len(graph.tasks):
        raise ValueError("Something waits for itself.")
    return order


def _forward(graph: _Graph, slots: Mapping[UUID, Slot], task: Task, today: date) -> Slot:
    ties = graph.before.get(task.id, ())
    slot = Slot(task.start, task.end, precision=task.precision, unknown=_unknown(slots, ties))
    if task.progress is Progress.DONE:
        return slot
    asked = [(tie, day) for tie in ties if (day := _asked(tie, slots[tie.before])) is not None]
    starts = [(tie, day) for tie, day in asked if tie.type != "FF" and task.progress is Progress.TODO]
    ends = [(tie, day) for tie, day in asked if tie.type == "FF"]
    if task.progress is Progress.TODO:
        own = None if task.start is None else max(task.start, today)
        if task.length is not None and own is not None:
            starts += [(tie, day - task.length) for tie, day in ends]
            slot.earliest_start, slot.driver = _last(own, starts)
            slot.earliest_end = None if slot.earliest_start is None else slot.earliest_start + task.length
            return _as_exact(slot, slots, task)
        slot.earliest_start, slot.driver = _last(own, starts)
    if task.end is not None:
        begun = slot.earliest_start or today
        slot.earliest_end, driver = _last(max(task.end, today, begun), ends)
        slot.driver = driver or slot.driver
    return _as_exact(slot, slots, task)


def _asked(tie: Tie, before: Slot) -> date | None:
    """The first day on which the event that waits may be; None where the other is not known."""
    event = before.earliest_start if tie.type == "SS" else before.earliest_end
    return None if event is None else event + tie.gap


def _last(own: date | None, asked: Iterable[tuple[Tie, date]]) -> tuple[date | None, Tie | None]:
    """The latest of the days, and the tie that asks for it where that is more than the task itself does."""
    driver = None
    for tie, day in asked:
        if own is None or day > own:
            own, driver = day, tie
    return own, driver


def _as_exact(slot: Slot, slots: Mapping[UUID, Slot], task: Task) -> Slot:
    if slot.driver is not None:
        slot.precision = max(task.precision, slots[slot.driver.before].precision, key=COARSENESS.index)
    return slot


def _unknown(slots: Mapping[UUID, Slot], ties: Iterable[Tie]) -> frozenset[UUID]:
    found: set[UUID] = set()
    for tie in ties:
        before = slots[tie.before]
        found |= before.unknown
        if (before.earliest_start if tie.type == "SS" else before.earliest_end) is None:
            found.add(tie.before)
    return frozenset(found)


def _backward(graph: _Graph, slots: Mapping[UUID, Slot], task: Task, until: date | None) -> None:
    if task.progress is Progress.DONE:
        return
    slot = slots[task.id]
    ends = [until]
    starts: list[date | None] = []
    for tie in graph.after.get(task.id, ()):
        after = slots[tie.after]
        if tie.type == "SS":
            starts.append(_less(after.latest_start, tie.gap))
        elif tie.type == "FF":
            ends.append(_less(after.latest_end, tie.gap))
        else:
            ends.append(_less(after.latest_start, tie.gap))
    slot.latest_end, slot.latest_start = _first(ends), _first(starts)
    length = _length(slot)
    if length is not None:
        slot.latest_end = _first([slot.latest_end, None if slot.latest_start is None else slot.latest_start + length])
        slot.latest_start = _less(slot.latest_end, length)


def _length(slot: Slot) -> timedelta | None:
    """From its earliest first day to its earliest last one, which waiting may have stretched."""
    if slot.earliest_start is None or slot.earliest_end is None:
        return None
    return slot.earliest_end - slot.earliest_start


def _less(day: date | None, span: timedelta) -> date | None:
    return None if day is None else day - span


def _first(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _chain(slots: Mapping[UUID, Slot], last: UUID) -> tuple[UUID, ...]:
    chain = [last]
    while (driver := slots[chain[-1]].driver) is not None:
        chain.append(driver.before)
    return tuple(reversed(chain))
