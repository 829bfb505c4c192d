"""What accounts keep for a person, for whoever leaves."""

from typing import Final

from trimtab.core import holdings
from trimtab.core.holdings import Holding

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


def register() -> None:
    """Tell core. Called when the app is ready."""
    holdings.register(*HOLDINGS)
