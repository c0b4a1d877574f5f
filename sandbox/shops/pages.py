"""Pages for people at /shops/: the street, a shop's page and its live news. A shop's own page is made by its kind."""

from sandbox.rendering import html_page
from sandbox.serving import Page
from sandbox.shops.street import PREFIX, Street
from sandbox.shops.woocommerce.control import numbers
from sandbox.shops.woocommerce.editor import shop_news, shop_page

NEWS_PREFIX, NEWS = "/_sandbox/shops/", "/news"


def street_page(street: Street, path: str, query: dict[str, str]) -> Page:
    """Any of them by path."""
    if path.startswith(NEWS_PREFIX):
        shop = street.shops.get(path.removeprefix(NEWS_PREFIX).removesuffix(NEWS))
        return shop_news(shop, query) if shop else _nothing()
    shop = street.shops.get(path.removeprefix(PREFIX).strip("/"))
    if shop is None:
        return _all(street)
    if not path.endswith("/"):
        return Page(301, "text/plain; charset=utf-8", b"", {"Location": f"{path}/"})
    return shop_page(shop, query, several=len(street.shops) > 1)


def _all(street: Street) -> Page:
    shops = [
        {"name": name, "title": shop.title, "version": shop.version, "currency": shop.currency}
        | {"numbers": numbers(shop), "broken": bool(shop.faults.active())}
        for name, shop in street.shops.items()
    ]
    return html_page("shop/street.html", {"shops": shops})


def _nothing() -> Page:
    return Page(404, "text/plain; charset=utf-8", b"not found")
