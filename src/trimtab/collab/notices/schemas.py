"""What notices say over HTTP."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field


class Body(Schema):
    """A request body: unknown fields are refused rather than ignored."""

    model_config = ConfigDict(extra="forbid")


ModeWord = Literal["off", "now", "digest"]
ChannelWord = Literal["inbox", "mail", "chat"]


class NoticeLineOut(Schema):
    """A value before and after; null is missing."""

    label: str
    old: str | None
    new: str | None


class NoticeHappeningOut(Schema):
    """``text`` goes on after the actor's name."""

    id: UUID
    at: datetime
    actor: str
    text: str
    lines: list[NoticeLineOut]
    change_set_id: UUID | None


class NoticeOut(Schema):
    """A line of the inbox. ``path`` leads to the record, inside the workspace; ``told`` are the newest of its
    ``happenings``."""

    id: UUID
    kind: str
    entity: str
    record_id: UUID
    ref: str
    title: str
    path: str
    first_at: datetime
    last_at: datetime
    happenings: int
    read: bool
    done: bool
    told: list[NoticeHappeningOut]
    why: list[str]


class InboxOut(Schema):
    """``next`` is the cursor of the following page; null at the end."""

    notices: list[NoticeOut]
    next: str | None


class NoticeKindCountOut(Schema):
    kind: str
    label: str
    unread: int


class NoticeCountsOut(Schema):
    """``more``: there are at least so many; beyond 200 nobody counts."""

    unread: int
    more: bool
    kinds: list[NoticeKindCountOut]


class NoticeMarkIn(Body):
    """Marks lines: those of ``ids``, or all of a kind, or all; ``until`` leaves alone what came after that instant."""

    done_with: Literal["read", "unread", "done", "open"]
    ids: list[UUID] | None = Field(None, max_length=500)
    kind: str | None = Field(None, max_length=40)
    until: datetime | None = None


class NoticeMarkedOut(Schema):
    marked: int


class NoticeSentOut(Schema):
    via: Literal["mail", "slack", "teams"]
    state: Literal["waiting", "sending", "sent", "dead", "dropped"]
    at: datetime
    digest: bool


class NoticeWhyOut(Schema):
    kind: str
    label: str
    reasons: list[str]
    sent: list[NoticeSentOut]
    modes: dict[ChannelWord, ModeWord]
    muted: bool
    change_sets: list[UUID]


class NoticeKindOut(Schema):
    """A kind of notices with what the reader gets of it through each channel, and what there is to choose."""

    key: str
    label: str
    modes: dict[ChannelWord, ModeWord]


class NoticeSettingsOut(Schema):
    """Times of day are minutes after midnight in ``timezone`` (empty: the workspace's). ``mail`` and ``chat`` say
    whether those channels can reach the reader at all."""

    kinds: list[NoticeKindOut]
    timezone: str
    digest: Literal["daily", "weekly"]
    digest_minute: int
    digest_weekday: int
    quiet_from: int | None
    quiet_until: int | None
    quiet_weekends: bool
    stand_in_id: UUID | None
    away_from: date | None
    away_until: date | None
    mail: bool
    chat: bool


class NoticeSettingsChange(Body):
    """What is left out stays as it is."""

    choices: dict[str, dict[ChannelWord, ModeWord]] = Field(default_factory=dict, max_length=100)
    timezone: str = Field("", max_length=60)
    digest: Literal["daily", "weekly"] = "daily"
    digest_minute: int = Field(480, ge=0, lt=1440)
    digest_weekday: int = Field(0, ge=0, lt=7)
    quiet_from: int | None = Field(None, ge=0, lt=1440)
    quiet_until: int | None = Field(None, ge=0, lt=1440)
    quiet_weekends: bool = False
    stand_in_id: UUID | None = None
    away_from: date | None = None
    away_until: date | None = None


class NoticeChannelOut(Schema):
    """``host`` is all of the address that is shown. ``person_id``: the channel is that person's own."""

    id: UUID
    version: int
    name: str
    via: Literal["slack", "teams"]
    person_id: UUID | None
    kinds: list[str]
    host: str
    active: bool


class NoticeChannelIn(Body):
    name: str = Field(min_length=1, max_length=120)
    via: Literal["slack", "teams"]
    url: str = Field(min_length=8, max_length=2_000)
    person_id: UUID | None = None
    kinds: list[str] = Field(default_factory=list, max_length=100)


class NoticeChannelFields(Body):
    name: str = Field("", min_length=1, max_length=120)
    url: str = Field("", min_length=8, max_length=2_000)
    kinds: list[str] = Field(default_factory=list, max_length=100)
    active: bool = True


class NoticeChannelChange(Body):
    """``version`` is the one that was read; what ``set`` leaves out stays as it is."""

    version: int = Field(ge=1)
    set: NoticeChannelFields


class NoticeTestOut(Schema):
    """The delivery that tries the channel out."""

    delivery_id: UUID


class NoticeDeliveryOut(Schema):
    """A delivery; ``at`` is when it ended, or not before when it is tried (again)."""

    id: UUID
    via: Literal["mail", "slack", "teams"]
    person_id: UUID | None
    channel_id: UUID | None
    state: Literal["waiting", "sending", "sent", "dead", "dropped"]
    attempts: int
    error: str
    at: datetime
