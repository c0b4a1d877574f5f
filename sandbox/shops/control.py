"""The control addresses under /_sandbox/shops/: the street itself, and /_sandbox/shops/{name}/{what} for one shop.

HTTP itself lives in serving.py; what can be done to a shop, in the control.py of its kind.
"""

from collections.abc import Callable

from sandbox.shops.control_parts import Answer, Body, Control
from sandbox.shops.shopify import ShopifyShop
from sandbox.shops.shopify import control as shopify
from sandbox.shops.street import AnyShop, Street
from sandbox.shops.woocommerce import control as woocommerce

_OPTIONS = ("version", "currency", "timezone")


def routes_of(shop: AnyShop) -> dict[tuple[str, str], Control]:
    """What can be done to a shop, by its kind."""
    return shopify.ROUTES if isinstance(shop, ShopifyShop) else woocommerce.ROUTES


def numbers(shop: AnyShop) -> Body:
    """How much stands in a shop."""
    return shopify.numbers(shop) if isinstance(shop, ShopifyShop) else woocommerce.numbers(shop)


def answer(street: Street, method: str, path: str, query: Body, body: Body) -> Answer:
    """Route a control call; unknown ones are 404, senseless ones 400."""
    name, _, what = path.partition("/")
    if not name:
        return _try(lambda: _open(street, body)) if method == "POST" else (200, _all(street))
    shop = street.shops.get(name)
    route = routes_of(shop).get((method, what)) if shop else None
    if shop is None or route is None:
        return 404, {"error": f"there is no shop {name}" if shop is None else f"no control address {method} {what} of a shop"}
    return _try(lambda: route(shop, query, body))


def _try(act: Callable[[], Answer]) -> Answer:
    try:
        return act()
    except KeyError as error:
        return 400, {"error": f"there is no product {error.args[0]}"}
    except (ValueError, TypeError) as error:
        return 400, {"error": str(error)}


def _all(street: Street) -> Body:
    return {"shops": {name: {"home": shop.home, **numbers(shop)} for name, shop in street.shops.items()}}


def _open(street: Street, body: Body) -> Answer:
    """Open a shop: {"name", "version", "currency", "timezone", "consumer_key", "consumer_secret", "permissions"}.

    With "kind": "shopify" it is one at Shopify: {"name", "currency", "timezone", "client_id", "client_secret", "access_token"}.
    """
    name = str(body.get("name") or "")
    if not name.replace("-", "").isalnum() or not name.isascii():
        raise ValueError("name must be letters, digits and dashes")
    options = {option: body[option] for option in _OPTIONS if option in body}
    if body.get("kind") == "shopify":
        made = street.open_shopify(name, **options)
        if body.get("client_id"):
            made.add_app(str(body["client_id"]), str(body.get("client_secret") or ""), str(body.get("access_token") or ""))
        return 201, {"home": made.home}
    shop = street.open(name, **options)
    if body.get("consumer_key"):
        shop.add_key(str(body["consumer_key"]), str(body.get("consumer_secret") or ""), str(body.get("permissions") or "read_write"))
    return 201, {"home": shop.home}
