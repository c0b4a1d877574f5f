"""The Sandbox WooCommerce: a strict stand-in for a WooCommerce shop.

    shop = WooShop("demo", "https://shop.example/store", version="11.0.1", currency="EUR", timezone="Asia/Riyadh", clock=lambda: now)
    shop.add_key("ck_1", "cs_1", permissions="read")
    lamp = shop.add(name="Lamp", regular_price="49", sku="LAMP", categories=[shop.category("Home")])
    shop.add_variation(lamp.id, options={"Colour": "red"}, regular_price="59")
    answer = shop.handle(ShopRequest("GET", "https://shop.example/store/wp-json/wc/v3/products?per_page=100"))
    session = sandbox.shops.adapter.session_for(shop)          # a requests.Session in which every address leads to this shop

    shop.faults.add("throttled", seconds=5, endpoints=["products"], skip=2, remaining=1)        # all kinds: KINDS
    shop.before(4, lambda: shop.trash(lamp.id))                # before the fourth call of "products" from now on
    make_products(shop, 100_000)                               # worked out when looked at, so they take no memory

`shop.change(id, ..)`, `write_silently`, `trash`, `restore`, `delete`, `rename_term`, `revoke` are what people do to it (by_hand.py);
`shop.version`, `believes_tls`, `strips_authorization`, `timezone` and others are knobs (world.py); `shop.calls()` is what was asked.

Here live the rules of the remote side only. Nothing here imports Django or the product, so what the product believes about WooCommerce
and what this package believes about it stay two independent readings of the same facts.
"""

from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.woocommerce.auth import Key, oauth_signature
from sandbox.shops.woocommerce.faults import KINDS, Fault
from sandbox.shops.woocommerce.generated import Generated, make_products
from sandbox.shops.woocommerce.product import Attribute, Image, Product, ShopAttribute, Term, Variation
from sandbox.shops.woocommerce.shop import WooShop

__all__ = [
    "KINDS", "Attribute", "Fault", "Generated", "Image", "Key", "Product", "ShopAnswer", "ShopAttribute", "ShopRequest", "Term",
    "Variation", "WooShop", "make_products", "oauth_signature",
]  # fmt: skip
