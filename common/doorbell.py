"""Ringing Celery. The row is the letter, this is only the doorbell: a lost ring costs at most a minute (the sweep), never work.

A ring leaves after the transaction commits, once per distinct call, waits at most about a second for a hanging broker, and never raises.
After a failed publish the bell stays silent for a few seconds in this process, so that a hundred saves do not each wait.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any

from celery import current_app
from django.db import transaction

from common import metering

logger = logging.getLogger("doorbell")
QUIET_SECONDS = 5.0
LONGEST_COUNTDOWN = 120
_silent_until = 0.0


@dataclass(frozen=True)
class _Ring:
    """One queued ring; equal rings of one transaction are one."""

    task_name: str
    args: tuple[Any, ...]
    countdown: float
    task_id: str = ""

    def __call__(self) -> None:
        named = {"task_id": self.task_id} if self.task_id else {}
        _publish(self.task_name, self.args, self.countdown, **named)


def ring(task_name: str, *args: Any, countdown: float = 0, task_id: str = "") -> None:
    """Queues a task by name once the current transaction commits (at once outside one). countdown: seconds, at most 120.

    task_id: for those who were told the id before the task was published; "" = the broker client makes one.
    """
    if countdown > LONGEST_COUNTDOWN:
        raise ValueError("Longer waits than 120 s belong into a due-time column: Redis hands such tasks out again and again.")
    bell = _Ring(task_name, args, countdown, task_id)
    # Django drops the entries of a rolled-back savepoint itself, so its own list is the only honest memory of what will ring.
    if not any(entry[1] == bell for entry in transaction.get_connection().run_on_commit):
        transaction.on_commit(bell, robust=True)


def _publish(task_name: str, args: tuple[Any, ...], countdown: float, **named: Any) -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        metering.observe("lost_doorbells")
        return
    try:
        current_app.send_task(task_name, args=args, countdown=countdown or None, retry=False, ignore_result=True, **named)
    except Exception as error:  # noqa: BLE001 - whatever the broker client raises, the caller's save has already succeeded
        metering.observe("lost_doorbells")
        _silent_until = time.monotonic() + QUIET_SECONDS
        logger.warning("The task broker took no doorbell (%s). The change is stored; the minute sweep finds it.", type(error).__name__)


def broker_is_up() -> bool:
    """One bounded ping of the broker (about half a second at most)."""
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=0, timeout=1)
            connection.default_channel.client.ping()  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - every failure means the same here
        return False
    return True
