"""The client's place taken by a stand-in shop in the same process: same answers, same errors, no socket. Windows of time-outs included."""

from typing import Any
from urllib.parse import urlencode

from integrations.models import StoreConnection
from integrations.providers.woocommerce.adapter import WooAdapter
from integrations.providers.woocommerce.answering.answers import Asked, WooAnswer, error_of, read_answer
from sandbox.shops.woocommerce import ShopRequest, WooShop

KEY, SECRET = "ck_1", "cs_2"
LOST = {"hang": "timeout", "reset": "connection_lost", "cut": "connection_lost"}
TIMEOUT = 30


class ShopClient:
    """What WooClient is to the adapter. asked: (path, parameters) of each request."""

    def __init__(self, shop: WooShop, remembered: dict[str, Any]) -> None:
        self.shop, self.remembered, self.notes = shop, dict(remembered), []
        self.asked: list[tuple[str, dict[str, str]]] = []

    def connect(self) -> dict[str, Any]:
        """As WooClient.connect."""
        proof = self.get("products", {"per_page": "1", "_fields": "id"})
        self.remembered |= {"auth": "query", "has_variations_endpoint": self.shop.knows("10.3")}
        return {"name": self.shop.title, "products": proof.total, "notes": [], **self.remembered}

    def get(self, path: str, params: dict[str, str] | None = None) -> WooAnswer:
        """As WooClient.get."""
        self.asked.append((path, dict(params or {})))
        query = urlencode({"consumer_key": KEY, "consumer_secret": SECRET, **(params or {})})
        url = f"{self.shop.home}/wp-json/wc/v3/{path}"
        asked = Asked(url, path, "query", proven=True, secrets=(KEY, SECRET))
        answer = self.shop.handle(ShopRequest("GET", f"{url}?{query}"))
        if answer.delay > TIMEOUT or answer.fault:
            raise error_of(LOST.get(answer.fault, "timeout"), asked)
        return read_answer(answer.status, answer.headers, answer.body, asked)

    def hurry(self, seconds: float) -> None:
        """Nobody waits here."""

    def close(self) -> None:
        """Nothing is open."""

    def windows(self, path: str = "products") -> list[tuple[int, int]]:
        """(offset, rows asked for) of each list request."""
        return [(int(params["offset"]), int(params["per_page"])) for asked, params in self.asked if asked == path and "offset" in params]


def make_shop(**options: Any) -> WooShop:
    """An empty shop with a key."""
    shop = WooShop("demo", "https://shop.example", **options)
    shop.add_key(KEY, SECRET)
    return shop


def adapter_of(shop: WooShop, facts: dict[str, Any] | None = None) -> WooAdapter:
    """The adapter of an unsaved connection to it; its client is `.client`."""
    keys: Any = {"consumer_key": KEY, "consumer_secret": SECRET}
    adapter = WooAdapter(StoreConnection(store_url=shop.home, credentials=keys, facts=facts or {}))
    client: Any = ShopClient(shop, facts or {})
    adapter.client = adapter._lists.client = client
    return adapter


def pages_of(adapter: WooAdapter) -> list[dict[str, Any]]:
    """All products, page after page, as an import reads them."""
    cursor, raws = None, []
    for _ in range(500):
        page = adapter.fetch_page(cursor)
        raws += page.raws
        cursor = page.next_cursor
        if cursor is None:
            return raws
    raise AssertionError("The list has no end.")


def filled(count: int = 250, **options: Any) -> tuple[WooShop, list[int]]:
    """A shop with simple products, and their numbers."""
    shop = make_shop(**options)
    return shop, [shop.add(name=f"Product {number}", regular_price="1").id for number in range(count)]


def ids(raws: list[dict[str, Any]]) -> list[int]:
    return [raw["id"] for raw in raws]
