"""Users, workspaces and tokens from the command line."""

from contextlib import nullcontext

import pytest
from click.testing import CliRunner
from django.test import Client

from trimtab.accounts import public as accounts
from trimtab.accounts.tests.factories import PASSWORD, found_workspace, slug_of, unique_email
from trimtab.cli import product, tokens, users
from trimtab.core.actors import Origin, Role
from trimtab.core.tests.factories import inside


@pytest.fixture(autouse=True)
def _inside_the_product(monkeypatch):
    """The tests have their own database already: nothing is to be started or stopped."""
    monkeypatch.setattr(product, "product", nullcontext)


def run(command, *arguments, **options):
    result = CliRunner().invoke(command, arguments, catch_exceptions=False, **options)
    assert result.exit_code == 0, result.output
    return result.output


class TestAFreshPortfolio:
    def test_a_workspace_its_admin_and_a_token_open_the_api(self):
        slug, email = f"k{unique_email()[4:16]}", unique_email()

        assert (
            run(users.workspace, "create", slug, "--name", "Kubernetes", "--timezone", "Europe/Vienna") == f"{slug}\n"
        )
        assert run(
            users.user, "create", email, "--password-stdin", "--workspace", slug, "--role", "admin",
            input=f"{PASSWORD}\n",
        ) == f"{email}\n"  # fmt: skip
        secret = run(tokens.token, "create", "--user", email, "--workspace", slug, "--scope", "write")
        me = Client().get("/api/v1/config", headers={"Authorization": f"Bearer {secret.strip()}"}).json()

        assert secret.count("\n") == 1
        assert (me["workspace"]["timezone"], bool(me["levels"])) == ("Europe/Vienna", True)


class TestUserCreate:
    def test_somebody_who_signs_in_already_is_let_in(self):
        admin = found_workspace()
        email = unique_email()
        accounts.create_user(email=email, password=PASSWORD)
        run(users.user, "create", email, "--workspace", slug_of(admin), "--role", "editor")
        actor = accounts.actor_for(email=email, workspace_slug=slug_of(admin), origin=Origin.CLI)

        assert actor.role is Role.EDITOR

    def test_what_the_command_line_did_says_so(self):
        admin = found_workspace()
        run(users.user, "create", unique_email(), "--workspace", slug_of(admin))
        with inside(admin):
            assert len(accounts.list_members(admin)) == 2


class TestTokenCreate:
    def test_it_reads_unless_asked_to_write(self):
        admin = found_workspace()
        with inside(admin):
            email = accounts.list_members(admin)[0].email
        secret = run(tokens.token, "create", "--user", email, "--workspace", slug_of(admin), "--days", "30").strip()
        answer = Client().post(
            "/api/v1/people", {"name": "Bo"}, content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )  # fmt: skip

        assert answer.status_code == 403
