"""The minute sweep of runs and alerts. Thin: the work is in background.py."""

from typing import Any

from celery import shared_task

from common.clock import database_now
from operations.background import ring_forgotten


@shared_task(name="operations.tasks.sweep")
def sweep(*_: Any) -> None:
    """Every minute: runs whose doorbell got lost or whose worker died."""
    ring_forgotten(database_now())
