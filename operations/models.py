"""What is being done: long work as runs with progress and issues, alerts that call a person, and backups of the installation."""

import secrets
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.models import Tenant, TenantQuerySet


class RunKind(models.TextChoices):
    IMPORT = "import", "Import"
    PUSH = "push", "Push to Meta"
    RECONCILE = "reconcile", "Compare with Meta"
    CSV = "csv", "File import"
    EXPORT = "export", "File export"
    EDIT = "edit", "Bulk edit"
    ROLLBACK = "rollback", "Rollback"


class RunStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    NEEDS_CONFIRMATION = "needs_confirmation", "Needs confirmation"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


OPEN_STATUSES = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.NEEDS_CONFIRMATION)


class Run(models.Model):
    """One piece of long work. `total` and `done` count things of the run's kind (products of a push); `counts` says how they ended.

    task: the Celery task that takes the run up ("": whoever started it does the work itself); worker: token of the one at work, which
    fences out a worker that was given up; cursor: where the next worker goes on (None: it cannot), see background.py.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=12, choices=RunKind.choices)
    status = models.CharField(max_length=20, choices=RunStatus.choices, default=RunStatus.QUEUED)
    phase = models.CharField(max_length=80, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    params = models.JSONField(default=dict, blank=True)
    task = models.CharField(max_length=120, blank=True, default="", db_default="", editable=False)
    worker = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    cursor = models.JSONField(null=True, blank=True, editable=False)
    started_by = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["tenant", "kind", "status"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """True while the run can still change."""
        return self.status in OPEN_STATUSES


class RunIssue(models.Model):
    """Something a run could not do for one thing, in words, with the field it is about. product_id is plain: it outlives the product."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="issues")
    product_id = models.BigIntegerField(null=True, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=60, blank=True)
    message = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.subject}: {self.message}"[:200]


class FileRole(models.TextChoices):
    UPLOAD = "upload", "Uploaded file"
    RESULT = "result", "Result"


class RunFile(models.Model):
    """A private file of a run: what a person gave it, or what it made. Kept in the database in parts, until `expires_at` (files.py)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="files")
    role = models.CharField(max_length=10, choices=FileRole.choices)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class RunFilePart(models.Model):
    """At most half a megabyte of a file, so that no process ever holds it whole."""

    file = models.ForeignKey(RunFile, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="run_file_part_once")]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"


def new_message_id() -> str:
    return f"msg_{secrets.token_hex(16)}"


class Severity(models.TextChoices):
    WARNING = "warning", "Warning"
    CRITICAL = "critical", "Critical"


class Alert(models.Model):
    """A call for a person. One open alert per (tenant, key); it closes by itself when the cause is gone.

    tenant: None for what concerns the whole installation. dismissed: a person closed it while its cause may last; the sweep does not
    open it again until the cause has been gone once.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, blank=True, related_name="alerts")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, help_text="What it is about; a second cause with the same key joins the open alert.")
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.WARNING, db_default=Severity.WARNING)
    title = models.CharField(max_length=200)
    remedy = models.TextField(blank=True)
    link = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    dismissed = models.BooleanField(default=False, db_default=False, editable=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], condition=Q(closed_at__isnull=True), name="one_open_alert_per_cause"),
            # Two empty tenants are different values to a database, so the installation's own alerts need a rule of their own.
            models.UniqueConstraint(
                fields=["key"], condition=Q(closed_at__isnull=True, tenant__isnull=True), name="one_open_installation_alert_per_cause"
            ),
        ]
        indexes = [models.Index(fields=["closed_at"], name="alert_closed")]

    def __str__(self) -> str:
        return self.title


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"


class AlertEvent(models.TextChoices):
    OPENED = "opened", "Opened"
    CLOSED = "closed", "Resolved"


class AlertDelivery(models.Model):
    """One message about an alert to one receiver: the letter; the task that sends it is only rung.

    recipient: an e-mail address ("" for the webhook, whose address is configuration). message_id stays the same over all attempts, so
    that a receiver can tell a repeat. next_attempt_at: None once it is delivered, given up or no longer wanted.
    """

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    event = models.CharField(max_length=10, choices=AlertEvent.choices)
    recipient = models.CharField(max_length=254, blank=True)
    message_id = models.CharField(max_length=40, unique=True, default=new_message_id, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "alert deliveries"
        indexes = [models.Index(fields=["next_attempt_at"], condition=Q(next_attempt_at__isnull=False), name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.get_event_display()}: {self.alert}"  # Without the receiver: not everybody may know the operator's address.


class Heartbeat(models.Model):
    """When a part of the machinery was last seen working (what is silent for minutes is not running), and since when without a gap."""

    name = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField()
    since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.seen_at:%Y-%m-%d %H:%M:%S}"


class Tally(models.Model):
    """Counted for /metrics over all processes: how often, and how long in sum (seconds). le: upper bound of the histogram's bucket."""

    metric = models.CharField(max_length=40)
    first = models.CharField(max_length=60, blank=True)
    second = models.CharField(max_length=60, blank=True)
    le = models.CharField(max_length=10, blank=True)
    count = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [models.UniqueConstraint(fields=["metric", "first", "second", "le"], name="one_tally_per_label_set")]

    def __str__(self) -> str:
        return f"{self.metric} {self.first} {self.second} {self.le}: {self.count}"


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
