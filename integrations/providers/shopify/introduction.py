"""What a Shopify shop says about itself beside its products, and whether our app may read it."""

from dataclasses import dataclass
from typing import Any

from common.errors import RemoteError
from common.money import is_currency
from integrations.providers.shopify.answering.answers import Asked, error_of
from integrations.providers.shopify.client import ShopifyClient
from integrations.providers.shopify.domains import API_VERSION
from integrations.providers.shopify.listing.lists import read_count

SHOP = """query Shop {
  shop { id name myshopifyDomain currencyCode taxesIncluded }
  currentAppInstallation { accessScopes { handle } }
}"""
COUNT = "query Count { productsCount(limit: null) { count } }"
SCOPES = ("read_products", "read_inventory")
SCOPES_OF_ORDERS = frozenset({"read_orders", "write_orders"})
NO_CURRENCY = "The shop does not say in which currency its prices are, so they are taken to be in the currency of the business."
WITHOUT_TAX = "Prices in the shop are without tax, and come in as they are. If your customers pay tax on top, say so in your texts."
EMPTY = "The shop has no products yet."
NO_ORDERS = "The app may not enter orders in the shop yet: add the scopes write_orders and read_orders in a new version of it."
OTHER_NAME = "The shop calls itself {} by now. Enter that as its address before the old one ends."
OTHER_VERSION = "Shopify answers as version {} of its API, though we asked for {}: this program is too old for it. Update it soon."


@dataclass(frozen=True, slots=True)
class Introduction:
    """shop_id: never changes; scopes: what the app may do; products: how many there are; notes: for a merchant."""

    shop_id: str
    name: str
    currency: str
    scopes: tuple[str, ...]
    products: int
    notes: tuple[str, ...] = ()


def introduce(client: ShopifyClient, known_id: str = "", *, writes_orders: bool = False) -> Introduction:
    """Asks. known_id: the shop's id of last time; writes_orders: somebody wants orders to be entered in the shop.

    Raises one of the four errors, NeedsConfiguration where the app lacks a scope or another shop is at the address by now.
    """
    data = client.execute(SHOP)
    shop, scopes = _dict(data.get("shop")), _scopes(data)
    if missing := [scope for scope in SCOPES if not {scope, scope.replace("read_", "write_")} & set(scopes)]:
        raise _error("missing_scope", about={"scopes": " and ".join(missing)}, data={"scopes": missing})
    shop_id = str(shop.get("id") or "")
    if not shop_id:
        raise _error("empty")
    if known_id and shop_id != known_id:
        raise _error("other_shop")
    count = read_count(client.execute(COUNT), "productsCount")
    currency = str(shop.get("currencyCode") or "").upper()
    currency = currency if is_currency(currency) else ""
    notes = _notes(client, shop, currency, count)
    if writes_orders and not set(scopes) >= SCOPES_OF_ORDERS:
        notes = (*notes, NO_ORDERS)
    return Introduction(shop_id, str(shop.get("name") or ""), currency, scopes, count, notes)


def _notes(client: ShopifyClient, shop: dict[str, Any], currency: str, products: int) -> tuple[str, ...]:
    domain = str(shop.get("myshopifyDomain") or client.domain).lower()
    doubts = (
        (not currency, NO_CURRENCY),
        (shop.get("taxesIncluded") is False, WITHOUT_TAX),
        (products == 0, EMPTY),
        (domain != client.domain, OTHER_NAME.format(domain)),
        (bool(client.served_version), OTHER_VERSION.format(client.served_version, API_VERSION)),
    )
    return tuple(words for is_so, words in doubts if is_so)


def _scopes(data: dict[str, Any]) -> tuple[str, ...]:
    rows = _dict(data.get("currentAppInstallation")).get("accessScopes")
    return tuple(str(row.get("handle")) for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _error(kind: str, **more: Any) -> RemoteError:
    return error_of(kind, Asked(), **more)
