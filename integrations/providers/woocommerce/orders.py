"""Orders written to a WooCommerce shop, and found there again.

WooCommerce's own search does not look into the data that programs add, so the newest orders are read and compared.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from common.errors import AmbiguousError, PermanentError, TransientError
from integrations.providers.orders import ShopOrders, StoreOrder
from integrations.providers.woocommerce.introduction import prices_include_tax
from integrations.providers.woocommerce.order_body import META_KEY, build_order

AT_ONCE, MOST_PAGES = 100, 60
LOOK = (
    "Look in the shop whether the products of this order are still there and can be bought, import the shop, then press “Try again”. Or "
    "enter the order in the shop by hand and cancel it here."
)
MARGIN = timedelta(days=1)  # Clocks differ, and an old WooCommerce takes the time for its own.


class WooOrders(ShopOrders):
    """client: a WooClient."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def find(self, reference: str, since: datetime) -> str | None:
        """See ShopOrders. Newest first: an order that comes in meanwhile moves the list down, so nothing is missed."""
        after = (since.astimezone(UTC) - MARGIN).replace(tzinfo=None).isoformat(timespec="seconds")
        params = {"status": "any", "after": after, "dates_are_gmt": "true", "orderby": "id", "order": "desc", "_fields": "id,meta_data"}
        for page in range(1, MOST_PAGES + 1):
            rows = self._client.get("orders", {**params, "per_page": str(AT_ONCE), "page": str(page)}).data
            for row in rows:
                if _reference_of(row) == reference and _number_of(row):
                    return _number_of(row)
            if len(rows) < AT_ONCE:
                return None
        raise TransientError(
            "The shop has too many orders to look through.", kind="too_many_orders",
            data={"remedy": "Look in the shop whether it has this order. If not, enter it by hand, and cancel it here."},
        )  # fmt: skip

    def create(self, order: StoreOrder) -> str:
        """See ShopOrders."""
        body = build_order(order, with_totals=not prices_include_tax(self._client))
        try:
            answer = self._client.write("POST", "orders", body).data
        except PermanentError as error:
            raise _refused(error) from None
        number = _number_of(answer)
        if number is None:
            raise AmbiguousError("The shop has answered, but not with the order's number.", kind="no_number")
        return number


def _number_of(row: Any) -> str | None:
    number = row.get("id") if isinstance(row, dict) else None
    return str(number) if isinstance(number, int) and not isinstance(number, bool) and number > 0 else None


def _reference_of(row: Any) -> str:
    """Plugins may put anything beside our own entry."""
    entries = row.get("meta_data") if isinstance(row, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("key") == META_KEY:
            return str(entry.get("value") or "")
    return ""


def _refused(error: PermanentError) -> PermanentError:
    """The words for products do not fit an order."""
    if error.kind not in ("bad_request", "not_found", "no_route"):
        return error
    data = {**error.data, "remedy": LOOK}
    return PermanentError("The shop does not take this order.", kind="order_refused", status=error.status, data=data)
