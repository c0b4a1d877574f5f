"""A tiny process that outlives the supervisor by a moment and kills what it left behind.

It reads one pipe whose other end only the supervisor holds. While the supervisor lives, lines say which process groups exist; when the
supervisor ends, however it ends (kill -9 included), the pipe reports end of file and every group still listed is killed.
A parent-death signal alone is not enough: it reaches the children, but not the children's children.

Lines: `+PGID` a group was started, `-PGID` it is gone, `/PATH` a temporary folder to remove at the end.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROUNDS = 40
PAUSE_SECONDS = 0.05


def watch(lines: Iterable[str]) -> None:
    """Follows the pipe to its end, then cleans up."""
    groups: set[int] = set()
    folders: set[str] = set()
    for line in lines:
        text = line.strip()
        if text.startswith("+"):
            groups.add(int(text[1:]))
        elif text.startswith("-"):
            groups.discard(int(text[1:]))
        elif text.startswith("/"):
            folders.add(text)
    kill_groups(groups)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def kill_groups(groups: set[int]) -> None:
    """SIGKILL to each group until nobody answers, for at most two seconds: a member may be forking just now."""
    for _ in range(ROUNDS):
        alive = {group for group in groups if _kill(group)}
        if not alive:
            return
        time.sleep(PAUSE_SECONDS)


def _kill(group: int) -> bool:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True


class Watchman:
    """The supervisor's end of the pipe."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._folders: set[str] = set()
        self._start()

    def _start(self) -> None:
        read_end, self.pipe = os.pipe()
        # Told before it runs: from its first moment on it knows whom to kill when we are killed. A pipe holds a thousand such lines.
        for group in self._groups:
            self._tell(f"+{group}")
        for folder in self._folders:
            self._tell(folder)
        program = [sys.executable, "-I", "-S", str(Path(__file__).resolve())]
        # A session of its own: Ctrl-C in the terminal must not reach it.
        self._process = subprocess.Popen(program, stdin=read_end, start_new_session=True)  # noqa: S603
        os.close(read_end)

    def started(self, group: int) -> None:
        """Remembers a group. The child has already written the same line itself, before it became another program."""
        self._groups.add(group)

    def gone(self, group: int) -> None:
        """The group has ended: its number may belong to a stranger from now on."""
        self._groups.discard(group)
        self._tell(f"-{group}")

    def remove_at_the_end(self, folder: Path) -> None:
        """A temporary folder that must not stay behind."""
        self._folders.add(str(folder))
        self._tell(str(folder))

    def ensure_alive(self) -> None:
        """Starts a new watchman when somebody ended the old one."""
        if self._process.poll() is not None:
            os.close(self.pipe)
            self._start()

    def dismiss(self) -> None:
        """Closes the pipe and waits until the clean-up is done."""
        os.close(self.pipe)
        self._process.wait()

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # ensure_alive starts another one, which is told everything
            os.write(self.pipe, f"{line}\n".encode())


if __name__ == "__main__":
    watch(sys.stdin)
