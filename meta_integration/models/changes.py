"""The outbox: one row per product that changed and has not been expanded to its items yet."""

from django.db import models

from tenants.models import Tenant, TenantQuerySet


class CatalogChange(models.Model):
    """Written in the transaction of the change itself. product_id is a plain number: the product may be gone."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    product_id = models.BigIntegerField(unique=True)
    version = models.PositiveIntegerField(default=1)
    restart = models.BooleanField(default=False)
    marked_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]

    def __str__(self) -> str:
        return f"change of product {self.product_id} (version {self.version})"
