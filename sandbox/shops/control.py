"""The control addresses under /_sandbox/shops/: the street itself, and /_sandbox/shops/{name}/{what} for one shop.

HTTP itself lives in serving.py; what can be done to a shop, in the control.py of its kind.
"""

from collections.abc import Callable
from typing import Any

from sandbox.shops.street import Street
from sandbox.shops.woocommerce.control import ROUTES, numbers

Body = dict[str, Any]
Answer = tuple[int, Any]
_OPTIONS = ("version", "currency", "timezone")


def answer(street: Street, method: str, path: str, query: Body, body: Body) -> Answer:
    """Route a control call; unknown ones are 404, senseless ones 400."""
    name, _, what = path.partition("/")
    if not name:
        return _try(lambda: _open(street, body)) if method == "POST" else (200, _all(street))
    shop = street.shops.get(name)
    route = ROUTES.get((method, what))
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
    """Open a shop: {"name", "version", "currency", "timezone", "consumer_key", "consumer_secret", "permissions"}."""
    name = str(body.get("name") or "")
    if not name.replace("-", "").isalnum() or not name.isascii():
        raise ValueError("name must be letters, digits and dashes")
    shop = street.open(name, **{option: body[option] for option in _OPTIONS if option in body})
    if body.get("consumer_key"):
        shop.add_key(str(body["consumer_key"]), str(body.get("consumer_secret") or ""), str(body.get("permissions") or "read_write"))
    return 201, {"home": shop.home}
