"""How a person wants to be told: what through which channel, when, when not, and who stands in for them."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from trimtab.collab.notices import kinds, queries
from trimtab.collab.notices.kinds import MODES, Channel
from trimtab.collab.notices.models import NoticeSettings
from trimtab.collab.services.common import require_personal
from trimtab.core.actors import Actor
from trimtab.core.errors import Invalid

FIELDS: Final = frozenset(
    {
        "timezone", "digest", "digest_minute", "digest_weekday", "quiet_from", "quiet_until", "quiet_weekends",
        "stand_in_id", "away_from", "away_until",
    }
)  # fmt: skip
LONGEST_AWAY_DAYS: Final = 366


def settings_of(actor: Actor) -> NoticeSettings:
    """The actor's own; the defaults, not kept anywhere, if they never chose. Raises Forbidden, NoPerson."""
    person_id = queries.me(actor)
    kept = queries.find_settings(actor.workspace_id, person_id)
    return kept or NoticeSettings(workspace_id=actor.workspace_id, person_id=person_id)


def change_settings(*, actor: Actor, changes: Mapping[str, Any]) -> NoticeSettings:
    """Write the settings in ``changes``; the others stay. ``choices`` maps kind → channel → off, now, digest, and only
    the kinds and channels in it change. Raises Forbidden, NoPerson, Invalid."""
    person_id = require_personal(actor)
    settings = queries.find_settings(actor.workspace_id, person_id, lock=True) or NoticeSettings(
        workspace_id=actor.workspace_id, person_id=person_id
    )
    for name, value in changes.items():
        if name in FIELDS:
            setattr(settings, name, value)
    if "choices" in changes:
        settings.choices = _merged(settings.choices, changes["choices"])
    _check(actor, settings)
    settings.save()
    return settings


def _merged(kept: Mapping[str, Mapping[str, str]], asked: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """What was chosen and is chosen now. Raises Invalid for what cannot be chosen."""
    merged = {kind: dict(channels) for kind, channels in kept.items()}
    for kind, channels in asked.items():
        if not kinds.is_kind(kind):
            raise _wrong("choices", f"There are no notices of the kind {kind}.")
        for channel, mode in channels.items():
            if channel not in set(Channel) or mode not in MODES[Channel(channel)]:
                raise _wrong("choices", f"{mode} is no choice for {channel}.")
            merged.setdefault(kind, {})[channel] = mode
    return merged


def _check(actor: Actor, settings: NoticeSettings) -> None:
    if settings.timezone and settings.timezone not in available_timezones():
        raise _wrong("timezone", "There is no such time zone. Try Europe/Vienna.")
    if (settings.quiet_from is None) != (settings.quiet_until is None):
        raise _wrong("quiet_until", "Quiet hours have a beginning and an end.")
    if (settings.away_from is None) != (settings.away_until is None):
        raise _wrong("away_until", "Say from which day until which you are away.")
    if settings.away_from is not None and settings.away_until is not None:
        days = (settings.away_until - settings.away_from).days
        if not 0 <= days <= LONGEST_AWAY_DAYS:
            raise _wrong("away_until", "The last day lies before the first, or more than a year after it.")
    if settings.stand_in_id is not None:
        _check_stand_in(actor, settings, settings.stand_in_id)


def _check_stand_in(actor: Actor, settings: NoticeSettings, stand_in: UUID) -> None:
    if stand_in == settings.person_id:
        raise _wrong("stand_in_id", "Somebody else must stand in for you.")
    if stand_in not in queries.recipients(actor.workspace_id):
        raise _wrong("stand_in_id", "Only a member of this workspace can stand in for you.")


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})
