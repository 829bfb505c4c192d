"""The schedule against a slow reference, which moves tasks a day at a time until nothing is violated."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.roadmap.scheduling import Progress, Task, Tie, schedule, upstream

FIRST = date(2026, 6, 1)
DAY = timedelta(days=1)
days = st.integers(0, 25).map(lambda n: FIRST + DAY * n)


def an_id(number):
    return UUID(int=number)


def mostly(known):
    return st.one_of(known, known, known, st.none())


@st.composite
def plans(draw):
    """A few tasks, some without dates, and ties that only run forwards, so that there is no circle."""
    tasks = []
    for number in range(draw(st.integers(2, 7))):
        start, end = draw(mostly(days)), draw(mostly(days))
        if start and end and end < start:
            start, end = end, start
        tasks.append(
            Task(an_id(number), start, end, progress=draw(st.sampled_from([*Progress, Progress.TODO, Progress.TODO])))
        )
    pairs = [(a, b) for a in range(len(tasks)) for b in range(a + 1, len(tasks))]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1, max_size=12))
    ties = [
        Tie(an_id(100 + at), an_id(a), an_id(b), draw(st.sampled_from(["FS", "SS", "FF"])), draw(st.integers(-4, 6)))
        for at, (a, b) in enumerate(chosen)
    ]
    targets = draw(st.lists(st.sampled_from(tasks).map(lambda task: task.id), max_size=2, unique=True))
    return tasks, ties, targets, draw(days), draw(st.none() | days)


def naive_earliest(tasks, ties, today):
    """(first, last) of each task: from its own dates on, a day later wherever a tie is not kept yet."""
    at = {}
    for task in tasks:
        first, last = task.start, task.end
        if task.progress is Progress.TODO and first:
            moved = max(first, today) - first
            first, last = first + moved, last and (last + moved)
        if task.progress is not Progress.DONE and last:
            last = max(last, today)
            if task.progress is Progress.TODO and first:
                last = max(last, first)
        at[task.id] = [first, last]
    moved = True
    while moved:
        moved = False
        for tie in ties:
            task = next(task for task in tasks if task.id == tie.after)
            event = at[tie.before][0 if tie.type == "SS" else 1]
            if event is None or task.progress is Progress.DONE:
                continue
            allowed = event + DAY * (tie.lag_days + (tie.type == "FS"))
            first, last = at[tie.after]
            fixed = task.progress is Progress.DOING
            if tie.type == "FF":
                if last is not None and last < allowed:
                    whole = not fixed and task.start and task.end
                    at[tie.after] = [first + DAY if whole else first, last + DAY]
                    moved = True
            elif not fixed and (first is None or first < allowed):
                first = allowed if first is None else first + DAY
                whole = task.start and task.end
                last = last and (last + DAY if whole else max(last, first))
                at[tie.after] = [first, last]
                moved = True
    return at


def naive_latest_ends(tasks, ties, earliest, targets, until):
    """The last day on which each task may end, by trying day after day whether it still holds up nobody."""
    wanted = set(targets) or {task.id for task in tasks}
    done = {task.id for task in tasks if task.progress is Progress.DONE}
    latest = {}

    def length(each):
        first, last = earliest[each]
        return last - first if first and last else None

    def bounds(each):
        """Days for the start, days for the end."""
        starts, ends = [], [until] if each in wanted and until else []
        for tie in ties:
            if tie.before != each or tie.after in done:
                continue
            after_start, after_end = latest_of(tie.after)
            event = after_end if tie.type == "FF" else after_start
            if event is not None:
                day = event - DAY * (tie.lag_days + (tie.type == "FS"))
                (starts if tie.type == "SS" else ends).append(day)
        return starts, ends

    def latest_of(each):
        if each not in latest:
            starts, ends = bounds(each)
            span = length(each)
            if span is None:
                latest[each] = (min(starts, default=None), min(ends, default=None))
            elif not starts and not ends:
                latest[each] = (None, None)
            else:
                end = max(starts + ends) + span + DAY
                while any(end > day for day in ends) or any(end - span > day for day in starts):
                    end -= DAY
                latest[each] = (end - span, end)
        return latest[each]

    return {task.id: (None, None) if task.id in done else latest_of(task.id) for task in tasks}


@settings(max_examples=600)
@given(plans())
def test_the_schedule_is_the_slow_one(plan):
    tasks, ties, targets, today, deadline = plan

    fast = schedule(tasks, ties, targets=targets, today=today, deadline=deadline)

    earliest = naive_earliest(tasks, ties, today)
    assert {each: [slot.earliest_start, slot.earliest_end] for each, slot in fast.slots.items()} == earliest
    ends = [earliest[target][1] for target in (targets or earliest) if earliest[target][1]]
    assert fast.end == max(ends, default=None)
    latest = naive_latest_ends(tasks, ties, earliest, targets, deadline or fast.end)
    assert {each: (slot.latest_start, slot.latest_end) for each, slot in fast.slots.items()} == latest


@given(plans())
def test_the_chain_is_what_decides_the_end(plan):
    tasks, ties, targets, today, _ = plan

    found = schedule(tasks, ties, targets=targets, today=today)

    if found.end is None:
        assert found.chain == ()
        return
    assert found.slots[found.chain[-1]].earliest_end == found.end
    for before, after in zip(found.chain, found.chain[1:], strict=False):
        driver = found.slots[after].driver
        assert (driver.before, driver.after) == (before, after)
        without = schedule(tasks, [tie for tie in ties if tie.after != after], targets=targets, today=today).slots[
            after
        ]
        now = found.slots[after]
        assert (without.earliest_start, without.earliest_end) != (now.earliest_start, now.earliest_end)
    known = [slot.slack_days for slot in found.slots.values() if slot.slack_days is not None]
    assert all(slack >= 0 for slack in known) or any(task.progress is not Progress.TODO for task in tasks)


@given(plans())
def test_what_is_missing_is_named_and_never_a_length_of_zero(plan):
    tasks, ties, targets, today, _ = plan

    found = schedule(tasks, ties, targets=targets, today=today)

    for task in tasks:
        slot = found.slots[task.id]
        if task.end is None:
            assert slot.earliest_end is None
        above = upstream(ties, [task.id])
        lacking = {
            tie.before
            for tie in ties
            if tie.after in above
            and (found.slots[tie.before].earliest_start if tie.type == "SS" else found.slots[tie.before].earliest_end)
            is None
        }
        assert slot.unknown == lacking


class TestSchedule:
    def test_a_chain_with_a_lag_and_slack_beside_it(self):
        long = Task(an_id(1), FIRST, FIRST + DAY * 9)
        short = Task(an_id(2), FIRST, FIRST + DAY * 3)
        last = Task(an_id(3), FIRST, FIRST + DAY * 4)
        ties = [Tie(an_id(11), long.id, last.id, lag_days=2), Tie(an_id(12), short.id, last.id)]

        found = schedule([long, short, last], ties, targets=[last.id], today=FIRST)

        assert found.chain == (long.id, last.id)
        assert found.slots[last.id].earliest_start == FIRST + DAY * 12
        assert [found.slots[each.id].slack_days for each in (long, short, last)] == [0, 8, 0]

    def test_days_are_as_exact_as_what_they_follow_from(self):
        coarse = Task(an_id(1), FIRST, FIRST + DAY * 29, precision="quarter")
        fine = Task(an_id(2), FIRST, FIRST + DAY)

        found = schedule([coarse, fine], [Tie(an_id(9), coarse.id, fine.id)], targets=[], today=FIRST)

        assert [found.slots[each].precision for each in (coarse.id, fine.id)] == ["quarter", "quarter"]

    def test_a_circle_is_refused(self):
        a, b = Task(an_id(1), FIRST, FIRST), Task(an_id(2), FIRST, FIRST)

        with pytest.raises(ValueError, match="itself"):
            schedule([a, b], [Tie(an_id(3), a.id, b.id), Tie(an_id(4), b.id, a.id)], targets=[], today=FIRST)

    def test_a_deadline_before_the_end_leaves_less_than_no_slack(self):
        task = Task(an_id(1), FIRST, FIRST + DAY * 9)

        found = schedule([task], [], targets=[task.id], today=FIRST, deadline=FIRST + DAY * 5)

        assert (found.end, found.slots[task.id].slack_days) == (FIRST + DAY * 9, -4)
