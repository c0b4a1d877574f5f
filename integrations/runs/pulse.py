"""A sign of life while one step takes long: an old shop that is asked for each product's variations one by one may need minutes for a page.

Without it the sweep would take the worker for dead after ten minutes. The signs of one step are numbered: a step that hangs for ever stops
giving them, and is given up as a dead one.
"""

import threading
from collections.abc import Callable
from typing import Self

from django.db import DatabaseError, connection

from common.clock import database_now
from common.lease import Lease
from operations import heartbeats
from operations.models import Run, RunStatus

EVERY = 60.0  # seconds
RENEWED_EVERY = 20.0  # seconds; a lease lasts 60
MOST = 45  # signs for one step; Celery ends a worker's task after an hour


class Pulse:
    """Calls `beat` every so many seconds, in a thread of its own, until the block ends; at most `most` times between two steps."""

    def __init__(self, beat: Callable[[], None], *, every: float = EVERY, most: int = MOST) -> None:
        self._beat, self._every, self._most = beat, every, most
        self._given = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True, name="import-pulse")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(self._every)

    def next_step(self) -> None:
        """The step before is done: the next one may take as long."""
        self._given = 0

    def _live(self) -> None:
        while not self._over.wait(self._every):
            if self._given < self._most:
                self._given += 1
                self._beat()


def beat_of(run: Run, *, is_worker: bool = False) -> Callable[[], None]:
    """Says that the run lives; nothing when it was ended or given to another one. A database that is away is no concern.

    is_worker: this process is the worker for imports and maintenance: its minute task waits behind this step, and must not be missed.
    """
    ours = Run.objects.filter(pk=run.pk, worker=run.worker, status=RunStatus.RUNNING)

    def beat() -> None:
        try:
            now = database_now()
            if ours.update(heartbeat_at=now) and is_worker:
                heartbeats.beat(heartbeats.SWEEP, now)
        except DatabaseError:
            return
        finally:
            if threading.current_thread() is not threading.main_thread():
                connection.close()

    return beat


def renewer(lease: Lease) -> Callable[[], None]:
    """Keeps a lease; a database that is away is no concern."""

    def renew() -> None:
        try:
            lease.renew(database_now())
        except DatabaseError:
            return
        finally:
            if threading.current_thread() is not threading.main_thread():
                connection.close()

    return renew
