"""The seven summary columns of a product. Written by the sync alone; a person's save, however stale, never touches them."""

from django.db import models


class SyncStatus(models.TextChoices):
    """How a product stands at Meta, worst first where several items disagree."""

    PAUSED = "paused", "Paused"
    REJECTED = "rejected", "Rejected"
    FAILED = "failed", "Failed (max attempts)"
    RETRY = "retry", "Retry pending"
    SYNCING = "syncing", "Syncing"
    SYNCED = "synced", "Synced"
    HIDDEN = "hidden", "Hidden"
    NOT_SYNCED = "not_synced", "Not synced"


class MetaSyncSummary(models.Model):
    """attempts: failed or unanswered calls for the current payload; times are UTC."""

    meta_sync_status = models.CharField(
        "Meta sync status", max_length=12, choices=SyncStatus.choices, default=SyncStatus.NOT_SYNCED, editable=False, db_index=True
    )
    meta_sync_attempts = models.PositiveSmallIntegerField("Meta sync attempts", default=0, editable=False)
    meta_sync_last_error = models.TextField("Last Meta Sync Error", blank=True, default="", editable=False)
    meta_sync_last_attempt = models.DateTimeField("Last attempt", null=True, blank=True, editable=False)
    meta_sync_last_success = models.DateTimeField("Last success", null=True, blank=True, editable=False)
    meta_sync_next_attempt = models.DateTimeField("Next attempt", null=True, blank=True, editable=False)
    meta_catalog_item_id = models.CharField("Meta catalog item id", max_length=64, blank=True, default="", editable=False)

    class Meta:
        abstract = True


SUMMARY_COLUMNS = frozenset(field.name for field in MetaSyncSummary._meta.fields)
