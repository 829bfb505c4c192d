"""A worker that follows the log and sends mail, killed with SIGKILL at random moments while people write.

Afterwards everything that should be told is counted: per event and person there must be one notice, whenever it died.
"""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ENOUGH_S = 0.45
"""A worker is killed within this time from its start: while it connects, reads, writes, sends or waits."""
STARTING_S = 4.0
"""The same for the real command, which takes its time to start."""
_COUNTS = """
select h.event, h.person_id, count(*) from scoped.happening h where h.record_id = %s and h.person_id is not null
group by 1, 2
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``doubled`` and ``missing`` count notices; ``repeated`` counts letters that came again under the same name."""

    kills: int
    events: int
    told: int
    doubled: int
    missing: int
    letters: int
    repeated: int


class Postbox:
    """Takes every letter, slowly enough to be killed over, and remembers its name."""

    def __init__(self) -> None:
        self.names: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        text = content if isinstance(content, str) else content.decode("utf-8", "replace")
        self.names += [line for line in text.splitlines() if line.lower().startswith("message-id:")][:1]
        return "250 Taken"


@contextmanager
def postbox(port: int) -> Iterator[Postbox]:
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def follow() -> None:
    """What the worker runs beside its jobs, in a process of its own, until it is killed."""
    import django

    django.setup()
    from trimtab.core import followers

    with followers.running():
        signal.pause()


@dataclass(slots=True)
class Forked:
    """Workers that start within milliseconds: the code is loaded once, each is a process of its own."""

    environment: dict[str, str]
    enough_s: float = ENOUGH_S

    def start(self) -> Callable[[], None]:
        """Start one; gives what kills it."""
        os.environ |= self.environment  # the server of forks loads the settings when it starts
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.killed_preload", "tests.killed"])
        process = context.Process(target=follow, daemon=True)
        process.start()

        def kill() -> None:
            process.kill()
            process.join()

        return kill


@dataclass(slots=True)
class Commanded:
    """The real thing: ``trimtab worker``."""

    environment: dict[str, str]
    enough_s: float = STARTING_S

    def start(self) -> Callable[[], None]:
        """Start one; gives what kills it."""
        process = subprocess.Popen(
            [sys.executable, "-m", "trimtab.cli", "worker"],
            env=os.environ | self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

        def kill() -> None:
            process.kill()
            process.wait()

        return kill


@dataclass(slots=True)
class Place:
    """A workspace in which everybody watches one item."""

    admin: Any
    item: UUID
    watchers: list[UUID]
    events: int = 0

    def change(self, turn: int) -> None:
        """One event: the item gets another owner, who is told by mail at once; all the others are told as watchers."""
        from trimtab.core import scope
        from trimtab.core.actors import Clock
        from trimtab.roadmap import public as roadmap

        with scope.workspace(self.admin.workspace_id):
            changes = {"owner_id": self.watchers[turn % len(self.watchers)]}
            roadmap.update_item(actor=self.admin, clock=Clock(datetime.now(UTC)), item_id=self.item, changes=changes)
        self.events += 1


def make_place(watchers: int) -> Place:
    """A workspace with so many members who all watch its item. Its admin, who changes it, is not one of them."""
    from tests.members import founded, members
    from trimtab.collab.models import Watcher
    from trimtab.core import ledger, scope
    from trimtab.core.actors import Clock
    from trimtab.core.bulk import insert_rows
    from trimtab.core.ids import new_id
    from trimtab.roadmap import public as roadmap

    clock = Clock(datetime.now(UTC))
    admin = founded(clock)
    with scope.workspace(admin.workspace_id):
        roadmap.create_defaults(actor=admin)
        people = members(admin, clock, watchers)
        level = roadmap.get_config(admin).levels[0].id
        values = {"title": "What everybody watches", "level_id": level}
        item = roadmap.create_item(actor=admin, clock=clock, values=values).id
        with ledger.change_set(admin, at=clock.now):
            about = {"subject_entity": "item", "subject_id": item}
            rows = [{"id": str(new_id()), "person_id": str(person), **about} for person in people]
            insert_rows(Watcher, admin.workspace_id, rows)
    return Place(admin, item, people)


def run(place: Place, workers: Forked | Commanded, box: Postbox, *, kills: int, seed: int) -> Outcome:
    """Write and kill ``kills`` times, let a last reader finish, and count."""
    draw = random.Random(seed)
    for turn in range(kills):
        place.change(turn)
        kill = workers.start()
        longest_s = workers.enough_s * draw.choice((1, 4))  # some live long enough to send
        dies_at = time.monotonic() + draw.random() * longest_s
        while (left := dies_at - time.monotonic()) > 0:
            time.sleep(min(left, draw.random() * 0.2))
            if draw.random() < 0.5:
                place.change(turn + draw.randrange(1, len(place.watchers)))
        kill()
    _finish(place)
    return _counted(place, box, kills)


def _finish(place: Place) -> None:
    """What a worker that lives would do, until nothing is left; claims of dead ones have run out by then."""
    from trimtab.collab.notices.services import following, sending
    from trimtab.core.actors import Clock

    workspace = place.admin.workspace_id
    while following.read_on(workspace, Clock(datetime.now(UTC))):
        pass
    while sending.send_due(workspace, Clock(datetime.now(UTC) + timedelta(minutes=10))):
        pass


def _counted(place: Place, box: Postbox, kills: int) -> Outcome:
    from django.db import connection

    from trimtab.core import scope

    with scope.workspace(place.admin.workspace_id), connection.cursor() as cursor:
        cursor.execute(_COUNTS, [place.item])
        counts = {(event, person): count for event, person, count in cursor.fetchall()}
        cursor.execute(
            "select count(*) from ledger_change where entity = 'item' and op = 'U' and entity_id = %s", [place.item]
        )
        events = cursor.fetchone()[0]
    letters = Counter(box.names)
    return Outcome(
        kills=kills,
        events=events,
        told=sum(counts.values()),
        doubled=sum(count - 1 for count in counts.values()),
        missing=events * len(place.watchers) - len(counts),
        letters=len(letters),
        repeated=sum(count - 1 for count in letters.values()),
    )
