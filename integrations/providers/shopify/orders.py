"""Orders written to a Shopify shop, and found there again. Needs the scopes write_orders and read_orders."""

from datetime import datetime
from typing import Any

from common.errors import AmbiguousError, NeedsConfigurationError, PermanentError
from integrations.providers.orders import ShopOrders, StoreOrder
from integrations.providers.shopify.answering.troubles import BY_KIND
from integrations.providers.shopify.listing.lists import Asks, read_nodes
from integrations.providers.shopify.order_input import CREATE_ORDER, FIND_ORDER, ONLY_VARIANTS, OPTIONS, build_order, search_for

GONE = "Import the shop and look at the product here. Then press “Try again”, or enter the order in the shop by hand and cancel it here."
REFUSED = "Change what the shop says, then press “Try again”. Or enter the order in the shop by hand and cancel it here."
ASLEEP = "Log in to the shop's admin, so that Shopify wakes it up. Then press “Try again”."


class ShopifyOrders(ShopOrders):
    """client: a ShopifyClient."""

    def __init__(self, client: Asks) -> None:
        self._client = client

    def find(self, reference: str, since: datetime) -> str | None:
        """See ShopOrders. What a search shows is compared: Shopify ignores a filter that it does not know."""
        data = self._client.execute(FIND_ORDER, {"query": search_for(reference)})
        for row in (*read_nodes(data.get("named")), *read_nodes(data.get("newest"))):
            if row.get("sourceIdentifier") == reference and row.get("legacyResourceId"):
                return str(row["legacyResourceId"])
        return None

    def create(self, order: StoreOrder) -> str:
        """See ShopOrders."""
        variants = self._only_variants({line.shop_product for line in order.lines if not line.shop_variant})
        data = self._client.execute(CREATE_ORDER, {"order": build_order(order, variants), "options": OPTIONS})
        made = data.get("orderCreate") or {}
        if made.get("userErrors"):
            raise _refused(made["userErrors"])
        number = (made.get("order") or {}).get("legacyResourceId")
        if not number:
            raise AmbiguousError("The shop has answered, but not with the order's number.", kind="no_number")
        return str(number)

    def _only_variants(self, products: set[str]) -> dict[str, str]:
        """{product: its only variant}: at Shopify everything has one, also where there is nothing to choose."""
        if not products:
            return {}
        ids = [f"gid://shopify/Product/{product}" for product in sorted(products)]
        found: dict[str, str] = {}
        nodes = self._client.execute(ONLY_VARIANTS, {"ids": ids}).get("nodes")
        if not isinstance(nodes, list):
            raise BY_KIND["unreadable"].error_for()
        for node in filter(None, nodes):  # null: the shop does not have it.
            variants = read_nodes(node.get("variants"))
            if len(variants) == 1:
                found[str(node["legacyResourceId"])] = str(variants[0]["legacyResourceId"])
        if products - found.keys():
            raise PermanentError("The shop has a product of this order no longer, or in several variants now.", data={"remedy": GONE})
        return found


def _refused(errors: list[dict[str, Any]]) -> PermanentError | NeedsConfigurationError:
    said = "; ".join(str(error.get("message") or "") for error in errors)[:300]
    if any(error.get("code") == "SHOP_DORMANT" for error in errors):
        return NeedsConfigurationError("The shop is asleep.", kind="shop_dormant", data={"remedy": ASLEEP, "said": said})
    return PermanentError("The shop does not take this order.", kind="order_refused", data={"remedy": REFUSED, "said": said})
