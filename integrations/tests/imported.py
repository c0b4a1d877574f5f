"""What an import left behind, found by the shop's numbers."""

from integrations.models import RefKind
from products_and_services.models import Product, ProductVariant


def product(external_id: object) -> Product:
    """Our product for this one of the shop."""
    return Product.objects.get(external_refs__external_id=str(external_id), external_refs__kind=RefKind.PRODUCT)


def images(one: Product | ProductVariant) -> list[tuple[str, str]]:
    """Addresses and descriptions, in their order."""
    return list(one.images.order_by("sort_order").values_list("remote_url", "alt"))
