"""Long work: runs with progress, and what each could not do."""

import uuid

from django.db import models

from tenants.models import Tenant, TenantQuerySet


class RunKind(models.TextChoices):
    IMPORT = "import", "Import"
    PUSH = "push", "Push to Meta"
    RECONCILE = "reconcile", "Compare with Meta"
    CSV = "csv", "File import"
    EXPORT = "export", "File export"
    EDIT = "edit", "Bulk edit"
    ROLLBACK = "rollback", "Rollback"
    IN_STEP = "in_step", "Kept in step"


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
    fences out a worker that was given up; cursor: where the next worker goes on (None: it cannot), see background.py; setbacks: workers
    lost since the cursor last moved; subject: the one thing it is about ("store 12"), for its history; not_before: a queued run waits until
    then, because the other side was down (tries: how often it was put off like that since the cursor last moved).
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
    setbacks = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    subject = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    not_before = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    started_by = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["tenant", "kind", "status"]),
            models.Index(fields=["subject", "-created_at"], name="run_of_subject", condition=~models.Q(subject="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """True while the run can still change."""
        return self.status in OPEN_STATUSES


class RunIssue(models.Model):
    """Something a run could not do for one thing, in words, with the field it is about. product_id is plain: it outlives the product.

    reference: what the other side calls the thing (a shop's product id), so that it can be asked for again.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="issues")
    product_id = models.BigIntegerField(null=True, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=60, blank=True)
    reference = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    message = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.subject}: {self.message}"[:200]
