"""What Meta said about each item when it was last asked. Apart from the item: its row is the engine's, and hot."""

from django.db import models

from meta_integration.models.items import CatalogItem


class MetaState(models.TextChoices):
    """Meta's side of an item, worst first. NOT_ASKED is never stored: it is the absence of a row."""

    REJECTED = "rejected", "Rejected"
    WARNING = "warning", "Live, with a warning"
    PROCESSING = "processing", "Processing"
    NOT_ASKED = "not_asked", "Not asked yet"
    LIVE = "live", "Live"


class ItemVerdict(models.Model):
    """One answer of Meta. rev: the item's rev when it was given; another rev since means that Meta got something newer to look at.

    asked_at: when Meta last answered (empty: an answer is awaited); changed_at: since when it says so; due_at: when to ask again;
    asks: answers in a row that settled nothing. errors: [{type, priority, title, description}]. All texts cleaned and capped.
    """

    item = models.OneToOneField(CatalogItem, on_delete=models.CASCADE, related_name="verdict")
    rev = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=MetaState.choices, default=MetaState.PROCESSING)
    review_status = models.CharField(max_length=60, blank=True)
    rejection_reasons = models.JSONField(default=list, blank=True)
    image_fetch_status = models.CharField(max_length=60, blank=True)
    whatsapp = models.CharField("WhatsApp review", max_length=60, blank=True)
    errors = models.JSONField(default=list, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    asks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["item"]
        indexes = [models.Index(fields=["state", "item"], condition=~models.Q(state="live"), name="verdict_not_live")]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.item_id}"
