"""`price_html`: the price as the shop's theme would print it. Nobody should read prices out of it, so it is only roughly right."""

from decimal import Decimal

from sandbox.shops.woocommerce import selling
from sandbox.shops.woocommerce.product import Goods, Product
from sandbox.shops.woocommerce.view import View


def price_html(view: View, goods: Goods, price: str) -> str:
    """Markup with the price, struck out beside the new one where the product is on sale, or a range for variable products."""
    value = selling.number(price)
    if value is None:
        return ""
    if isinstance(goods, Product) and goods.type == "variable":
        prices = [selling.number(selling.price(child, view.now)) for child in view.children(goods) if child.status == "publish"]
        highest = max(found for found in prices if found is not None)
        return _amount(view, value) if highest == value else f"{_amount(view, value)} &ndash; {_amount(view, highest)}"
    regular = selling.number(goods.regular_price)
    if regular is not None and selling.on_sale(goods, view.now):
        return f'<del aria-hidden="true">{_amount(view, regular)}</del> <ins aria-hidden="true">{_amount(view, value)}</ins>'
    return _amount(view, value)


def _amount(view: View, value: Decimal) -> str:
    symbol = f'<span class="woocommerce-Price-currencySymbol">{view.shop.currency_symbol}</span>'
    return f'<span class="woocommerce-Price-amount amount"><bdi>{symbol}{value:,.2f}</bdi></span>'
