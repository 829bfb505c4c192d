"""The rules of accounts: effect, log, no-op, and each refusal that changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connections, transaction

from trimtab.accounts import errors, public, queries
from trimtab.accounts.models import Membership, Person, Team, TeamMember, TokenScope
from trimtab.accounts.services import members, people, teams, tokens, users, workspaces
from trimtab.accounts.services.checks import slug_of as slug_from
from trimtab.accounts.tests.factories import PASSWORD, found_workspace, join, make_token, unique_email
from trimtab.core import ledger, scope
from trimtab.core.actors import Origin, Role
from trimtab.core.errors import Forbidden, Invalid, NotFound, StaleVersion
from trimtab.core.models import Workspace
from trimtab.core.tests.factories import NOON, inside


@pytest.fixture
def ana():
    return found_workspace()


def team(actor, name="Core", **over):
    return teams.create_team(actor=actor, clock=NOON, name=name, **over)


def changes_of(actor, entity, record_id):
    with inside(actor):
        return [(line.op, dict(line.fields)) for line in reversed(ledger.history(actor, entity, record_id))]


class TestCreateWorkspace:
    def test_its_creator_is_admin_and_a_person_in_it(self, ana):
        with inside(ana):
            member = queries.list_members(ana)[0]
            person = queries.one(ana, Person, ana.person_id)

        assert (member.role, member.user_id, member.person_id) == (Role.ADMIN, ana.id, ana.person_id)
        assert (person.name, person.user_id) == ("Ana Lima", ana.id)

    def test_its_beginning_is_in_its_history(self, ana):
        assert [op for op, _ in changes_of(ana, "workspace", ana.workspace_id)] == ["I"]

    def test_an_address_is_given_once(self, ana):
        with inside(ana):
            slug = queries.get_workspace(ana).slug
        with pytest.raises(errors.SlugTaken):
            found_workspace(slug=slug)

    @pytest.mark.parametrize(
        "wrong", [{"slug": "With Spaces"}, {"slug": "x" * 61}, {"name": "  "}, {"timezone": "Mars/Olympus"},
                  {"fiscal_pattern": "lunar"}, {"fiscal_start_month": 13}],
    )  # fmt: skip
    def test_what_is_no_setting_is_refused(self, wrong):
        with pytest.raises(Invalid) as refused:
            found_workspace(**wrong)

        assert list(refused.value.extra["fields"]) == list(wrong)

    def test_without_a_creator_nobody_is_in_it(self):
        actor = public.create_workspace(
            creator_email=None, clock=NOON, origin=Origin.CLI, slug=f"w{unique_email()[4:16]}", name="Empty"
        )

        with inside(actor):
            assert queries.list_members(actor) == []

    def test_increments_need_a_length(self):
        with pytest.raises(Invalid):
            found_workspace(fiscal_pattern="increments")


class TestUpdateWorkspace:
    def test_only_what_differs_is_logged(self, ana):
        workspaces.update_workspace(actor=ana, clock=NOON, version=1, changes={"name": "New", "currency": "EUR"})

        assert changes_of(ana, "workspace", ana.workspace_id)[-1] == ("U", {"name": ("Acme", "New")})

    def test_somebody_elses_change_is_not_written_over(self, ana):
        workspaces.update_workspace(actor=ana, clock=NOON, version=1, changes={"name": "Mine"})
        with pytest.raises(StaleVersion) as stale:
            workspaces.update_workspace(actor=ana, clock=NOON, version=1, changes={"name": "Yours"})

        assert stale.value.extra["fields"]["name"]["current"] == "Mine"

    def test_increments_need_a_length(self, ana):
        with pytest.raises(Invalid, match="1 to 26 weeks"):
            workspaces.update_workspace(actor=ana, clock=NOON, version=1, changes={"fiscal_pattern": "increments"})

    def test_its_prefix_and_id_are_apart(self, ana):
        with pytest.raises(Invalid):
            workspaces.update_workspace(actor=ana, clock=NOON, version=1, changes={"id": ana.id})

    def test_an_editor_may_not(self, ana):
        with pytest.raises(Forbidden):
            workspaces.update_workspace(actor=join(ana, Role.AREA_OWNER), clock=NOON, version=1, changes={"name": "X"})


class TestCreateUser:
    def test_an_address_signs_in_once_in_any_case(self):
        email = unique_email()
        users.create_user(email=email.upper(), password=PASSWORD)
        with pytest.raises(errors.UserExists):
            users.create_user(email=email)

    @pytest.mark.parametrize("password", ["short", "password"])
    def test_a_weak_password_is_refused(self, password):
        with pytest.raises(errors.WeakPassword):
            users.create_user(email=unique_email(), password=password)

    def test_what_is_no_address_is_refused(self):
        with pytest.raises(Invalid):
            users.create_user(email="ana at home")


class TestMembers:
    def test_a_person_of_the_same_address_becomes_the_member(self, ana):
        email = unique_email("bo")
        person = people.create_person(actor=ana, clock=NOON, name="Bo Chen", email=email)
        with inside(ana):
            member = members.add_member(actor=ana, clock=NOON, email=email, role=Role.EDITOR)

        assert member.person_id == person.id

    def test_nobody_is_let_in_twice(self, ana):
        with inside(ana):
            email = queries.list_members(ana)[0].email
        with pytest.raises(errors.AlreadyMember):
            members.add_member(actor=ana, clock=NOON, email=email, role=Role.VIEWER)

    def test_the_last_admin_stays(self, ana):
        with inside(ana):
            own = queries.list_members(ana)[0].id
        for leave in (
            lambda: members.remove_member(actor=ana, clock=NOON, membership_id=own),
            lambda: members.update_member(actor=ana, clock=NOON, membership_id=own, version=1, role=Role.VIEWER),
            lambda: members.update_member(actor=ana, clock=NOON, membership_id=own, version=1, active=False),
        ):
            with pytest.raises(errors.LastAdmin):
                leave()

    def test_two_admins_cannot_leave_at_once(self, ana):
        join(ana, Role.ADMIN)
        with inside(ana):
            both = [member.id for member in queries.list_members(ana)]

        def leave(membership_id):
            try:
                members.remove_member(actor=ana, clock=NOON, membership_id=membership_id)
            except errors.LastAdmin:
                return "stays"
            finally:
                connections.close_all()
            return "gone"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(leave, both)) == ["gone", "stays"]

    def test_one_who_leaves_stays_a_person(self, ana):
        bo = join(ana, Role.EDITOR)
        with inside(ana):
            member = next(m for m in queries.list_members(ana) if m.user_id == bo.id)
        members.remove_member(actor=ana, clock=NOON, membership_id=member.id)

        assert public.list_places(bo.id) == []
        with inside(ana):
            assert queries.one(ana, Person, bo.person_id).user_id == bo.id


class TestTeams:
    def test_a_key_is_made_of_the_name_and_made_free(self, ana):
        assert [team(ana, "SIG Node").key, team(ana, "SIG Node").key] == ["sig-node", "sig-node-2"]

    @pytest.mark.parametrize(("name", "key"), [("Équipe Été", "equipe-ete"), ("日本", "x"), ("A  & B!", "a-b")])
    def test_a_key_is_plain(self, name, key):
        assert slug_from(name) == key

    def test_a_key_that_is_taken_is_refused(self, ana):
        team(ana, key="core")
        with pytest.raises(errors.KeyTaken):
            team(ana, key="core")

    def test_no_team_lies_below_itself(self, ana):
        top = team(ana)
        middle = team(ana, parent_id=top.id)
        low = team(ana, parent_id=middle.id)
        with pytest.raises(errors.TeamCycle):
            teams.update_team(actor=ana, clock=NOON, team_id=top.id, version=1, changes={"parent_id": low.id})

    def test_two_moves_at_once_close_no_ring(self, ana):
        one, other = team(ana), team(ana)

        def move(pair):
            try:
                teams.update_team(
                    actor=ana, clock=NOON, team_id=pair[0].id, version=1, changes={"parent_id": pair[1].id}
                )
            except errors.TeamCycle:
                return "refused"
            finally:
                connections.close_all()
            return "moved"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(move, [(one, other), (other, one)])) == ["moved", "refused"]

    def test_a_parent_next_door_is_not_there(self, ana):
        with pytest.raises(NotFound):
            team(ana, parent_id=team(found_workspace()).id)

    def test_one_with_teams_below_stays(self, ana):
        top = team(ana)
        team(ana, parent_id=top.id)
        with pytest.raises(errors.StillUsed):
            teams.delete_team(actor=ana, clock=NOON, team_id=top.id)
        with inside(ana):
            assert queries.one(ana, Team, top.id)

    def test_its_member_list_goes_with_it(self, ana):
        core = team(ana)
        teams.add_team_member(actor=ana, clock=NOON, team_id=core.id, person_id=ana.person_id, share=Decimal("0.5"))
        teams.delete_team(actor=ana, clock=NOON, team_id=core.id)

        with inside(ana):
            assert not TeamMember.objects.in_workspace(ana.workspace_id).exists()

    def test_the_same_name_again_leaves_no_trace(self, ana):
        core = team(ana)
        teams.update_team(actor=ana, clock=NOON, team_id=core.id, version=1, changes={"name": "Core"})

        assert [op for op, _ in changes_of(ana, "team", core.id)] == ["I"]


class TestPeople:
    def test_one_who_is_referred_to_stays(self, ana):
        with pytest.raises(errors.StillUsed):
            people.delete_person(actor=ana, clock=NOON, person_id=ana.person_id)

    def test_a_name_is_not_empty(self, ana):
        bo = people.create_person(actor=ana, clock=NOON, name=" Bo ")
        with pytest.raises(Invalid):
            people.update_person(actor=ana, clock=NOON, person_id=bo.id, version=1, changes={"name": " "})

        assert bo.name == "Bo"


class TestTokens:
    def test_a_viewer_gets_a_read_token_alone(self, ana):
        viewer = join(ana, Role.VIEWER)
        with pytest.raises(Forbidden):
            tokens.create_token(actor=viewer, clock=NOON, name="t", token_scope=TokenScope.WRITE)
        token, secret = tokens.create_token(actor=viewer, clock=NOON, name="t", token_scope=TokenScope.READ)

        assert secret.startswith("tt_")
        assert len(secret) == 46
        assert token.hint == secret[-4:]

    def test_a_token_makes_no_token(self, ana):
        with pytest.raises(errors.SignInNeeded):
            tokens.create_token(
                actor=replace(ana, origin=Origin.API), clock=NOON, name="t", token_scope=TokenScope.READ
            )

    def test_an_admin_ends_anybodys_and_others_their_own(self, ana):
        bo, cy = join(ana, Role.EDITOR), join(ana, Role.EDITOR)
        token_id, _ = make_token(bo)
        with pytest.raises(NotFound):
            tokens.revoke_token(actor=cy, clock=NOON, token_id=token_id)
        tokens.revoke_token(actor=ana, clock=NOON, token_id=token_id)

        with inside(bo):
            assert queries.list_tokens(bo) == []


class TestConstraints:
    """The database holds these whatever the services do."""

    @pytest.mark.parametrize(
        ("model", "values"),
        [
            (Membership, {"role": "owner"}),
            (TeamMember, {"share": Decimal("1.5")}),
            (TeamMember, {"share": Decimal(0)}),
        ],
    )
    def test_what_cannot_be_is_refused(self, ana, model, values):
        core = team(ana)
        base = {"user_id": ana.id} if model is Membership else {"team_id": core.id, "person_id": ana.person_id}
        with pytest.raises(IntegrityError), written(ana):
            model.objects.create(workspace_id=ana.workspace_id, **base | values)

    def test_increments_without_a_length_are_no_calendar(self, ana):
        with pytest.raises(IntegrityError), written(ana):
            Workspace.objects.filter(id=ana.workspace_id).update(fiscal_pattern="increments", increment_weeks=None)

    def test_a_team_of_another_workspace_cannot_be_a_parent(self, ana):
        stranger = team(found_workspace())
        with pytest.raises(IntegrityError), written(ana):
            Team.objects.create(workspace_id=ana.workspace_id, key="k", name="n", parent_id=stranger.id)


@contextmanager
def written(actor):
    """A change set of ``actor``."""
    with scope.workspace(actor.workspace_id), transaction.atomic(), ledger.change_set(actor, at=NOON.now):
        yield
