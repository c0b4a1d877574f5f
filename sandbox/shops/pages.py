"""Pages for people at /shops/ and /shopify/: the street, a shop's page and its live news. A shop's own page is made by its kind."""

from sandbox.rendering import html_page
from sandbox.serving import Page
from sandbox.shops.control import numbers
from sandbox.shops.shopify import ShopifyShop
from sandbox.shops.shopify import editor as shopify
from sandbox.shops.street import AnyShop, Street, path_of
from sandbox.shops.woocommerce import editor as woocommerce

NEWS_PREFIX, NEWS = "/_sandbox/shops/", "/news"


def street_page(street: Street, path: str, query: dict[str, str]) -> Page:
    """Any of them by path."""
    if path.startswith(NEWS_PREFIX):
        shop = street.shops.get(path.removeprefix(NEWS_PREFIX).removesuffix(NEWS))
        return _news(shop, query) if shop else _nothing()
    shop = street.shop_at(f"{path.rstrip('/')}/")
    if shop is None:
        return _all(street)
    if not path.endswith("/"):
        return Page(301, "text/plain; charset=utf-8", b"", {"Location": f"{path}/"})
    several = len(street.shops) > 1
    if isinstance(shop, ShopifyShop):
        return shopify.shop_page(shop, query, several)
    return woocommerce.shop_page(shop, query, several)


def _news(shop: AnyShop, query: dict[str, str]) -> Page:
    return shopify.shop_news(shop, query) if isinstance(shop, ShopifyShop) else woocommerce.shop_news(shop, query)


def _all(street: Street) -> Page:
    shops = [
        {"path": path_of(shop), "title": shop.title, "kind": _kind(shop), "currency": shop.currency}
        | {"numbers": numbers(shop), "broken": bool(shop.faults.active())}
        for shop in street.shops.values()
    ]
    return html_page("shop/street.html", {"shops": shops})


def _kind(shop: AnyShop) -> str:
    return "Shopify" if isinstance(shop, ShopifyShop) else f"WooCommerce {shop.version}"


def _nothing() -> Page:
    return Page(404, "text/plain; charset=utf-8", b"not found")
