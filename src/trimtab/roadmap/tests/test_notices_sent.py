"""Notices leave: over a real SMTP conversation, and to Slack and Teams on real sockets."""

from datetime import timedelta

import pytest

from trimtab.accounts import public as accounts
from trimtab.collab.notices import outbound
from trimtab.collab.notices.models import Via
from trimtab.collab.notices.outbound import Policy
from trimtab.collab.notices.services import channels, sending
from trimtab.core.actors import Actor, Clock
from trimtab.core.tests.factories import inside
from trimtab.roadmap.tests.factories import make_item
from trimtab.roadmap.tests.notices import (
    assign,
    catch_up,
    deliveries,
    join_as,
    now,
    prefer,
    set_health,
    watch,
)
from trimtab.roadmap.tests.post import mail_server, slack_problems, teams_problems, webhooks
from trimtab.roadmap.tests.talk import found, say

HERE = Policy(("127.0.0.1",), private=True)


@pytest.fixture
def server():
    with mail_server() as server:
        yield server


@pytest.fixture
def hooks(monkeypatch):
    monkeypatch.setattr(outbound, "policy", lambda: HERE)
    with webhooks() as hooks:
        yield hooks


@pytest.fixture
def ana(server):
    admin = found()
    catch_up(admin)
    return admin


@pytest.fixture
def ben(ana):
    member = join_as(ana, "Ben Okri")
    prefer(member, choices={"membership": {"mail": "off"}})
    catch_up(ana)
    return member


@pytest.fixture
def item(ana):
    made = make_item(ana, clock=now(), title="Faster <sync> & more")
    catch_up(ana)
    return made


def send(actor: Actor, clock: Clock | None = None) -> int:
    """What the sender's thread would do, a while from now, when everything that is due at once is due."""
    clock = clock or Clock(now().now + timedelta(minutes=2))
    sent = 0
    while (some := sending.send_due(actor.workspace_id, clock)) > 0:
        sent += some
    return sent


def address_of(actor: Actor) -> str:
    with inside(actor):
        return next(m.email for m in accounts.list_members(actor) if m.user_id == actor.id)


def mention(ana: Actor, item: object, words: str = "@ben-okri <b>look</b> & say") -> None:
    say(ana, item, words, clock=now())  # type: ignore[arg-type]
    catch_up(ana)


class TestMail:
    def test_a_letter_says_what_happened_why_and_how_to_change_that(self, server, ana, ben, item):
        mention(ana, item)
        assert send(ana) == 1

        (letter,) = server.letters
        (row,) = deliveries(ana, person_id=ben.person_id)
        text, html = letter.get_body(("plain",)).get_content(), letter.get_body(("html",)).get_content()
        assert server.recipients == [[address_of(ben)]]
        assert letter["Message-ID"] == f"<{row.bundle}@localhost>"
        assert letter["Auto-Submitted"] == "auto-generated"
        assert letter["List-Unsubscribe"].endswith("/settings/notices>")
        assert "Ana Lima mentioned you: “@ben-okri <b>look</b> & say”" in text
        assert "You were mentioned. You watch it." in text
        assert "/roadmap?item=" in text
        assert "<b>look</b>" not in html
        assert "&lt;b&gt;look&lt;/b&gt; &amp; say" in html
        assert "Faster &lt;sync&gt; &amp; more" in html
        assert "Why did I get this?" in html
        assert (row.state, row.attempts) == ("sent", 1)

    def test_a_refusal_for_the_moment_is_tried_again_under_the_same_name(self, server, ana, ben, item):
        server.refusals = ["451 Come back later"]
        mention(ana, item)
        send(ana)
        (row,) = deliveries(ana, person_id=ben.person_id)
        assert (row.state, row.attempts, row.error) == ("waiting", 1, "The mail server answered 451: Come back later")
        name = row.bundle
        assert send(ana) == 0

        send(ana, Clock(now().now + timedelta(minutes=10)))
        (row,) = deliveries(ana, person_id=ben.person_id)
        assert (row.state, row.attempts, row.bundle, row.error) == ("sent", 2, name, "")
        assert len(server.letters) == 1

    def test_a_refusal_for_good_is_given_up_and_shown_to_an_admin(self, server, ana, ben, item):
        server.nobody = {address_of(ben)}
        mention(ana, item)
        send(ana)

        (row,) = deliveries(ana, person_id=ben.person_id)
        with inside(ana):
            (trouble,) = channels.list_troubles(ana)
        assert (row.state, row.error) == ("dead", "The mail server answered 550: There is nobody of this name")
        assert trouble.id == row.id
        assert server.letters == []

    def test_what_was_given_up_can_be_tried_again(self, server, ana, ben, item):
        server.nobody = {address_of(ben)}
        mention(ana, item)
        send(ana)
        server.nobody = set()
        (row,) = deliveries(ana, person_id=ben.person_id)
        with inside(ana):
            channels.retry(actor=ana, clock=now(), delivery_id=row.id)
        send(ana)

        assert len(server.letters) == 1

    def test_a_server_that_is_away_is_waited_for_until_it_is_given_up(self, server, ana, ben, item, settings):
        mention(ana, item)
        settings.EMAIL_PORT = 1  # nobody listens there
        clock, waits = now().now + timedelta(minutes=2), []
        for _ in range(7):
            send(ana, Clock(clock))
            (row,) = deliveries(ana, person_id=ben.person_id)
            waits.append(None if row.state == "dead" else round((row.not_before - clock).total_seconds() / 60))
            clock += timedelta(days=1)

        assert waits == [1, 5, 15, 60, 240, 720, None]
        assert "cannot be reached" in row.error

    def test_several_that_are_due_together_are_one_letter(self, server, ana, ben, item):
        prefer(ben, choices={kind: {"mail": "now"} for kind in ("changed", "commented")})
        watch(ben, item.id)
        for health in ("at_risk", "off_track"):
            set_health(ana, item.id, health)
        say(ana, item, "Hm.", clock=now())
        catch_up(ana)
        send(ana)

        (letter,) = server.letters
        assert letter["Subject"].startswith("3 updates in Acme: TT-1 Faster <sync> & more")
        assert {row.state for row in deliveries(ana, person_id=ben.person_id)} == {"sent"}

    def test_a_digest_waits_for_its_hour_and_gathers(self, server, ana, ben, item):
        prefer(ben, digest="daily", digest_minute=8 * 60, timezone="Europe/Vienna")
        watch(ben, item.id)
        for health in ("at_risk", "off_track"):
            set_health(ana, item.id, health)
            catch_up(ana)
        assert send(ana) == 0
        rows = deliveries(ana, person_id=ben.person_id)
        assert {(row.digest, row.not_before.minute) for row in rows} == {(True, 0)}
        send(ana, Clock(now().now + timedelta(days=1, minutes=1)))

        (letter,) = server.letters
        assert letter["Subject"].startswith("2 updates")

    def test_what_was_read_in_the_inbox_is_not_mailed(self, server, ana, ben, item):
        from trimtab.collab.notices.services import inbox

        mention(ana, item)
        with inside(ben):
            inbox.mark(actor=ben, clock=now(), done_with="read", ids=None)
        send(ana)

        assert server.letters == []
        assert [row.state for row in deliveries(ana, person_id=ben.person_id)] == ["dropped"]

    def test_who_has_left_gets_nothing_any_more(self, server, ana, ben, item):
        from trimtab.accounts.tests.factories import shut_out

        mention(ana, item)
        shut_out(ana, ben.id)
        send(ana)

        assert server.letters == []

    def test_what_a_dead_worker_had_claimed_is_sent_when_its_claim_runs_out(self, server, ana, ben, item):
        mention(ana, item)
        with inside(ana):
            sending._claim(ana.workspace_id, Clock(now().now + timedelta(minutes=1)))
        assert send(ana, Clock(now().now + timedelta(minutes=2))) == 0
        assert send(ana, Clock(now().now + timedelta(minutes=10))) == 1

        assert len(server.letters) == 1

    def test_a_claim_that_ran_out_settles_nothing(self, server, ana, ben, item):
        mention(ana, item)
        early, late = Clock(now().now + timedelta(minutes=1)), Clock(now().now + timedelta(minutes=10))
        with inside(ana):
            (rows,) = sending._claim(ana.workspace_id, early)
            slow = sending._pack(ana.workspace_id, rows, early)
        with inside(ana):
            sending._claim(ana.workspace_id, late)
        assert slow is not None
        sending._settle(ana.workspace_id, slow, early, None)

        (row,) = deliveries(ana, person_id=ben.person_id)
        assert row.state == "sending"

    def test_the_sample_companys_people_are_never_written_to(self, server, ana, ben, item):
        from trimtab.accounts.models import User

        User.objects.filter(id=ben.id).update(is_sample=True)
        mention(ana, item)

        assert deliveries(ana, person_id=ben.person_id) == []


class TestChat:
    def channel(self, ana, hooks, via: Via, **over):
        path = "/services/T0/B0/x" if via is Via.SLACK else "/workflows/1?sig=y"
        values = {"name": "Plans", "kinds_told": ["changed", "commented"], "person_id": None} | over
        with inside(ana):
            return channels.create_channel(actor=ana, clock=now(), via=via, url=hooks.url(path), **values)

    @pytest.mark.parametrize("via", [Via.SLACK, Via.TEAMS])
    def test_a_groups_channel_is_told_once_what_nobody_may_even_watch(self, ana, hooks, item, via):
        self.channel(ana, hooks, via)
        set_health(ana, item.id, "at_risk")
        catch_up(ana)
        send(ana)

        (posted,) = hooks.slack if via is Via.SLACK else hooks.teams
        assert (slack_problems if via is Via.SLACK else teams_problems)(posted) == []
        assert "set health to At risk" in str(posted)

    def test_a_persons_own_channel_follows_what_they_chose(self, ana, ben, hooks, item):
        self.channel(ana, hooks, Via.SLACK, person_id=ben.person_id)
        prefer(ben, choices={"mentioned": {"chat": "now", "mail": "off"}, "membership": {"mail": "off"}})
        watch(ben, item.id)
        set_health(ana, item.id, "at_risk")
        mention(ana, item, "@ben-okri &<https://evil.example|click> *bold*")
        send(ana)

        (posted,) = hooks.slack
        assert slack_problems(posted) == []
        assert "&amp;&lt;https://evil.example|click&gt; *bold*" in posted["blocks"][0]["text"]["text"]

    def test_what_a_card_shows_is_not_read_as_markdown(self, ana, ben, hooks, item):
        self.channel(ana, hooks, Via.TEAMS, kinds_told=["mentioned"])
        mention(ana, item, "@ben-okri [click](https://evil.example) **x**")
        send(ana)

        (posted,) = hooks.teams
        assert teams_problems(posted) == []
        assert "\\[click\\]\\(https://evil.example\\) \\*\\*x\\*\\*" in str(posted).replace("\\\\", "\\")

    def test_a_limit_of_the_other_side_is_kept_to(self, ana, hooks, item):
        hooks.troubles = [(429, {"Retry-After": "3600"}, "rate_limited")]
        self.channel(ana, hooks, Via.SLACK)
        set_health(ana, item.id, "at_risk")
        catch_up(ana)
        at = now().now + timedelta(minutes=2)
        send(ana, Clock(at))

        (row,) = deliveries(ana, via="slack")
        assert (row.state, row.not_before) == ("waiting", at + timedelta(hours=1))
        send(ana, Clock(at + timedelta(hours=1)))
        assert len(hooks.slack) == 1

    def test_a_webhook_that_is_gone_is_given_up(self, ana, hooks, item):
        hooks.gone = True
        self.channel(ana, hooks, Via.SLACK)
        set_health(ana, item.id, "at_risk")
        catch_up(ana)
        send(ana)

        (row,) = deliveries(ana, via="slack")
        assert (row.state, row.error) == ("dead", "127.0.0.1 answered 404: no_service")

    @pytest.mark.parametrize("via", [Via.SLACK, Via.TEAMS])
    def test_very_much_at_once_stays_within_what_they_take(self, ana, hooks, via):
        self.channel(ana, hooks, via)
        items = [make_item(ana, clock=now(), title=f"{n} " + "Long <title> & so on " * 20) for n in range(40)]
        for one in items:
            set_health(ana, one.id, "at_risk", note="n" * 400)
        catch_up(ana)
        send(ana)

        posted = hooks.slack if via is Via.SLACK else hooks.teams
        assert len(posted) == 1
        assert "more" in str(posted)

    def test_a_new_channel_can_be_tried_out(self, ana, hooks):
        channel = self.channel(ana, hooks, Via.SLACK)
        with inside(ana):
            channels.try_channel(actor=ana, clock=now(), channel_id=channel.id)
        send(ana)

        assert "tries out this channel" in str(hooks.slack)

    def test_its_address_is_kept_sealed(self, ana, hooks):
        from trimtab.collab.models import ChannelSecret
        from trimtab.core import ledger

        self.channel(ana, hooks, Via.SLACK)
        with inside(ana):
            secret = ChannelSecret.objects.in_workspace(ana.workspace_id).get()
            log = str(ledger.consume("anything", 1000))
        assert b"services" not in bytes(secret.sealed)
        assert "/services/" not in log


def test_everything_of_an_event_goes_out_at_most_once(server, ana, ben, item):
    assign(ana, item.id, ben)
    mention(ana, item)
    for _ in range(3):
        send(ana)

    rows = deliveries(ana, person_id=ben.person_id)
    assert [row.state for row in rows] == ["sent", "sent"]
    assert len(server.letters) == 1
