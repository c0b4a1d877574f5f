"""Which items a product makes at Meta, and under which retailer_id. Pure."""

from dataclasses import dataclass
from functools import cached_property

from products_and_services.snapshot import ProductSnapshot, VariantSnapshot
from products_and_services.terms import Terms, terms_of


@dataclass(frozen=True)
class Carrier:
    """Who carries a retailer_id now. variant None: the product itself; sizes: active variants without a SKU (price from the cheapest)."""

    retailer_id: str
    product: ProductSnapshot
    variant: VariantSnapshot | None = None
    group_id: str = ""
    sizes: tuple[VariantSnapshot, ...] = ()

    @cached_property
    def choices(self) -> tuple[Terms, ...]:
        """What is sold under the retailer_id: each active size, the variant, or the product itself."""
        return tuple(terms_of(self.product, choice) for choice in self.sizes or (self.variant,))


def carriers_of(product: ProductSnapshot) -> list[Carrier]:
    """The product's items, first the one shown first.

    Only a default variant, or none: one item under the product's SKU. Variants with SKUs: one grouped item each, none for the
    product itself. Only variants without SKUs (sizes): one item under the product's SKU.
    """
    with_sku = [variant for variant in product.variants if variant.sku]
    if product.is_simple:
        sku = product.sku or next((variant.sku for variant in with_sku), None)
        only = product.variants[0] if product.variants else None
        return [Carrier(sku, product, only)] if sku else []
    if with_sku:
        group = product.sku or f"group-{product.id}"
        return [Carrier(variant.sku or "", product, variant, group) for variant in with_sku]
    sizes = tuple(variant for variant in product.variants if variant.is_active)
    return [Carrier(product.sku, product, None, "", sizes)] if product.sku else []


def variants_left_out(product: ProductSnapshot) -> list[VariantSnapshot]:
    """Variants without a SKU beside variants with one: Meta cannot show them, so they are not sent."""
    if product.is_simple or not any(variant.sku for variant in product.variants):
        return []
    return [variant for variant in product.variants if not variant.sku]
