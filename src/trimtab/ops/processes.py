"""Children that end with us, and what the process table says about others."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import IO

_LONGEST_LOG_BYTES = 20_000_000
LAUNCH = Path(__file__).with_name("launch.py")


class Identity(StrEnum):
    """As whom a child runs; see ``launch``."""

    SELF = "self"
    NAMESPACE = "namespace"
    NOBODY = "nobody"


def launched(command: Sequence[str | Path], *, identity: Identity, death_signal: signal.Signals) -> list[str]:
    """The command line that runs ``command`` (an absolute program first) under ``launch``."""
    head = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), identity, str(int(death_signal))]
    return head + [str(part) for part in command]


def spawn(
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    identity: Identity = Identity.SELF,
    death_signal: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own, so that Ctrl-C reaches us alone. Call from the main thread."""
    return subprocess.Popen(
        launched(command, identity=identity, death_signal=death_signal),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=None if environment is None else dict(environment),
        start_new_session=True,
    )


def open_log(path: Path) -> IO[bytes]:
    """Open a log to append to, its folder made at need; one that grew past its limit is kept as ``.1``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LONGEST_LOG_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    return path.open("ab")


def signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal a child and all that it started; a group that is gone is fine."""
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return


def is_alive(pid: int) -> bool:
    """Whether a process has this id, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _works_in(process: Path, folder: str) -> bool:
    try:
        return os.readlink(process / "cwd") == folder
    except PermissionError:  # another user's process in a container without the right to trace: its arguments are open
        return folder.encode() in (process / "cmdline").read_bytes().split(b"\0")


def working_in(folder: Path) -> list[int]:
    """Ids of running processes whose working folder is ``folder`` (PostgreSQL's own mark); empty without /proc."""
    wanted = str(folder.resolve())
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if _works_in(process, wanted):
                found.append(int(process.name))
        except OSError:  # it ended meanwhile
            continue
    return sorted(found)


def signal_working_in(folder: Path, number: signal.Signals) -> None:
    """Signal everything that works in ``folder``; what ends meanwhile needs none."""
    for pid in working_in(folder):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def wait_gone(folder: Path, *, seconds: float) -> bool:
    """Wait until nothing works in ``folder``. False when the time ran out."""
    deadline = time.monotonic() + seconds
    while working_in(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, indented; says so when there are none."""
    if not path.exists():
        return "    (no log)"
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 16_384))
        last = file.read().decode(errors="replace").splitlines()[-lines:]
    return "\n".join(f"    {line}" for line in last) or "    (the log is empty)"
