"""What is being done: long work as runs with progress and issues, alerts that call a person, and backups of the installation."""

from operations.models.alerts import Alert, AlertDelivery, AlertEvent, Channel, Severity, new_message_id
from operations.models.backups import Backup, BackupStatus
from operations.models.files import FileRole, RunFile, RunFilePart
from operations.models.runs import OPEN_STATUSES, Run, RunIssue, RunKind, RunStatus
from operations.models.watch import Heartbeat, Tally

__all__ = [
    "OPEN_STATUSES",
    "Alert",
    "AlertDelivery",
    "AlertEvent",
    "Backup",
    "BackupStatus",
    "Channel",
    "FileRole",
    "Heartbeat",
    "Run",
    "RunFile",
    "RunFilePart",
    "RunIssue",
    "RunKind",
    "RunStatus",
    "Severity",
    "Tally",
    "new_message_id",
]
