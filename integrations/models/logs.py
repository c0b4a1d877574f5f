"""Evidence of what was exchanged with shops: each import and each delivery from a shop."""

from django.db import models

from integrations.models.connections import Provider, StoreConnection
from tenants.models import Tenant, TenantQuerySet


class LogStatus(models.TextChoices):
    SUCCESS = "success", "Success"
    ERROR = "error", "Error"


class WebhookLog(models.Model):
    """event: "product_sync" for an import, otherwise the shop's own name of what it delivered. payload: without secrets."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="webhook_logs")
    connection = models.ForeignKey(StoreConnection, on_delete=models.SET_NULL, null=True, blank=True, related_name="logs")
    provider = models.CharField(max_length=12, choices=Provider.choices)
    event = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=LogStatus.choices)
    processing_time_ms = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["tenant", "-id"])]

    def __str__(self) -> str:
        return f"{self.event} · {self.status}"
