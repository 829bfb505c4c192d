"""What people are told of dependencies: that they are asked, what was answered, and that one is at risk or broken."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from trimtab.accounts.public import fiscal_calendar, get_workspace, team_leads
from trimtab.collab import public as collab
from trimtab.collab.public import Line, NoticeKind, SeenSet, Tell, Why
from trimtab.core.actors import Clock
from trimtab.core.errors import NotFound
from trimtab.core.ledger import LoggedChange
from trimtab.core.query.database import fetch
from trimtab.roadmap.agreements import By
from trimtab.roadmap.services import standings
from trimtab.roadmap.wording import by_words

ASKED: Final = NoticeKind("dependency_asked", "Somebody waits for what you own", 21, direct=True)
ANSWERED: Final = NoticeKind("dependency_answered", "An answer to what you asked for", 22, direct=True)
STANDING: Final = NoticeKind("dependency_standing", "A dependency of yours is at risk or broken", 23)
_WORRYING: Final[Mapping[str, str]] = {"at_risk": "is at risk", "broken": "is broken"}
_ENDS: Final = """
select d.id, f.owner_id, f.team_id, t.owner_id, t.team_id
from scoped.dependency d join scoped.item f on f.id = d.from_item_id join scoped.item t on t.id = d.to_item_id
where d.id = any(%(ids)s)
"""


def register() -> None:
    """Tell collaboration. Called when the app is ready."""
    for kind in (ASKED, ANSWERED, STANDING):
        collab.register_kind(kind)
    collab.register_notice(ASKED.key, entities={"dependency"}, rule=asked)
    collab.register_notice(ANSWERED.key, entities={"dependency"}, rule=answered)
    collab.register_notice(STANDING.key, entities={"dependency_told"}, rule=stands_otherwise)


def asked(seen: SeenSet) -> Iterator[Tell]:
    """The giving side of a dependency that was asked for, asked for anew, or accepted."""
    changes = [c for c in seen.of("dependency", "IU") if c.op == "I" or _new(c, "state") in {"asked", "agreed"}]
    sides = _Sides(seen, changes)
    for change in changes:
        state, was = _new(change, "state"), _old(change, "state")
        if change.op == "I" or state == "asked":
            text = "asks for it" if change.op == "I" else "asks for it anew"
            yield from sides.tell(change, text, giving=Why.ASKED)
        elif was == "proposed" and _new(change, "promised_by") == _old(change, "proposed_by"):
            yield from sides.tell(change, "accepted the proposed date", giving=Why.CONCERNED)


def answered(seen: SeenSet) -> Iterator[Tell]:
    """The needing side, when the giving side has agreed, declined, or proposed another date."""
    changes = [c for c in seen.of("dependency", "U") if _new(c, "state") or _new(c, "proposed_by")]
    sides = _Sides(seen, changes)
    for change in changes:
        words = sides.answer(change)
        if words is not None:
            yield from sides.tell(change, words, needing=Why.CONCERNED)


def stands_otherwise(seen: SeenSet) -> Iterator[Tell]:
    """Both sides, when a dependency has come to be at risk or broken; not of what was so when it was first seen."""
    changes = [c for c in seen.of("dependency_told", "U") if _new(c, "standing") in _WORRYING]
    sides = _Sides(seen, changes)
    for change in changes:
        try:
            because = standings.get_standing(seen.reader, Clock(seen.at), change.entity_id).because
        except NotFound:
            continue  # taken back since
        lines = tuple(Line("Because", None, each.words) for each in because)
        words = f"says that it {_WORRYING[str(_new(change, 'standing'))]}"
        yield from sides.tell(change, words, giving=Why.CONCERNED, needing=Why.CONCERNED, lines=lines)


def _new(change: LoggedChange, name: str) -> Any:
    return change.fields.get(name, (None, None))[1]


def _old(change: LoggedChange, name: str) -> Any:
    return change.fields.get(name, (None, None))[0]


class _Sides:
    """Who speaks for both ends of the dependencies of one change set; looked up once."""

    def __init__(self, seen: SeenSet, changes: Iterable[LoggedChange]) -> None:
        ids = [change.entity_id for change in changes]
        self._ends = {row[0]: row[1:] for row in fetch(_ENDS, {"ids": ids})} if ids else {}
        self._leads = team_leads(seen.reader, seen.at.date()) if ids else {}
        self._calendar = fiscal_calendar(get_workspace(seen.reader))

    def tell(
        self,
        change: LoggedChange,
        text: str,
        *,
        giving: Why | None = None,
        needing: Why | None = None,
        lines: tuple[Line, ...] = (),
    ) -> Iterator[Tell]:
        """Tell one side or both; nobody of a dependency that is gone."""
        if change.entity_id not in self._ends:
            return
        giver, giving_team, taker, needing_team = self._ends[change.entity_id]
        people: dict[UUID, Why] = {}
        if needing is not None:
            people |= dict.fromkeys(self._of(taker, needing_team), needing)
        if giving is not None:
            people |= dict.fromkeys(self._of(giver, giving_team), giving)
        if people:
            yield Tell("dependency", change.entity_id, text, people, lines=lines)

    def _of(self, owner: UUID | None, team: UUID | None) -> frozenset[UUID]:
        if owner is not None:
            return frozenset({owner})
        return self._leads.get(team, frozenset()) if team is not None else frozenset()

    def answer(self, change: LoggedChange) -> str | None:
        """What the giving side said, in words; None where the change is no answer of theirs."""
        state = _new(change, "state")
        if state == "agreed" and _old(change, "state") != "proposed":
            return self._dated("agreed", change, "promised")
        if state == "agreed" and _new(change, "promised_by") != _old(change, "proposed_by"):
            return self._dated("agreed", change, "promised")
        if state == "declined":
            return f"declined: {_new(change, 'reason')}"
        if _new(change, "proposed_by") is not None:
            return self._dated("proposes another date,", change, "proposed")
        return None

    def _dated(self, words: str, change: LoggedChange, name: str) -> str:
        day, precision = _new(change, f"{name}_by"), _new(change, f"{name}_precision")
        if day is None:
            return words.rstrip(",")
        return f"{words} {by_words(By(date.fromisoformat(str(day)), precision or 'day'), self._calendar)}"
