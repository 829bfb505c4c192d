"""An event with 500 watchers, and a worker that is killed 200 times while people write."""

import os
import statistics
import time
from datetime import UTC, datetime

from django.test import override_settings

from bench.bench import Bench
from bench.cpu import of_process
from bench.server import free_port
from tests import killed

WATCHERS, EVENTS, KILLS = 500, 20, 200
KILLED_WATCHERS = 25


def measure(bench: Bench) -> None:
    """In process, as the worker does it: from the change's commit to the commit of all its notices."""
    os.environ |= bench.environment
    _queued(bench)
    _killed(bench)


def _queued(bench: Bench) -> None:
    from trimtab.collab.notices.services import following
    from trimtab.core.actors import Clock

    place = killed.make_place(WATCHERS)
    workspace = place.admin.workspace_id
    with override_settings(EMAIL_HOST="127.0.0.1"):  # deliveries are queued as well
        while following.read_on(workspace, Clock(datetime.now(UTC))):
            pass
        spent, took = [], []
        for turn in range(EVENTS):
            place.change(turn)
            cpu, began = _cpu_ns(), time.perf_counter()
            following.read_on(workspace, Clock(datetime.now(UTC)))
            spent.append((_cpu_ns() - cpu) / 1e6)
            took.append((time.perf_counter() - began) * 1000)
    note = f"median of {EVENTS}; {statistics.median(took):.0f} ms on the clock; lines, words and mail"
    bench.tell("notices of an event with 500 watchers, queued", statistics.median(spent), "ms CPU", 200, note=note)


def _cpu_ns() -> int:
    """What this process and its own backend of the database have used."""
    from django.db import connection

    return of_process(os.getpid()) + of_process(connection.connection.info.backend_pid)


def _killed(bench: Bench) -> None:
    port = free_port()
    environment = bench.environment | {"TRIMTAB_SMTP_URL": f"smtp://127.0.0.1:{port}"}
    place = killed.make_place(KILLED_WATCHERS)
    smtp = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with killed.postbox(port) as box, override_settings(**smtp, EMAIL_BACKEND=backend):
        found = killed.run(place, killed.Forked(environment), box, kills=KILLS, seed=7)
    note = f"{found.kills} kills, {found.events} events, {found.told:,} told, {found.letters} letters"
    bench.tell("notices doubled by kills of the worker", found.doubled, "notices", 0, note=note)
    bench.tell("notices lost by kills of the worker", found.missing, "notices", 0)
    bench.tell("letters sent again under the same name", found.repeated, "letters", note="killed while they were taken")
