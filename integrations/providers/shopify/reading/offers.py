"""What a variant of Shopify costs and whether it can be had. Pure. Amounts come without their currency: it is the shop's, one for all."""

from typing import Any

from integrations.providers.fields import Prices, Stock
from integrations.providers.reading import Problems, read_count, read_money


def read_prices(variant: dict[str, Any], problems: Problems) -> Prices:
    """`price` is what is paid now; it is a sale where `compareAtPrice` is more. What is given away has no price to sell at."""
    price = read_money(variant.get("price"), "price", problems)
    before = read_money(variant.get("compareAtPrice"), "sale_price", problems)
    if not price or before is None or before <= price:
        return Prices(price)
    return Prices(before, price)


def read_stock(variant: dict[str, Any], problems: Problems) -> Stock:
    """Untracked: sold without being counted, whatever the number says. Below zero: oversold; it stays so. CONTINUE: sold on at zero."""
    item = variant.get("inventoryItem")
    if isinstance(item, dict) and item.get("tracked") is False:
        return Stock()
    quantity = read_count(variant.get("inventoryQuantity"), "stock_quantity", problems)
    may_oversell = variant.get("inventoryPolicy") == "CONTINUE"
    if quantity is None:  # Counted, but not told: then only whether it is for sale.
        return Stock(track=variant.get("availableForSale") is not True, backorder=may_oversell)
    return Stock(True, quantity, may_oversell)


def joint_stock(stocks: list[Stock]) -> Stock:
    """What a product with several variants has in all: it is there as soon as one of them is."""
    if any(not one.track for one in stocks):
        return Stock()
    return Stock(bool(stocks), sum(max(one.quantity, 0) for one in stocks), any(one.backorder for one in stocks))
