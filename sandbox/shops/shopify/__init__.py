"""The Sandbox Shopify: a strict stand-in for a Shopify shop's Admin API.

    shop = ShopifyShop("tea", domain="tea.myshopify.com", currency="EUR", clock=lambda: now)
    shop.add_app("client id", "client secret")                 # tokens for 24 hours; token="shpat_..": an old custom app
    cup = shop.add("Cup", price="9.00", available=3, sku="CUP", collections=[shop.collection("Kitchen")])
    tee = shop.add("Tee", options=(("Size", ("S", "M")),), variants=[{"values": ("S",), "price": "5.00"}, {"values": ("M",)}])
    session = sandbox.shops.adapter.session_for(shop)          # a requests.Session in which every address leads to this shop

    shop.faults.add("throttled", endpoints=["products"], skip=2, remaining=1)                   # all kinds: KINDS
    shop.before(4, lambda: shop.delete(cup.id))                # before the fourth call that names `products` from now on
    make_products(shop, 10_000)                                # five variants each, worked out when looked at
    shop.post.send = lambda url, headers, body: 200            # where webhooks go; shop.deliver() sends those that are due

`shop.change(id, ..)`, `change_variant`, `sell`, `publish`, `delete`, `uninstall`, `set_shop` are what people do to it (by_hand.py); knobs:
world.py; `shop.calls()` is what was asked. Queries are checked against Shopify's own schema (admin_schema.py), trimmed to what we touch;
what a real shop would answer and this one cannot is refused with the code SANDBOX_NOT_MODELLED.

Here live the rules of the remote side only. Nothing here imports Django or the product.
"""

from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.shopify.faults import KINDS, Fault
from sandbox.shops.shopify.generated import Generated, make_products
from sandbox.shops.shopify.goods import Collection, Order, OrderLine, Picture, Product, Variant
from sandbox.shops.shopify.shop import ShopifyShop
from sandbox.shops.shopify.world import App, Hook

__all__ = [
    "KINDS", "App", "Collection", "Fault", "Generated", "Hook", "Order", "OrderLine", "Picture", "Product", "ShopAnswer", "ShopRequest",
    "ShopifyShop", "Variant", "make_products",
]  # fmt: skip
