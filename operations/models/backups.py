"""Backups of the whole installation."""

from django.db import models
from django.db.models import Q


class BackupStatus(models.TextChoices):
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"


class Backup(models.Model):
    """A backup of the whole installation, made here; belongs to no business. file: its name in BACKUP_DIR, or the path a person chose.

    Left out of backups itself: which files lie on this machine is no fact of another one.
    """

    status = models.CharField(max_length=10, choices=BackupStatus.choices, default=BackupStatus.RUNNING)
    file = models.CharField(max_length=1000)
    size = models.BigIntegerField(default=0, help_text="Bytes.")
    rows = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0)
    started_by = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["status"], condition=Q(status="running"), name="one_backup_at_a_time")]

    def __str__(self) -> str:
        return self.file
