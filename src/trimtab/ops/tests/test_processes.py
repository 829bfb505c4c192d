import signal
import subprocess
from pathlib import Path

import pytest

from trimtab.ops import processes


def test_what_ends_before_its_signal_comes_stops_no_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    gone = subprocess.Popen(["true"])
    gone.wait()
    with subprocess.Popen(["sleep", "600"], cwd=tmp_path) as there:
        monkeypatch.setattr(processes, "working_in", lambda folder: [gone.pid, there.pid])

        processes.signal_working_in(tmp_path, signal.SIGKILL)

        assert there.wait(20) == -signal.SIGKILL
