"""For every route of dependencies and delivery: who may call it, and a call that succeeds for them."""

from typing import Any

from tests.walk_plans import (
    CONTRIBUTE,
    EDIT,
    Make,
    Plan,
    Request,
    World,
    _at,
    _change,
    _configured,
    _ends,
    _kind,
    _named,
    _one,
    _read,
)

DAYS = {"starts_on": "2026-03-02", "ends_on": "2026-03-15"}


def _increment(world: World) -> dict[str, Any]:
    return world.named("/increments", team_id=world.named("/teams")["id"], **DAYS)


def _check(world: World) -> dict[str, Any]:
    """A line of a launch that is the caller's to tick."""
    launch = world.named("/launches")["id"]
    return world.make("/launch-checks", launch_id=launch, title=world.name(), owner_id=world.whose())


def _readiness(world: World) -> dict[str, Any]:
    launch = world.named("/launches")["id"]
    return world.make("/launch-readiness", launch_id=launch, part=world.name(), person_id=world.whose())


def _answer(act: str, **body: Any) -> Make:
    def request(world: World) -> Request:
        made = world.dependency()
        return Request(f"/dependencies/{made['id']}/{act}", {"version": made["version"], **body})

    return request


def _accept(world: World) -> Request:
    proposal = _answer("propose", proposed_by="2026-09-30")(world)
    proposed = world.admin("post", proposal.path, proposal.body).json()
    return Request(f"/dependencies/{proposed['id']}/accept", {"version": proposed["version"]})


def _bind(world: World) -> Request:
    return Request(f"/launches/{world.named('/launches')['id']}/binds", {"item_ids": [world.item()["id"]]})


def _decide(world: World) -> Request:
    launch = world.named("/launches")
    return Request(
        f"/launches/{launch['id']}/decide", {"version": launch["version"], "verdict": "go", "reason": "All are ready"}
    )


def _generate(world: World) -> Request:
    team = world.named("/teams")["id"]
    return Request("/increment-series", {"starts_on": "2026-03-02", "until": "2026-03-20", "weeks": 2, "team_id": team})


def _item_increments(world: World) -> Request:
    return Request(f"/items/{world.item()['id']}/increments", {"increment_ids": [_increment(world)["id"]]})


DELIVERY: dict[str, Plan] = {
    "listItemDependencies": _read(_one("/items", World.item, "/dependencies"), named=True),
    "getDependency": _read(_one("/dependencies", World.dependency), named=True),
    "createDependency": Plan(CONTRIBUTE, _ends("/dependencies"), 201),
    "updateDependency": Plan(CONTRIBUTE, _change("/dependencies", World.dependency, lag_days=3)),
    "deleteDependency": Plan(CONTRIBUTE, _one("/dependencies", World.dependency), 204),
    "askDependency": Plan(CONTRIBUTE, _answer("ask", needed_by="2026-09-01")),
    "agreeDependency": Plan(CONTRIBUTE, _answer("agree", promised_by="2026-09-01")),
    "declineDependency": Plan(CONTRIBUTE, _answer("decline", reason="Not this year")),
    "proposeDependency": Plan(CONTRIBUTE, _answer("propose", proposed_by="2026-09-30", proposed_precision="quarter")),
    "acceptDependency": Plan(CONTRIBUTE, _accept),
    "generateIncrements": Plan(EDIT, _generate, 201),
    "setItemIncrements": Plan(CONTRIBUTE, _item_increments),
    **_configured(
        "Increment", "/increments", EDIT, _increment,
        lambda w: Request("/increments", {"name": w.name(), "team_id": w.named("/teams")["id"], **DAYS}), True,
    ),
    "listLaunches": _read(_at("/launches")),
    "getLaunch": _read(_one("/launches", _kind("/launches")), named=True),
    **_configured("Launch", "/launches", EDIT, _kind("/launches"), _named("/launches")),
    "bindLaunch": Plan(EDIT, _bind),
    "decideLaunch": Plan(EDIT, _decide),
    **_configured(
        "LaunchCheck", "/launch-checks", EDIT, _check,
        lambda w: Request("/launch-checks", {"launch_id": w.named("/launches")["id"], "title": "Price list"}), True,
    ),
    "updateLaunchCheck": Plan(EDIT, _change("/launch-checks", _check, title="Price list")),
    "tickCheck": Plan(CONTRIBUTE, lambda w: Request(f"/launch-checks/{_check(w)['id']}/tick", {"done": True})),
    **_configured(
        "LaunchReady", "/launch-readiness", EDIT, _readiness,
        lambda w: Request("/launch-readiness", {"launch_id": w.named("/launches")["id"], "part": "Support"}), True,
    ),
    "updateLaunchReady": Plan(EDIT, _change("/launch-readiness", _readiness, part="Sales")),
    "confirmReady": Plan(
        CONTRIBUTE, lambda w: Request(f"/launch-readiness/{_readiness(w)['id']}/confirm", {"ready": True})
    ),
    "listSnapshots": _read(_at("/snapshots")),
    "createSnapshot": Plan(EDIT, _named("/snapshots"), 201, named=False),
    "deleteSnapshot": Plan(EDIT, _one("/snapshots", _kind("/snapshots")), 204),
    "compareSnapshot": _read(_one("/snapshots", _kind("/snapshots"), "/comparison"), named=True),
    "getSchedule": _read(_at("/schedule")),
}  # fmt: skip
