"""Invitations, and handing over what somebody holds."""

import pytest

from trimtab.accounts import queries
from trimtab.accounts.errors import AlreadyMember, LastAdmin, SignInNeeded
from trimtab.accounts.models import Membership, Person, Team, TeamMember
from trimtab.accounts.services import handover, invitations
from trimtab.accounts.services.handover import Heirs
from trimtab.accounts.tests.factories import (
    NOBODY,
    PASSWORD,
    call_as,
    email_of,
    found_workspace,
    join,
    make_token,
    unique_email,
)
from trimtab.core import ledger, letters
from trimtab.core.actors import Role
from trimtab.core.errors import Forbidden, Invalid, NotFound
from trimtab.core.tests.factories import NOON, inside, later


@pytest.fixture
def ana():
    return found_workspace()


def secret_of(actor, email, **more):
    with inside(actor):
        _, link, _ = invitations.invite(actor=actor, clock=NOON, email=email, role=Role.EDITOR, **more)
    return link.partition("#")[2]


class TestInvite:
    def test_somebody_new_signs_up_and_is_a_member_of_that_role(self, ana):
        email = unique_email("new")
        secret = secret_of(ana, email)

        user = invitations.sign_up(clock=NOON, secret=secret, name="New Person", password=PASSWORD)

        with inside(ana):
            member = next(m for m in queries.list_members(ana) if m.user_id == user.id)
        assert (member.email, member.role, member.name) == (email, Role.EDITOR, "New Person")

    def test_a_link_works_once(self, ana):
        secret = secret_of(ana, unique_email("new"))
        invitations.sign_up(clock=NOON, secret=secret, name="New", password=PASSWORD)

        with pytest.raises(NotFound):
            invitations.sign_up(clock=NOON, secret=secret, name="Again", password=PASSWORD)

    def test_a_link_expires(self, ana):
        secret = secret_of(ana, unique_email("new"), days=2)

        with pytest.raises(NotFound):
            invitations.sign_up(clock=later(days=2), secret=secret, name="Late", password=PASSWORD)

    def test_a_newer_invitation_takes_the_place_of_the_older(self, ana):
        email = unique_email("new")
        old, new = secret_of(ana, email), secret_of(ana, email)

        with pytest.raises(NotFound):
            invitations.sign_up(clock=NOON, secret=old, name="New", password=PASSWORD)
        invitations.sign_up(clock=NOON, secret=new, name="New", password=PASSWORD)

    def test_a_withdrawn_one_lets_nobody_in(self, ana):
        email = unique_email("new")
        secret = secret_of(ana, email)
        with inside(ana):
            (invitation,) = queries.list_invitations(ana)
        invitations.withdraw(actor=ana, clock=NOON, invitation_id=invitation.id)

        with pytest.raises(NotFound):
            invitations.sign_up(clock=NOON, secret=secret, name="New", password=PASSWORD)

    def test_an_existing_user_joins_signed_in(self, ana):
        guest = found_workspace()
        secret = secret_of(ana, email_of(guest))

        found = invitations.accept(user_id=guest.id, clock=NOON, secret=secret, signed_in=True)

        assert found.has_user
        assert ana.workspace_id in [place.workspace_id for place in queries.list_places(guest.id)]

    def test_a_token_cannot_join(self, ana):
        guest = found_workspace()
        secret = secret_of(ana, email_of(guest))

        with pytest.raises(SignInNeeded):
            invitations.accept(user_id=guest.id, clock=NOON, secret=secret, signed_in=False)

    def test_nobody_joins_by_a_link_for_another_address(self, ana):
        guest = found_workspace()
        secret = secret_of(ana, unique_email("other"))

        with pytest.raises(NotFound, match="another address"):
            invitations.accept(user_id=guest.id, clock=NOON, secret=secret, signed_in=True)

    def test_a_member_is_not_invited_again(self, ana):
        with pytest.raises(AlreadyMember):
            secret_of(ana, email_of(join(ana, Role.VIEWER)))

    def test_only_admins_invite(self, ana):
        editor = join(ana, Role.EDITOR)

        with pytest.raises(Forbidden):
            secret_of(editor, unique_email())

    @pytest.mark.parametrize("more", [{"days": 0}, {"days": 61}])
    def test_it_works_for_a_day_to_two_months(self, ana, more):
        with pytest.raises(Invalid):
            secret_of(ana, unique_email(), **more)

    def test_the_letter_holds_the_link(self, ana):
        sent = []
        before = letters._ways[:]
        letters.deliver_with(lambda actor, clock, letter: bool(sent.append(letter)) or True)
        try:
            secret = secret_of(ana, "new@example.com")
        finally:
            letters._ways[:] = before

        assert (sent[0].to, secret in sent[0].text) == ("new@example.com", True)


class TestOverHttp:
    def test_whoever_has_the_link_sees_where_it_leads_and_signs_up(self, ana):
        email = unique_email("new")
        made = call_as(ana)("post", "/invitations", {"email": email, "role": "viewer"}).json()
        token = made["link"].partition("#")[2]

        looked = NOBODY("post", "/invitations/look", {"token": token})
        done = NOBODY("post", "/invitations/sign-up", {"token": token, "name": "New", "password": PASSWORD})

        assert (looked.status_code, looked.json()["email"], looked.json()["has_user"]) == (200, email, False)
        assert (done.status_code, done.json()) == (201, {"email": email})
        assert NOBODY("post", "/invitations/look", {"token": token}).status_code == 404

    def test_a_weak_password_leaves_the_invitation_open(self, ana):
        made = call_as(ana)("post", "/invitations", {"email": unique_email(), "role": "viewer"}).json()
        token = made["link"].partition("#")[2]

        weak = NOBODY("post", "/invitations/sign-up", {"token": token, "name": "New", "password": "password"})

        assert (weak.status_code, weak.json()["code"]) == (400, "weak_password")
        assert NOBODY("post", "/invitations/look", {"token": token}).status_code == 200


class TestHandOver:
    def leaver(self, ana):
        leaver = join(ana, Role.EDITOR)
        with inside(ana), ledger.change_set(ana, at=NOON.now):
            team = Team.objects.create(workspace_id=ana.workspace_id, key="core", name="Core")
            TeamMember.objects.create(workspace_id=ana.workspace_id, team_id=team.id, person_id=leaver.person_id)
        return leaver

    def test_it_ends_their_places_in_teams_and_shuts_them_out(self, ana):
        leaver = self.leaver(ana)
        make_token(leaver)

        done = handover.hand_over(
            actor=ana, clock=NOON, person_id=leaver.person_id, heirs=Heirs(to=ana.person_id), deactivate=True
        )

        with inside(ana):
            assert TeamMember.objects.get(person_id=leaver.person_id).ends_on == NOON.now.date()
            assert not Membership.objects.get(user_id=leaver.id).active
            assert not Person.objects.get(id=leaver.person_id).active
        assert (done.tokens, done.counts) == (1, {"team_members": 1})

    def test_undo_brings_them_back(self, ana):
        leaver = self.leaver(ana)
        done = handover.hand_over(
            actor=ana, clock=NOON, person_id=leaver.person_id, heirs=Heirs(to=ana.person_id), deactivate=True
        )

        with inside(ana):
            result = ledger.undo_batch(ana, later(hours=1), done.batch_id)
            assert TeamMember.objects.get(person_id=leaver.person_id).ends_on is None
            assert Membership.objects.get(user_id=leaver.id).active

        assert result.refused == ()

    def test_the_last_admin_does_not_leave(self, ana):
        heir = join(ana, Role.EDITOR)

        with pytest.raises(LastAdmin):
            handover.hand_over(
                actor=ana, clock=NOON, person_id=ana.person_id, heirs=Heirs(to=heir.person_id), deactivate=True
            )

    def test_nobody_hands_over_to_themselves_or_to_whoever_is_gone(self, ana):
        leaver = self.leaver(ana)
        with inside(ana), ledger.change_set(ana, at=NOON.now):
            gone = Person.objects.create(workspace_id=ana.workspace_id, name="Gone", active=False)

        for heir in (leaver.person_id, gone.id):
            with pytest.raises(Invalid):
                handover.hand_over(
                    actor=ana, clock=NOON, person_id=leaver.person_id, heirs=Heirs(to=heir), deactivate=False
                )
