"""For every route of administration: who may call it, and a call that succeeds for them."""

from datetime import UTC, datetime

from tests.walk_plans import ADMIN, VIEW, Plan, Request, World, _at, _one
from trimtab.accounts.services import invitations
from trimtab.accounts.tests.factories import email_of, found_workspace, unique_email
from trimtab.core.actors import Clock, Role
from trimtab.core.tests.factories import inside
from trimtab.roadmap.tests.factories import level


def _invitation(world: World) -> dict[str, object]:
    response = world.admin("post", "/invitations", {"email": unique_email(), "role": "viewer"})
    return response.json()  # type: ignore[no-any-return]


def _accept(world: World) -> Request:
    """An invitation of another workspace, for the caller."""
    host = found_workspace()
    email = email_of(world.caller) if world.caller else unique_email()
    with inside(host):
        _, link, _ = invitations.invite(actor=host, clock=Clock(now=datetime.now(UTC)), email=email, role=Role.VIEWER)
    return Request("/invitations/accept", {"token": link.partition("#")[2]})


def _group(world: World) -> dict[str, object]:
    """A group that keeps nothing, so that no other walk finds something missing."""
    return {"name": world.name(), "roles": ["editor"]}


def _made_group(world: World) -> dict[str, object]:
    return world.make("/field-groups", **_group(world))


def _leaver(world: World) -> dict[str, object]:
    person = world.named("/people")
    world.make("/items", title=world.name(), level_id=level(world.actor), owner_id=person["id"])
    return person


def _hand_over(world: World) -> Request:
    return Request(f"/people/{_leaver(world)['id']}/hand-over", {"to": world.named("/people")["id"]})


ADMINISTRATION: dict[str, Plan] = {
    "listInvitations": Plan(ADMIN, _at("/invitations"), named=False),
    "createInvitation": Plan(
        ADMIN, lambda w: Request("/invitations", {"email": unique_email(), "role": "editor"}), 201, named=False
    ),
    "withdrawInvitation": Plan(ADMIN, _one("/invitations", _invitation), 204),
    "acceptInvitation": Plan(VIEW, _accept, named=False, session=True),
    "listFieldGroups": Plan(ADMIN, _at("/field-groups"), named=False),
    "listGuardableFields": Plan(ADMIN, _at("/field-groups/fields"), named=False),
    "createFieldGroup": Plan(ADMIN, lambda w: Request("/field-groups", _group(w)), 201, named=False),
    "changeFieldGroup": Plan(ADMIN, lambda w: Request(f"/field-groups/{_made_group(w)['id']}", _group(w))),
    "deleteFieldGroup": Plan(ADMIN, _one("/field-groups", _made_group), 204),
    "listHoldings": Plan(ADMIN, _one("/people", _leaver, "/holdings")),
    "handOver": Plan(ADMIN, _hand_over),
}
