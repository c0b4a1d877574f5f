"""One program that the supervisor runs: what it is (Program) and one life of it (Child)."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
LONGEST_LINE = 65536
MARKER = "WHATSAPPCRM_SUPERVISED_IN"
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """What to run. `answers` tells whether it can be used yet; `ready_line` is a piece of output that says the same."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    answers: Callable[[], bool] | None = None
    ready_line: str = ""
    needed_by_others: bool = False
    """Started first and stopped last."""


class Child:
    """A running process in a session of its own, so that Ctrl-C reaches the supervisor only and the whole group can be killed."""

    def __init__(self, program: Program, env: Mapping[str, str], root: Path, watch_pipe: int) -> None:
        self.program = program
        self.started_at = time.monotonic()
        self.seen_ready_line = False
        self._rest = b""
        self._process = subprocess.Popen(  # noqa: S603
            list(program.argv),
            env={**env, **program.env, MARKER: str(root), "PYTHONUNBUFFERED": "1"},
            cwd=program.cwd or root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_tie_to(os.getpid(), watch_pipe),  # noqa: PLW1509 - this process has one thread
        )
        assert self._process.stdout is not None  # noqa: S101 - told to mypy: PIPE was asked for above
        self.stdout = self._process.stdout.fileno()
        os.set_blocking(self.stdout, False)

    @property
    def group(self) -> int:
        """The number of the process and of its group."""
        return self._process.pid

    @property
    def age(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started_at

    def exit_code(self) -> int | None:
        """None while it runs; negative numbers are signals."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """SIGTERM to the program itself; it tells its own children in its own way."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.group, signal.SIGTERM)

    def kill_group(self) -> None:
        """SIGKILL to the program and everything it started; waits for the program itself."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=2)

    def read_lines(self) -> tuple[list[str], bool]:
        """The complete lines printed since the last call, and whether anything came at all (an unfinished line counts)."""
        try:
            chunk = os.read(self.stdout, 65536)
        except BlockingIOError:
            return [], False
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if self._rest and (not chunk or len(self._rest) > LONGEST_LINE):
            lines, self._rest = [*lines, self._rest], b""
        texts = [line.decode(errors="replace").rstrip("\r") for line in lines]
        ready_line = self.program.ready_line
        self.seen_ready_line = self.seen_ready_line or bool(ready_line) and any(ready_line in text for text in texts)
        return texts, bool(chunk)

    def close(self) -> None:
        """Gives the pipe back."""
        if self._process.stdout:
            self._process.stdout.close()


def _tie_to(parent: int, watch_pipe: int) -> Callable[[], None]:
    """What the new process does between fork and exec: announce itself to the watchman, ask to die with its parent."""

    def tie() -> None:
        with contextlib.suppress(OSError):
            os.write(watch_pipe, f"+{os.getpid()}\n".encode())
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before prctl was called
            os._exit(1)

    return tie
