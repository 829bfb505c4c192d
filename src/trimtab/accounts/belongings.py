"""What accounts keep for a person, for whoever leaves."""

from typing import Final

from trimtab.core import holdings, organisation, retention
from trimtab.core.holdings import Holding
from trimtab.core.retention import Kept

HOLDINGS: Final = (
    Holding(
        key="team_members",
        label="Places in teams",
        entity="team_member",
        table="accounts_teammember",
        column="person_id",
        title="(select t.name from accounts_team t where t.workspace_id = r.workspace_id and t.id = r.team_id)",
        where="(r.ends_on is null or r.ends_on > now()::date)",
        ends="ends_on = greatest(r.starts_on, %(today)s::date)",
    ),
)


_NAME: Final = "(select p.name from accounts_person p where p.workspace_id = r.workspace_id and p.id = r.person_id)"
OF_TEAMS: Final = (
    organisation.Holding("team", "members", "Members", "accounts_teammember", "team_id", _NAME),
    organisation.Holding("team", "teams", "Teams below", "accounts_team", "parent_id", "r.name"),
)


KEPT: Final = (
    Kept(
        "operations", "Finished work (imports, exports, jobs)", "core_operation",
        "r.ended_at < %(before)s", 180, 7,
    ),
    Kept("invitations", "Expired invitations", "accounts_invitation",
         "r.expires_at < %(before)s or r.accepted_at < %(before)s", 30),
    Kept("tokens", "Revoked and expired access tokens", "accounts_apitoken",
         "r.revoked_at < %(before)s or r.expires_at < %(before)s", 90, 7),
)  # fmt: skip


def register() -> None:
    """Tell core. Called when the app is ready."""
    holdings.register(*HOLDINGS)
    organisation.register(*OF_TEAMS)
    retention.register(*KEPT)
