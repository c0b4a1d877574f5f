"""After a restore: work that was under way on the machine of the backup is not under way here, and beat reads its schedule anew."""

from django_celery_beat.models import PeriodicTasks

from common.restored import Restoration
from operations.models import OPEN_STATUSES, AlertDelivery, Run, RunStatus

WORDS = "The system was restored from a backup made while this run was under way. What it had done by then is done; start it again."


def end_what_was_under_way(restoration: Restoration) -> None:
    """Open runs end as failed, saying why; unsent messages about alerts, which the old machine may have sent, are given up.

    Answers kept for `Idempotency-Key` stay: they were stored together with their work.
    """
    open_runs = Run.objects.filter(status__in=OPEN_STATUSES)
    open_runs.update(status=RunStatus.FAILED, message=WORDS, phase="", worker="", finished_at=restoration.now)
    AlertDelivery.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=None, last_error="The system was restored.")
    PeriodicTasks.update_changed()
