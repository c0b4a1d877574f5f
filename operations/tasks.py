"""What beat asks for: runs, alerts, the daily backup. Thin: the work is in background.py, alerting/ and backups/."""

from typing import Any

from celery import shared_task

from common.clock import database_now
from common.doorbell import ring
from operations import heartbeats
from operations.alerting import deliver, rules
from operations.alerting.announce import DELIVER
from operations.background import ring_forgotten
from operations.backups import daily
from operations.files import prune_files
from operations.models import AlertDelivery
from operations.pruning import prune_if_due

LONGEST_BACKUP, LONGEST_PRUNING = 6 * 3600, 3600  # seconds


@shared_task(name="operations.tasks.sweep")
def sweep(*_: Any) -> None:
    """Every minute, on the maintenance worker: runs whose doorbell got lost or whose worker died. Stands in for a silent watch."""
    now = database_now()
    heartbeats.beat(heartbeats.SWEEP, now)
    ring_forgotten(now)
    if heartbeats.WATCH in heartbeats.silent(now):
        rules.evaluate(now)
        deliver.deliver_due(database_now())


@shared_task(name="operations.tasks.watch")
def watch(*_: Any) -> None:
    """Every minute, on the worker that talks to others: opens and closes alerts, and has due messages sent."""
    now = database_now()
    heartbeats.beat(heartbeats.WATCH, now)
    rules.evaluate(now)
    if AlertDelivery.objects.filter(next_attempt_at__lte=now).exists():
        ring(DELIVER)


@shared_task(name=DELIVER)
def deliver_alerts(*_: Any) -> None:
    """Sends the messages that are due."""
    deliver.deliver_due(database_now())


@shared_task(name="operations.tasks.prune", time_limit=LONGEST_PRUNING, soft_time_limit=LONGEST_PRUNING - 60)
def prune(*_: Any) -> None:
    """Hourly: files of runs whose time is over; once a day the rest of what is old. Killed in the middle, it goes on the day after."""
    now = database_now()
    prune_files(now)
    prune_if_due(now)


@shared_task(name="operations.tasks.backup_if_due", time_limit=LONGEST_BACKUP, soft_time_limit=LONGEST_BACKUP - 60)
def backup_if_due(*_: Any) -> None:
    """Every hour. The broker may hand a long backup out a second time: that one finds the first at work and ends."""
    daily.backup_if_due(database_now())
