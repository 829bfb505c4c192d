"""People and their places in teams, many at once: from a pasted table or CSV, looked at first, then in one batch."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from trimtab.accounts.models import Person, Team, TeamMember
from trimtab.accounts.services.teams import create_team
from trimtab.core import ledger, scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import Invalid, TooLarge
from trimtab.core.ids import new_id

MOST: Final = 5_000
"""Rows that are taken at once."""
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "full name", "person", "display name"),
    "email": ("email", "e-mail", "mail", "e-mail address", "email address"),
    "title": ("title", "job title", "role", "position"),
    "team": ("team", "squad", "group"),
    "starts_on": ("from", "start", "starts", "start date", "since"),
    "ends_on": ("to", "until", "end", "ends", "end date"),
    "share": ("share", "fte", "allocation", "percent", "%"),
}
_ORDER: Final = ("name", "email", "team", "starts_on", "ends_on", "share")
"""What the columns are where the first row is no heading."""

Action = Literal["create", "change", "same", "refuse"]


@dataclass(slots=True)
class Line:
    """One row of the table and what becomes of it. ``row`` counts from 1 in what was pasted; ``said`` says it."""

    row: int
    name: str
    email: str
    team: str
    action: Action
    said: str = ""
    person: dict[str, Any] = field(default_factory=dict, repr=False)
    place: dict[str, Any] | None = field(default=None, repr=False)
    person_id: UUID | None = None
    team_id: UUID | None = None
    place_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """``batch_id`` undoes all of it; None where nothing was to be done. ``counts`` by what became of the rows."""

    batch_id: UUID | None
    counts: dict[str, int]


class Refused(Exception):
    """A row cannot be taken; says why."""


def preview(actor: Actor, text: str, *, new_teams: bool) -> list[Line]:
    """What each row would do, without doing it. Raises Forbidden, Invalid (no rows, no names), TooLarge."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.EDIT)
        return _Plan(actor, new_teams).of(_rows(text))


def apply(*, actor: Actor, clock: Clock, text: str, new_teams: bool) -> Applied:
    """Do what ``preview`` says in one batch; refused rows are left out. Raises as ``preview`` does."""
    with scope.workspace(actor.workspace_id):
        actor.require(Permission.EDIT)
        lines = _Plan(actor, new_teams).of(_rows(text))
        counts: dict[str, int] = {}
        for line in lines:
            counts[line.action] = counts.get(line.action, 0) + 1
        if not counts.get("create") and not counts.get("change"):
            return Applied(None, counts)
        batch = ledger.open_batch(actor, clock, "bulk", "People and teams")
        teams = _make_teams(actor, clock, lines, batch)
        with ledger.change_set(actor, at=clock.now, batch=batch, note="People and teams"):
            for line in lines:
                if line.action in {"create", "change"}:
                    _write(actor, line, teams)
        return Applied(batch, counts)


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """The rows by column: comma, semicolon or tab between, with a heading or in the usual order."""
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if not lines:
        raise Invalid("There are no rows.", fields={"text": "is empty"})
    if len(lines) > MOST + 1:
        raise TooLarge(f"At most {MOST:,} people are taken at once.")
    mark = max("\t;,", key=lines[0].count)
    table = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=mark))
    heading = [_column(cell) for cell in table[0]]
    if not any(heading):
        return [(at, dict(zip(_ORDER, row, strict=False))) for at, row in enumerate(table, start=1)]
    if "name" not in heading and "email" not in heading:
        raise Invalid("A column of names or addresses is missing.", fields={"text": "has neither name nor email"})
    return [
        (at, {name: cell for name, cell in zip(heading, row, strict=False) if name})
        for at, row in enumerate(table[1:], start=2)
    ]


def _column(cell: str) -> str:
    word = cell.strip().lower()
    return next((name for name, words in COLUMNS.items() if word in words), "")


class _Plan:
    """Compares rows with what is there; later rows see what earlier ones bring."""

    def __init__(self, actor: Actor, new_teams: bool) -> None:
        people = list(Person.objects.in_workspace(actor.workspace_id))
        teams = list(Team.objects.in_workspace(actor.workspace_id))
        self._by_email = {person.email.lower(): person for person in people if person.email}
        self._by_name: dict[str, list[Any]] = {}
        for person in people:
            self._by_name.setdefault(person.name.lower(), []).append(person)
        self._teams = {word.lower(): team.id for team in teams for word in (team.key, team.name)}
        self._places = {
            (place.person_id, place.team_id): place
            for place in TeamMember.objects.in_workspace(actor.workspace_id).order_by("id")
        }
        self._new_teams = new_teams
        self._coming: dict[str, UUID] = {}

    def of(self, rows: list[tuple[int, dict[str, str]]]) -> list[Line]:
        return [self._line(row, {name: cell.strip() for name, cell in cells.items()}) for row, cells in rows]

    def _line(self, row: int, cells: dict[str, str]) -> Line:
        line = Line(row, cells.get("name", ""), cells.get("email", "").lower(), cells.get("team", ""), "same")
        try:
            self._person(line, cells)
            self._place(line, cells)
        except Refused as refused:
            line.action, line.said = "refuse", str(refused)
        return line

    def _person(self, line: Line, cells: dict[str, str]) -> None:
        _check(line)
        found = self._found(line)
        wanted = {"name": line.name, "email": line.email, "title": cells.get("title", "")}
        wanted = {name: value for name, value in wanted.items() if value}
        if found is None:
            who = line.email or line.name.lower()
            if who in self._coming:
                line.person_id = self._coming[who]
                return
            line.person_id = self._coming[who] = new_id()
            line.person = {"name": line.name or line.email.partition("@")[0], **wanted}
            line.action, line.said = "create", "New person"
            return
        line.person_id = found.id
        line.person = {name: value for name, value in wanted.items() if getattr(found, name) != value}
        if line.person:
            line.action, line.said = "change", f"Changes {', '.join(line.person)}"

    def _found(self, line: Line) -> Any:
        if line.email:
            return self._by_email.get(line.email)
        same = self._by_name.get(line.name.lower(), [])
        if len(same) > 1:
            raise Refused(f"Several people are called {line.name}: give an address.")
        return same[0] if same else None

    def _place(self, line: Line, cells: dict[str, str]) -> None:
        if not line.team:
            return
        line.team_id = self._teams.get(line.team.lower())
        if line.team_id is None and not self._new_teams:
            raise Refused(f"There is no team {line.team}.")
        values = {name: read(cells[name]) for name, read in _READ.items() if cells.get(name)}
        if values.get("starts_on") and values.get("ends_on") and values["starts_on"] > values["ends_on"]:
            raise Refused("The last day lies before the first.")
        standing = None
        if line.person_id is not None and line.team_id is not None:
            standing = self._places.get((line.person_id, line.team_id))
        if standing is not None:
            line.place_id = standing.id
            values = {name: value for name, value in values.items() if getattr(standing, name) != value}
            if not values:
                return
        line.place = values
        said = f"Changes their place in {line.team}" if standing else f"Joins {line.team}"
        line.action = line.action if line.action == "create" else "change"
        line.said = f"{line.said}; {said[0].lower()}{said[1:]}" if line.said else said


def _check(line: Line) -> None:
    if not line.name and not line.email:
        raise Refused("There is neither a name nor an address.")
    if len(line.name) > 200 or len(line.team) > 200:
        raise Refused("A name is longer than 200 characters.")
    if line.email:
        try:
            validate_email(line.email)
        except ValidationError:
            raise Refused(f"{line.email[:100]} is no e-mail address.") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text[:40]} is no day: write 2026-03-31.") from None


def _share(text: str) -> Decimal:
    """``0.5``, ``50 %`` and ``50`` all mean half of full time."""
    try:
        number = Decimal(text.removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        raise Refused(f"{text[:40]} is no share: write 0.5 or 50 %.") from None
    share = number / 100 if text.endswith("%") or number > 1 else number
    if not Decimal("0.001") <= share <= 1:
        raise Refused("A share is over 0 and at most 100 %.")
    return share.quantize(Decimal("0.001"))


_READ: Final[Mapping[str, Callable[[str], Any]]] = {"starts_on": _day, "ends_on": _day, "share": _share}


def _make_teams(actor: Actor, clock: Clock, lines: list[Line], batch: UUID) -> dict[str, UUID]:
    """The teams that are named and not there yet, by their names in lower case."""
    wanted = {line.team.lower(): line.team for line in lines if line.place is not None and line.team_id is None}
    return {
        key: create_team(actor=actor, clock=clock, name=name, batch=batch).id for key, name in sorted(wanted.items())
    }


def _write(actor: Actor, line: Line, teams: Mapping[str, UUID]) -> None:
    place = {"workspace_id": actor.workspace_id}
    if line.said.startswith("New person"):
        ledger.add(Person(**place, id=line.person_id, **line.person))
    elif line.person:
        ledger.save(Person.objects.in_workspace(actor.workspace_id).get(id=line.person_id), **line.person)
    if line.place is None or line.person_id is None:
        return
    if line.place_id is not None:
        ledger.save(TeamMember.objects.in_workspace(actor.workspace_id).get(id=line.place_id), **line.place)
    else:
        team_id = line.team_id or teams[line.team.lower()]
        ledger.add(TeamMember(**place, person_id=line.person_id, team_id=team_id, **line.place))
