"""Notices in words: why somebody is told, where it leads, and what one message out of several says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from trimtab.accounts.public import WorkspaceView
from trimtab.collab.notices import queries
from trimtab.collab.notices.kinds import Why
from trimtab.collab.notices.models import Happening
from trimtab.collab.subjects import About
from trimtab.settings import CURRENT

_OWN: Final = {
    Why.MENTIONED: "You were mentioned.",
    Why.REPLIED: "You take part in the conversation that was answered.",
    Why.ASKED: "You were asked, or your question was answered.",
    Why.ASSIGNED: "You were made its owner.",
    Why.CONCERNED: "It is about you or about something that you began.",
    Why.OWNER: "You own it.",
    Why.WATCHER: "You watch it.",
}
_FOR_ANOTHER: Final = {
    Why.MENTIONED: "were mentioned",
    Why.REPLIED: "take part in the conversation that was answered",
    Why.ASKED: "were asked, or their question was answered",
    Why.ASSIGNED: "were made its owner",
    Why.CONCERNED: "are concerned by it",
    Why.OWNER: "own it",
    Why.WATCHER: "watch it",
}
_PLACES: dict[str, str] = {
    queries.BATCH: "/history",
    queries.OPERATION: "/history",
    queries.MEMBERSHIP: "/settings",
}


def leads_to(entity: str, path: str) -> None:
    """Say where a kind of record is looked at: a path inside the workspace, with ``{id}`` in it."""
    _PLACES[entity] = path


def path_of(entity: str, record_id: UUID) -> str:
    """Where the record is looked at, inside the workspace."""
    return _PLACES.get(entity, "/inbox").format(id=record_id)


def url_of(workspace: WorkspaceView, path: str) -> str:
    """A path of a workspace as an address that works from outside."""
    return f"{CURRENT.public_url}/w/{workspace.slug}{path}"


def why(reasons: Iterable[Mapping[str, str | None]], names: Mapping[str, str]) -> list[str]:
    """Each reason as a sentence. ``names`` maps people's ids to what they are called."""
    return list(dict.fromkeys(_sentence(reason, names) for reason in reasons))


def _sentence(reason: Mapping[str, str | None], names: Mapping[str, str]) -> str:
    cause = Why(str(reason["why"]))
    absent = reason.get("stands_for")
    if absent is None:
        return _OWN[cause]
    return f"You stand in for {names.get(absent, 'somebody')}, who is away: they {_FOR_ANOTHER[cause]}."


@dataclass(frozen=True, slots=True)
class Entry:
    """One happening as a message tells it. ``url`` is where it leads, ``notice_url`` where it can be asked why."""

    about: About
    actor: str
    text: str
    lines: list[Mapping[str, str | None]]
    why: list[str]
    at: datetime
    url: str
    notice_url: str

    @property
    def title(self) -> str:
        return f"{self.about.ref} {self.about.title}".strip()

    @property
    def sentence(self) -> str:
        """Who did what, without the record."""
        return f"{self.actor} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out at once: one entry or several, for one person or one channel."""

    id: UUID
    workspace: str
    entries: list[Entry]
    digest: bool
    inbox_url: str
    preferences_url: str

    @property
    def subject(self) -> str:
        if len(self.entries) == 1:
            only = self.entries[0]
            return f"{only.title}: {only.sentence}"
        titles = list(dict.fromkeys(entry.title for entry in self.entries))
        more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
        return f"{len(self.entries)} updates in {self.workspace}: {titles[0]}{more}"


def entry(workspace: WorkspaceView, happening: Happening, about: About, names: Mapping[str, str]) -> Entry:
    """A happening as it is told today."""
    notice = f"?notice={happening.notice_id}" if happening.notice_id else ""
    return Entry(
        about=about,
        actor=happening.actor_name,
        text=happening.text,
        lines=happening.lines,
        why=why(happening.reasons, names),
        at=happening.at,
        url=url_of(workspace, path_of(happening.entity, happening.record_id)),
        notice_url=url_of(workspace, f"/inbox{notice}"),
    )
