"""The sample company before its first plan: people, teams, areas, fields; and the names that stand for ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from trimtab.accounts import public as accounts
from trimtab.core import query, scope
from trimtab.core.actors import Actor, ActorKind, Clock, Origin, Role
from trimtab.roadmap import public as roadmap
from trimtab.sample.content import Content
from trimtab.sample.events import TRACKER, Calendar, period_end, period_start
from trimtab.sample.stories import release_of


@dataclass(slots=True)
class Names:
    """What the script calls by name, by id. ``phases`` is by track, then phase; ``values`` by dimension, then value."""

    workspace_id: UUID
    people: dict[str, UUID] = field(default_factory=dict)
    users: dict[str, UUID] = field(default_factory=dict)
    teams: dict[str, UUID] = field(default_factory=dict)
    areas: dict[str, UUID] = field(default_factory=dict)
    levels: dict[str, UUID] = field(default_factory=dict)
    tracks: dict[str, UUID] = field(default_factory=dict)
    phases: dict[str, dict[str, UUID]] = field(default_factory=dict)
    values: dict[str, dict[str, UUID]] = field(default_factory=dict)
    dimensions: dict[str, UUID] = field(default_factory=dict)
    releases: dict[str, UUID] = field(default_factory=dict)
    fields: dict[str, roadmap.FieldShape] = field(default_factory=dict)
    items: dict[str, UUID] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """Somebody of the company at the screen, or the tracker's connection."""
        if name == TRACKER:
            connection, sync = ActorKind.CONNECTION, Origin.SYNC
            return Actor(None, self.workspace_id, Role.ADMIN, name, kind=connection, origin=sync)
        return Actor(
            self.users.get(name), self.workspace_id, Role.ADMIN, name, origin=Origin.UI, person_id=self.people[name]
        )


def create_company(content: Content, calendar: Calendar, *, slug: str) -> Names:
    """Everything that the plan points to, there since the first day of the history."""
    began = calendar.at(-calendar.history_weeks, 7)
    company = content.company
    for account in content.accounts:
        if accounts.find_user(account.email) is None:
            accounts.create_user(email=account.email, name=account.name, password=account.password, sample=True)
    admin = accounts.create_workspace(
        creator_email=content.accounts[0].email,
        clock=Clock(began),
        origin=Origin.UI,
        slug=slug,
        name=company["name"],
        prefix=company["prefix"],
        timezone=company["timezone"],
        currency=company["currency"],
        benefit_unit=company["benefit_unit"],
    )
    names = Names(admin.workspace_id)
    names.users = {account.name: _user_id(account.email) for account in content.accounts}
    with scope.workspace(admin.workspace_id):
        roadmap.create_defaults(actor=admin)
        _people(content, names, admin, began)
        _teams(content, names, admin, began)
        _settings(content, names, admin, began)
        _releases(calendar, names, admin, began)
        _known(names, admin)
    return names


def _user_id(email: str) -> UUID:
    user = accounts.find_user(email)
    assert user is not None
    return user.id


def _people(content: Content, names: Names, admin: Actor, began: datetime) -> None:
    clock, titles = Clock(began + timedelta(minutes=5)), dict(content.people())
    by_name = {account.name: account for account in content.accounts}
    names.people[admin.name] = admin.person_id or admin.workspace_id
    for name, title in titles.items():
        if name != admin.name:
            email = by_name[name].email if name in by_name else ""
            person = accounts.create_person(actor=admin, clock=clock, name=name, email=email, title=title)
            names.people[name] = person.id
    for account in content.accounts[1:]:
        accounts.add_member(actor=admin, clock=clock, email=account.email, role=Role(account.role))


def _teams(content: Content, names: Names, admin: Actor, began: datetime) -> None:
    clock = Clock(began + timedelta(minutes=20))
    for team in content.teams:
        made = accounts.create_team(
            actor=admin, clock=clock, name=team.name, key=team.key, kind="product", mission=team.mission
        )
        names.teams[team.key] = made.id
        for name in team.members:
            accounts.add_team_member(
                actor=admin,
                clock=clock,
                team_id=made.id,
                person_id=names.people[name],
                starts_on=began.date(),
                lead=name == team.lead,
            )


def _settings(content: Content, names: Names, admin: Actor, began: datetime) -> None:
    clock, company = Clock(began + timedelta(minutes=40)), content.company

    def add(kind: str, **values: Any) -> UUID:
        return roadmap.add_setting(actor=admin, clock=clock, kind=kind, values=values)

    root = add("area", name=company["name"], owner_id=names.people["Helena Brandão"])
    for place, (line, products) in enumerate(company["lines"].items()):
        owner = names.people[company["line_owners"][line]]
        names.areas[line] = add("area", name=line, parent_id=root, owner_id=owner, rank=f"{place:02}")
        for position, product in enumerate(products):
            names.areas[product] = add("area", name=product, parent_id=names.areas[line], rank=f"{position:02}")
    known = {dimension.key: dimension for dimension in roadmap.get_config(admin).dimensions}
    for dimension in company["dimension"]:
        key = dimension["key"]
        there = known.get(key)
        owner = there.id if there else add("dimension", key=key, name=dimension["name"], multiple=True, position=5)
        for position, (value, (label, color)) in enumerate(dimension["values"].items()):
            add("dimension_value", dimension_id=owner, key=value, name=label, color=color, position=position)
    for value in known["investment_category"].values:
        share = {"target_share": Decimal(str(company["shares"][value.key]))}
        roadmap.update_setting(actor=admin, clock=clock, kind="dimension_value", record_id=value.id, changes=share)
    for position, custom in enumerate(company["field"]):
        options = [{"key": key, "name": label} for key, label in custom.get("options", {}).items()]
        add("custom_field", **{**custom, "options": options, "position": position})
    _freshness(names, admin, clock)


def _freshness(names: Names, admin: Actor, clock: Clock) -> None:
    """What must be looked at now and then, from the first day on: a health stated then holds as long."""
    levels = {level.key: level.id for level in roadmap.get_config(admin).levels}
    for watched, level, days in (("health", None, 21), ("health", "bet", 45), ("timeframe", "initiative", 60)):
        values = {"field": watched, "level_id": levels[level] if level else None, "days": days}
        roadmap.add_setting(actor=admin, clock=clock, kind="freshness_rule", values=values)


def set_layouts(names: Names, clock: Clock) -> None:
    """What bets and initiatives show and must have, once the history is played: nobody owed it before."""
    admin = names.actor(next(iter(names.users)))
    for level, sections in LAYOUTS.items():
        values = {
            "level_id": names.levels[level],
            "sections": [
                {"name": name, "fields": [{"field": field, "required": since} for field, since in fields.items()]}
                for name, fields in sections.items()
            ],
        }
        with scope.workspace(names.workspace_id):
            roadmap.add_setting(actor=admin, clock=clock, kind="layout", values=values)


def look_again(names: Names, clock: Clock) -> None:
    """Two of three healths that have expired are found still true; the others stay as people forgot them."""
    admin = names.actor(next(iter(names.users)))
    with scope.workspace(names.workspace_id):
        question = {"source": "item", "text": "health.source:expired sort:ref", "columns": ["ref"]}
        for place, row in enumerate(query.rows(admin, clock, question)):
            if place % 3:
                roadmap.confirm_fields(actor=admin, clock=clock, item_id=UUID(row["id"]), fields=["health"])


LAYOUTS: dict[str, dict[str, dict[str, str | None]]] = {
    "bet": {
        "Why": {"benefit": "doing", "dim.investment_category": None, "deal_value": None},
        "Who and when": {"owner": "always", "sponsor": None, "timeframe": "doing", "horizon": None},
    },
    "initiative": {
        "Who and when": {"owner": "doing", "team": "doing", "timeframe": "doing", "horizon": None},
        "Customers": {"promised": None, "pilot_customer": None, "deal_value": None, "security_review_on": "done"},
    },
}
"""By level: sections with their fields, and from when on each is required."""


def _releases(calendar: Calendar, names: Names, admin: Actor, began: datetime) -> None:
    """One a quarter, from the beginning of the history to a year from now."""
    day, clock = calendar.first_day, Clock(began + timedelta(minutes=50))
    while day < calendar.monday + timedelta(weeks=60):
        name = release_of(day)
        values = {"key": name.replace(".", "-"), "name": name, **_quarter(day)}
        names.releases[name] = roadmap.add_setting(actor=admin, clock=clock, kind="release", values=values)
        day = period_end(day, "quarter") + timedelta(days=1)


def _quarter(day: date) -> Mapping[str, date]:
    return {"starts_on": period_start(day, "quarter"), "released_on": period_end(day, "quarter")}


def _known(names: Names, admin: Actor) -> None:
    known = roadmap.get_config(admin)
    names.levels = {level.key: level.id for level in known.levels}
    names.tracks = {track.key: track.id for track in known.tracks}
    names.dimensions = {dimension.key: dimension.id for dimension in known.dimensions}
    names.values = {d.key: {value.key: value.id for value in d.values} for d in known.dimensions}
    names.phases = {
        track.key: {phase.key: phase.id for phase in known.phases if phase.track_id == track.id}
        for track in known.tracks
    }
    names.fields = roadmap.field_shapes(admin)
