"""The sample company as it is written down in ``content/*.toml``: who works there and what they plan."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

LINES = ("transport", "warehouse", "visibility", "platform")
_CHILDREN = {"bet": "initiative", "initiative": "feature"}


@dataclass(frozen=True, slots=True)
class Team:
    """``members`` begins with the lead and the product manager."""

    key: str
    name: str
    mission: str
    members: tuple[str, ...]

    @property
    def lead(self) -> str:
        return self.members[0]

    @property
    def manager(self) -> str:
        return self.members[1]

    @property
    def builders(self) -> tuple[str, ...]:
        return self.members[2:]


@dataclass(frozen=True, slots=True)
class Planned:
    """A bet, an initiative or a feature. Weeks count from the current Monday.

    ``first`` is the plan at the beginning (start, end), ``final`` how it ended or stands; ``slips`` are the reasons
    given on the way from one to the other; ``added`` is the week in which it was thought of, when that came late.
    """

    level: str
    title: str
    text: str
    parent: str | None
    area: str
    line: str
    team: str
    also: tuple[str, ...]
    owner: str
    first: tuple[int, int]
    final: tuple[int, int]
    state: str
    benefit: int
    effort: tuple[int, int, int] | None
    slips: tuple[str, ...]
    added: int | None
    dimensions: Mapping[str, tuple[str, ...]]
    items: int
    things: tuple[str, ...]
    cases: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """``target`` waits for ``source`` (dependency), or has to do with it (relation). ``course`` tells how it went."""

    source: str
    target: str
    type: str
    course: str
    lag_days: int


@dataclass(frozen=True, slots=True)
class Handover:
    week: int
    giver: str
    taker: str
    items: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class BenefitReview:
    """In ``week`` the benefit of ``item`` was changed from ``before`` to what stands in the plan."""

    week: int
    item: str
    before: int
    note: str


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in to the sample company; ``does`` says in a few words what the person does."""

    email: str
    password: str
    name: str
    role: str
    does: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything written about the company, in the order in which it is written."""

    company: Mapping[str, Any]
    teams: tuple[Team, ...]
    staff: Mapping[str, str]
    accounts: tuple[Account, ...]
    planned: tuple[Planned, ...]
    dependencies: tuple[Link, ...]
    relations: tuple[Link, ...]
    handovers: tuple[Handover, ...]
    benefits: tuple[BenefitReview, ...]
    conversations: tuple[Mapping[str, Any], ...]
    watches: tuple[Mapping[str, Any], ...]

    def team(self, key: str) -> Team:
        return next(team for team in self.teams if team.key == key)

    def people(self) -> list[tuple[str, str]]:
        """Name and job title of everybody, staff first."""
        named = [(name, title) for title, name in self.staff.items()]
        for team in self.teams:
            for place, name in enumerate(team.members):
                job = ("Engineering lead", "Product manager", "Designer")[place] if place < 3 else "Engineer"
                named.append((name, f"{job}, {team.name}"))
        return named


PASSWORD = "set-the-tab"  # noqa: S105 - shown to everybody who starts the demo


@cache
def load() -> Content:
    """Read the company's files."""
    company, links, talk = _read("company"), _read("links"), _read("talk")
    teams = tuple(Team(t["key"], t["name"], t["mission"], tuple(t["members"])) for t in company["team"])
    managers = {team.key: team.manager for team in teams}
    return Content(
        company=company,
        teams=teams,
        staff=company["staff"],
        accounts=tuple(Account(password=PASSWORD, **account) for account in company["account"]),
        planned=tuple(
            planned for line in LINES for bet in _read(line)["bet"] for planned in _planned("bet", bet, {}, managers)
        ),
        dependencies=tuple(_link(link) for link in links["dependency"]),
        relations=tuple(_link(link) for link in links["relation"]),
        handovers=tuple(
            Handover(h["week"], h["from"], h["to"], tuple(h["items"]), h["note"]) for h in links["handover"]
        ),
        benefits=tuple(BenefitReview(**benefit) for benefit in links["benefit"]),
        conversations=tuple(talk["conversation"]),
        watches=tuple(talk["watch"]),
    )


def read_file(name: str) -> bytes:
    """A file that somebody attaches."""
    return resources.files("trimtab.sample").joinpath(f"content/files/{name}").read_bytes()


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("trimtab.sample").joinpath(f"content/{name}.toml").read_text("utf-8"))


def _link(raw: Mapping[str, Any]) -> Link:
    return Link(raw["from"], raw["to"], raw.get("type", "FS"), raw.get("course", ""), raw.get("lag_days", 0))


def _planned(
    level: str, raw: Mapping[str, Any], above: Mapping[str, Any], managers: Mapping[str, str]
) -> Iterator[Planned]:
    """``raw`` and everything under it; area, owner and classification come from above where they are not given."""
    inherited = {key: above[key] for key in ("area", "line", "theme", "investment", "segment") if key in above}
    own: dict[str, Any] = {"line": raw.get("area")} | inherited | dict(raw)
    weeks = own["weeks"]
    yield Planned(
        level=level,
        title=own["title"],
        text=own["text"],
        parent=above.get("title"),
        area=own["area"],
        line=own["line"],
        team=own["team"],
        also=tuple(own.get("also", ())),
        owner=own.get("owner") or managers[own["team"]],
        first=(weeks[0], weeks[1]),
        final=(weeks[2], weeks[3]),
        state=own["state"],
        benefit=own["benefit"],
        effort=tuple(own["effort"]) if "effort" in own else None,
        slips=tuple(own.get("slips", ())),
        added=own.get("added"),
        dimensions={
            "theme": (own["theme"],),
            "investment_category": (own["investment"],),
            "segment": tuple(own["segment"]),
        },
        items=own.get("items", 0),
        things=tuple(own.get("things", ())),
        cases=tuple(own.get("cases", ())),
        titles=tuple(own.get("titles", ())),
    )
    below = _CHILDREN.get(level)
    for child in own.get(below, ()) if below else ():
        yield from _planned(str(below), child, own, managers)
