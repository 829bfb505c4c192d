"""What kinds of notices there are, and what turns the log into them: domains register both, when they start.

A rule is given one change set with all its changes and says what happened, to which record, and who should know why::

    register_kind(NoticeKind("changed", "Something you watch changed", ...))
    register_notice("changed", entities={"item"}, rule=told_of_items)

Who did it is never told. Nor is anybody of imports, synchronisation, or history from elsewhere.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from trimtab.core.actors import Actor
from trimtab.core.ledger import LoggedChange


class Mode(StrEnum):
    """What a person wants of one kind through one channel."""

    OFF = "off"
    NOW = "now"
    DIGEST = "digest"


class Channel(StrEnum):
    """What a preference speaks of; ``chat`` is the person's own Slack or Teams channel."""

    INBOX = "inbox"
    MAIL = "mail"
    CHAT = "chat"


MODES: Final[Mapping[Channel, tuple[Mode, ...]]] = {
    Channel.INBOX: (Mode.OFF, Mode.NOW),
    Channel.MAIL: (Mode.OFF, Mode.NOW, Mode.DIGEST),
    Channel.CHAT: (Mode.OFF, Mode.NOW, Mode.DIGEST),
}


class Why(StrEnum):
    """Why somebody is told, strongest first: one who has several reasons is told for the first of them."""

    MENTIONED = "mentioned"
    REPLIED = "replied"
    ASKED = "asked"
    ASSIGNED = "assigned"
    CONCERNED = "concerned"
    OWNER = "owner"
    WATCHER = "watcher"


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """``direct``: meant for the person by name, so that a muted record does not keep it back. ``merges``: several
    within a short time are one line of the inbox. ``delay_s`` is how long it waits for others before it is sent."""

    key: str
    label: str
    position: int
    direct: bool = False
    merges: bool = False
    delay_s: int = 0
    mail: Mode = Mode.NOW
    chat: Mode = Mode.NOW

    def default(self, channel: Channel) -> Mode:
        """What a person gets who has not chosen."""
        return {Channel.INBOX: Mode.NOW, Channel.MAIL: self.mail, Channel.CHAT: self.chat}[channel]


@dataclass(frozen=True, slots=True)
class SeenSet:
    """A change set as a rule sees it: who wrote, when it was true, and all changes of the entities that rules read.

    ``person_id`` is the actor as a person of the workspace, where they are one. ``reader`` is who a rule reads as.
    """

    reader: Actor
    id: UUID
    at: datetime
    actor_id: UUID | None
    person_id: UUID | None
    actor_name: str
    note: str
    batch_id: UUID | None
    changes: tuple[LoggedChange, ...]

    def of(self, entity: str, ops: str = "IUD") -> list[LoggedChange]:
        """Its changes to one kind of record, of the given operations."""
        return [change for change in self.changes if change.entity == entity and change.op in ops]


@dataclass(frozen=True, slots=True)
class Line:
    """A value before and after, in words; None is missing."""

    label: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Tell:
    """What happened to one record, and who should know it why. ``text`` goes on after the actor's name.

    ``to`` may name people who will not be told after all: whoever did it, who may not see the record, who muted it.
    ``source_id`` is the record that changed, where that is another (a comment).
    """

    entity: str
    record_id: UUID
    text: str
    to: Mapping[UUID, Why]
    lines: tuple[Line, ...] = ()
    source_id: UUID | None = None
    own_too: bool = field(default=False, kw_only=True)
    """Whether it is news for the actor as well: the end of long work that they began."""


Rule = Callable[[SeenSet], Iterable[Tell]]


@dataclass(frozen=True, slots=True)
class RegisteredRule:
    kind: str
    entities: frozenset[str]
    rule: Rule


_kinds: dict[str, NoticeKind] = {}
_rules: dict[tuple[str, str], RegisteredRule] = {}


def register_kind(kind: NoticeKind) -> None:
    """Let there be notices of a kind; people can then choose how they want them."""
    _kinds[kind.key] = kind


def register_notice(kind: str, *, entities: Iterable[str], rule: Rule) -> None:
    """Run ``rule`` on every change set that touches one of ``entities``; what it tells is of ``kind``."""
    _rules[kind, f"{rule.__module__}.{rule.__qualname__}"] = RegisteredRule(kind, frozenset(entities), rule)


def kinds() -> list[NoticeKind]:
    """All kinds, in the order in which people see them."""
    return sorted(_kinds.values(), key=lambda kind: (kind.position, kind.key))


def kind_of(key: str) -> NoticeKind:
    """The kind of this key; one that nobody registers any more is shown by its key."""
    return _kinds.get(key) or NoticeKind(key, key.replace("_", " ").capitalize(), 999)


def is_kind(key: str) -> bool:
    return key in _kinds


def rules() -> list[RegisteredRule]:
    return list(_rules.values())


def entities_read() -> frozenset[str]:
    """Every kind of record that some rule reads."""
    return frozenset().union(*(rule.entities for rule in _rules.values()))


_operations: dict[str, str] = {}


def register_operation(task: str, kind: str) -> None:
    """Tell whoever began an operation of the kind ``task`` when it ends, in a notice of ``kind``."""
    _operations[task] = kind


def operations() -> Mapping[str, str]:
    """Kind of operation → kind of notice."""
    return _operations
