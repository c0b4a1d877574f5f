"""What a product costs, whether it is on sale and in stock: WooCommerce's rules. Pure: the time is passed in."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from sandbox.shops.woocommerce.product import Goods, Product, Variation

KNOWN_TYPES = ("simple", "grouped", "external", "variable")


class Stock(NamedTuple):
    """`manage`: False, True, or "parent" for a variation that shares its parent's stock."""

    manage: bool | str
    quantity: float | None
    status: str
    backorders: str

    @property
    def backordered(self) -> bool:
        """Whether the next piece would have to be ordered."""
        return self.status == "onbackorder" or (bool(self.manage) and self.backorders != "no" and (self.quantity or 0) < 0)


def number(text: str) -> Decimal | None:
    """A price as a number; None for none or for something that is no number."""
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def on_sale(goods: Goods, now: int) -> bool:
    """By the clock, whatever `price` still says."""
    sale, regular = number(goods.sale_price), number(goods.regular_price)
    if sale is None or regular is None or sale >= regular:
        return False
    return (goods.sale_from is None or goods.sale_from <= now) and (goods.sale_to is None or now <= goods.sale_to)


def price(goods: Goods, now: int) -> str:
    """The price a customer pays; "" for none."""
    if goods.price is not None:
        return goods.price
    return goods.sale_price if on_sale(goods, now) else goods.regular_price


def lowest(prices: Sequence[str]) -> str:
    """The lowest of several prices; "" where there is none."""
    known = [(value, text) for text in prices if (value := number(text)) is not None]
    return min(known)[1] if known else ""


def product_type(product: Product) -> str:
    """The type as the API names it: one whose plugin is off reads as simple."""
    return product.type if product.type in KNOWN_TYPES else "simple"


def own_stock(goods: Goods) -> Stock:
    """The stock of a product that is sold by itself, or of a variation that manages its own."""
    if not goods.manage_stock:
        return Stock(False, None, goods.stock_status, goods.backorders)
    quantity = goods.stock_quantity
    if quantity is not None and quantity > 0:
        status = "instock"
    else:
        status = "onbackorder" if goods.backorders != "no" and quantity is not None else "outofstock"
    return Stock(True, quantity, status, goods.backorders)


def variation_stock(variation: Variation, parent: Product | None) -> Stock:
    """A variation without stock of its own shares that of a parent which has it."""
    if variation.manage_stock or parent is None or not parent.manage_stock:
        return own_stock(variation)
    return own_stock(parent)._replace(manage="parent")


def parent_stock(product: Product, children: Sequence[Variation]) -> Stock:
    """A variable product that manages nothing is in stock as long as one of its variations is."""
    if product.manage_stock:
        return own_stock(product)
    found = {variation_stock(child, product).status for child in children if child.status == "publish"}
    status = next((status for status in ("instock", "onbackorder") if status in found), "outofstock")
    return Stock(False, None, status, product.backorders)
