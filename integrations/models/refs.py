"""Identity: which of our rows is which of a shop's. Numbers of the shop decide, never names or SKUs."""

from django.db import models
from django.db.models import Q

from integrations.models.connections import StoreConnection
from products_and_services.models import Product, ProductCategory, ProductVariant


class RefKind(models.TextChoices):
    PRODUCT = "product"
    VARIANT = "variant"
    CATEGORY = "category"


class ExternalRef(models.Model):
    """One thing of a shop and our row for it. It goes with our row; then the shop's thing is new again.

    read_at: when the question began whose answer our row was last made from (database clock; None: before that was noted): an answer that
    was asked for earlier changes nothing any more (importing/newer.py). glance: the cheap text of that answer, or the one seen since.
    content_hash: of the shop's answer that our row was last made from (products only; "" = look at it again next time). gone_at: since when
    the shop does not have it any more (our row is inactive then); it comes back by itself when the shop has it again.
    """

    connection = models.ForeignKey(StoreConnection, on_delete=models.CASCADE, related_name="refs")
    kind = models.CharField(max_length=8, choices=RefKind.choices)
    external_id = models.CharField(max_length=64)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, null=True, related_name="external_refs")
    variant = models.OneToOneField(ProductVariant, on_delete=models.CASCADE, null=True, related_name="external_ref")
    category = models.ForeignKey(ProductCategory, on_delete=models.CASCADE, null=True, related_name="external_refs")
    content_hash = models.CharField(max_length=64, blank=True, default="")
    read_at = models.DateTimeField(null=True, blank=True)
    glance = models.CharField(max_length=200, blank=True, default="", db_default="")
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "identity at a shop"
        verbose_name_plural = "identities at shops"
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "external_id"], name="ref_once_per_shop"),
            models.UniqueConstraint(fields=["product"], condition=Q(kind="product"), name="ref_one_shop_per_product"),
            models.CheckConstraint(
                condition=Q(kind="product", product__isnull=False, variant__isnull=True, category__isnull=True)
                | Q(kind="variant", product__isnull=False, variant__isnull=False, category__isnull=True)
                | Q(kind="category", product__isnull=True, variant__isnull=True, category__isnull=False),
                name="ref_points_at_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"
