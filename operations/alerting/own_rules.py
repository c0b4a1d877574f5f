"""The rules of this room: runs that failed or stand still, workers that are silent, messages that do not arrive, a wrong secret, a full
disk. What each needs and what ends it: docs/monitoring.md."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from common.encrypted_field import unreadable_columns
from operations import heartbeats
from operations.alerting.announce import ABOUT_DELIVERIES
from operations.alerting.rules import Cause, Finding, register_rule
from operations.background import BROKE, DIED
from operations.backups.records import last_backup_at
from operations.models import AlertDelivery, Backup, BackupStatus, Channel, Run, RunKind, RunStatus, Severity

RUNS_MATTER_FOR = timedelta(hours=24)
STANDS_STILL_AFTER = timedelta(minutes=15)
FAILED_ATTEMPTS = 3
LEAST_FREE_BYTES, ENOUGH_FREE_BYTES = 500 * 1024**2, 1024**3
BACKUPS_LATE_AFTER = timedelta(days=2)
NOBODY = "system"  # Who starts runs at night.


def failed_runs(now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """Runs that nobody watched, or that broke, and after which none of their kind has completed."""
    recent = Run.objects.filter(status=RunStatus.FAILED, finished_at__gte=now - RUNS_MATTER_FOR)
    later = Run.objects.filter(
        tenant=OuterRef("tenant"), kind=OuterRef("kind"), status=RunStatus.COMPLETED, finished_at__gt=OuterRef("finished_at")
    )
    unwatched = Q(started_by=NOBODY) | Q(message__in=(BROKE, DIED))
    recent = recent.exclude(kind=RunKind.IMPORT)  # Each shop has an alert of its own about that.
    for run in recent.filter(unwatched, ~Exists(later), tenant__is_active=True).defer("params", "counts", "cursor").order_by("finished_at"):
        label = RunKind(run.kind).label
        yield Finding(
            run.tenant_id, f"run-failed-{run.kind}", f"“{label}” failed: {run.message or 'no reason was noted'}",
            "What was done stays done. Start it again when the cause is mended; this closes when a run of this kind completes, or after a "
            "day.",
            reverse("admin:operations_run_change", args=[run.pk]),
        )  # fmt: skip


def standing_runs(now: datetime, open_causes: frozenset[Cause]) -> Iterator[Finding]:
    """Runs that no worker takes up, or that say nothing any more; not while the workers have only just come back."""
    just_started = heartbeats.running_for(now) < heartbeats.SETTLED_AFTER
    due = Q(not_before__isnull=True) | Q(not_before__lt=now - STANDS_STILL_AFTER)  # What is put off waits on purpose.
    silent = Run.objects.filter(due, status__in=(RunStatus.QUEUED, RunStatus.RUNNING), heartbeat_at__lt=now - STANDS_STILL_AFTER)
    for tenant_id, count in silent.filter(tenant__is_active=True).values_list("tenant_id").annotate(count=Count("pk")).order_by():
        if just_started and (tenant_id, "runs-stand-still") not in open_causes:
            continue
        yield Finding(
            tenant_id, "runs-stand-still", f"{count} {'runs stand' if count > 1 else 'run stands'} still for more than 15 minutes",
            "Is the worker for imports and maintenance (celery_cpu_worker) running? A run that waits starts by itself when it is back. "
            "Cancel a run that you do not want any more.",
            reverse("admin:operations_run_changelist"),
        )  # fmt: skip


def silent_workers(now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """Each minute task notes that it ran; the one that still runs tells about the other."""
    for name in heartbeats.silent(now):
        what, container = heartbeats.WORKERS[name]
        yield Finding(
            None, f"worker-silent-{name}", f"Nothing was heard from {what} for more than five minutes",
            f"Look at {container} and celery_beat: are they running, and can they reach Redis? Changes are kept and go out when they are "
            "back.",
            severity=Severity.CRITICAL,
        )  # fmt: skip


def failing_deliveries(now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """Alert messages that failed three times, per channel; told through the other channel only."""
    failing = AlertDelivery.objects.filter(delivered_at__isnull=True, attempts__gte=FAILED_ATTEMPTS, created_at__gte=now - RUNS_MATTER_FOR)
    for channel, count in failing.values_list("channel").annotate(count=Count("pk")).order_by():
        setting = "EMAIL_URL" if channel == Channel.EMAIL else "ALERT_WEBHOOK_URL"
        yield Finding(
            None, f"deliveries-failing-{channel}", f"Alerts do not arrive: {count} undelivered ({Channel(channel).label})",
            f"Check {setting}; the list shows what the other side answered. Then choose “Try again”, or send a test alert.",
            reverse("admin:operations_alertdelivery_changelist") + "?state=undelivered",
        )  # fmt: skip


def unreadable_secrets(_now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """Stored secrets that ENCRYPTION_SECRET does not open."""
    for label in unreadable_columns():
        yield Finding(
            None, f"secret-unreadable-{label}", f"Stored secrets cannot be decrypted ({label})",
            "ENCRYPTION_SECRET does not contain the secret they were written with. Put the old one back, comma-separated after the new "
            "one, and restart; or type the credentials in again.",
            severity=Severity.CRITICAL,
        )  # fmt: skip


def full_disk(_now: datetime, open_causes: frozenset[Cause], *, free_bytes: int | None = None) -> Iterator[Finding]:
    """The disk of the pictures: opens below 500 MB free, closes above 1 GB. free_bytes: for tests."""
    if settings.STORAGE_BACKEND != "local" or not settings.MEDIA_ROOT.exists():
        return
    free = shutil.disk_usage(settings.MEDIA_ROOT).free if free_bytes is None else free_bytes
    if free < (ENOUGH_FREE_BYTES if (None, "disk-full") in open_causes else LEAST_FREE_BYTES):
        yield Finding(
            None, "disk-full", "The disk is almost full: less than 500 MB were free",
            "Pictures, and with SQLite every save, fail when it is full. Make room, or move pictures to object storage "
            "(docs/media-files.md).",
            severity=Severity.CRITICAL,
        )  # fmt: skip


def late_backup(now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """The last complete backup is two days old, or none was ever completed though one was begun."""
    last = last_backup_at()
    if settings.BACKUP_KEEP < 1 or (last is not None and now - last < BACKUPS_LATE_AFTER):
        return
    if last is not None or Backup.objects.filter(status=BackupStatus.FAILED).exists():
        since = f"the last one is from {last:%Y-%m-%d}" if last else "none was completed yet"
        yield Finding(
            None, "backup-late", f"There is no fresh backup: {since}",
            "One is made every day. The start page says what went wrong last; mostly BACKUP_DIR has no room. Make one now with "
            "“manage.py backup” to see (docs/backup.md).",
        )  # fmt: skip


def register() -> None:
    """Called when Django starts."""
    register_rule("backup_late", late_backup)
    register_rule("run_failed", failed_runs)
    register_rule("runs_stand_still", standing_runs)
    register_rule("worker_silent", silent_workers)
    register_rule(ABOUT_DELIVERIES, failing_deliveries)
    register_rule("secret_unreadable", unreadable_secrets)
    register_rule("disk_full", partial(full_disk))
