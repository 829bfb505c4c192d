import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from trimtab.ops import processes
from trimtab.ops.supervisor import ChildEnded, Supervisor

SUPERVISED = """
import os, sys
from pathlib import Path
from trimtab.ops.supervisor import Supervisor
supervisor = Supervisor(Path(sys.argv[1]))
with supervisor.signals():
    for name, code in (("one", "time.sleep(600)"), ("two", "subprocess.Popen(['sleep', '600']); time.sleep(600)")):
        command = [sys.executable, "-c", f"import subprocess, time; {code}"]
        supervisor.start(name, command, os.environ, grace_s=5)
    print(*(child.process.pid for child in supervisor.children), flush=True)
    supervisor.wait()
    supervisor.stop()
"""


def code(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def group_members(leaders: list[int]) -> list[int]:
    """Every living process in the groups that these lead; zombies do not count."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(group) in leaders and state != "Z":
            found.append(int(stat.parent.name))
    return found


def all_end(leaders: list[int], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while group_members(leaders):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def start_supervised(logs: Path, *, ignoring_interrupt: bool = False) -> "tuple[subprocess.Popen[str], list[int]]":
    as_in_the_background = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"] if ignoring_interrupt else []
    process = subprocess.Popen(
        [*as_in_the_background, sys.executable, "-c", SUPERVISED, str(logs)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    leaders = [int(pid) for pid in process.stdout.readline().split()]
    while len(group_members(leaders)) < 3:
        time.sleep(0.02)
    return process, leaders


class TestCrash:
    def test_names_the_child_its_exit_code_and_its_last_words(self, tmp_path: Path):
        supervisor = Supervisor(tmp_path)
        with supervisor.signals():
            supervisor.start("web", code("import sys; print('out of luck'); sys.exit(3)"), os.environ, grace_s=1)

            with pytest.raises(ChildEnded, match=r"web ended with exit code 3\.(.|\n)*out of luck"):
                supervisor.wait()
            supervisor.stop()

    def test_names_the_signal_that_killed_it(self, tmp_path: Path):
        supervisor = Supervisor(tmp_path)
        with supervisor.signals():
            supervisor.start("worker", code("import os; os.kill(os.getpid(), 9)"), os.environ, grace_s=1)

            with pytest.raises(ChildEnded, match="worker was killed by SIGKILL"):
                supervisor.wait()
            supervisor.stop()

    def test_is_seen_at_once(self, tmp_path: Path):
        supervisor = Supervisor(tmp_path)
        with supervisor.signals():
            supervisor.start("web", code("import time; time.sleep(0.3)"), os.environ, grace_s=1)
            began = time.monotonic()

            with pytest.raises(ChildEnded):
                supervisor.wait()
            assert time.monotonic() - began < 5

    def test_of_a_step_that_should_end_is_told(self, tmp_path: Path):
        supervisor = Supervisor(tmp_path)
        with supervisor.signals(), pytest.raises(ChildEnded, match="prepare ended with exit code 2"):
            supervisor.run_to_end("prepare", code("raise SystemExit(2)"), os.environ)


class TestStop:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_leaves_nothing_running(self, tmp_path: Path, number: signal.Signals):
        process, leaders = start_supervised(tmp_path)

        process.send_signal(number)

        assert process.wait(10) == 0
        assert all_end(leaders)

    def test_an_interrupt_works_in_the_background_of_a_shell(self, tmp_path: Path):
        process, leaders = start_supervised(tmp_path, ignoring_interrupt=True)

        process.send_signal(signal.SIGINT)

        assert process.wait(10) == 0
        assert all_end(leaders)

    def test_the_death_of_the_supervisor_ends_its_children(self, tmp_path: Path):
        process, leaders = start_supervised(tmp_path)

        process.kill()
        process.wait()

        children = [pid for pid in leaders if pid in group_members(leaders)]
        deadline = time.monotonic() + 10
        while any(processes.is_alive(pid) and pid in group_members(leaders) for pid in children):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        for pid in group_members(leaders):  # what a child started ends with its child's own care, not ours
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def test_a_child_that_will_not_listen_is_killed(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
        deaf = (
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
            "print('deaf', flush=True); time.sleep(600)"
        )
        supervisor = Supervisor(tmp_path)
        with supervisor.signals():
            supervisor.start("deaf", code(deaf), os.environ, grace_s=0.3)
            pid = supervisor.children[0].process.pid
            supervisor.wait_until(lambda: "deaf" in (tmp_path / "deaf.log").read_text(), seconds=10)

            supervisor.stop()

        assert not processes.is_alive(pid)
        assert "did not end within" in capsys.readouterr().out

    def test_what_a_step_printed_is_the_answer(self, tmp_path: Path):
        supervisor = Supervisor(tmp_path)
        with supervisor.signals():
            assert supervisor.run_to_end("prepare", code("print('words')"), os.environ) == "words\n"
