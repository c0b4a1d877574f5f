"""Only one `make up` per folder, and nothing left over from one that was killed."""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from supervisor.child import MARKER
from supervisor.errors import Refusal

LOCK_FILE = "supervisor.pid"
PATIENCE_SECONDS = 3.0


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Holds `supervisor.pid` in `folder` for as long as we run. Raises Refusal while another process holds it.

    The lock belongs to the open file, so it ends with the process: a file that stays behind after kill -9 blocks nobody.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # the database lies in it
    with open(folder / LOCK_FILE, "a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            raise Refusal(
                f"`make up` is already running in this folder (process {stream.read().strip() or 'unknown'}).\n"
                "Use that one, or stop it first with Ctrl-C in its window."
            ) from None
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        yield
        stream.truncate(0)


def clear_leftovers(root: Path) -> int:
    """Kills processes that an earlier supervisor of this very folder left running; answers how many there were.

    Called with the lock held, so no living supervisor owns them. A process counts as ours only when it belongs to our user and carries
    our marker with this folder's path in its environment: never by its name or by a remembered number alone.
    """
    found: set[int] = set()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (leftovers := set(_marked_processes(root))) and time.monotonic() < deadline:
        found |= leftovers
        for pid in leftovers:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    return len(found)


def _marked_processes(root: Path) -> Iterator[int]:
    """Linux only (/proc); elsewhere nothing is found and nothing is killed."""
    mark = f"{MARKER}={root}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and mark in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
        except OSError:
            continue
