"""The whole demo, without the sample company, as a person runs it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from trimtab.ops import demo
from trimtab.ops.supervisor import python


@dataclass(slots=True)
class Running:
    """A demo that answers, and what it printed so far."""

    process: "subprocess.Popen[bytes]"
    home: Path
    port: int
    console: Path

    def children(self) -> dict[str, int]:
        """Ids by the name of the program."""
        found = {}
        for pid in descendants(self.process.pid):
            words = proc(pid, "cmdline").split("\0")
            name = next((word for word in words if word in {"serve", "worker"}), Path(words[0]).name)
            found.setdefault(name, pid)
        return found


def proc(pid: int, file: str) -> str:
    """What the system tells of a process; nothing once it has ended, as the database's helpers do at any time."""
    try:
        return Path(f"/proc/{pid}/{file}").read_text()
    except OSError:
        return ""


def descendants(pid: int) -> list[int]:
    children = proc(pid, f"task/{pid}/children").split()
    return [found for child in map(int, children) for found in (child, *descendants(child))]


def all_gone(pids: list[int], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def alive(pid: int) -> bool:
    return proc(pid, "stat").rpartition(")")[2].split()[:1] not in ([], ["Z"])


def start(home: Path) -> Running:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    console = home / "console"
    environment = os.environ | {"TRIMTAB_HOME": str(home), "PORT": str(port), "DATABASE_URL": ""}
    with console.open("wb") as file:
        process = subprocess.Popen(python("demo", "--empty"), env=environment, stdout=file, stderr=file)
    running = Running(process, home, port, console)
    deadline = time.monotonic() + 90
    while "Trimtab is ready" not in console.read_text():
        assert process.poll() is None, console.read_text()
        assert time.monotonic() < deadline, console.read_text()
        time.sleep(0.1)
    return running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all, so that only the first start makes a database; each must leave it fit for the next."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def running(home: Path) -> Iterator[Running]:
    demo_process = start(home)
    yield demo_process
    demo_process.process.kill()
    demo_process.process.wait()


def test_it_answers_refuses_a_second_and_an_interrupt_leaves_nothing(running: Running):
    pids = descendants(running.process.pid)

    assert demo.is_ready("127.0.0.1", running.port)
    second = subprocess.run(
        python("demo", "--empty"),
        env=os.environ | {"TRIMTAB_HOME": str(running.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"http://localhost:{running.port}" in second.stderr

    running.process.send_signal(signal.SIGINT)

    assert running.process.wait(30) == 0
    assert all_gone(pids)


@pytest.mark.parametrize("name", ["worker", "serve", "postgres"])
def test_the_crash_of_one_ends_all_and_is_told(running: Running, name: str):
    pids = descendants(running.process.pid)

    os.kill(running.children()[name], signal.SIGKILL)

    assert running.process.wait(30) == 1
    told = {"serve": "web", "postgres": "database"}.get(name, name)
    assert f"Trimtab stops, because {told} was killed by SIGKILL" in running.console.read_text()
    assert all_gone(pids)


def test_a_kill_of_the_supervisor_ends_all_and_it_starts_again(running: Running):
    pids = descendants(running.process.pid)

    running.process.kill()
    running.process.wait()
    again = start(running.home)

    assert all_gone(pids)
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(30) == 0
