"""What goes to market, in which sprints work is done, and what the plan is compared with."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from trimtab.core import scope
from trimtab.core.actors import Actor, Clock
from trimtab.roadmap import public as roadmap
from trimtab.sample.events import Calendar, period_end, period_start
from trimtab.sample.setup import Names

_BY: Final = "Maren Solberg"


def deliver(names: Names, calendar: Calendar) -> None:
    """Launches, increments and baselines, as they were set up in the last week. What is not there yet is left out."""
    content = tomllib.loads(resources.files("trimtab.sample").joinpath("content/delivery.toml").read_text("utf-8"))
    clock = Clock(calendar.at(calendar.last_week, 18))
    actor = names.actor(_BY)
    with scope.workspace(names.workspace_id):
        for launch in content["launch"]:
            _launch(names, calendar, actor, clock, launch)
        for sprints in content["sprints"]:
            _sprints(names, calendar, actor, clock, sprints)
        for programme in content["programme"]:
            first, last = (calendar.day(week) for week in programme["weeks"])
            roadmap.generate_increments(
                actor=actor, clock=clock, kind="increment", starts_on=first, until=last, weeks=programme["length"],
                name="Programme increment",
            )  # fmt: skip
        for baseline in content["baseline"]:
            at = calendar.at(baseline["week"], 17)
            roadmap.create_snapshot(actor=actor, clock=clock, name=baseline["name"], at=at, note=baseline["note"])


def _launch(names: Names, calendar: Calendar, actor: Actor, clock: Clock, launch: Mapping[str, Any]) -> None:
    precision = launch.get("precision", "day")
    start, end = (calendar.day(week) for week in launch["weeks"])
    values = {name: launch[name] for name in ("name", "tier", "state", "audiences", "message", "faq") if name in launch}
    launch_id = roadmap.add_setting(
        actor=actor,
        clock=clock,
        kind="launch",
        values=values
        | {
            "owner_id": names.people[launch["owner"]],
            "area_id": names.areas.get(launch.get("area", "")),
            "start_on": period_start(start, precision),
            "start_precision": precision,
            "end_on": period_end(end, precision),
            "end_precision": precision,
        },
    )
    items = [names.items[title] for title in launch["items"] if title in names.items]
    roadmap.bind_launch(actor=actor, clock=clock, launch_id=launch_id, item_ids=items, release_ids=[])
    for place, (title, done) in enumerate(launch["checks"]):
        check = {"launch_id": launch_id, "title": title, "done": done, "position": place}
        roadmap.add_setting(actor=actor, clock=clock, kind="launch_check", values=check)
    for part, person, ready in launch["ready"]:
        waits = {"launch_id": launch_id, "part": part, "person_id": names.people[person]}
        ready_id = roadmap.add_setting(actor=actor, clock=clock, kind="launch_ready", values=waits)
        if ready:
            roadmap.confirm_ready(actor=names.actor(person), clock=clock, ready_id=ready_id, ready=True)
    if "verdict" in launch:
        roadmap.decide_launch(
            actor=names.actor(launch["owner"]), clock=clock, launch_id=launch_id, verdict=launch["verdict"],
            reason=launch["reason"],
        )  # fmt: skip


def _sprints(names: Names, calendar: Calendar, actor: Actor, clock: Clock, sprints: Mapping[str, Any]) -> None:
    first, last = (calendar.day(week) for week in sprints["weeks"])
    made = roadmap.generate_increments(
        actor=actor,
        clock=clock,
        kind="sprint",
        starts_on=first,
        until=last,
        weeks=2,
        team_id=names.teams[sprints["team"]],
    )
    for title in sprints["items"]:
        if title in names.items:
            roadmap.set_increments(actor=actor, clock=clock, item_id=names.items[title], increment_ids=made[4:8])
