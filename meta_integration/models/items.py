"""One row per item that Meta has, had or should have: the truth of the sync."""

from django.db import models
from django.db.models import F, Q

from meta_integration.models.batches import CatalogBatch
from meta_integration.models.catalogs import Catalog

IN_DOUBT = "?"  # live_hash when a call may or may not have been applied.


class ItemState(models.TextChoices):
    """How the last decision about the item ended."""

    NEW = "new", "New"
    SYNCING = "syncing", "Syncing"
    SYNCED = "synced", "Synced"
    HIDDEN = "hidden", "Hidden"
    RETRY = "retry", "Retry pending"
    FAILED = "failed", "Failed (max attempts)"
    REJECTED = "rejected", "Rejected"
    SKIPPED = "skipped", "Not sent"
    GONE = "gone", "Deleted"


AILING = (ItemState.RETRY, ItemState.FAILED, ItemState.REJECTED)  # What the minute watch counts: few among many.


class CatalogItem(models.Model):
    """Keyed by (catalog, retailer_id). product_id and variant_id are plain numbers that only help expansion: the row outlives both.

    mark / done: wanted and settled version; waiting means they differ. rev: fences settling. live_hash: hash of what Meta certainly
    has, "" = nothing, "?" = in doubt. tried_hash: what the last call carried; attempts count for it alone. checked_mark: the mark
    at which the payload was last computed, so that a waiting retry is not computed again on each round. boundary_at: when the
    clock alone will change the payload (a sale opens or closes). ask_at: when Meta is to be asked what it has.
    """

    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="items")
    retailer_id = models.CharField(max_length=100)
    product_id = models.BigIntegerField(null=True, db_index=True)
    variant_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=500, blank=True)
    sort_order = models.IntegerField(default=0)

    mark = models.PositiveBigIntegerField(default=1)
    done = models.PositiveBigIntegerField(default=0)
    checked_mark = models.PositiveBigIntegerField(default=0)
    rev = models.PositiveBigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True, blank=True, help_text="When rev last moved: a listing begun before says nothing.")

    meta_id = models.CharField(max_length=64, blank=True)
    live_hash = models.CharField(max_length=64, blank=True)
    live_shape = models.CharField(max_length=120, blank=True)
    tried_hash = models.CharField(max_length=64, blank=True)
    was_sent = models.BooleanField(default=False)

    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    batch_limit = models.PositiveIntegerField(null=True, blank=True, help_text="After whole-batch failures: so many rows together.")
    in_flight = models.BooleanField(default=False)
    batch = models.ForeignKey(CatalogBatch, on_delete=models.SET_NULL, null=True, blank=True, related_name="items")
    ask_at = models.DateTimeField(null=True, blank=True)
    boundary_at = models.DateTimeField(null=True, blank=True)

    last_error = models.TextField(blank=True)
    error_code = models.IntegerField(null=True, blank=True)
    fbtrace_id = models.CharField(max_length=64, blank=True)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_request = models.JSONField(default=dict, blank=True)
    last_answer = models.JSONField(default=dict, blank=True, help_text="Secrets masked.")

    class Meta:
        ordering = ["catalog", "sort_order", "id"]
        constraints = [models.UniqueConstraint(fields=["catalog", "retailer_id"], name="item_once_per_catalog")]
        indexes = [
            models.Index(fields=["catalog", "next_attempt_at"], condition=~Q(mark=F("done")), name="item_waiting"),
            models.Index(fields=["catalog", "ask_at"], condition=Q(ask_at__isnull=False), name="item_to_ask"),
            models.Index(fields=["catalog", "boundary_at"], condition=Q(boundary_at__isnull=False), name="item_boundary"),
            models.Index(fields=["catalog", "state", "error_code"], condition=Q(state__in=AILING), name="item_ailing"),
        ]

    def __str__(self) -> str:
        return f"{self.retailer_id} ({self.name})" if self.name else self.retailer_id

    @property
    def is_waiting(self) -> bool:
        """True while a newer version than the settled one is wanted."""
        return self.mark != self.done
