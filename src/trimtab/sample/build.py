"""The one door: builds the sample company, or finds it."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from trimtab.accounts import public as accounts
from trimtab.core import ids
from trimtab.core.actors import Clock
from trimtab.sample.content import Account, Content, load
from trimtab.sample.delivery import deliver
from trimtab.sample.driver import Player
from trimtab.sample.events import Calendar, Event
from trimtab.sample.inbox import fill_inboxes
from trimtab.sample.script import SEED, write_script
from trimtab.sample.setup import Names, create_company, look_again, set_layouts


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """Where the sample company is and who may sign in; ``planned`` and ``work_items`` count its items."""

    workspace_slug: str
    workspace_name: str
    accounts: tuple[Account, ...]
    planned: int
    work_items: int
    teams: int
    people: int

    def sign_ins(self) -> str:
        """The accounts as a few lines for the terminal."""
        width = max(len(account.email) for account in self.accounts)
        rows = [f"    {account.email:<{width}}  {account.name}, {account.does}" for account in self.accounts]
        head = f"  {self.workspace_name}, the sample company. Sign in with the password {self.accounts[0].password} as"
        return "\n".join([head, *rows])


def build_sample_company(*, today: date, progress: Callable[[str], None]) -> SampleSummary:
    """Build the sample company anchored to the Monday of ``today``, or find the one that is there.

    ``progress`` is told each month of the history as it is written. All or nothing: a run that breaks off leaves none.
    """
    content = load()
    slug = content.company["slug"]
    if not _is_there(content, slug):
        events = write_script(content, today)
        with transaction.atomic():
            names = play_company(content, events, Calendar.around(today), slug=slug, progress=progress)
        fill_inboxes(content, names, max(event.at for event in events))
    return _summary(content, slug)


def play_company(
    content: Content, events: tuple[Event, ...], calendar: Calendar, *, slug: str, progress: Callable[[str], None]
) -> Names:
    """Make the company at ``slug`` and play ``events`` in it; gives what everything is called.

    The same events give the same records and ids.
    """
    seed, began = zlib.crc32(slug.encode()) + SEED, calendar.at(-calendar.history_weeks, 7)
    with ids.seeded(ids.deterministic(seed, lambda: began)):
        player = Player(create_company(content, calendar, slug=slug), began)
    with ids.seeded(ids.deterministic(seed + 1, lambda: player.clock)):
        player.play(events, progress)
        set_layouts(player.names, Clock(player.clock))
        look_again(player.names, Clock(player.clock))
        deliver(player.names, calendar)
    return player.names


def _is_there(content: Content, slug: str) -> bool:
    creator = accounts.find_user(content.accounts[0].email)
    return creator is not None and any(place.slug == slug for place in accounts.list_places(creator.id))


def _summary(content: Content, slug: str) -> SampleSummary:
    return SampleSummary(
        workspace_slug=slug,
        workspace_name=content.company["name"],
        accounts=content.accounts,
        planned=len(content.planned),
        work_items=sum(item.items for item in content.planned),
        teams=len(content.teams),
        people=len(content.people()),
    )
