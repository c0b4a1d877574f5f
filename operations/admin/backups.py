"""The start page's word to administrators about backups: how old the last one is, and what went wrong."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from common.admin import Badge, Banner, Row, Section, dashboard_section, render_badge, render_moment
from common.clock import database_now
from operations.backups.records import last_backup_at
from operations.models import Backup, BackupStatus

LATE = timedelta(days=2)
BADGES = {
    BackupStatus.RUNNING: Badge("blue", "↻ Running"),
    BackupStatus.COMPLETED: Badge("green", "✓ Completed"),
    BackupStatus.FAILED: Badge("red", "✗ Failed"),
}


@dashboard_section(order=90)
def backups(request: HttpRequest) -> Section | None:
    """The three newest backups; a warning when the last complete one is two days old."""
    if not request.user.is_superuser:
        return None
    rows = [_row(backup) for backup in Backup.objects.all()[:3]]
    empty = "No backup yet. The first one is made within an hour after the start; “make backup” makes one now."
    return Section("Backups of this installation", rows=rows, banners=_warnings(), empty=empty)


def _row(backup: Backup) -> Row:
    size = f" · {filesizeformat(backup.size)}" if backup.size else ""
    words = f": {backup.message}" if backup.message else ""
    title = f"{backup.file.rpartition('/')[2]}{size}{words}"
    return Row(title, render_badge(BADGES[BackupStatus(backup.status)]), since=render_moment(backup.started_at))


def _warnings() -> list[Banner]:
    last = last_backup_at()
    if settings.BACKUP_KEEP < 1 or last is None or database_now() - last < LATE:
        return []
    title = f"The last backup is from {last:%Y-%m-%d}."
    return [Banner("orange", title, "One is made every day while beat and a worker run and BACKUP_DIR has room; see docs/backup.md.")]
