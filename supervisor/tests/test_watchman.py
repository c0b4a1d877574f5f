"""The watchman's replacement: whoever kills the supervisor right behind its start leaves nobody behind either."""

import os
import signal
import subprocess
import sys

import pytest

from supervisor import watchman as module
from supervisor.watchman import Watchman


def test_a_new_watchman_knows_everything_before_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    watchman = Watchman()
    watchman.started(program.pid)
    start = subprocess.Popen

    def start_and_die(*args: object, **kwargs: object) -> object:
        new = start(*args, **kwargs)
        os.close(watchman.pipe)  # What the supervisor's death does.
        return new

    old = watchman._process
    os.kill(old.pid, signal.SIGKILL)
    old.wait()
    monkeypatch.setattr(module.subprocess, "Popen", start_and_die)
    watchman.ensure_alive()
    assert program.wait(timeout=30) == -signal.SIGKILL
    assert watchman._process.wait(timeout=30) == 0
