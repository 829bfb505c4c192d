"""For every route: who may call it, and a call that succeeds for them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from trimtab.accounts.tests.factories import Call, call_as, join, make_token, unique_email
from trimtab.collab.models import Delivery, Happening, Notice
from trimtab.core import operations
from trimtab.core.actors import Actor, Permission, Role
from trimtab.core.export import files
from trimtab.core.models import Operation
from trimtab.core.tests.factories import NOON, inside
from trimtab.roadmap.tests.factories import level, phase

PREFERENCE = {"owned": True, "commented": False, "mentioned": True}
VIEW, CONTRIBUTE, EDIT, CONFIGURE, ADMIN = Permission
_numbers = count(1)
_ranks = count(100)


@dataclass(frozen=True, slots=True)
class Request:
    """A path with its ids and query in it, and a body."""

    path: str
    body: Any = None


class World:
    """Things of one workspace, freshly made by its admin, for somebody (``caller``) to call upon."""

    def __init__(self, admin: Call, caller: Actor | None) -> None:
        self.admin = admin
        self.actor: Actor = admin.actor  # type: ignore[assignment]
        self.caller = caller

    def make(self, path: str, **body: Any) -> dict[str, Any]:
        """A record made over the API. Its name is its own."""
        response = self.admin("post", path, body)
        assert response.status_code == 201, response.content
        return response.json() | {"change_set": response.headers["Trimtab-Change-Set"]}

    def named(self, path: str, **body: Any) -> dict[str, Any]:
        return self.make(path, name=self.name(), **body)

    def name(self) -> str:
        return f"Thing {next(_numbers)}"

    def item(self, level_key: str = "feature", **body: Any) -> dict[str, Any]:
        """An item that belongs to the caller where the caller is a person here."""
        owner = self.whose()
        return self.make("/items", title=self.name(), level_id=level(self.actor, level_key), owner_id=owner, **body)

    def dependency(self) -> dict[str, Any]:
        return self.make("/dependencies", from_id=self.item()["id"], to_id=self.item()["id"])

    def whose(self) -> Any:
        """The caller as a person here, if they are one."""
        ours = self.caller is not None and self.caller.workspace_id == self.actor.workspace_id
        return self.caller.person_id if ours and self.caller else None

    def relation(self) -> dict[str, Any]:
        ends = {"from_id": self.item()["id"], "to_id": self.item()["id"]}
        return self.make("/relations", type="relates_to", **ends)

    def field(self) -> dict[str, Any]:
        return self.named("/custom-fields", type="text")

    def layout(self) -> dict[str, Any]:
        return self.make("/layouts", area_id=self.named("/areas")["id"], sections=[])

    def freshness_rule(self) -> dict[str, Any]:
        rank = next(_ranks)
        return self.make("/freshness-rules", field="owner", days=9, level_id=self.named("/levels", rank=rank)["id"])

    def track(self) -> dict[str, Any]:
        return self.named("/tracks")

    def phase(self) -> dict[str, Any]:
        return self.named("/phases", track_id=self.track()["id"], category="todo")

    def dimension_value(self) -> dict[str, Any]:
        return self.named("/dimension-values", dimension_id=self.named("/dimensions")["id"])

    def member(self) -> dict[str, Any]:
        return self.make("/members", email=unique_email(), role="viewer")

    def team_member(self) -> dict[str, Any]:
        team, person = self.named("/teams"), self.named("/people")
        response = self.admin("post", f"/teams/{team['id']}/members", {"person_id": person["id"]})
        return response.json()  # type: ignore[no-any-return]

    def operation(self) -> Any:
        with inside(self.actor):
            return operations.start(self.actor, NOON, kind="test", label="test", given={})

    def comment(self) -> dict[str, Any]:
        return self._said("/comments", {"entity": "item", "id": self.item()["id"], "body": "Why?"})

    def attachment(self) -> dict[str, Any]:
        return self._said(f"/attachments?entity=item&id={self.item()['id']}&name=a.json", {"words": 1})

    def _said(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What is said about an item: by the caller where the caller may speak here, else by the admin."""
        ours = self.caller is not None and self.caller.workspace_id == self.actor.workspace_id
        author = call_as(self.caller) if ours and self.caller and self.caller.may(CONTRIBUTE) else self.admin
        response = author("post", path, body)
        assert response.status_code == 201, response.content
        return response.json()  # type: ignore[no-any-return]

    def finished_export(self) -> Operation:
        """A file that the caller asked for, where the caller belongs here."""
        ours = self.caller is not None and self.caller.workspace_id == self.actor.workspace_id
        holder = self.caller if ours and self.caller else self.actor
        found = operations.start(holder, NOON, kind="core.export", label="Export", given={})
        with files.making(found.id) as file:
            file.write(b"Title")
        told = files.result(found.id, name="export.csv", content_type="text/csv", now=NOON.now)
        with inside(self.actor):
            Operation.objects.filter(id=found.id).update(state="done", result=told)
        return found

    def notice(self) -> Notice:
        """A line in the inbox of the caller where they are a person here, else of the admin."""
        ours = self.caller is not None and self.caller.workspace_id == self.actor.workspace_id
        person = self.caller.person_id if ours and self.caller else self.actor.person_id
        about = {"kind": "changed", "entity": "item", "record_id": self.item()["id"]}
        with inside(self.actor):
            return Notice.objects.create(
                workspace_id=self.actor.workspace_id, person_id=person, first_at=NOON.now, last_at=NOON.now, **about
            )

    def channel(self) -> dict[str, Any]:
        return self.named("/notice-channels", via="slack", url="https://hooks.slack.com/services/T/B/x")

    def delivery(self) -> Delivery:
        """One that was given up."""
        channel = self.channel()
        about = {"kind": "changed", "entity": "item", "record_id": channel["id"], "source_id": channel["id"]}
        here = {"workspace_id": self.actor.workspace_id, "channel_id": channel["id"]}
        with inside(self.actor):
            told = Happening.objects.create(**here, **about, event=f"test:{channel['id']}", at=NOON.now, text="")
            return Delivery.objects.create(**here, happening_id=told.id, via="slack", not_before=NOON.now, state="dead")

    def workspace(self) -> dict[str, Any]:
        return self.admin("get", "/me").json()["workspace"]  # type: ignore[no-any-return]


Make = Callable[[World], Request]


@dataclass(frozen=True, slots=True)
class Plan:
    """``needs`` is the weakest right that suffices. ``named``: the call names a record of the workspace.

    ``session``: tokens may not call it, only somebody who signed in. ``status`` is what success answers.
    """

    needs: Permission
    make: Make
    status: int = 200
    named: bool = True
    session: bool = False
    reads: bool = field(default=False)


def _read(make: Make, *, named: bool = False) -> Plan:
    return Plan(VIEW, make, named=named, reads=True)


def _at(path: str) -> Make:
    return lambda world: Request(path)


def _change(path: str, make: Callable[[World], dict[str, Any]], **changes: Any) -> Make:
    """A PATCH of a record that ``make`` makes; it is renamed unless ``changes`` say otherwise."""

    def request(world: World) -> Request:
        record = make(world)
        return Request(
            f"{path}/{record['id']}", {"version": record["version"], "set": changes or {"name": world.name()}}
        )

    return request


def _one(path: str, make: Callable[[World], dict[str, Any]], end: str = "") -> Make:
    return lambda world: Request(f"{path}/{make(world)['id']}{end}")


def _named(path: str, **body: Any) -> Make:
    return lambda world: Request(path, {"name": world.name(), **body})


def _kind(path: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: world.named(path)


def _a_level(world: World) -> dict[str, Any]:
    return world.named("/levels", rank=next(_ranks))


def _configured(name: str, path: str, needs: Permission, make: Callable[[World], dict[str, Any]], create: Make,
                create_named: bool = False, **changes: Any) -> dict[str, Plan]:  # fmt: skip
    """The three routes of one kind of configuration, which is renamed unless ``changes`` say otherwise."""
    return {
        f"create{name}": Plan(needs, create, 201, named=create_named),
        f"update{name}": Plan(needs, _change(path, make, **changes)),
        f"delete{name}": Plan(needs, _one(path, make), 204),
    }


def _move(world: World) -> Request:
    item = world.item()
    return Request(
        f"/items/{item['id']}/move", {"version": item["version"], "parent_id": world.item("initiative")["id"]}
    )


def _estimates(world: World) -> Request:
    estimate = {"team_id": world.named("/teams")["id"], "likely": 3}
    return Request(f"/items/{world.item()['id']}/estimates", {"estimates": [estimate]})


def _phases(world: World) -> Request:
    made = world.phase()
    return Request(f"/items/{world.item()['id']}/phases", {"track_id": made["track_id"], "phase_id": made["id"]})


def _item(world: World) -> Request:
    fields = {"level_id": level(world.actor), "phase_id": phase(world.actor), "tags": ["a"], "benefit": 5}
    return Request("/items", {"title": world.name(), **fields})


def _ends(path: str, **body: Any) -> Make:
    return lambda world: Request(path, {"from_id": world.item()["id"], "to_id": world.item()["id"], **body})


def _team(world: World) -> Request:
    return Request("/teams", {"name": world.name(), "parent_id": world.named("/teams")["id"]})


def _query(world: World) -> Request:
    return Request("/query", {"source": "item", "columns": ["title"], "text": "level:feature"})


def _level(world: World) -> Request:
    return Request("/levels", {"name": world.name(), "rank": next(_ranks)})


def _team_member(world: World) -> Request:
    return Request(f"/teams/{world.named('/teams')['id']}/members", {"person_id": world.named("/people")["id"]})


def _revoke(world: World) -> Request:
    """One's own token, where the caller belongs here; else somebody else's."""
    ours = world.caller is not None and world.caller.workspace_id == world.actor.workspace_id
    holder = world.caller if ours and world.caller else join(world.actor, Role.EDITOR)
    return Request(f"/tokens/{make_token(holder)[0]}")


def _undo_batch(world: World) -> Request:
    """The undo of an undo: an undo is a batch."""
    undone = world.admin("post", f"/change-sets/{world.item()['change_set']}/undo")
    assert undone.status_code == 200, undone.content
    return Request(f"/batches/{undone.json()['batch_id']}/undo")


def _workspace(world: World) -> Request:
    return Request("/workspace", {"version": world.workspace()["version"], "set": {"name": world.name()}})


def _new_workspace(world: World) -> Request:
    return Request("/workspaces", {"slug": f"n-{uuid4().hex}", "name": world.name()})


def _about(world: World, **body: Any) -> dict[str, Any]:
    return {"entity": "item", "id": world.item()["id"], **body}


def _of(path: str, more: str = "", body: Any = None) -> Make:
    return lambda world: Request(f"{path}?entity=item&id={world.item()['id']}{more}", body)


def _comment(end: str, **body: Any) -> Make:
    return lambda world: Request(f"/comments/{world.comment()['id']}{end}", body)


def _history(world: World) -> Request:
    return Request(f"/history?entity=item&id={world.item()['id']}")


PLANS: dict[str, Plan] = {
    "listNotices": _read(_at("/notices?show=unread&kind=changed")),
    "countNotices": _read(_at("/notices/count")),
    "markNotices": Plan(
        VIEW, lambda w: Request("/notices/mark", {"done_with": "read", "ids": [w.notice().id]}), named=False
    ),
    "whyNotice": _read(lambda w: Request(f"/notices/{w.notice().id}/why"), named=True),
    "getNoticeSettings": _read(_at("/notice-settings")),
    "updateNoticeSettings": Plan(
        VIEW, lambda w: Request("/notice-settings", {"choices": {"changed": {"mail": "off"}}, "digest": "weekly"}),
        named=False,
    ),
    "listNoticeChannels": Plan(ADMIN, _at("/notice-channels"), named=False),
    "createNoticeChannel": Plan(
        ADMIN, _named("/notice-channels", via="teams", url="https://x.logic.azure.com/workflows/1"), 201, named=False
    ),
    "updateNoticeChannel": Plan(ADMIN, _change("/notice-channels", World.channel, active=False)),
    "deleteNoticeChannel": Plan(ADMIN, _one("/notice-channels", World.channel), 204),
    "testNoticeChannel": Plan(ADMIN, _one("/notice-channels", World.channel, "/test")),
    "listNoticeDeliveries": Plan(ADMIN, _at("/notice-deliveries"), named=False),
    "getNoticeDelivery": Plan(ADMIN, lambda w: Request(f"/notice-deliveries/{w.delivery().id}")),
    "retryNoticeDelivery": Plan(ADMIN, lambda w: Request(f"/notice-deliveries/{w.delivery().id}/retry")),
    "getMe": _read(_at("/me")),
    "updateWorkspace": Plan(ADMIN, _workspace, named=False),
    "createWorkspace": Plan(ADMIN, _new_workspace, 201, named=False),
    "listMembers": _read(_at("/members")),
    "addMember": Plan(
        ADMIN, lambda world: Request("/members", {"email": unique_email(), "role": "viewer"}), 201, named=False
    ),
    "updateMember": Plan(ADMIN, _change("/members", World.member, role="editor")),
    "removeMember": Plan(ADMIN, _one("/members", World.member), 204),
    "listPeople": _read(_at("/people")),
    "createPerson": Plan(EDIT, _named("/people"), 201, named=False),
    "updatePerson": Plan(EDIT, _change("/people", _kind("/people"))),
    "deletePerson": Plan(CONFIGURE, _one("/people", _kind("/people")), 204),
    "listTeams": _read(_at("/teams")),
    "createTeam": Plan(EDIT, _team, 201),
    "updateTeam": Plan(EDIT, _change("/teams", _kind("/teams"))),
    "deleteTeam": Plan(CONFIGURE, _one("/teams", _kind("/teams")), 204),
    "listTeamMembers": _read(_one("/teams", _kind("/teams"), "/members"), named=True),
    "addTeamMember": Plan(EDIT, _team_member, 201),
    "removeTeamMember": Plan(EDIT, _one("/team-members", World.team_member), 204),
    "listTokens": _read(_at("/tokens")),
    "createToken": Plan(
        CONTRIBUTE, lambda w: Request("/tokens", {"name": w.name(), "scope": "write"}), 201, named=False, session=True
    ),
    "revokeToken": Plan(VIEW, _revoke, 204),
    "getConfig": _read(_at("/config")),
    "runQuery": _read(_query),
    "listFields": _read(_at("/query/fields?source=item")),
    "completeQuery": _read(lambda world: Request("/query/complete", {"source": "item", "text": "le", "cursor": 2})),
    "getItemRules": _read(_one("/items", World.item, "/rules"), named=True),
    "confirmItemFields": Plan(
        CONTRIBUTE, lambda world: Request(f"/items/{world.item()['id']}/confirm", {"fields": ["owner"]})
    ),
    "checkFormula": _read(lambda world: Request("/formulas/check", {"formula": "benefit / effort"})),
    "completeFormula": _read(lambda world: Request("/formulas/complete", {"text": "eff", "cursor": 3})),
    "listFunctions": _read(_at("/formulas/functions")),
    "parseQuery": _read(lambda world: Request("/query/parse", {"source": "item", "text": "level:feature"})),
    "formatQuery": _read(
        lambda world: Request("/query/format", {"filter": {"field": "level", "op": "in", "values": ["feature"]}})
    ),
    "getHistory": _read(_history),
    "getHistoryDays": _read(_at("/history/days")),
    "listBatches": _read(_at("/batches")),
    "undoBatch": Plan(EDIT, _undo_batch),
    "undoChangeSet": Plan(EDIT, lambda world: Request(f"/change-sets/{world.item()['change_set']}/undo")),
    "exportQuery": _read(lambda world: Request("/export?format=json", _query(world).body)),
    "archiveWorkspace": Plan(ADMIN, _at("/workspace/archive"), status=202, named=False),
    "listExports": Plan(ADMIN, _at("/exports"), named=False),
    "getOperationFile": _read(lambda world: Request(f"/operations/{world.finished_export().id}/file"), named=True),
    "listOperations": _read(_at("/operations")),
    "getOperation": _read(lambda world: Request(f"/operations/{world.operation().id}"), named=True),
    "cancelOperation": Plan(EDIT, lambda world: Request(f"/operations/{world.operation().id}/cancel")),
    "createItem": Plan(EDIT, _item, 201),
    "getItem": _read(_one("/items", World.item), named=True),
    "updateItem": Plan(CONTRIBUTE, _change("/items", World.item, health="at_risk")),
    "deleteItem": Plan(EDIT, _one("/items", World.item)),
    "moveItem": Plan(CONTRIBUTE, _move),
    "setItemEstimates": Plan(CONTRIBUTE, _estimates),
    "setItemPhase": Plan(CONTRIBUTE, _phases),
    "createRelation": Plan(EDIT, _ends("/relations", type="relates_to"), 201),
    "deleteRelation": Plan(EDIT, _one("/relations", World.relation), 204),
    "listComments": _read(_of("/comments"), named=True),
    "createComment": Plan(CONTRIBUTE, lambda world: Request("/comments", _about(world, body="Why?")), 201),
    "updateComment": Plan(CONTRIBUTE, _comment("", version=1, body="How?")),
    "deleteComment": Plan(CONTRIBUTE, _one("/comments", World.comment), 204),
    "resolveComment": Plan(CONTRIBUTE, _comment("/resolved", resolved=True)),
    "reactToComment": Plan(CONTRIBUTE, _comment("/reactions", emoji="👍")),
    "listAttachments": _read(_of("/attachments"), named=True),
    "createAttachment": Plan(CONTRIBUTE, _of("/attachments", "&name=a.json", {"words": 1}), 201),
    "getAttachmentContent": _read(_one("/attachments", World.attachment, "/content"), named=True),
    "deleteAttachment": Plan(CONTRIBUTE, _one("/attachments", World.attachment), 204),
    "listMentionables": _read(_at("/mentionables?text=a")),
    "listWatchers": _read(_of("/watchers"), named=True),
    "setWatching": Plan(VIEW, lambda world: Request("/watchers", _about(world, watching=True))),
    "getWatchPreference": _read(_at("/watch-preference")),
    "setWatchPreference": Plan(VIEW, lambda world: Request("/watch-preference", PREFERENCE), named=False),
    **_configured("Area", "/areas", CONFIGURE, _kind("/areas"), _named("/areas")),
    **_configured("Level", "/levels", ADMIN, _a_level, _level),
    **_configured("Track", "/tracks", CONFIGURE, World.track, _named("/tracks")),
    **_configured(
        "Phase", "/phases", CONFIGURE, World.phase,
        lambda w: Request("/phases", {"name": w.name(), "track_id": w.track()["id"], "category": "todo"}), True,
    ),
    **_configured("Dimension", "/dimensions", CONFIGURE, _kind("/dimensions"), _named("/dimensions")),
    **_configured(
        "DimensionValue", "/dimension-values", CONFIGURE, World.dimension_value,
        lambda w: Request("/dimension-values", {"name": w.name(), "dimension_id": w.named("/dimensions")["id"]}), True,
    ),
    **_configured("Release", "/releases", EDIT, _kind("/releases"), _named("/releases")),
    **_configured("Layout", "/layouts", CONFIGURE, World.layout,
                  lambda w: Request("/layouts", {"area_id": w.named("/areas")["id"], "sections": []}), True,
                  sections=[]),
    **_configured("FreshnessRule", "/freshness-rules", CONFIGURE, World.freshness_rule,
                  lambda w: Request("/freshness-rules",
                                    {"field": "owner", "days": 3, "level_id": _a_level(w)["id"]}), True, days=5),
    **_configured("CustomField", "/custom-fields", CONFIGURE, World.field, _named("/custom-fields", type="text")),
}  # fmt: skip
