"""Businesses with a connected shop, imports done here, and what must be in the database afterwards."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from typing import Any

from benchmarks.draining import measured
from benchmarks.report import LARGE, median, wrong
from benchmarks.shop_side import DOMAIN, SHOPIFY, WOO, ShopSide
from benchmarks.shopify_shop import SECRET as SHOPIFY_SECRET
from benchmarks.shopify_shop import TOKEN
from benchmarks.woo_shop import KEY, SECRET

GOODS = {WOO: "woo_shop", SHOPIFY: "shopify_shop"}
SAMPLED = 97  # Every so many products are compared with what the shop sells.
_numbers = count(1)


def how_many() -> int:
    """Products of the shop: 10,000, or 100,000 with the word `large`; BENCH_PRODUCTS for a quick look."""
    return int(os.environ.get("BENCH_PRODUCTS") or (100_000 if os.environ.get(LARGE) else 10_000))


def connect(side: ShopSide, *, tenant: Any = None, domain: str = DOMAIN) -> Any:
    """This shop as one of a business, a new one where none is given. domain: of a Shopify shop."""
    from integrations.connecting.connections import save_connection
    from integrations.models import StoreConnection
    from tenants.models import Tenant

    tenant = tenant or Tenant.objects.create(sub_domain=f"shop-{next(_numbers)}", name="Benchmark")
    about = {"store_url": side.url} if side.provider == WOO else {"shop_domain": domain}
    keys = {
        WOO: {"consumer_key": KEY, "consumer_secret": SECRET}, SHOPIFY: {"access_token": TOKEN, "client_secret": SHOPIFY_SECRET},
    }  # fmt: skip
    connection = StoreConnection(tenant=tenant, provider=side.provider, schedule="off", **about)
    return save_connection(connection, keys[side.provider])


def import_all(connection: Any) -> Any:
    """A whole import, as a worker and the command do it. Returns the run."""
    from integrations.runs import run_now

    run = run_now(connection)
    if run.status != "completed":
        wrong(f"the import ended as {run.status}: {run.message}")
    return run


class Effort:
    """Of one piece of work: wall seconds, our CPU seconds, the peak of our memory (MB), requests, their points, the shop's CPU seconds."""

    def __init__(self, side: ShopSide, work: Callable[[], object]) -> None:
        before = side.numbers()
        found = measured(work)
        self.seconds, self.cpu, self.peak = found["seconds"], found["cpu"], found["peak"]
        after = side.numbers()
        self.calls, self.points, self.shop_cpu = (after[name] - before[name] for name in ("calls", "points", "cpu"))


def middle(efforts: Sequence[Effort], what: str) -> float:
    """The median of one figure."""
    return median([getattr(effort, what) for effort in efforts])


def check(connection: Any, products: int) -> None:
    """Ends the benchmark unless every product, variant, picture, SKU and identity is there, and sampled ones are as the shop sells them."""
    from products_and_services.models import Product, Sku

    goods = import_module(f"benchmarks.{GOODS[str(connection.provider)]}")
    if (found := counts_of(connection)) != (expected := goods.rows_of(products)):
        wrong(f"there are {found} instead of {expected}")
    for sold in goods.sold(range(0, products, SAMPLED), products):
        row = Sku.objects.select_related("variant").get(tenant=connection.tenant_id, value=sold.sku)
        product = Product.objects.get(pk=row.product_id or row.variant.product_id)
        skus = tuple(sorted(product.variants.exclude(sku=None).values_list("sku", flat=True)))
        if (product.name, f"{product.price:.2f}", skus) != (sold.name, sold.price, sold.variants) or not product.category:
            wrong(f"{sold} is {product.name}, {product.price}, {skus}, {product.category}")


def counts_of(connection: Any) -> dict[str, int]:
    """Rows of the business by table."""
    return {name: rows.count() for name, rows in _rows(connection).items()}


def _rows(connection: Any) -> dict[str, Any]:
    from integrations.models import ExternalRef
    from meta_integration.models import CatalogChange
    from products_and_services.models import Product, ProductImage, ProductVariant, Revision, Sku

    of = {"product__tenant": connection.tenant_id}
    return {
        "product": Product.objects.filter(tenant=connection.tenant_id), "variant": ProductVariant.objects.filter(**of),
        "image": ProductImage.objects.filter(**of), "sku": Sku.objects.filter(tenant=connection.tenant_id),
        "ref": ExternalRef.objects.filter(connection=connection).exclude(kind="category"),
        "revision": Revision.objects.filter(tenant=connection.tenant_id),
        "change": CatalogChange.objects.filter(tenant=connection.tenant_id), "further": Product.categories.through.objects.filter(**of),
    }  # fmt: skip


def same_rows(one: Any, other: Any) -> None:
    """Ends the benchmark unless both businesses hold the same, numbers and times left aside."""
    for name, mine in _contents(one).items():
        theirs = _contents(other)[name]
        if mine != theirs:
            odd = list((mine - theirs).items())[:1], list((theirs - mine).items())[:1]
            wrong(f"{name}: the importer and the raw upserts wrote different rows, for example {odd}")


def _contents(connection: Any) -> dict[str, Counter[str]]:
    columns = {
        "product": ("external_id", "name", "sku", "description", "short_description", "price", "sale_price", "currency", "track_stock",
                    "stock_quantity", "allow_backorder", "is_active", "website_url", "gtin", "brand", "tags", "category__name"),
        "variant": ("product__external_id", "external_id", "name", "sku", "price", "sale_price", "track_stock", "stock_quantity",
                    "allow_backorder", "attributes", "is_default", "is_active", "sort_order"),
        "image": ("product__external_id", "variant__external_id", "remote_url", "alt", "sort_order"),
        "sku": ("value", "product__external_id", "variant__external_id"),
        "ref": ("kind", "external_id", "product__external_id", "variant__external_id"),
        "further": ("product__external_id", "productcategory__name"),
    }  # fmt: skip
    rows = _rows(connection)
    return {name: Counter(map(repr, rows[name].values_list(*wanted).iterator(chunk_size=2_000))) for name, wanted in columns.items()}


class Writes:
    """Counts rows that statements have written, by table, while it is an execute wrapper."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        words = sql.replace('"', "").split(None, 3)
        if words[0].upper() in ("INSERT", "UPDATE", "DELETE"):
            table = words[1] if words[0].upper() == "UPDATE" else words[2]
            # A statement with RETURNING does not say how many rows it wrote before they are read: it counts as one that wrote.
            self.rows[table] += max(context["cursor"].rowcount, 1 if "RETURNING" in sql else 0)
        return answer


@contextmanager
def announcements() -> Iterator[list[int]]:
    """Ids of products that are announced inside."""
    from products_and_services.signals import catalog_changed

    heard: list[int] = []

    def listen(product_ids: list[int], **_: Any) -> None:
        heard.extend(product_ids)

    catalog_changed.connect(listen)
    yield heard
    catalog_changed.disconnect(listen)
