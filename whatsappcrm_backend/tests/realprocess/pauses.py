"""Named places in the engine where a test can make a worker stand still: armed by files, so that both sides need no connection.

A worker that comes to an armed point takes one of its tokens and waits until the point is released (or it is killed).
"""

import contextlib
import functools
import importlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = "REALPROCESS_PAUSES"
LONGEST_PAUSE = 120.0  # seconds
BETWEEN_LOOKS = 0.02
# point -> functions before which a worker stands still: (module, dotted name inside it)
POINTS = {
    "round": (("meta_integration.catalog.drain", "drain_catalog"),),
    "claim": (("meta_integration.catalog.singles", "claim_rows"), ("meta_integration.catalog.batches", "claim_rows")),
    "request": (("common.http", "call"),),
    "release": (("common.lease", "Lease.release"),),
}


class Pauses:
    """The test's side."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def arm(self, point: str, times: int = 1) -> None:
        """The next `times` workers that come by stand still."""
        assert point in POINTS
        self.clear()
        for number in range(times):
            (self.folder / f"{point}.token{number}").touch()

    def reached(self, point: str) -> int:
        """How many stand there."""
        return len(list(self.folder.glob(f"{point}.reached*")))

    def release(self, point: str) -> None:
        """Those that stand there go on, and nobody stops there any more."""
        (self.folder / f"{point}.go").touch()
        for token in self.folder.glob(f"{point}.token*"):
            token.unlink(missing_ok=True)

    def clear(self) -> None:
        for file in self.folder.iterdir():
            file.unlink(missing_ok=True)


def install(folder: Path) -> None:
    """The worker's side: wraps the functions of all points. Raises AttributeError when one has got another name."""
    for point, places in POINTS.items():
        for module, name in places:
            owner: Any = importlib.import_module(module)
            *path, last = name.split(".")
            for part in path:
                owner = getattr(owner, part)
            setattr(owner, last, _pausing(getattr(owner, last), folder, point))


def _pausing(function: Callable[..., Any], folder: Path, point: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if _take_token(folder, point):
            ends = time.monotonic() + LONGEST_PAUSE
            while not (folder / f"{point}.go").exists() and time.monotonic() < ends:
                time.sleep(BETWEEN_LOOKS)
        return function(*args, **kwargs)

    return wrapped


def _take_token(folder: Path, point: str) -> bool:
    for token in folder.glob(f"{point}.token*"):
        with contextlib.suppress(FileNotFoundError):
            token.rename(folder / f"{point}.reached{os.getpid()}.{time.monotonic_ns()}")
            return True
    return False
