"""The daily backup. Asked every hour: a machine that slept at night still gets one."""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from operations.backups.archive import BackupError
from operations.backups.folder import file_for, remove_older
from operations.backups.make import Made, make_backup
from operations.backups.records import last_backup_at
from tenants.actor import Actor, acting_as

logger = logging.getLogger("backup")
A_DAY = timedelta(hours=23, minutes=30)  # A little less, so that the hour does not wander through the day.


def backup_if_due(now: datetime) -> Made | None:
    """Makes a backup when the last one is a day old; None when none is due, they are switched off, or another one is at work.

    Pictures in a bucket (S3) are left where they are: the bucket has copies of its own.
    """
    last = last_backup_at()
    if settings.BACKUP_KEEP < 1 or (last is not None and timedelta(0) <= now - last < A_DAY):
        return None
    with acting_as(Actor("daily backup")):
        try:
            made = make_backup(file_for(settings.BACKUP_DIR, now), media=settings.STORAGE_BACKEND == "local")
        except BackupError as error:
            logger.warning("No backup was made: %s", error)
            return None
    remove_older(settings.BACKUP_DIR, settings.BACKUP_KEEP)
    return made
