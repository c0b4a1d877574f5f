"""The shops of this sandbox, side by side under /shops/{name}/. Which kind a shop is, only its own package knows."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.woocommerce import WooShop
from sandbox.shops.woocommerce.keeping import names_kept
from sandbox.state_file import StateFile

PREFIX = "/shops/"


class Street:
    """`origin` is the sandbox's own address, for example "http://127.0.0.1:8001". Shops in the state file open again by themselves."""

    def __init__(self, origin: str, file: StateFile | None = None, clock: Callable[[], datetime] | None = None) -> None:
        self._origin, self._file, self._clock = origin, file, clock
        self._lock = threading.Lock()
        self._shops: dict[str, WooShop] = {}
        for name in names_kept(file) if file else ():
            self.open(name)

    @property
    def shops(self) -> Mapping[str, WooShop]:
        """The open shops by name."""
        return self._shops

    def open(self, name: str, **options: Any) -> WooShop:
        """The shop of this name, opened where it is new; options as of the kind of shop (version, currency, timezone)."""
        with self._lock:
            if name not in self._shops:
                shop = WooShop(name, f"{self._origin}{PREFIX}{name}", clock=self._clock, file=self._file, **options)
                self._shops = {**self._shops, name: shop}
            return self._shops[name]

    def handle(self, request: ShopRequest) -> ShopAnswer:
        """Hand a request to the shop it is meant for; 404 where there is none."""
        shop = self.shop_at(request.path)
        if shop is None:
            return ShopAnswer(404, {"Content-Type": "text/plain; charset=utf-8"}, b"There is no such shop on this street.\n")
        return shop.handle(request)

    def shop_at(self, path: str) -> WooShop | None:
        """The shop that a path leads into."""
        return self._shops.get(urlsplit(path).path.removeprefix(PREFIX).partition("/")[0])

    def close(self) -> None:
        """Shut every door for good: what is not on disk now is never acknowledged."""
        for shop in self._shops.values():
            shop.lock.acquire()
            shop.save()
