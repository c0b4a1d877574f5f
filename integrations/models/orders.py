"""Orders that are to be written to a shop: the row is the letter, and stays as evidence."""

from django.db import models
from django.db.models import Q

from integrations.models.connections import StoreConnection
from tenants.models import Tenant, TenantQuerySet


class OrderState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    BLOCKED = "blocked", "The shop does not let us write"
    WRITTEN = "written", "In the shop"
    FAILED = "failed", "Failed"
    REFUSED = "refused", "Refused by the shop"
    CANCELLED = "cancelled", "Cancelled"


# A person may try these again, or cancel them.
UNFINISHED = (OrderState.WAITING, OrderState.BLOCKED, OrderState.FAILED, OrderState.REFUSED)


class OrderWriteBack(models.Model):
    """One order for one shop. payload: as orders/payload.py writes it, with our ids; shop: how the shop was called, should it be removed.

    tries: failed ones since somebody wanted it; asked_at: when the shop was last asked to write it and may have done so; external_id: the
    shop's number of it; error, remedy: in words. Written by orders/ alone; lease_*: see common/lease.py.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="orders_for_shops")
    connection = models.ForeignKey(StoreConnection, on_delete=models.SET_NULL, null=True, blank=True, related_name="orders")
    shop = models.CharField(max_length=500, blank=True)
    order_number = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=OrderState.choices, default=OrderState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    external_id = models.CharField("number in the shop", max_length=64, blank=True)
    error = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    written_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True, default="", editable=False)
    lease_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "order for a shop"
        verbose_name_plural = "orders for shops"
        indexes = [
            models.Index(fields=["connection", "next_try_at"], name="order_due", condition=Q(state="waiting")),
            models.Index(fields=["tenant", "-id"], name="order_list"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["connection", "order_number"], name="order_once_per_shop"),
            models.CheckConstraint(condition=~Q(state="written") | ~Q(external_id=""), name="written_order_has_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.order_number} for {self.shop}"
