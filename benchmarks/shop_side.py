"""A shop in a process of its own: sandbox/shops over HTTP on this machine, rendered once as far as that can be (woo_shop, shopify_shop).

Without that the stand-in's own work would be most of what is measured.
"""

import http.client
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from benchmarks.environment import free_port, running, wait_for
from sandbox.shops.client import post_here
from sandbox.shops.messages import ShopAnswer, ShopRequest

STOCKING_SECONDS = 600.0
WOO, SHOPIFY = "woocommerce", "shopify"
DOMAIN = "benchmark.myshopify.com"


class Sold(NamedTuple):
    """What must be here of a product. sku: its own or a variant's; price: the usual one; variants: their SKUs in order."""

    sku: str
    name: str
    price: str
    variants: tuple[str, ...]


class Desk(Protocol):
    """The shops of one process."""

    shops: Mapping[str, Any]

    def ask(self, request: ShopRequest) -> ShopAnswer:
        """One request of the importer's."""

    def told(self) -> dict[str, Any]:
        """kept: addresses of kept answers; points: what questions have cost; files: how often one of a bulk operation was fetched."""

    def edit(self, shop: str, number: int, price: str) -> str:
        """Somebody in the shop changes a price; returns the SKU."""


class ShopServer(ThreadingHTTPServer):
    """One thread per connection."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, desk: Desk) -> None:
        super().__init__(("127.0.0.1", port), ShopHandler)
        self.desk, self.calls = desk, 0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that give up are part of what is measured."""


class ShopHandler(BaseHTTPRequestHandler):
    """One connection of the importer's."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ShopServer

    def serve(self) -> None:
        """A request to a shop, or what the benchmark wants of it."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/_bench/"):
            told = self._order(self.path.removeprefix("/_bench/"), json.loads(body or b"{}"))
            self._send(ShopAnswer(200, {"Content-Type": "application/json"}, json.dumps(told).encode()))
            return
        self.server.calls += 1
        url = f"http://127.0.0.1:{self.server.server_port}{self.path}"
        self._send(self.server.desk.ask(ShopRequest(self.command, url, dict(self.headers.items()), body)))

    do_GET = do_POST = do_PUT = do_DELETE = serve

    def _order(self, what: str, values: dict[str, Any]) -> Any:
        desk = self.server.desk
        if what == "numbers":
            usage = resource.getrusage(resource.RUSAGE_SELF)
            return {"calls": self.server.calls, "cpu": usage.ru_utime + usage.ru_stime, **desk.told()}
        if what == "deliver":
            return sum(shop.post.deliver() for shop in desk.shops.values())
        if what == "edit":
            return _edited(desk, **values)
        if what in ("fault", "mend"):
            faults = desk.shops[values.pop("shop")].faults
            return faults.add(values.pop("kind"), **values).id if what == "fault" else faults.clear()
        return getattr(desk, what)(**values)

    def _send(self, answer: ShopAnswer) -> None:
        time.sleep(answer.delay)
        if answer.fault:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(answer.length)}.items():
            self.send_header(name, value)
        self.end_headers()
        for block in answer.blocks():
            self.wfile.write(block)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said."""


def _edited(desk: Desk, shop: str, number: int, price: str) -> dict[str, Any]:
    """at: when the first webhook about it left the shop (seconds since 1970, 0: none did); statuses: how they were answered."""
    post, sent = desk.shops[shop].post, []

    def send(url: str, headers: dict[str, str], body: bytes) -> int:
        at = time.time()
        sent.append((at, post_here(url, headers, body)))
        return int(sent[-1][1])

    sku, post.send = desk.edit(shop, number, price), send
    post.deliver()
    return {"sku": sku, "at": sent[0][0] if sent else 0, "statuses": [status for _, status in sent]}


class ShopSide:
    """The shop as the benchmark sees it: where it is, and how often it was asked."""

    def __init__(self, provider: str, port: int) -> None:
        self.provider, self.url = provider, f"http://127.0.0.1:{port}"
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def numbers(self) -> dict[str, Any]:
        """calls: requests answered; points: what they have cost; cpu: the shop's own seconds."""
        return dict(self.order("numbers"))

    def order(self, what: str, **values: Any) -> Any:
        """What only the benchmark may ask for, see ShopHandler."""
        return json.loads(self._ask("POST", f"/_bench/{what}", json.dumps(values).encode()))

    def read_everything(self) -> int:
        """Each kept answer once more, read and thrown away: what the stand-in and the wire cost. Returns bytes."""
        return sum(len(self._ask("GET", address)) for address in self.numbers()["kept"])

    def _ask(self, method: str, address: str, body: bytes = b"") -> bytes:
        self._connection.request(method, address, body)
        return self._connection.getresponse().read()


@contextmanager
def open_shop(products: int, provider: str = WOO, *, domains: str = DOMAIN, keeps: bool = True) -> Iterator[ShopSide]:
    """A shop (or several Shopify shops: domains, with commas) with that many products, until the block ends."""
    port = free_port() if provider == WOO else urlsplit(os.environ["SHOPIFY_BASE_URL"]).port or 0
    with tempfile.TemporaryDirectory(prefix="bench-shop-") as folder:
        named = (str(port), str(products), provider, domains if provider == SHOPIFY else "keep" if keeps else "", folder)
        with running(sys.executable, "-m", "benchmarks.shop_side", *named):
            wait_for(port, STOCKING_SECONDS)
            yield ShopSide(provider, port)


def _serve(port: int, products: int, provider: str, how: str, folder: Path) -> None:
    if provider == WOO:
        from benchmarks.woo_shop import WooDesk

        ShopServer(port, WooDesk(port, products, folder, keeps=bool(how))).serve_forever()
    else:
        from benchmarks.shopify_shop import ShopifyDesk

        ShopServer(port, ShopifyDesk(port, products, how.split(","))).serve_forever()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], Path(sys.argv[5]))
