"""SKUs: one row per value and business over products *and* variants. The unique constraint here is what keeps SKUs unique."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q

from tenants.models import Tenant


class SkuTaken(ValidationError):
    """The SKU belongs to another product or variant of the same business."""


class Sku(models.Model):
    """Who owns a SKU. Written in the same transaction as its product or variant, by saves and bulk writers alike."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    value = models.CharField(max_length=100)
    product = models.OneToOneField("Product", on_delete=models.CASCADE, null=True, related_name="sku_row")
    variant = models.OneToOneField("ProductVariant", on_delete=models.CASCADE, null=True, related_name="sku_row")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "value"], name="sku_once_per_tenant"),
            models.CheckConstraint(condition=~Q(value=""), name="sku_value_not_empty"),
            models.CheckConstraint(
                condition=Q(product__isnull=False, variant__isnull=True) | Q(product__isnull=True, variant__isnull=False),
                name="sku_of_product_or_variant",
            ),
        ]

    def __str__(self) -> str:
        return self.value


def clean_sku(value: str | None) -> str | None:
    """Outer spaces off; blank becomes None."""
    return (value or "").strip() or None


def validate_sku(value: str) -> None:
    """Raises ValidationError for a SKU that cannot stand in an address or a file: line breaks, tabs and other invisible characters."""
    if not value.isprintable():
        raise ValidationError("The SKU contains an invisible character (for example a line break or a tab). Type it anew.")


def claim_sku(tenant_id: UUID, value: str | None, **owner: int) -> None:
    """Makes `value` the owner's only SKU (owner: product_id= or variant_id=). Raises SkuTaken when it is somebody else's."""
    held = Sku.objects.filter(**owner)
    if value is None:
        held.delete()
        return
    if held.filter(tenant_id=tenant_id, value=value).exists():
        return
    try:
        with transaction.atomic():
            if not held.update(tenant_id=tenant_id, value=value):
                Sku.objects.create(tenant_id=tenant_id, value=value, **owner)
    except IntegrityError:
        raise SkuTaken({"sku": sku_taken_message(value)}) from None


def sku_taken_message(value: str) -> str:
    """What a person reads when a SKU is not free."""
    return f"The SKU “{value}” is already used by another product or variant of this business. Choose another, or change that one first."


def owner_of_sku(tenant_id: UUID, value: str) -> Mapping[str, Any] | None:
    """{"product_id", "variant_id", "variant__product_id"} of the SKU's owner (None where it does not apply), or None: it is free."""
    if "\0" in value:  # PostgreSQL refuses even the question; validate_sku refuses the SKU.
        return None
    return Sku.objects.filter(tenant_id=tenant_id, value=value).values("product_id", "variant_id", "variant__product_id").first()


def is_sku_of_product(product_id: int, value: str) -> bool:
    """True when the product itself (not a variant) owns the SKU."""
    return Sku.objects.filter(product_id=product_id, value=value).exists()
