"""The shops of this sandbox, side by side: WooCommerce under /shops/{name}/, Shopify under /shopify/{domain}/.

What a shop of a kind is, only its own package knows.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.shopify import ShopifyShop
from sandbox.shops.shopify import keeping as shopify_keeping
from sandbox.shops.woocommerce import WooShop
from sandbox.shops.woocommerce import keeping as woo_keeping
from sandbox.state_file import StateFile

PREFIX, SHOPIFY_PREFIX = "/shops/", "/shopify/"
PREFIXES = (PREFIX, SHOPIFY_PREFIX)
AnyShop = WooShop | ShopifyShop
_POST_SECONDS = 0.1


class Street:
    """`origin` is the sandbox's own address, for example "http://127.0.0.1:8001". Shops in the state file open again by themselves."""

    def __init__(self, origin: str, file: StateFile | None = None, clock: Callable[[], datetime] | None = None) -> None:
        self._origin, self._file, self._clock = origin, file, clock
        self._lock = threading.Lock()
        self._shops: dict[str, AnyShop] = {}
        for name in woo_keeping.names_kept(file) if file else ():
            self.open(name)
        for name in shopify_keeping.names_kept(file) if file else ():
            self.open_shopify(name)

    @property
    def shops(self) -> Mapping[str, AnyShop]:
        """The open shops by name."""
        return self._shops

    def open(self, name: str, **options: Any) -> WooShop:
        """The WooCommerce shop of this name, opened where it is new; options: version, currency, timezone."""
        made = self._opened(name, lambda: WooShop(name, f"{self._origin}{PREFIX}{name}", clock=self._clock, file=self._file, **options))
        if not isinstance(made, WooShop):
            raise ValueError(f"{name} is the name of a shop of another kind")
        return made

    def open_shopify(self, name: str, **options: Any) -> ShopifyShop:
        """The Shopify shop {name}.myshopify.com, opened where it is new; options: currency, timezone. Its bulk files lie below it too."""
        domain = f"{name}.myshopify.com"
        home = f"{self._origin}{SHOPIFY_PREFIX}{domain}"
        where: dict[str, Any] = {"domain": domain, "files": f"{home}/files", "clock": self._clock, "file": self._file}
        made = self._opened(name, lambda: ShopifyShop(name, home, **where, **options))
        if not isinstance(made, ShopifyShop):
            raise ValueError(f"{name} is the name of a shop of another kind")
        return made

    def handle(self, request: ShopRequest) -> ShopAnswer:
        """Hand a request to the shop it is meant for; 404 where there is none."""
        shop = self.shop_at(request.path)
        if shop is None:
            return ShopAnswer(404, {"Content-Type": "text/plain; charset=utf-8"}, b"There is no such shop on this street.\n")
        return shop.handle(request)

    def shop_at(self, path: str) -> AnyShop | None:
        """The shop that a path leads into."""
        kind, _, rest = urlsplit(path).path.lstrip("/").partition("/")
        name = rest.partition("/")[0]
        found = self._shops.get(name.removesuffix(".myshopify.com") if kind == SHOPIFY_PREFIX.strip("/") else name)
        return found if found is not None and path_of(found).startswith(f"/{kind}/{name}/") else None

    def deliver(self, stopping: threading.Event) -> None:
        """Be the postman of all shops, until it is time to stop."""
        while not stopping.wait(_POST_SECONDS):
            for shop in self._shops.values():
                shop.deliver()

    def close(self) -> None:
        """Shut every door for good: what is not on disk now is never acknowledged."""
        for shop in self._shops.values():
            shop.lock.acquire()
            shop.save()

    def _opened(self, name: str, make: Callable[[], AnyShop]) -> AnyShop:
        with self._lock:
            if name not in self._shops:
                self._shops = {**self._shops, name: make()}
            return self._shops[name]


def path_of(shop: AnyShop) -> str:
    """Where a shop's home page is, with a slash at its end."""
    return f"{urlsplit(shop.home).path}/"
