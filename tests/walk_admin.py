"""For every route of administration: who may call it, and a call that succeeds for them."""

from datetime import UTC, datetime

from tests.walk_plans import ADMIN, CONFIGURE, EDIT, VIEW, Plan, Request, World, _at, _one
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


def _merge(world: World) -> dict[str, object]:
    ids = [world.named("/teams")["id"] for _ in range(2)]
    return {"change": {"do": "merge", "kind": "team", "ids": ids[:1], "into": ids[1]}}


def _erase(world: World) -> Request:
    person = world.named("/people")
    gone = {"version": person["version"], "set": {"active": False}}
    world.admin("patch", f"/people/{person['id']}", gone)
    return Request(f"/people/{person['id']}/erase")


def _purge(world: World) -> Request:
    place = {"entity": "item", "record_id": world.item()["id"], "field": "health_note"}
    return Request("/purge", {"places": [place]})


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
    "previewReorganisation": Plan(CONFIGURE, lambda w: Request("/reorganise/preview", _merge(w))),
    "reorganise": Plan(CONFIGURE, lambda w: Request("/reorganise", _merge(w))),
    "previewPeople": Plan(EDIT, lambda w: Request("/bulk/people/preview", {"text": w.name()}), named=False),
    "applyPeople": Plan(EDIT, lambda w: Request("/bulk/people", {"text": w.name()}), named=False),
    "erasePerson": Plan(ADMIN, _erase, 204),
    "findText": Plan(ADMIN, lambda w: Request("/purge/find", {"text": "nothing like it"}), named=False),
    "purgeFields": Plan(ADMIN, _purge),
    "listRetention": Plan(ADMIN, _at("/retention"), named=False),
    "setRetention": Plan(ADMIN, lambda w: Request("/retention/tokens", {"days": 100}), named=False),
    "listUses": Plan(CONFIGURE, lambda w: Request(f"/settings/dimension/{w.named('/dimensions')['id']}/uses")),
    "replaceSetting": Plan(
        CONFIGURE, lambda w: Request(f"/settings/dimension/{w.named('/dimensions')['id']}/replace", {"into": None})
    ),
    "listHoldings": Plan(ADMIN, _one("/people", _leaver, "/holdings")),
    "handOver": Plan(ADMIN, _hand_over),
}
