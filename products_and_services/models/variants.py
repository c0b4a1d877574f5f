"""Variants: colours with a SKU of their own, or sizes ("presentations") without one. An empty field means: as the product."""

from collections.abc import Collection, Sequence

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from products_and_services.models.base import ProductPart
from products_and_services.models.pictures import PictureFacts
from products_and_services.models.products import Product
from products_and_services.models.skus import claim_sku, clean_sku, is_sku_of_product, validate_sku
from products_and_services.models.uploads import product_image_path, validate_picture
from products_and_services.querysets import PartQuerySet

ONE_DEFAULT = "one_default_variant_per_product"


class ProductVariant(ProductPart):
    """One choice of a product. `is_default` marks the only variant of a simple product, or the choice shown first.

    The two dates are one window: with either of its own the variant has a window of its own (see terms.py).
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    name = models.CharField(max_length=255, blank=True)
    sku = models.CharField("SKU", max_length=100, null=True, blank=True, validators=[validate_sku])
    price = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)])
    sale_price = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)])
    sale_starts_at = models.DateTimeField(null=True, blank=True)
    sale_ends_at = models.DateTimeField(null=True, blank=True)
    track_stock = models.BooleanField(null=True, blank=True)
    stock_quantity = models.IntegerField(null=True, blank=True)
    allow_backorder = models.BooleanField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True, help_text='For example {"color": "Red", "size": "L"}.')
    image = models.ImageField(upload_to=product_image_path, blank=True, max_length=300, validators=[validate_picture])
    facts = models.ForeignKey(PictureFacts, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    is_default = models.BooleanField("default", default=False)
    is_active = models.BooleanField("active", default=True)
    sort_order = models.IntegerField(default=0)
    external_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["sort_order", "id"]
        verbose_name = "variant"
        constraints = [
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gte=0), name="variant_price_not_negative"),
            models.CheckConstraint(condition=Q(sale_price__isnull=True) | Q(sale_price__gte=0), name="variant_sale_price_not_negative"),
            models.CheckConstraint(
                condition=Q(sale_starts_at__isnull=True) | Q(sale_ends_at__isnull=True) | Q(sale_ends_at__gt=F("sale_starts_at")),
                name="variant_sale_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(sku__isnull=True) | ~Q(sku=""), name="variant_sku_null_not_empty"),
            models.UniqueConstraint(fields=["product"], condition=Q(is_default=True), name=ONE_DEFAULT),
        ]

    def __str__(self) -> str:
        return f"{self.product.name} – {self.name or self.sku or 'default'}"

    def get_constraints(self) -> list[tuple[type[models.Model], Sequence[models.BaseConstraint]]]:
        """What full_clean checks; not the one-default rule, which save() keeps by taking the mark from the other variant."""
        return [(model, [rule for rule in rules if rule.name != ONE_DEFAULT]) for model, rules in super().get_constraints()]

    def clean(self) -> None:
        """Field errors a form shows."""
        from products_and_services.validation import validate_variant

        self.sku = clean_sku(self.sku)
        validate_variant(self)

    def _before_save(self, wanted: Collection[str] | None) -> None:
        """A SKU equal to the product's is stored blank."""
        if self._writes("sku", wanted):
            self.sku = clean_sku(self.sku)
            # Asked of the database: the product in memory may be older than its last rename.
            if self.sku is not None and is_sku_of_product(self.product_id, self.sku):
                self.sku = None
        if self._writes("is_default", wanted) and self.is_default:
            self._take_default_mark()

    def _after_save(self, wanted: Collection[str] | None) -> None:
        """Moves the SKU row along. Raises SkuTaken."""
        if self._writes("sku", wanted):
            claim_sku(self.product.tenant_id, self.sku, variant_id=self.pk)

    def _writes(self, column: str, wanted: Collection[str] | None) -> bool:
        return column in self.__dict__ if wanted is None else column in wanted

    def _take_default_mark(self) -> None:
        for other in ProductVariant.objects.filter(product_id=self.product_id, is_default=True).exclude(pk=self.pk):
            other.is_default = False
            other.save(update_fields=["is_default", "updated_at"])
