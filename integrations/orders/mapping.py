"""Our products and variants as the shop numbers them, at the moment an order is sent."""

from dataclasses import replace

from common.errors import PermanentError
from integrations.models import ExternalRef, RefKind, StoreConnection
from integrations.providers.orders import StoreOrder, StoreOrderLine
from products_and_services.models import ProductVariant

REMEDY = "Enter the order in the shop by hand, and cancel it here. If the shop has the product again, import it and press “Try again”."

OTHER_CURRENCY = "Enter the order in the shop by hand, and cancel it here. If we have its currency wrong, press “Test connection” first."


def for_shop(connection: StoreConnection, order: StoreOrder, currency: str) -> StoreOrder:
    """The order with the shop's numbers in its lines, in three queries. currency: the shop's own, "" where that is not known.

    Raises PermanentError where the shop has something no longer, or sells in another currency: it would read 100 EGP as 100 USD.
    """
    if not order.lines:
        raise PermanentError("There is nothing in this order.", kind="no_lines", data={"remedy": "Cancel it here."})
    if currency and currency != order.currency:
        text = f"The order is in {order.currency}, and the shop sells in {currency}."
        raise PermanentError(text, kind="other_currency", data={"remedy": OTHER_CURRENCY})
    ids = {line.product_id for line in order.lines}
    living = ExternalRef.objects.filter(connection=connection, product_id__in=ids, gone_at__isnull=True)
    products = dict(living.filter(kind=RefKind.PRODUCT).values_list("product_id", "external_id"))
    variants: dict[int, dict[int, str]] = {pk: {} for pk in ids}
    for product_id, variant_id, external_id in living.filter(kind=RefKind.VARIANT).values_list("product_id", "variant_id", "external_id"):
        variants[product_id][variant_id] = external_id
    defaults = set(ProductVariant.objects.filter(product_id__in=ids, is_default=True).values_list("pk", flat=True))
    return replace(order, lines=tuple(_line(line, products, variants[line.product_id], defaults) for line in order.lines))


def _line(line: StoreOrderLine, products: dict[int, str], variants: dict[int, str], defaults: set[int]) -> StoreOrderLine:
    name = line.name or "a product"
    if line.product_id not in products:
        raise PermanentError(f"The shop does not have “{name}” any more.", kind="product_gone", data={"remedy": REMEDY})
    if line.variant_id in variants:
        return replace(line, shop_product=products[line.product_id], shop_variant=variants[line.variant_id])
    if line.variant_id is not None and line.variant_id not in defaults:
        raise PermanentError(f"The shop does not have this choice of “{name}” any more.", kind="variant_gone", data={"remedy": REMEDY})
    if len(variants) > 1:
        raise PermanentError(f"It is not said which choice of “{name}” was ordered.", kind="variant_unsaid", data={"remedy": REMEDY})
    return replace(line, shop_product=products[line.product_id], shop_variant=next(iter(variants.values()), ""))
