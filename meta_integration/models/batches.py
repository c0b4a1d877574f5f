"""Batches handed to Meta whose outcome is still to come."""

from django.db import models

from meta_integration.models.catalogs import Catalog


class CatalogBatch(models.Model):
    """A handle means accepted, not applied. rows: [[item id, rev, mark, shape], ..] as sent; the item's rev decides who may settle."""

    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="batches")
    handle = models.CharField(max_length=300)
    rows = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    poll_at = models.DateTimeField(null=True, db_index=True, help_text="Empty once the handle has ended or was given up.")
    polls = models.PositiveIntegerField(default=0)
    freed_at = models.DateTimeField(null=True, blank=True, help_text="After 30 minutes its items were asked about and released.")
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    errors_total = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "catalog batches"
        constraints = [models.UniqueConstraint(fields=["catalog", "handle"], name="handle_once_per_catalog")]

    def __str__(self) -> str:
        return f"batch {self.pk} ({len(self.rows)} rows)"
