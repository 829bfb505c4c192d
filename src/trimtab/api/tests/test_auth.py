"""Signing in, sessions, tokens, and which workspace a request speaks of."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from trimtab import settings
from trimtab.accounts import public as accounts
from trimtab.accounts.tests.factories import (
    PASSWORD,
    call_as,
    email_of,
    found_workspace,
    hash_of,
    join,
    make_token,
    revoke,
    shut_out,
    slug_of,
    unique_email,
)
from trimtab.core.actors import Clock, Origin, Role
from trimtab.core.tests.factories import NOON, inside

ARGON = "django.contrib.auth.hashers.Argon2PasswordHasher"
LOGIN = "/_allauth/browser/v1/auth/login"
SESSION = "/_allauth/browser/v1/auth/session"


class Browser:
    """Somebody at a browser: cookies, and the header that shows a write is theirs."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.client.get("/_allauth/browser/v1/config")

    def send(self, method, path, body=None, **headers):
        headers = {"X-CSRFToken": self.client.cookies["csrftoken"].value} | headers
        data = {} if body is None else {"data": body}
        return getattr(self.client, method)(path, **data, content_type="application/json", headers=headers)

    def sign_in(self, email, password=PASSWORD, **headers):
        return self.send("post", LOGIN, {"email": email, "password": password}, **headers)

    def __call__(self, method, path, body=None, **headers):
        return self.send(method, f"/api/v1{path}", body, **headers)


def signed_in(actor) -> Browser:
    browser = Browser()
    assert browser.sign_in(email_of(actor)).status_code == 200
    return browser


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


@pytest.fixture
def ana():
    return found_workspace()


class TestSignIn:
    def test_the_right_password_opens_a_session(self, ana):
        browser = signed_in(ana)

        assert browser("get", "/me").json()["user"]["email"] == email_of(ana)
        assert browser.client.get(SESSION).status_code == 200

    def test_the_session_cookie_is_out_of_reach_of_scripts(self, ana):
        cookie = signed_in(ana).client.cookies["sessionid"]

        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")

    def test_a_wrong_password_does_not(self, ana):
        browser = Browser()

        assert browser.sign_in(email_of(ana), "wrong password").status_code == 400
        assert browser("get", "/me").status_code == 401

    def test_signing_out_ends_it(self, ana):
        browser = signed_in(ana)
        browser.send("delete", SESSION)

        assert browser("get", "/me").status_code == 401

    def test_a_new_password_ends_every_session(self, ana):
        browser = signed_in(ana)
        accounts.set_password(email=email_of(ana), password="another long password")

        assert browser("get", "/me").status_code == 401

    def test_nobody_signs_up_by_themselves(self):
        body = {"email": unique_email(), "password": PASSWORD}

        assert Browser().send("post", "/_allauth/browser/v1/auth/signup", body).status_code == 403

    def test_guessing_one_persons_password_is_stopped(self, ana):
        statuses = [Browser().sign_in(email_of(ana), f"guess number {n}").status_code for n in range(6)]

        assert statuses[0] == 400
        assert statuses[-1] in {400, 429}
        assert Browser().sign_in(email_of(ana)).status_code != 200

    def test_guessing_from_one_address_is_stopped(self):
        answers = [Browser().sign_in(unique_email(), "some password") for _ in range(31)]

        assert answers[-1].status_code == 429
        assert answers[-1].headers["Retry-After"]

    def test_the_counts_are_kept_where_every_process_sees_them(self, ana):
        Browser().sign_in(email_of(ana), "wrong password")
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from core_cache")

            assert cursor.fetchone()[0] > 0

    def test_passwords_are_hashed_slowly_wherever_it_counts(self):
        assert settings.PASSWORD_HASHERS[0] == ARGON


class TestCsrf:
    def test_a_write_without_the_header_is_refused(self, ana):
        response = signed_in(ana)("post", "/teams", {"name": "Core"}, **{"X-CSRFToken": ""})

        assert (response.status_code, response.json()["code"]) == (403, "csrf_failed")

    def test_with_it_the_write_is_theirs(self, ana):
        browser = signed_in(ana)
        response = browser("post", "/people", {"name": "Bo"})
        lines = browser("get", f"/history?entity=person&id={response.json()['id']}").json()["lines"]

        assert (response.status_code, lines[0]["origin"], lines[0]["actor"]["name"]) == (201, "ui", "Ana Lima")

    def test_a_token_needs_none(self, ana):
        assert call_as(ana)("post", "/people", {"name": "Bo"}).status_code == 201


class TestWorkspaceOfASession:
    @pytest.fixture
    def two(self, ana):
        """Ana's own workspace, and another one that she views."""
        other, email = found_workspace(name="Zebra"), email_of(ana)
        with inside(other):
            accounts.add_member(actor=other, clock=NOON, email=email, role=Role.VIEWER)
        return ana, other

    def test_the_header_names_it(self, two):
        ana, other = two
        me = signed_in(ana)("get", "/me", **{"X-Trimtab-Workspace": slug_of(other)}).json()

        assert (me["workspace"]["slug"], me["role"]) == (slug_of(other), "viewer")
        assert {place["slug"] for place in me["workspaces"]} == {slug_of(ana), slug_of(other)}

    def test_the_address_names_it(self, two):
        ana, other = two

        assert signed_in(ana)("get", f"/me?workspace={slug_of(other)}").json()["role"] == "viewer"

    def test_without_a_name_it_is_the_one_looked_at_last(self, two):
        ana, other = two
        browser = signed_in(ana)
        before = browser("get", "/me").json()["workspace"]["slug"]
        browser("get", "/me", **{"X-Trimtab-Workspace": slug_of(other)})

        assert before == slug_of(ana)
        assert browser("get", "/me").json()["workspace"]["slug"] == slug_of(other)

    def test_one_that_is_not_theirs_is_not_there(self, ana):
        response = signed_in(ana)("get", "/me", **{"X-Trimtab-Workspace": slug_of(found_workspace())})

        assert (response.status_code, response.json()["code"]) == (404, "not_found")

    def test_somebody_without_any_is_told_so(self):
        email = unique_email()
        accounts.create_user(email=email, password=PASSWORD)
        browser = Browser()
        browser.sign_in(email)

        assert browser("get", "/me").json()["workspace"] is None
        assert browser("get", "/config").status_code == 404
        assert browser("post", "/workspaces", {"slug": f"n-{email[4:16]}", "name": "Mine"}).status_code == 201

    def test_somebody_shut_out_is_out_at_once(self, two):
        ana, other = two
        browser = signed_in(ana)
        shut_out(other, ana.id)

        assert browser("get", "/me", **{"X-Trimtab-Workspace": slug_of(other)}).status_code == 404


class TestTokens:
    def test_it_opens_its_own_workspace_and_no_other(self, ana):
        call = call_as(ana)

        assert call("get", "/me").json()["workspace"]["slug"] == slug_of(ana)
        assert call("get", "/me", **{"X-Trimtab-Workspace": slug_of(found_workspace())}).status_code == 404

    def test_a_revoked_one_opens_nothing(self, ana):
        token_id, secret = make_token(ana)
        revoke(ana, token_id)

        assert me_with(secret).status_code == 401

    def test_one_that_has_expired_opens_nothing(self, ana):
        _, secret = make_token(ana, clock=Clock(datetime.now(UTC) - timedelta(days=2)), days=1)

        assert me_with(secret).status_code == 401

    @pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic abc", "Bearer tt_unknown", "x" * 5000])
    def test_what_is_none_opens_nothing(self, header):
        assert Client().get("/api/v1/me", headers={"Authorization": header}).status_code == 401

    def test_when_it_was_used_is_noted_once_a_minute(self, ana):
        _, secret = make_token(ana)
        me_with(secret)
        first = used(ana, secret)
        me_with(secret)

        assert first is not None
        assert used(ana, secret) == first

    def test_nobody_waits_for_the_note(self, ana):
        _, secret = make_token(ana)
        with inside(ana), connection.cursor() as cursor:
            cursor.execute("select 1 from accounts_apitoken where hash = %s for update", [hash_of(secret)])
            other = connection.copy()
            try:
                with other.cursor() as elsewhere:
                    elsewhere.execute("set lock_timeout = '200ms'")
                    elsewhere.execute("select user_id from resolve_token(%s)", [hash_of(secret)])

                    assert elsewhere.fetchone()[0] == ana.id
            finally:
                other.close()

    def test_the_secret_is_kept_nowhere(self, ana):
        _, secret = make_token(ana)
        with inside(ana), connection.cursor() as cursor:
            cursor.execute("select row_to_json(t)::text from accounts_apitoken t")

            assert secret not in str(cursor.fetchall())


def me_with(secret):
    return Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})


def used(actor, secret):
    with inside(actor), connection.cursor() as cursor:
        cursor.execute("select last_used_at from accounts_apitoken where hash = %s", [hash_of(secret)])
        return cursor.fetchone()[0]


class TestRoundTrips:
    def test_a_call_with_a_token_costs_one_statement_before_its_own(self, ana):
        call = call_as(ana)
        counting = Counting()
        with connection.execute_wrapper(counting):
            call("get", "/tokens")

        assert len(counting.statements) == 2

    def test_a_call_with_a_session_costs_two(self, ana):
        browser, counting = signed_in(ana), Counting()
        with connection.execute_wrapper(counting):
            browser("get", "/tokens")

        assert len(counting.statements) == 3


class Counting:
    def __init__(self):
        self.statements = []

    def __call__(self, execute, sql, params, many, context):
        self.statements.append(sql)
        return execute(sql, params, many, context)


def test_the_command_line_acts_as_a_member(ana):
    actor = accounts.actor_for(email=email_of(ana), workspace_slug=slug_of(ana), origin=Origin.CLI)

    assert (actor.id, actor.role, actor.origin) == (ana.id, Role.ADMIN, Origin.CLI)


def test_a_viewer_joined_is_a_viewer(ana):
    assert call_as(join(ana, Role.VIEWER))("get", "/me").json()["role"] == "viewer"
