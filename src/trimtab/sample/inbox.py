"""Those who can sign in have a lively inbox: they watch the plan, and are told of its last days."""

from datetime import datetime

from trimtab.accounts import public as accounts
from trimtab.collab import public as collab
from trimtab.core import followers, ledger, scope
from trimtab.core.actors import Clock, Origin
from trimtab.sample.content import Content
from trimtab.sample.setup import Names


def fill_inboxes(content: Content, names: Names, now: datetime) -> None:
    """Everybody with a sign-in watches what is planned; then they are told what happened up to ``now``."""
    admin, clock = accounts.system_actor(names.workspace_id, origin=Origin.IMPORT), Clock(now)
    with scope.workspace(names.workspace_id):
        batch = ledger.open_batch(admin, clock, "sample", "Who watches what")
        people = [names.people[account.name] for account in content.accounts]
        pairs = [(names.items[item.title], person) for item in content.planned for person in people]
        collab.import_watchers(admin, clock, batch, "item", pairs)
    followers.read_all(names.workspace_id, clock)
