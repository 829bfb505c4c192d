"""Several programs that live and die together: one ends by itself, or we are told to stop, and all end."""

import math
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from trimtab.ops import processes

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ChildEnded(Exception):
    """A program that should run on has ended; the text names it, its exit code and the end of its log."""


def say(who: str, what: str) -> None:
    """One console line: the time, who, what."""
    print(f"{time.strftime('%H:%M:%S')}  {who:<9} {what}", flush=True)


@dataclass(slots=True)
class Child:
    """A running program. ``grace_s``: how long it may take to end when asked; None when another hand stops it."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    grace_s: float | None

    def ended_by_itself(self) -> ChildEnded:
        """What to tell when it was not asked to end."""
        code = self.process.returncode
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        return ChildEnded(f"{self.name} {how}. The end of {self.log}:\n{processes.tail(self.log)}")


@dataclass(slots=True)
class Supervisor:
    """Starts programs, waits, stops them in the reverse order. Use on the main thread, inside ``signals``."""

    logs: Path
    children: list[Child] = field(default_factory=list)
    told_to_stop: bool = False
    _woken: int = -1

    @contextmanager
    def signals(self) -> Iterator[None]:
        """While inside, SIGINT, SIGTERM and SIGHUP ask for an orderly stop, even if we were started to ignore them."""
        numbers = (*_STOPPING, signal.SIGCHLD)
        self._woken, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        fd_before = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        before = {number: signal.signal(number, self._on_signal) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(fd_before)
            os.close(self._woken)
            os.close(waker)

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        grace_s: float,
        death_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Start a program; what it prints goes to ``name``.log. ``death_signal`` reaches it when we are killed."""
        log = self.logs / f"{name}.log"
        with processes.open_log(log) as file:
            process = processes.spawn(command, log=file, environment=environment, death_signal=death_signal)
        self.children.append(Child(name, process, log, grace_s))

    def watch(self, name: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
        """Take the end of a process that another hand starts and stops as the end of all."""
        self.children.append(Child(name, process, log, grace_s=None))

    def run_to_end(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> str:
        """Run a program that is meant to end: its errors go to our console, the few lines it prints are the answer.

        Empty when told to stop. Raises ChildEnded when it fails.
        """
        process = subprocess.Popen(
            processes.launched(command, identity=processes.Identity.SELF, death_signal=signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,
        )
        assert process.stdout is not None
        with process.stdout as pipe:
            while process.poll() is None and not self.told_to_stop:
                self._pause(1.0)
            if self.told_to_stop:
                self._end(Child(name, process, Path(), grace_s=10))
                return ""
            if process.returncode != 0:
                raise ChildEnded(f"{name} ended with exit code {process.returncode}; what it said stands above.")
            return pipe.read().decode()

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> bool:
        """Wait for ``ready``; False when told to stop or out of time. Raises ChildEnded."""
        deadline = time.monotonic() + seconds
        while not self.told_to_stop and time.monotonic() < deadline:
            self._check()
            if ready():
                return True
            self._pause(0.1)
        return False

    def wait(self) -> None:
        """Wait until told to stop. Raises ChildEnded when a program ends before that."""
        while not self.told_to_stop:
            self._check()
            self._pause(30.0)

    def stop(self, *, longest_s: float = math.inf) -> None:
        """End every program, the last started first: ask, wait its grace, then kill. One only watched is left.

        ``longest_s`` cuts each grace: what waits for a dead neighbour need not be waited for.
        """
        while self.children:
            self._end(self.children.pop(), longest_s)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if number in _STOPPING:
            self.told_to_stop = True

    def _pause(self, seconds: float) -> None:
        """Sleep until a signal comes, one came since the last pause, or the time is over."""
        if select.select([self._woken], [], [], seconds)[0]:
            os.read(self._woken, 4096)

    def _check(self) -> None:
        for child in self.children:
            if child.process.poll() is not None:
                raise child.ended_by_itself()

    def _end(self, child: Child, longest_s: float = math.inf) -> None:
        if child.grace_s is None:
            return
        for number, seconds in ((signal.SIGTERM, min(child.grace_s, longest_s)), (signal.SIGKILL, 5.0)):
            if child.process.poll() is not None:
                break
            processes.signal_group(child.process, number)
            try:
                child.process.wait(seconds)
            except subprocess.TimeoutExpired:
                say(child.name, f"did not end within {seconds:.0f} s of {number.name}")
        processes.signal_group(child.process, signal.SIGKILL)  # what it may have left behind


def python(*arguments: str) -> list[str]:
    """The command line of one of our own commands, in this interpreter."""
    return [sys.executable, "-m", "trimtab.cli", *arguments]
