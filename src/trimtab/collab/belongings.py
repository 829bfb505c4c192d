"""What talk keeps for a person who leaves, and for a team that becomes another."""

from typing import Final

from trimtab.core import holdings, organisation, retention

_SUBJECT: Final = ("subject_entity", "subject_id")
WATCHES: Final = holdings.Holding(
    "watches",
    "What they watch",
    "watcher",
    "collab_watcher",
    "person_id",
    "(select i.title from roadmap_item i where i.workspace_id = r.workspace_id and i.id = r.subject_id)",
    where="not r.muted",
    once=_SUBJECT,
)
MENTIONS: Final = organisation.Holding(
    "team", "mentions", "Mentions", "collab_mention", "team_id", "r.handle", once=("comment_id", "person_id")
)
KEPT: Final = (retention.Kept("notices", "Notices that are done", "collab_notice", "r.done_at < %(before)s", 365, 7),)


def register() -> None:
    """Tell core. Called when the app is ready."""
    holdings.register(WATCHES)
    organisation.register(MENTIONS)
    retention.register(*KEPT)
