"""The benchmark's WooCommerce shop: what it sells; each answer is rendered once and kept as a file, by its address without signatures.

A fifth of the products are variable, with five variations each. A shop of 100,000 products says half a gigabyte.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from benchmarks.shop_side import Sold
from sandbox.shops.messages import ShopAnswer
from sandbox.shops.woocommerce import Attribute, Image, ShopRequest, WooShop

KEY, SECRET = "ck_benchmark", "cs_benchmark"
VARIABLE_EVERY, SIZES = 5, ("XS", "S", "M", "L", "XL")
SHELVES, TAGS = 60, 40
AUTH = ("oauth_", "consumer_")
TEXT = "<p>A panel of the benchmark with a <strong>long</strong> description.</p>\n<ul><li>It has a list &amp; an entity.</li></ul>\n" * 6


def stock(shop: WooShop, count: int) -> None:
    """Product n is called "Product n"; its SKU is W-n, its price n % 90 + 10 and 0.50; every fifth has variations W-n-XS to W-n-XL."""
    shop.add_key(KEY, SECRET, permissions="read_write")
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


def rows_of(products: int) -> dict[str, int]:
    """How many rows of each kind an import of the shop makes."""
    variable = variable_among(products)
    simple, variations = products - variable, variable * len(SIZES)
    return {
        "product": products, "variant": simple + variations, "image": 2 * products, "sku": products + variations,
        "ref": products + variations, "revision": 3 * products + simple + variations, "change": products, "further": products,
    }  # fmt: skip


def sold(numbers: Iterable[int], products: int) -> Iterator[Sold]:
    """These products of a shop with so many."""
    for number in numbers:
        sizes = tuple(sorted(f"W-{number}-{size}" for size in SIZES)) if number % VARIABLE_EVERY == 0 else ()
        yield Sold(f"W-{number}", f"Product {number}", price_of(number), sizes)


class WooDesk:
    """See shop_side.Desk. Kept answers are not forgotten by edits: `keeps` is for shops that nobody edits."""

    def __init__(self, port: int, products: int, folder: Path, *, keeps: bool) -> None:
        self.shop = WooShop("benchmark", f"http://127.0.0.1:{port}")
        stock(self.shop, products)
        self.shops = {"benchmark": self.shop}
        self._folder, self._keeps, self._lock = folder, keeps, Lock()
        self._kept: dict[str, tuple[ShopAnswer, Path]] = {}

    def ask(self, request: ShopRequest) -> ShopAnswer:
        """Only good answers are kept; another one is sent as it is."""
        if not self._keeps or request.method != "GET":
            return self.shop.handle(request)
        with self._lock:
            name = _unsigned(request.url)
            if name not in self._kept and (answer := self._rendered(name, request)).status != 200:
                return answer
            answer, file = self._kept[name]
        return replace(answer, body=file.read_bytes())

    def _rendered(self, name: str, request: ShopRequest) -> ShopAnswer:
        answer = self.shop.handle(request)
        if answer.status == 200:
            file = self._folder / str(len(self._kept))
            file.write_bytes(answer.body)
            self._kept[name] = (replace(answer, body=b""), file)
        return answer

    def told(self) -> dict[str, Any]:
        """See shop_side.Desk."""
        return {"kept": list(self._kept), "points": 0, "files": 0}

    def edit(self, shop: str, number: int, price: str) -> str:
        """See shop_side.Desk. The product must not be a variable one."""
        products = (self.shop.product(item_id) for item_id in self.shop.shelf.product_ids())
        self.shop.change(next(made.id for made in products if made.sku == f"W-{number}"), regular_price=price)
        return f"W-{number}"


def _unsigned(address: str) -> str:
    parts = urlsplit(address)
    pairs = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not name.startswith(AUTH)]
    return f"{parts.path}?{urlencode(pairs)}" if pairs else parts.path
