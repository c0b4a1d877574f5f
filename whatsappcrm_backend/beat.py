"""Beat's schedule lies in the database; here is how beat ends.

Celery answers SIGTERM by writing the schedule down and raising SystemExit at once, wherever beat happens to be. In the middle of a
statement the one closes the connection under it, and the error of the database that comes of it is caught: beat goes on as if nobody had
asked, and on SQLite the transaction it was in keeps all others from writing. So beat is asked, and ends where nothing is half done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import platforms
from django_celery_beat.schedulers import DatabaseScheduler


class Scheduler(DatabaseScheduler):
    """django-celery-beat's scheduler. SIGTERM and SIGINT end beat while it sleeps or waits for the broker, or once it has finished what it
    is doing."""

    def __init__(self, *args: Any, lazy: bool = False, **kwargs: Any) -> None:
        self._is_busy = self._is_asked_to_stop = False
        if not lazy:  # A lazy one is only asked for its name.
            platforms.signals.update(SIGTERM=self._asked_to_stop, SIGINT=self._asked_to_stop)
        super().__init__(*args, lazy=lazy, **kwargs)

    def setup_schedule(self) -> None:
        with self._busy():
            super().setup_schedule()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Sends what is due; the seconds until the next look."""
        with self._busy():
            return super().tick(*args, **kwargs)

    def sync(self) -> None:
        with self._busy():
            super().sync()

    def close(self) -> None:
        with self._busy():
            super().close()

    def _ensure_connected(self) -> Any:
        """The broker, however long it takes to come back."""
        with self._busy(False):
            return super()._ensure_connected()

    def _asked_to_stop(self, *_: Any) -> None:
        """The signals' handler."""
        self._is_asked_to_stop = True
        self._stop_if_asked()

    @contextmanager
    def _busy(self, is_busy: bool = True) -> Iterator[None]:
        before, self._is_busy = self._is_busy, is_busy
        self._stop_if_asked()
        try:
            yield
        finally:
            self._is_busy = before
        self._stop_if_asked()

    def _stop_if_asked(self) -> None:
        """Raises SystemExit once for each time that somebody asks: Celery closes the schedule on its way out, and does so to the end."""
        if self._is_asked_to_stop and not self._is_busy:
            self._is_asked_to_stop = False
            raise SystemExit
