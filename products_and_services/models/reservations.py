"""Stock that orders hold. The count of a shop's product is the shop's own number, so an order cannot lower it: it reserves."""

from typing import Any

from django.db import models
from django.db.models import Q

from products_and_services.models.products import Product
from products_and_services.models.variants import ProductVariant
from tenants.models import Tenant, TenantQuerySet


class ReservationState(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class ReservationQuerySet(TenantQuerySet):
    """Reservations of one or more businesses."""

    def open(self) -> "ReservationQuerySet":
        """Those that still hold stock."""
        return self.filter(state=ReservationState.OPEN)


class StockReservation(models.Model):
    """So many of a product (or of one of its variants) are promised to an order. what: their name at that time, for people.

    Written by reservations.py alone. The row outlives its product, as history does: a product that is deleted and brought back by undo has
    its old number, and so its old orders. Until then the row holds nothing, as there is nothing to count.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="stock_reservations")
    product = models.ForeignKey(Product, on_delete=models.DO_NOTHING, db_constraint=False, related_name="reservations")
    variant = models.ForeignKey(
        ProductVariant, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="reservations"
    )
    order_number = models.CharField(max_length=64)
    quantity = models.PositiveIntegerField()
    what = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=6, choices=ReservationState.choices, default=ReservationState.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_why = models.CharField("why it was closed", max_length=200, blank=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        ordering = ["-state", "-id"]
        indexes = [
            models.Index(fields=["product"], name="reservation_open", condition=Q(state="open")),
            models.Index(fields=["tenant", "-state", "-id"], name="reservation_list"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "order_number", "product", "variant"], name="reserved_once_per_variant",
                condition=Q(variant__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["tenant", "order_number", "product"], condition=Q(variant__isnull=True), name="reserved_once_per_product"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reserved_something"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | Q(state="closed", closed_at__isnull=False), name="closed_has_a_time"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.quantity} × {self.what or 'a product'} for {self.order_number}"

    @property
    def line(self) -> tuple[Any, Any, int]:
        """(product id, variant id, quantity)"""
        return self.product_id, self.variant_id, self.quantity
