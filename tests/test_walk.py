"""Every route × every role × the own and another's workspace, walked from the description of the API."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests import walk_plans
from tests.walk_admin import ADMINISTRATION
from tests.walk_delivery import DELIVERY
from tests.walk_imports import IMPORTS
from tests.walk_plans import Plan, Request, World
from trimtab.accounts.tests.factories import NOBODY, PASSWORD, Call, call_as, email_of, found_workspace, join, slug_of
from trimtab.core.actors import ROLE_PERMISSIONS, Actor, Role
from trimtab.core.tests.factories import inside
from trimtab.roadmap import public as roadmap

DESCRIPTION = json.loads((Path(__file__).parents[1] / "openapi.json").read_text())
AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
OPEN = {"listDemoAccounts", "lookAtInvitation", "signUpInvited"}
"""Need no sign-in: nothing is there where no demo runs, and for whoever has no link."""


PLANS = {**walk_plans.PLANS, **ADMINISTRATION, **IMPORTS, **DELIVERY}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for methods in DESCRIPTION["paths"].values():
        for method, operation in methods.items():
            yield operation["operationId"], method, operation


ROUTES = {name: (method, operation) for name, method, operation in operations()}
WALKED = sorted(set(ROUTES) - OPEN)


class SignedIn(Call):
    """The same member in a browser: a session, and the token against forged requests on every write."""

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        client = Client(enforce_csrf_checks=True)
        assert self.actor is not None
        client.get("/_allauth/browser/v1/config", headers={"host": "localhost"})
        forged = {"X-CSRFToken": client.cookies["csrftoken"].value}
        credentials = {"email": email_of(self.actor), "password": PASSWORD}
        client.post("/_allauth/browser/v1/auth/login", credentials, content_type="application/json", headers=forged)
        forged = {"X-CSRFToken": client.cookies["csrftoken"].value, "X-Trimtab-Workspace": slug_of(self.actor)}
        return client.generic(
            method.upper(), f"/api/v1{path}", json.dumps(body, default=str), "application/json", headers=forged
        )


@pytest.fixture(scope="module")
def admin() -> Call:
    founder = found_workspace()
    with inside(founder):
        roadmap.create_defaults(actor=founder)
    return call_as(founder)


@pytest.fixture(scope="module")
def cast(admin: Call) -> dict[str, Call]:
    """Everybody who calls: each role with a write token, an admin with a read token, a stranger, nobody."""
    stranger = found_workspace()
    with inside(stranger):
        roadmap.create_defaults(actor=stranger)
    roles = {role.value: call_as(join(admin.actor, role)) for role in Role}
    return roles | {"reader": call_as(admin.actor, "read"), "stranger": call_as(stranger), "nobody": NOBODY}


def changes(actor: Actor) -> int:
    """How many changes a workspace has seen, tokens that still open it included."""
    with inside(actor), connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from ledger_change)"
            " + (select count(*) from accounts_apitoken where revoked_at is null)"
            " + (select count(*) from core_operation where cancel_requested)"
        )
        return cursor.fetchone()[0]


def send(name: str, plan: Plan, call: Call, admin: Call) -> tuple[Request, Any, int]:
    """Make what the call needs, call, and say how many changes it left in the admin's workspace."""
    request = plan.make(World(admin, call.actor))
    before = changes(admin.actor)
    response = call(ROUTES[name][0], request.path, request.body)
    return request, response, changes(admin.actor) - before


def body_of(response: Any) -> bytes:
    """The whole answer, also of one that comes piece by piece."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def allowed(plan: Plan, role: Role) -> bool:
    return plan.needs in ROLE_PERMISSIONS[role]


def test_every_route_has_a_plan():
    assert sorted(PLANS) == WALKED


@pytest.mark.parametrize("name", WALKED)
class TestWalk:
    @pytest.mark.parametrize("role", Role)
    def test_a_member_may_what_the_role_says(self, name, role, cast, admin):
        plan, call = PLANS[name], cast[role.value]
        if plan.session:
            call = SignedIn(call.actor, {})

        _, response, left = send(name, plan, call, admin)

        if allowed(plan, role):
            assert response.status_code == plan.status, body_of(response)
            assert str(plan.status) in ROUTES[name][1]["responses"]
        else:
            assert (response.status_code, response.json()["code"]) == (403, "forbidden")
            assert left == 0

    def test_a_read_token_only_reads(self, name, cast, admin):
        plan = PLANS[name]

        _, response, left = send(name, plan, cast["reader"], admin)

        assert response.status_code == (plan.status if plan.reads else 403), body_of(response)
        assert left == 0

    def test_a_stranger_finds_nothing_and_leaves_nothing(self, name, cast, admin):
        plan = PLANS[name]

        request, response, left = send(name, plan, cast["stranger"], admin)

        assert left == 0
        assert slug_of(admin.actor) not in body_of(response).decode()
        if AN_ID.search(request.path.partition("?")[0]):
            assert (response.status_code, response.json()["code"]) == (404, "not_found")
        elif plan.named:
            assert response.status_code in {400, 404}

    def test_a_stranger_cannot_ask_for_the_workspace(self, name, cast, admin):
        plan = PLANS[name]
        request = plan.make(World(admin, None))

        response = cast["stranger"](
            ROUTES[name][0], request.path, request.body, **{"X-Trimtab-Workspace": slug_of(admin.actor)}
        )

        assert (response.status_code, response.json()["code"]) == (404, "not_found")

    def test_nobody_is_let_in(self, name, cast, admin):
        _, response, left = send(name, PLANS[name], cast["nobody"], admin)

        assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")
        assert left == 0


def test_the_sample_accounts_are_listed_in_a_demo_alone():
    assert NOBODY("get", "/demo-accounts").status_code == 404
