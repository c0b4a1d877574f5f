"""What was backed up on this machine, and when. One backup runs at a time; one that fell silent is taken for dead."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, connection, transaction

from common.clock import database_now
from operations.backups.archive import BackupError
from operations.models import Backup, BackupStatus
from tenants.actor import current_actor

logger = logging.getLogger("backup")
BEAT_EVERY = timedelta(seconds=20)
SILENT_AFTER = timedelta(minutes=30)
Beat = Callable[[], None]


def last_backup_at() -> datetime | None:
    """When the newest complete backup was begun (the moment it shows, UTC); None when there is none."""
    newest = Backup.objects.filter(status=BackupStatus.COMPLETED).order_by("-started_at").first()
    return newest.started_at if newest else None


@contextmanager
def recorded(file: str) -> Iterator[Backup]:
    """A Backup row around the work; an exception ends it as failed, with its words. Raises BackupError while another one runs.

    Before an upgrade the table may not exist yet: then the backup is made without a record.
    """
    now = database_now()
    backup = Backup(file=file[:1000], started_by=current_actor().name, started_at=now, heartbeat_at=now)
    if _has_table():
        _bury_silent(now)
        try:
            with transaction.atomic():
                backup.save()
        except IntegrityError:
            raise BackupError("Another backup is being made right now. Wait until it has ended.") from None
    try:
        yield backup
    except BaseException as error:
        _end(backup, BackupStatus.FAILED, str(error) or type(error).__name__)
        raise
    _end(backup, BackupStatus.COMPLETED, backup.message)


def beat(backup: Backup) -> None:
    """Says that the work goes on, at most every 20 seconds."""
    now = database_now()
    if backup.pk and now - backup.heartbeat_at >= BEAT_EVERY:
        backup.heartbeat_at = now
        Backup.objects.filter(pk=backup.pk).update(heartbeat_at=now)


def _has_table() -> bool:
    with connection.cursor() as cursor:
        return Backup._meta.db_table in connection.introspection.table_names(cursor)


def _bury_silent(now: datetime) -> None:
    dead = Backup.objects.filter(status=BackupStatus.RUNNING, heartbeat_at__lte=now - SILENT_AFTER)
    dead.update(status=BackupStatus.FAILED, finished_at=now, message="It stopped unexpectedly: it was killed, or the machine restarted.")


def _end(backup: Backup, status: BackupStatus, message: str) -> None:
    backup.status, backup.message, backup.finished_at = status, message[:2000], database_now()
    if backup.pk:
        try:
            backup.save()
        except DatabaseError:
            logger.exception("The outcome of the backup could not be noted.")
