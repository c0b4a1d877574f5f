"""Remote catalogs and what the engine remembers about each: lease, pause, batch size, when it was last read back."""

from django.db import models

from meta_integration.models.configs import MetaAppConfig
from products_and_services.models import ProductCategory
from tenants.models import Tenant, TenantQuerySet

ADVISED_BATCH_SIZE = 3_000  # Meta: at most 5,000 rows per items_batch call, below 3,000 advised.


class Catalog(models.Model):
    """One catalog at Meta that this business sends to, or once sent to (then no longer `is_current` and never called again)."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="catalogs")
    config = models.ForeignKey(MetaAppConfig, on_delete=models.SET_NULL, null=True, related_name="catalogs")
    catalog_id = models.CharField("catalog id", max_length=25)
    is_current = models.BooleanField(default=True)

    lease_token = models.CharField(max_length=32, blank=True, default="")
    lease_expires_at = models.DateTimeField(null=True, blank=True)

    paused_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True, help_text="Empty while paused: until a person resumes or the token changes.")
    pause_code = models.IntegerField(null=True, blank=True)
    pause_reason = models.TextField(blank=True)
    pause_fingerprint = models.CharField(max_length=16, blank=True)

    next_ring_at = models.DateTimeField(null=True, blank=True, help_text="A wake-up is already on its way for then.")
    failures_in_row = models.PositiveIntegerField(default=0, help_text="Transient failures since the last success.")
    resting_until = models.DateTimeField(null=True, blank=True, help_text="Short rest after several failures in a row (an outage).")

    batch_size = models.PositiveIntegerField(default=ADVISED_BATCH_SIZE)
    readback_started_at = models.DateTimeField(null=True, blank=True)
    readback_finished_at = models.DateTimeField(null=True, blank=True)
    held_removals = models.PositiveIntegerField(default=0, help_text="Removals that wait for a person because there are too many.")
    removals_allowed_at = models.DateTimeField(null=True, blank=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["tenant", "id"]
        constraints = [models.UniqueConstraint(fields=["tenant", "catalog_id"], name="catalog_once_per_tenant")]

    def __str__(self) -> str:
        return f"{self.tenant} · catalog {self.catalog_id}"


class CategoryCatalog(models.Model):
    """Products of this category (and below it) go to another catalog than the business's default one."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    category = models.OneToOneField(ProductCategory, on_delete=models.CASCADE, related_name="catalog_mapping")
    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="category_mappings")

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = "category catalog"

    def __str__(self) -> str:
        return f"{self.category} → {self.catalog.catalog_id}"
