"""Starting, freezing and killing processes, and waiting for what they do. Every process is a group of its own and dies with us."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from supervisor.watchman import Watchman

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0  # seconds: generous, because a wait ends as soon as its condition holds
BETWEEN_LOOKS = 0.05
MARKER = "WHATSAPPCRM_REALPROCESS"
TIE = "import ctypes,os,sys; ctypes.CDLL(None).prctl(1, 9); os.execv(sys.argv[1], sys.argv[1:])"


def wait_until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE, each: Callable[[], Any] | None = None) -> Any:
    """The first true value of the condition; `each` runs before every further look. Raises AssertionError naming what was awaited."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {what() if callable(what) else what}"
        if each:
            each()
        time.sleep(BETWEEN_LOOKS)
    return value


def alive(pid: int) -> bool:
    """A zombie does not count: it runs nothing."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


class Process:
    """A program with its output in a file."""

    def __init__(self, name: str, argv: Sequence[str], env: Mapping[str, str], folder: Path, cwd: Path | None = None) -> None:
        self.name = name
        self.log_file = folder / f"{name}.log"
        self._from = self.log_file.stat().st_size if self.log_file.exists() else 0
        tied = [sys.executable, "-ISc", TIE, *argv]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                tied, cwd=cwd or ROOT, env=dict(env), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has printed in this life."""
        with self.log_file.open("rb") as log:
            log.seek(self._from)
            return log.read().decode(errors="replace")

    def wait_for_line(self, text: str) -> None:
        wait_until(lambda: text in self.log or self._process.poll() is not None, lambda: f"{self.name} says {text!r}: {self.log[-3000:]}")
        assert text in self.log, f"{self.name} ended: {self.log[-3000:]}"

    def is_running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: int) -> None:
        """To the program and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        """kill -9 of the whole group, frozen or not."""
        self.signal(signal.SIGKILL)
        self._process.wait(timeout=PATIENCE)

    def terminate(self) -> int:
        """SIGTERM to the program alone, as a deployment does. Returns the exit code."""
        self._process.terminate()
        return self.wait()

    def wait(self) -> int:
        return self._process.wait(timeout=PATIENCE)

    def children(self) -> list[int]:
        return [int(text) for text in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]


class Processes:
    """All processes of one test session. `end` leaves none behind; should we be killed first, the watchman sees to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = f"{os.getpid()}-{time.time_ns()}"
        self._watchman = Watchman()
        self.remove_at_the_end(folder)
        self._started: list[Process] = []

    def remove_at_the_end(self, folder: Path) -> None:
        """A folder that goes even when we are killed."""
        self._watchman.remove_at_the_end(folder)

    def start(self, name: str, argv: Sequence[str], env: Mapping[str, str], cwd: Path | None = None) -> Process:
        process = Process(name, argv, {**env, MARKER: self.mark}, self.folder, cwd)
        os.write(self._watchman.pipe, f"+{process.pid}\n".encode())
        self._watchman.started(process.pid)
        self._started.append(process)
        return process

    def run(self, name: str, argv: Sequence[str], env: Mapping[str, str]) -> tuple[int, str]:
        """Runs a program to its end: exit code and output."""
        process = self.start(name, argv, env)
        return process.wait(), process.log

    def end(self) -> list[int]:
        """Kills everything, newest first. Returns the ids of processes that escaped all the same (there must be none)."""
        for process in reversed(self._started):
            process.kill()
            self._watchman.gone(process.pid)
        self._watchman.dismiss()
        with contextlib.suppress(AssertionError):
            wait_until(lambda: not self.escaped(), "everybody gone", seconds=5)
        return self.escaped()

    def escaped(self) -> list[int]:
        """Living processes that carry our mark in their environment."""
        mark = f"{MARKER}={self.mark}".encode()
        return [pid for pid in _all_pids() if alive(pid) and mark in _environment_of(pid)]


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _environment_of(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes()
    return b""
