"""What calls for a person, and the messages about it."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.models import Tenant, TenantQuerySet


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
