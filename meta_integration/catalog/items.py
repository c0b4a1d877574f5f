"""Which items a product makes at Meta, and under which retailer_id. Pure."""

from dataclasses import dataclass

from products_and_services.snapshot import ProductSnapshot, VariantSnapshot


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who carries a retailer_id now. variant None: the product itself; sizes: active variants without a SKU (price from the cheapest)."""

    retailer_id: str
    product: ProductSnapshot
    variant: VariantSnapshot | None = None
    group_id: str = ""
    sizes: tuple[VariantSnapshot, ...] = ()


def carriers_of(product: ProductSnapshot) -> list[Carrier]:
    """The product's items, first the one shown first.

    Only a default variant, or none: one item under the product's SKU. Variants with SKUs: one grouped item each, none for the
    product itself. Only variants without SKUs (sizes): one item under the product's SKU.
    """
    with_sku = [variant for variant in product.variants if variant.sku]
    if is_simple(product):
        sku = product.sku or next((variant.sku for variant in with_sku), None)
        only = product.variants[0] if product.variants else None
        return [Carrier(sku, product, only)] if sku else []
    if with_sku:
        group = product.sku or f"group-{product.id}"
        return [Carrier(variant.sku or "", product, variant, group) for variant in with_sku]
    sizes = tuple(variant for variant in product.variants if variant.is_active)
    return [Carrier(product.sku, product, None, "", sizes)] if product.sku else []


def is_simple(product: ProductSnapshot) -> bool:
    """True when the product has no variants but, at most, its default one."""
    return not product.variants or (len(product.variants) == 1 and product.variants[0].is_default)


def variants_left_out(product: ProductSnapshot) -> list[VariantSnapshot]:
    """Variants without a SKU beside variants with one: Meta cannot show them, so they are not sent."""
    if is_simple(product) or not any(variant.sku for variant in product.variants):
        return []
    return [variant for variant in product.variants if not variant.sku]
