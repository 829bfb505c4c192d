"""The company in the database."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import connection, transaction

from trimtab.accounts import public as accounts
from trimtab.core import query, scope
from trimtab.core.actors import Actor, Clock, Origin
from trimtab.roadmap import public as roadmap
from trimtab.sample import SampleSummary, build_sample_company
from trimtab.sample.build import play_company
from trimtab.sample.content import load
from trimtab.sample.events import Calendar
from trimtab.sample.script import write_script

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def company() -> tuple[SampleSummary, float]:
    """The company, and the processor time that our side of building it took."""
    began = time.process_time()
    summary = build_sample_company(today=TODAY, progress=lambda _: None)
    return summary, time.process_time() - began


@pytest.fixture
def admin(company: tuple[SampleSummary, float]) -> Iterator[Actor]:
    summary, _ = company
    actor = accounts.actor_for(
        email=summary.accounts[0].email, workspace_slug=summary.workspace_slug, origin=Origin.CLI
    )
    with scope.workspace(actor.workspace_id):
        yield actor


def ask(actor: Actor, **request: Any) -> Any:
    clock = Clock(datetime.now(UTC))
    return orjson.loads(query.run(actor, clock, {"source": "item", "count": True, "columns": ["title"], **request}))


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


class TestBuildSampleCompany:
    def test_holds_what_was_promised(self, admin: Actor):
        known = roadmap.get_config(admin)

        assert ask(admin, text="level:bet,initiative,feature")["count"] == 60
        assert ask(admin, text="level:work_item")["count"] == 2_000
        assert len(accounts.list_teams(admin)) == 12
        assert len(accounts.list_people(admin)) == len(load().people())
        assert {field.key for field in known.custom_fields} >= {"region", "deal_value", "sponsor", "also_involved"}

    def test_costs_less_than_half_of_the_minute_on_our_side(self, company: tuple[SampleSummary, float]):
        assert company[1] < 30

    def test_is_found_when_it_is_there(self, company: tuple[SampleSummary, float]):
        assert build_sample_company(today=date(2030, 1, 1), progress=lambda _: None) == company[0]

    def test_every_account_signs_in_to_it(self, company: tuple[SampleSummary, float]):
        summary, _ = company
        roles = {}
        for account in summary.accounts:
            actor = accounts.actor_for(email=account.email, workspace_slug=summary.workspace_slug, origin=Origin.CLI)
            roles[actor.role.value] = actor.name

        assert roles == {account.role: account.name for account in summary.accounts}

    def test_nothing_lies_in_the_future(self, admin: Actor):
        (latest,) = rows("select max(at) from ledger_change")[0]

        assert latest < datetime.combine(TODAY, datetime.min.time(), tzinfo=UTC)

    def test_shows_the_portfolio_of_a_year_ago(self, admin: Actor):
        then = {"as_of": (TODAY - timedelta(days=365)).isoformat()}
        past = ask(admin, text="level:bet,initiative,feature phase.category:done", lens=then)
        now = ask(admin, text="level:bet,initiative,feature phase.category:done")

        assert 0 < past["count"] < now["count"]

    def test_has_work_behind_in_hand_and_ahead(self, admin: Actor):
        done = sum(item.state == "done" and item.level == "feature" for item in load().planned)

        assert ask(admin, text="level:feature phase.category:done")["count"] == done
        assert ask(admin, text="level:feature phase.category:doing")["count"] >= 8
        assert ask(admin, text="level:feature start.precision:later")["count"] >= 2
        assert ask(admin, text="level:feature start.precision:quarter,half")["count"] >= 2
        assert ask(admin, text="health:at_risk,off_track")["count"] >= 3

    def test_dependencies_stand_in_every_way(self, admin: Actor):
        found = query.rows(admin, Clock(datetime.now(UTC)), {"source": "dependency", "columns": ["standing", "state"]})

        assert {row["standing"] for row in found} == {
            "asked", "proposed", "agreed", "declined", "at_risk", "broken", "met",
        }  # fmt: skip
        assert {row["state"] for row in found} == {"asked", "proposed", "agreed", "declined"}

    def test_there_are_launches_increments_and_baselines(self, admin: Actor):
        def count(source: str, text: str = "") -> int:
            clock = Clock(datetime.now(UTC))
            return len(query.rows(admin, clock, {"source": source, "text": text, "columns": ["name"]}))

        assert {verdict: count("launch", f"verdict:{verdict}") for verdict in ("go", "no_go", "none")} == {
            "go": 1, "no_go": 1, "none": 1,
        }  # fmt: skip
        assert (count("increment", "kind:sprint current:yes"), count("snapshot")) == (1, 2)
        assert ask(admin, text="increment:any")["count"] == 2

    def test_the_past_of_what_adds_up_is_as_if_added_up_anew(self, admin: Actor):
        measured = """
            select id, children, effort, start_on, end_on, progress, health from scoped.item_rollup_version
            where during @> now() - interval '200 days' and voided_at is null order by id
        """
        with transaction.atomic():
            before = rows(measured)
            roadmap.rebuild_rollups_of_the_past(admin, [row[0] for row in rows("select id from scoped.item")])
            after = rows(measured)
            transaction.set_rollback(True)

        assert before
        assert before == after


class TestPlayCompany:
    def test_gives_the_same_records_with_the_same_ids_twice(self):
        content, calendar = load(), Calendar.around(TODAY)
        events = tuple(event for event in write_script(content, TODAY) if event.at.date() < calendar.day(-70))

        def play() -> list[tuple[Any, ...]]:
            with transaction.atomic():
                play_company(content, events, calendar, slug="twice", progress=lambda _: None)
                found = rows(
                    "select id, number, title, rank, start_on, version, updated_at from roadmap_item order by number"
                )
                transaction.set_rollback(True)
            return found

        first = play()
        assert len(first) > 100
        assert play() == first
