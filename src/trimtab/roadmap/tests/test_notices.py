"""Who is told what, and why: each event once to each person."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from trimtab.accounts.tests.factories import join, shut_out
from trimtab.collab.notices.services import following
from trimtab.core import ledger, scope
from trimtab.core.actors import Clock, Origin, Role
from trimtab.core.tests.factories import inside
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.tests.factories import make_item
from trimtab.roadmap.tests.notices import (
    assign,
    catch_up,
    deliveries,
    happenings,
    join_as,
    lines_of,
    now,
    prefer,
    set_health,
    watch,
)
from trimtab.roadmap.tests.talk import found, say


@pytest.fixture
def ana():
    return found()


@pytest.fixture
def ben(ana):
    return join_as(ana, "Ben Okri")


@pytest.fixture
def item(ana):
    made = make_item(ana, clock=Clock(now().now - timedelta(days=60)))
    catch_up(ana)
    return made


class TestMentioned:
    def test_whoever_is_named_is_told_with_the_words(self, ana, ben, item):
        say(ana, item, "@ben-okri what do you think?", clock=now())
        catch_up(ana)

        (line,) = lines_of(ben)
        (told,) = happenings(ana, person_id=ben.person_id, entity="item")
        assert (line.kind, line.entity, line.record_id) == ("mentioned", "item", item.id)
        assert (told.actor_name, told.text) == ("Ana Lima", "mentioned you: “@ben-okri what do you think?”")
        assert [reason["why"] for reason in told.reasons] == ["mentioned", "watcher"]

    def test_a_team_is_everybody_in_it(self, ana, ben, item):
        with inside(ana):
            from trimtab.accounts import public as accounts

            team = accounts.create_team(actor=ana, clock=now(), name="Core")
            accounts.add_team_member(actor=ana, clock=now(), team_id=team.id, person_id=ben.person_id)
        say(ana, item, "@core please", clock=now())
        catch_up(ana)

        assert [line.kind for line in lines_of(ben)] == ["mentioned"]

    def test_nobody_is_told_of_their_own_words(self, ana, ben, item):
        say(ben, item, "@ben-okri note to myself", clock=now())
        catch_up(ana)

        assert lines_of(ben) == []


class TestReplied:
    def test_all_who_took_part_are_told(self, ana, ben, item):
        first = say(ben, item, "Shall we?", clock=now())
        catch_up(ana)
        say(ana, item, "Yes.", clock=now(), thread_id=first.id)
        catch_up(ana)

        assert [line.kind for line in lines_of(ben)] == ["replied"]


class TestChanged:
    def test_the_owner_is_told_what_it_was_and_is(self, ana, ben, item):
        assign(ana, item.id, ben)
        set_health(ana, item.id, "at_risk")
        set_health(ana, item.id, "off_track")
        catch_up(ana)

        assigned, changed = lines_of(ben)
        told = happenings(ana, notice_id=changed.id)
        assert (assigned.kind, changed.kind, changed.happenings) == ("assigned", "changed", 2)
        assert [h.text for h in told] == ["set health to At risk", "set health to Off track"]
        assert told[1].lines == [{"label": "Health", "old": "At risk", "new": "Off track"}]

    def test_a_timeframe_is_told_as_exactly_as_it_is_meant(self, ana, ben, item):
        watch(ben, item.id)
        with inside(ana):
            changes = {"end_on": date(2026, 9, 30), "end_precision": "quarter"}
            roadmap.update_item(actor=ana, clock=now(), item_id=item.id, changes=changes)
        catch_up(ana)

        (told,) = happenings(ana, person_id=ben.person_id, entity="item")
        assert told.lines == [{"label": "End", "old": None, "new": "Q3 2026"}]
        assert told.text == "set end to Q3 2026"

    def test_what_happens_within_minutes_is_one_line_and_later_another(self, ana, ben, item):
        watch(ben, item.id)
        start = now().now - timedelta(hours=2)
        for minutes, health in ((0, "at_risk"), (5, "off_track"), (14, "on_track"), (40, "at_risk")):
            set_health(ana, item.id, health, Clock(start + timedelta(minutes=minutes)))
        catch_up(ana)

        assert [line.happenings for line in lines_of(ben)] == [3, 1]

    def test_what_was_read_is_not_added_to(self, ana, ben, item):
        watch(ben, item.id)
        set_health(ana, item.id, "at_risk")
        catch_up(ana)
        with inside(ana):
            following.queries.rows(ana.workspace_id, type(lines_of(ben)[0])).update(read_at=now().now)
        set_health(ana, item.id, "off_track")
        catch_up(ana)

        assert [line.happenings for line in lines_of(ben)] == [1, 1]


class TestWhoIsNotTold:
    def test_whoever_did_it(self, ana, ben, item):
        assign(ana, item.id, ben)
        catch_up(ana)
        set_health(ben, item.id, "at_risk")
        catch_up(ana)

        assert [line.kind for line in lines_of(ben)] == ["assigned"]

    @pytest.mark.parametrize("origin", [Origin.IMPORT, Origin.SYNC])
    def test_anybody_of_what_is_brought_over_from_elsewhere(self, ana, ben, item, origin):
        assign(ana, item.id, ben)
        catch_up(ana)
        set_health(ana.through(origin), item.id, "at_risk")
        catch_up(ana)

        assert [line.kind for line in lines_of(ben)] == ["assigned"]

    def test_anybody_of_an_import_that_is_undone(self, ana, ben, item):
        watch(ben, item.id)
        with inside(ana):
            batch = ledger.open_batch(ana, now(), "import", "plan.csv")
            roadmap.update_item(
                actor=ana.through(Origin.IMPORT), clock=now(), item_id=item.id, changes={"health": "at_risk"},
                batch=batch,
            )  # fmt: skip
        with inside(ana):
            roadmap.undo_batch(ana, now(), batch)
        catch_up(ana)

        assert lines_of(ben) == []

    def test_anybody_of_what_lies_far_back(self, ana, ben, item):
        watch(ben, item.id)
        set_health(ana, item.id, "at_risk", Clock(now().now - timedelta(days=30)))
        catch_up(ana)

        assert lines_of(ben) == []

    def test_who_muted_the_record_unless_they_are_meant(self, ana, ben, item):
        assign(ana, item.id, ben)
        watch(ben, item.id, on=False)
        catch_up(ana)
        set_health(ana, item.id, "at_risk")
        say(ana, item, "Hm.", clock=now())
        say(ana, item, "@ben-okri?", clock=now())
        catch_up(ana)

        assert [line.kind for line in lines_of(ben)] == ["assigned", "mentioned"]

    def test_who_left(self, ana, ben, item):
        watch(ben, item.id)
        shut_out(ana, ben.id)
        set_health(ana, item.id, "at_risk")
        catch_up(ana)

        assert lines_of(ben) == []

    def test_who_may_not_see_the_record_today(self, ana, ben, item, monkeypatch):
        from trimtab.collab import subjects

        kind = subjects.kind("item")
        hidden = lambda actor, ids: {} if actor.role is Role.EDITOR else kind.describe(actor, ids)  # noqa: E731
        monkeypatch.setitem(subjects._subjects, "item", replace(kind, describe=hidden))
        from trimtab.core.query import rights

        monkeypatch.setitem(rights._predicates, "item", lambda actor: str(actor.role is not Role.EDITOR).lower())
        cleo = join(ana, Role.VIEWER)
        watch(cleo, item.id)
        with inside(ana):
            from trimtab.collab.models import Watcher
            from trimtab.roadmap.tests.factories import make_record

            make_record(ana, Watcher, subject_entity="item", subject_id=item.id, person_id=ben.person_id)
        set_health(ana, item.id, "at_risk")
        catch_up(ana)

        assert lines_of(ben) == []
        assert len(lines_of(cleo)) == 1


class TestStandIn:
    def test_they_are_told_too_and_why(self, ana, ben, item):
        cleo = join_as(ana, "Cleo Diaz")
        today = now().now.date()
        assign(ana, item.id, ben)
        catch_up(ana)
        prefer(ben, stand_in_id=cleo.person_id, away_from=today, away_until=today + timedelta(days=3))
        set_health(ana, item.id, "at_risk")
        catch_up(ana)

        (told,) = happenings(ana, person_id=cleo.person_id, entity="item")
        assert told.reasons == [{"why": "owner", "kind": "changed", "stands_for": str(ben.person_id)}]
        assert [line.kind for line in lines_of(ben)] == ["assigned", "changed"]

    def test_one_who_is_told_anyway_is_told_once(self, ana, ben, item):
        cleo = join_as(ana, "Cleo Diaz")
        today = now().now.date()
        prefer(ben, stand_in_id=cleo.person_id, away_from=today, away_until=today)
        watch(ben, item.id)
        watch(cleo, item.id)
        set_health(ana, item.id, "at_risk")
        catch_up(ana)

        (told,) = happenings(ana, person_id=cleo.person_id, entity="item")
        assert [r["stands_for"] for r in told.reasons] == [None, str(ben.person_id)]

    def test_one_who_muted_the_record_hears_nothing_of_it_for_another_either(self, ana, ben, item):
        cleo = join_as(ana, "Cleo Diaz")
        today = now().now.date()
        prefer(ben, stand_in_id=cleo.person_id, away_from=today, away_until=today)
        watch(ben, item.id)
        watch(cleo, item.id, on=False)
        set_health(ana, item.id, "at_risk")
        catch_up(ana)

        assert happenings(ana, person_id=cleo.person_id, entity="item") == []

    def test_nobody_stands_in_for_a_stand_in(self, ana, ben, item):
        cleo, dora = join_as(ana, "Cleo Diaz"), join_as(ana, "Dora Lund")
        today = now().now.date()
        prefer(ben, stand_in_id=cleo.person_id, away_from=today, away_until=today)
        prefer(cleo, stand_in_id=dora.person_id, away_from=today, away_until=today)
        watch(ben, item.id)
        set_health(ana, item.id, "at_risk")
        catch_up(ana)

        assert len(happenings(ana, person_id=cleo.person_id, entity="item")) == 1
        assert happenings(ana, person_id=dora.person_id, entity="item") == []


class TestOnce:
    def test_reading_the_log_again_tells_nothing_again(self, ana, ben, item):
        watch(ben, item.id)
        set_health(ana, item.id, "at_risk")
        catch_up(ana)
        before = len(happenings(ana))
        with scope.workspace(ana.workspace_id):
            from trimtab.collab.notices import queries
            from trimtab.collab.notices.services import seeing, telling

            changes = ledger.consume("another reader", 1000)
            people = queries.recipients(ana.workspace_id)
            person_of = {one.user_id: one.person_id for one in people.values()}
            events = seeing.events(ana, changes, now(), person_of)
            telling.tell(ana.workspace_id, now(), events, people)

        assert len(happenings(ana)) == before

    def test_a_page_that_cuts_a_change_set_in_two_tells_it_once_and_whole(self, ana, ben, item, monkeypatch):
        monkeypatch.setattr(following, "PAGE", 1)
        say(ana, item, "@ben-okri?", clock=now())
        catch_up(ana)

        (told,) = happenings(ana, person_id=ben.person_id, entity="item")
        assert [reason["why"] for reason in told.reasons] == ["mentioned", "watcher"]

    def test_a_page_that_fails_is_read_again_whole(self, ana, ben, item, monkeypatch):
        from trimtab.collab.notices.services import telling

        watch(ben, item.id)
        set_health(ana, item.id, "at_risk")
        monkeypatch.setattr(telling, "say", lambda workspace_id: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            catch_up(ana)
        monkeypatch.undo()
        assert happenings(ana, entity="item") == []
        catch_up(ana)

        assert len(happenings(ana, entity="item")) == 1


class TestBatch:
    def test_many_records_changed_at_once_are_one_line(self, ana, ben):
        items = [make_item(ana, clock=now(), title=f"Item {n}") for n in range(3)]
        for one in items:
            watch(ben, one.id)
        with inside(ana):
            batch = ledger.open_batch(ana, now(), "bulk", "Moved three items")
            for one in items:
                roadmap.update_item(actor=ana, clock=now(), item_id=one.id, changes={"health": "at_risk"}, batch=batch)
        catch_up(ana)

        (line,) = lines_of(ben)
        assert (line.kind, line.record_id, line.happenings) == ("changed", batch, 3)


class TestPurge:
    def test_what_was_erased_is_quoted_no_more(self, ana, ben, item):
        watch(ben, item.id)
        with inside(ana):
            changes = {"health_note": "The password is hunter2"}
            roadmap.update_item(actor=ana, clock=now(), item_id=item.id, changes=changes)
        catch_up(ana)
        assert "hunter2" in happenings(ana, person_id=ben.person_id, entity="item")[0].text
        with inside(ana):
            ledger.purge(ana, now(), "item", item.id, "health_note")
        catch_up(ana)

        assert [h for h in happenings(ana) if "hunter2" in f"{h.text}{h.lines}"] == []


class TestFinished:
    @pytest.fixture(autouse=True)
    def _announced(self, monkeypatch):
        from trimtab.collab.notices import kinds

        monkeypatch.setitem(kinds._operations, "test.import", "finished")

    def began(self, actor, **over):
        from trimtab.core import operations

        operation = operations.start(actor, now(), kind="test.import", label="plan.csv", given={})
        with inside(actor):
            type(operation).objects.filter(id=operation.id).update(ended_at=now().now, **over)
        return operation

    def test_whoever_began_it_is_told_once_although_it_is_their_own(self, ana, ben):
        self.began(ben, state="done")
        catch_up(ana)
        catch_up(ana)

        (told,) = happenings(ana, person_id=ben.person_id, entity="operation")
        assert (told.kind, told.text) == ("finished", "“plan.csv” is done")

    def test_a_failure_says_why(self, ana, ben):
        self.began(ben, state="failed", error="Two rows have the same key.")
        catch_up(ana)

        (told,) = happenings(ana, person_id=ben.person_id, entity="operation")
        assert told.text == "“plan.csv” has failed: Two rows have the same key."

    def test_what_still_runs_is_no_news(self, ana, ben):
        self.began(ben, state="running")
        catch_up(ana)

        assert happenings(ana, entity="operation") == []


class TestMembership:
    def test_whoever_gets_another_role_is_told(self, ana, ben):
        from trimtab.accounts import public as accounts
        from trimtab.accounts.services import members

        with inside(ana):
            mine = next(m for m in accounts.list_members(ana) if m.user_id == ben.id)
            members.update_member(
                actor=ana, clock=now(), membership_id=mine.id, version=mine.version, role=Role.AREA_OWNER
            )
        catch_up(ana)

        assert "made you area owner" in [h.text for h in happenings(ana, person_id=ben.person_id)]


def test_nothing_is_mailed_where_no_mail_is_set_up(ana, ben, item):
    watch(ben, item.id)
    set_health(ana, item.id, "at_risk")
    catch_up(ana)

    assert deliveries(ana) == []
