"""What tests of reservations share: products of a shop, and lines in short."""

from products_and_services.models import Product, ProductVariant, StockReservation
from products_and_services.reservations import Wanted
from products_and_services.tests.factories import ProductFactory


def shop_product(tenant, **values) -> Product:
    """A product that comes from a shop."""
    return ProductFactory(tenant=tenant, **{"external_source": "woocommerce", "external_id": "1", **values})


def line(what: Product | ProductVariant, quantity: int = 1) -> Wanted:
    """A line of an order."""
    if isinstance(what, ProductVariant):
        return Wanted(what.product_id, what.pk, quantity)
    return Wanted(what.pk, None, quantity)


def held() -> dict[tuple[str, str], tuple[int, str]]:
    """{(order, product or variant): (quantity, state)} of all that was ever reserved."""
    return {(row.order_number, row.what): (row.quantity, row.state) for row in StockReservation.objects.all()}
