"""The script by itself, without a database."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from trimtab.sample.content import load
from trimtab.sample.events import Calendar, Create, Edit, Event, TrackerPass, period_end, period_start
from trimtab.sample.script import write_script

WEDNESDAY = date(2026, 11, 18)
MONDAY = date(2026, 11, 16)


@pytest.fixture(scope="module")
def events() -> tuple[Event, ...]:
    return write_script(load(), WEDNESDAY)


def _creations(events: tuple[Event, ...]) -> list[tuple[datetime, Create]]:
    one_by_one = [(event.at, event.act) for event in events if isinstance(event.act, Create)]
    passes = [(event.at, new) for event in events if isinstance(event.act, TrackerPass) for new in event.act.created]
    return one_by_one + passes


class TestContent:
    def test_is_the_company_that_was_asked_for(self):
        content = load()

        assert Counter(item.level for item in content.planned) == {"bet": 8, "initiative": 17, "feature": 35}
        assert sum(item.items for item in content.planned) == 2_000
        assert len(content.teams) == 12
        assert len(content.company["lines"]) == 4
        assert 88 <= len(content.people()) <= 95

    def test_names_only_what_there_is(self):
        content = load()
        titles, people = {item.title for item in content.planned}, {name for name, _ in content.people()}

        assert {link.source for link in content.dependencies} | {link.target for link in content.relations} <= titles
        assert {item.owner for item in content.planned} | {account.name for account in content.accounts} <= people

    def test_a_dependency_lies_between_teams_more_often_than_not(self):
        content = load()
        team = {item.title: item.team for item in content.planned}
        across = [link for link in content.dependencies if team[link.source] != team[link.target]]

        assert len(across) >= 15

    def test_every_account_is_an_example_address(self):
        assert all(account.email.endswith("@example.com") for account in load().accounts)


class TestWriteScript:
    def test_is_the_same_on_every_day_of_a_week(self, events: tuple[Event, ...]):
        assert write_script(load(), MONDAY) == events
        assert write_script(load(), MONDAY + timedelta(days=6)) == events

    def test_moves_with_the_week(self, events: tuple[Event, ...]):
        later = write_script(load(), WEDNESDAY + timedelta(weeks=1))

        assert later[0].at == events[0].at + timedelta(weeks=1)

    def test_tells_eighteen_months_and_nothing_to_come(self, events: tuple[Event, ...]):
        assert events[0].at.date() == MONDAY - timedelta(weeks=78)
        assert events[-1].at < datetime(2026, 11, 14, tzinfo=UTC)

    def test_creates_each_item_once_after_its_parent(self, events: tuple[Event, ...]):
        made: dict[str, datetime] = {}
        for at, new in sorted(_creations(events), key=lambda pair: pair[0]):
            assert new.item not in made
            parent = new.values["parent"]
            assert parent is None or made[parent] <= at
            made[new.item] = at

        assert len(made) == 2_060

    def test_edits_nothing_before_it_is_there(self, events: tuple[Event, ...]):
        made = {new.item: at for at, new in _creations(events)}
        edits = [(event.at, event.act.item) for event in events if isinstance(event.act, Edit)]
        edits += [
            (event.at, edit.item)
            for event in events
            if isinstance(event.act, TrackerPass)
            for edit in event.act.changed
        ]

        assert all(made[item] < at for at, item in edits)

    def test_no_two_work_items_have_one_title(self, events: tuple[Event, ...]):
        titles = Counter(new.values["title"] for _, new in _creations(events))

        assert titles.most_common(1)[0][1] == 1

    def test_every_slip_says_why(self, events: tuple[Event, ...]):
        reasons = {reason for item in load().planned for reason in item.slips}
        told = {event.note for event in events} & reasons

        assert len(told) > 50


class TestCalendar:
    @pytest.mark.parametrize("day", [MONDAY, WEDNESDAY, date(2026, 11, 22)])
    def test_is_anchored_to_the_monday(self, day: date):
        assert Calendar.around(day).monday == MONDAY

    def test_gives_working_days_only(self):
        calendar = Calendar(MONDAY)

        assert all(calendar.day(week / 7).weekday() < 5 for week in range(-500, 100))


class TestPeriods:
    @pytest.mark.parametrize(
        ("precision", "first", "last"),
        [
            ("day", date(2026, 5, 20), date(2026, 5, 20)),
            ("month", date(2026, 5, 1), date(2026, 5, 31)),
            ("quarter", date(2026, 4, 1), date(2026, 6, 30)),
            ("half", date(2026, 1, 1), date(2026, 6, 30)),
            ("year", date(2026, 1, 1), date(2026, 12, 31)),
        ],
    )
    def test_begin_and_end_at_their_edges(self, precision: str, first: date, last: date):
        assert (period_start(date(2026, 5, 20), precision), period_end(date(2026, 5, 20), precision)) == (first, last)
