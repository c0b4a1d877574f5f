"""The history of a product: one row per save that changed something, by whom or which run."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from tenants.models import Tenant, TenantQuerySet


class Revision(models.Model):
    """changes: {field: [old, new]} as JSON values. product_id and entity_id are plain numbers: history outlives the rows."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="revisions")
    product_id = models.BigIntegerField()
    entity = models.CharField(max_length=12, default="product", help_text="product, variant or image")
    entity_id = models.BigIntegerField()
    action = models.CharField(max_length=8, default="changed", help_text="created, changed or deleted")
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    actor = models.CharField(max_length=200)
    run_id = models.UUIDField(null=True, blank=True)
    restores = models.BigIntegerField(null=True, blank=True, help_text="The revision whose version was brought back.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "change"
        verbose_name_plural = "history of changes"
        indexes = [
            models.Index(fields=["product_id", "-id"]),
            models.Index(fields=["run_id", "product_id"], name="revision_run_product", condition=models.Q(run_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.entity_id} {self.action} by {self.actor}"
