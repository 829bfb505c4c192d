"""People in bulk, purge, erasure, retention."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from trimtab.accounts import queries
from trimtab.accounts.models import ApiToken, Person, Team, TeamMember
from trimtab.accounts.services import data, people, people_bulk, tokens
from trimtab.accounts.services.data import StillHere
from trimtab.accounts.tests.factories import found_workspace, join, make_token
from trimtab.core import ledger, retention
from trimtab.core.actors import Role
from trimtab.core.errors import Forbidden, Invalid
from trimtab.core.tests.factories import NOON, inside, later

TABLE = """Name,E-mail,Team,From,To,FTE
Mei Tanaka,mei@example.com,Core,2026-01-01,2026-06-30,50%
Omar Haddad,omar@example.com,Core,,,0.8
"""


@pytest.fixture
def ana():
    actor = found_workspace()
    with inside(actor), ledger.change_set(actor, at=NOON.now):
        Team.objects.create(workspace_id=actor.workspace_id, key="core", name="Core")
    return actor


def apply(actor, text, **more):
    return people_bulk.apply(actor=actor, clock=NOON, text=text, new_teams=more.get("new_teams", False))


def actions(actor, text, **more):
    return [line.action for line in people_bulk.preview(actor, text, new_teams=more.get("new_teams", False))]


class TestPeopleInBulk:
    def test_new_people_join_their_teams_with_share_and_dates(self, ana):
        done = apply(ana, TABLE)

        with inside(ana):
            mei = Person.objects.get(email="mei@example.com")
            place = TeamMember.objects.get(person_id=mei.id)
        assert done.counts == {"create": 2}
        assert (place.share, place.starts_on, place.ends_on) == (Decimal("0.5"), date(2026, 1, 1), date(2026, 6, 30))

    def test_the_same_table_again_changes_nothing(self, ana):
        apply(ana, TABLE)

        assert actions(ana, TABLE) == ["same", "same"]
        assert apply(ana, TABLE).batch_id is None

    def test_what_differs_is_changed(self, ana):
        apply(ana, TABLE)

        assert actions(ana, TABLE.replace("50%", "60%")) == ["change", "same"]
        apply(ana, TABLE.replace("50%", "60%"))
        with inside(ana):
            assert Decimal("0.6") in TeamMember.objects.values_list("share", flat=True)

    @pytest.mark.parametrize(
        ("row", "why"),
        [
            ("Mei;mei.example.com;Core", "no e-mail"),
            ("Mei;mei@example.com;Nowhere", "no team"),
            ("Mei;mei@example.com;Core;soon", "no day"),
            ("Mei;mei@example.com;Core;2026-02-01;2026-01-01", "before"),
            ("Mei;mei@example.com;Core;;;much", "no share"),
            ("Mei;mei@example.com;Core;;;0", "over 0"),
            (";;Core", "neither"),
        ],
    )
    def test_a_row_that_cannot_be_is_refused_and_the_others_go_in(self, ana, row, why):
        text = f"{row}\nOmar;omar@example.com;Core"
        lines = people_bulk.preview(ana, text, new_teams=False)

        assert [line.action for line in lines] == ["refuse", "create"]
        assert why in lines[0].said
        assert apply(ana, text).counts == {"refuse": 1, "create": 1}

    def test_new_teams_are_made_if_wished(self, ana):
        apply(ana, "Mei\tmei@example.com\tData", new_teams=True)

        with inside(ana):
            assert Team.objects.filter(name="Data").exists()

    def test_one_person_in_two_teams_is_one_person(self, ana):
        text = "Mei;mei@example.com;Core;;;50%\nMei;mei@example.com;Data;;;50%"
        apply(ana, text, new_teams=True)

        with inside(ana):
            assert Person.objects.filter(email="mei@example.com").count() == 1
            assert TeamMember.objects.count() == 2

    def test_undo_takes_all_of_it_back(self, ana):
        done = apply(ana, TABLE + "Ines,ines@example.com,New team,,,\n", new_teams=True)

        with inside(ana):
            result = ledger.undo_batch(ana, later(hours=1), done.batch_id)
            assert result.refused == ()
            assert Person.objects.filter(email__endswith="@example.com").exclude(user_id=ana.id).count() == 0
            assert [team.name for team in Team.objects.all()] == ["Core"]

    def test_viewers_do_not(self, ana):
        with pytest.raises(Forbidden):
            apply(join(ana, Role.VIEWER), TABLE)

    def test_a_table_without_names_is_refused(self, ana):
        with pytest.raises(Invalid):
            people_bulk.preview(ana, "Team,From\nCore,2026-01-01", new_teams=False)


class TestPurge:
    def test_a_pasted_secret_is_found_wherever_it_was_and_is_gone_after(self, ana):
        secret = "hunter2-never-again"
        person = people.create_person(actor=ana, clock=NOON, name="Mei", title=secret)
        people.update_person(actor=ana, clock=later(hours=1), person_id=person.id, version=1, changes={"title": "Lead"})

        (place,) = data.find_text(ana, secret)
        data.purge(
            actor=ana, clock=later(hours=2), places=[(place.entity, place.record_id, place.field)], note="pasted"
        )

        assert data.find_text(ana, secret) == []
        with inside(ana), connection.cursor() as cursor:
            cursor.execute("select count(*) from accounts_person_version where title = %s", [secret])
            assert cursor.fetchone() == (0,)

    def test_only_admins_look(self, ana):
        with pytest.raises(Forbidden):
            data.find_text(join(ana, Role.AREA_OWNER), "something")

    def test_a_few_letters_are_too_few(self, ana):
        with pytest.raises(Invalid):
            data.find_text(ana, "ab")


class TestErase:
    def test_nothing_tells_who_they_were_and_what_they_did_stays(self, ana):
        leaver = join(ana, Role.EDITOR)
        name = f"Zebulon {leaver.id}"
        with inside(ana):
            person = Person.objects.get(id=leaver.person_id)
            version = people.update_person(
                actor=ana, clock=NOON, person_id=person.id, version=person.version, changes={"name": name}
            ).version
        acting = queries.get_user(person.email)
        made = people.create_person(actor=leaver, clock=NOON, name="Made by them")
        people.update_person(actor=ana, clock=NOON, person_id=person.id, version=version, changes={"active": False})

        data.erase_person(actor=ana, clock=later(hours=1), person_id=person.id)

        with inside(ana), connection.cursor() as cursor:
            cursor.execute("select actor_name from ledger_change_set where actor_id = %s", [acting.id])
            assert {row[0] for row in cursor.fetchall()} == {"Former member"}
            assert Person.objects.get(id=person.id).name == "Former member"
            assert Person.objects.filter(id=made.id).exists()
        assert data.find_text(ana, name) == []
        assert data.find_text(ana, acting.email) == []

    def test_whoever_is_here_stays(self, ana):
        with pytest.raises(StillHere):
            data.erase_person(actor=ana, clock=NOON, person_id=ana.person_id)


class TestRetention:
    def test_what_is_older_than_it_is_kept_goes_and_nothing_else(self, ana):
        token_id, _ = make_token(ana)
        tokens.revoke_token(actor=ana, clock=NOON, token_id=token_id)
        kept, _ = make_token(ana)
        data.keep_for(actor=ana, clock=NOON, kind="tokens", days=30)
        due = {rule.key: rule.due for rule in data.list_rules(ana, later(days=31))}

        with inside(ana):
            assert retention.sweep(ana, later(days=29))["tokens"] == 0
            assert retention.sweep(ana, later(days=31))["tokens"] == 1
            assert [token.id for token in ApiToken.objects.all()] == [kept]
        assert due["tokens"] == 1

    def test_a_rule_may_be_taken_back(self, ana):
        data.keep_for(actor=ana, clock=NOON, kind="tokens", days=30)
        rules = data.keep_for(actor=ana, clock=NOON, kind="tokens", days=None)

        assert next(rule for rule in rules if rule.key == "tokens").days == 90

    def test_nothing_is_thrown_away_at_once(self, ana):
        with pytest.raises(Invalid):
            data.keep_for(actor=ana, clock=NOON, kind="tokens", days=1)
