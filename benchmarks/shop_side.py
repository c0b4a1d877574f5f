"""A large WooCommerce shop in a process of its own: sandbox/shops over HTTP on this machine, each answer rendered once and then kept.

Without that the stand-in's own work would be most of what is measured. `stock` says what the shop sells: a fifth of the products are
variable, with five variations each.
"""

import http.client
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from benchmarks.environment import free_port, running, wait_for
from sandbox.shops.woocommerce import Attribute, Image, ShopRequest, WooShop

KEY, SECRET = "ck_benchmark", "cs_benchmark"
VARIABLE_EVERY, SIZES = 5, ("XS", "S", "M", "L", "XL")
SHELVES, TAGS = 60, 40
AUTH = ("oauth_", "consumer_")
TEXT = "<p>A panel of the benchmark with a <strong>long</strong> description.</p>\n<ul><li>It has a list &amp; an entity.</li></ul>\n" * 6
STOCKING_SECONDS = 600.0


def stock(shop: WooShop, count: int) -> None:
    """Product n is called "Product n"; its SKU is W-n, its price n % 90 + 10 and 0.50; every fifth has variations W-n-XS to W-n-XL."""
    shop.add_key(KEY, SECRET, permissions="read")
    tops = [shop.category(f"Shelf {n}") for n in range(SHELVES // 4)]
    shelves = [shop.category(f"Board {n} & more", parent=tops[n % len(tops)]) for n in range(SHELVES)]
    tags = [shop.tag(f"tag {n}") for n in range(TAGS)]
    for n in range(count):
        variable = n % VARIABLE_EVERY == 0
        made = shop.add(
            name=f"Product {n}", sku=f"W-{n}", description=TEXT, short_description=f"<p>Number {n}, in short.</p>",
            categories=[shelves[n % SHELVES], shelves[(n + 7) % SHELVES]], tags=[tags[n % TAGS], tags[(n + 3) % TAGS]],
            images=[Image(src=f"https://pictures.example/{n}-{place}.jpg", alt=f"Product {n}") for place in range(2)],
            attributes=[Attribute(name="Size", options=SIZES, variation=True)] if variable else [],
            regular_price="" if variable else price_of(n), manage_stock=not variable, stock_quantity=None if variable else n % 50,
        )  # fmt: skip
        for size in SIZES if variable else ():
            shop.add_variation(
                made.id, options={"Size": size}, sku=f"W-{n}-{size}", regular_price=price_of(n), manage_stock=True, stock_quantity=n % 50
            )


def price_of(number: int) -> str:
    """As the shop's staff typed it."""
    return f"{number % 90 + 10}.50"


def variable_among(count: int) -> int:
    """How many of that many products have variations."""
    return -(-count // VARIABLE_EVERY)


class ShopServer(ThreadingHTTPServer):
    """Answers are kept as files, by their address without signatures: a shop of 100,000 products says half a gigabyte."""

    daemon_threads = True

    def __init__(self, port: int, shop: WooShop, folder: Path) -> None:
        super().__init__(("127.0.0.1", port), ShopHandler)
        self.shop, self.folder = shop, folder
        self.kept: dict[str, tuple[dict[str, str], Path]] = {}
        self.calls = 0
        self.lock = Lock()


class ShopHandler(BaseHTTPRequestHandler):
    """One connection of the importer's."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ShopServer

    def do_GET(self) -> None:
        """A page of the shop, or what the benchmark asks about it."""
        name = _unsigned(self.path)
        if name.startswith("/_bench/"):
            self._send(200, {"Content-Type": "application/json"}, json.dumps([self.server.calls, *self.server.kept]).encode())
            return
        with self.server.lock:
            self.server.calls += 1
            known = self.server.kept.get(name)
            if known is None:
                known = self._ask_the_shop(name)
        if known:
            self._send(200, known[0], known[1].read_bytes())

    def _ask_the_shop(self, name: str) -> tuple[dict[str, str], Path] | None:
        """Only good answers are kept; another one is sent as it is."""
        request = ShopRequest("GET", f"{self.server.shop.home}{self.path}", dict(self.headers.items()))
        answer = self.server.shop.handle(request)
        if answer.status != 200:
            self._send(answer.status, answer.headers, answer.body)
            return None
        file = self.server.folder / str(len(self.server.kept))
        file.write_bytes(answer.body)
        self.server.kept[name] = (answer.headers, file)
        return self.server.kept[name]

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said."""


def _unsigned(address: str) -> str:
    parts = urlsplit(address)
    pairs = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not name.startswith(AUTH)]
    return f"{parts.path}?{urlencode(pairs)}" if pairs else parts.path


class ShopSide:
    """The shop as the benchmark sees it: where it is, and how often it was asked."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def calls(self) -> int:
        """How many requests it has answered."""
        return int(json.loads(self._get("/_bench/"))[0])

    def read_everything(self) -> int:
        """Each kept answer once more, read and thrown away: what the stand-in and the wire cost. Returns bytes."""
        return sum(len(self._get(address)) for address in json.loads(self._get("/_bench/"))[1:])

    def _get(self, address: str) -> bytes:
        self._connection.request("GET", address)
        return self._connection.getresponse().read()


@contextmanager
def open_shop(products: int) -> Iterator[ShopSide]:
    """A shop with that many products, until the block ends."""
    port = free_port()
    with (
        tempfile.TemporaryDirectory(prefix="bench-shop-") as folder,
        running(sys.executable, "-m", "benchmarks.shop_side", str(port), str(products), folder),
    ):
        wait_for(port, STOCKING_SECONDS)
        yield ShopSide(port)


def _serve(port: int, products: int, folder: Path) -> None:
    shop = WooShop("benchmark", f"http://127.0.0.1:{port}")
    stock(shop, products)
    ShopServer(port, shop, folder).serve_forever()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
