"""``trimtab demo``: database, sample company, web and worker under one supervisor, on one machine, with one command."""

import errno
import fcntl
import http.client
import math
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from trimtab.ops import postgres
from trimtab.ops.supervisor import ChildEnded, Supervisor, python, say

_READY_WITHIN_S = 90
_WEB_GRACE_S = 8  # the server itself lets open streams go after 5
_WORKER_GRACE_S = 15
_CRASH_GRACE_S = 3


class CannotStart(Exception):
    """The demo cannot begin; the text says what to do about it."""


@contextmanager
def _only_one(folder: Path, address: str) -> Iterator[None]:
    """Refuse a second supervisor on the same folder. Death releases the mark."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "supervisor.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(_already_running(file, folder)) from None
        file.truncate(0)
        file.write(f"{os.getpid()} {address}")
        file.flush()
        yield
        file.truncate(0)


def _already_running(file: IO[str], folder: Path) -> str:
    file.seek(0)
    pid, _, address = file.read().partition(" ")
    return (
        f"Trimtab runs already with the data in {folder}: process {pid or 'unknown'}, {address or 'starting'}.\n"
        "Use that one, stop it (Ctrl-C in its terminal), or set TRIMTAB_HOME to another folder."
    )


def check_port(host: str, port: int) -> None:
    """Raises CannotStart when nothing can listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                sentence = f"Port {port} is in use by another program. Stop it, or choose another: PORT={port + 1}."
            elif error.errno == errno.EACCES:
                sentence = f"Port {port} is not ours to use. Choose one above 1023: PORT=8000."
            else:
                sentence = f"Nothing can listen on {host}, port {port}: {error.strerror}. Mend TRIMTAB_HOST or PORT."
            raise CannotStart(sentence) from error


def is_ready(host: str, port: int) -> bool:
    """Whether the web server answers /readyz with 200."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):  # not listening yet
        return False
    finally:
        connection.close()


def run(*, host: str, port: int, sample: bool) -> int:
    """Run everything until told to stop; gives the exit code.

    1 when something ended by itself, which is told at once. Raises CannotStart, NoPostgres, DatabaseTrouble.
    Nothing is left running in any case.
    """
    folder = postgres.home()
    supervisor = Supervisor(logs=folder / "logs")
    with supervisor.signals(), _only_one(folder, f"http://localhost:{port}"):
        check_port(host, port)
        with postgres.owned_database() as database:
            say("database", database.description)
            if database.cluster and database.cluster.process:
                supervisor.watch("database", database.cluster.process, database.cluster.log)
            place = {"PORT": str(port), "TRIMTAB_HOST": host, "TRIMTAB_DEMO": str(int(sample))}
            exit_code = _supervise(supervisor, os.environ | database.environment() | place)
    say("trimtab", "stopped; nothing is left running")
    return exit_code


def _supervise(supervisor: Supervisor, environment: Mapping[str, str]) -> int:
    crashed = False
    try:
        _serve(supervisor, environment)
        supervisor.wait()
    except ChildEnded as ended:
        print(f"\nTrimtab stops, because {ended}\n", file=sys.stderr, flush=True)
        crashed = True
    finally:
        say("trimtab", "stopping")
        supervisor.stop(longest_s=_CRASH_GRACE_S if crashed else math.inf)
    return int(crashed)


def _serve(supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    """Prepare the database, start web and worker, say where they are once the web answers. Raises ChildEnded."""
    began = time.monotonic()
    sample = environment["TRIMTAB_DEMO"] == "1"
    sign_ins = supervisor.run_to_end("prepare", python("prepare", *(["--sample"] if sample else [])), environment)
    if supervisor.told_to_stop:
        return
    supervisor.start("web", python("serve"), environment, grace_s=_WEB_GRACE_S)
    supervisor.start(
        "worker",
        python("worker"),
        environment,
        grace_s=_WORKER_GRACE_S,
        death_signal=signal.SIGKILL,  # asked to end, it would wait for a database that ends with us
    )
    host, port = _reachable(environment["TRIMTAB_HOST"]), int(environment["PORT"])
    if supervisor.wait_until(lambda: is_ready(host, port), seconds=_READY_WITHIN_S):
        _announce(port, sign_ins, time.monotonic() - began)
    elif not supervisor.told_to_stop:
        raise ChildEnded(f"web was not ready within {_READY_WITHIN_S} s; see {supervisor.logs / 'web.log'}")


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - listening everywhere is a choice of the person


def _announce(port: int, sign_ins: str, seconds: float) -> None:
    print(f"\n  Trimtab is ready after {seconds:.1f} s:  http://localhost:{port}\n", flush=True)
    if sign_ins:
        print(sign_ins, flush=True)
    print("  Ctrl-C stops everything.\n", flush=True)
