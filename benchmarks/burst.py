"""10,000 products changed in one transaction, 50 ms a call: against one call per product, 50-call Graph batches, and a bare drain."""

from decimal import Decimal
from urllib.parse import urlencode

from benchmarks.draining import Effort, check, cpu_seconds, drain
from benchmarks.meta_side import CATALOG, MetaSide
from benchmarks.reference import raw_drain
from benchmarks.report import heading, median, say, seconds_of, wrong
from benchmarks.shop import connected_shop, stock_up

PRODUCTS, DELAY, ROUNDS = 10_000, 0.05, 5
SAMPLE = 40


def run(port: int) -> None:
    """Calls and seconds from the commit, debounce included, until everything is settled; rounds interleaved with the bare drain."""
    heading(f"Burst: {PRODUCTS:,} products in one transaction, {DELAY * 1000:.0f} ms a call; medians of {ROUNDS} rounds")
    tenant, catalog = connected_shop()
    ids = stock_up(tenant, PRODUCTS)
    meta = MetaSide(port)
    meta.slow_down(DELAY)
    ours: list[Effort] = []
    bare: list[float] = []
    bare_cpu: list[float] = []
    for number in range(ROUNDS):
        ours.append(_burst(tenant, ids, Decimal(number + 10), catalog, meta))
        cpu = cpu_seconds()
        bare.append(seconds_of(lambda: raw_drain(meta)))
        bare_cpu.append(cpu_seconds() - cpu)
    seconds = median([effort.seconds for effort in ours])
    say("calls to Meta, polls included", max(effort.calls for effort in ours), target=10)
    say("seconds from the commit until all is settled (0.7 s of them debounce)", seconds, "s", target=3)
    say("the best round", min(effort.seconds for effort in ours), "s", target=3)
    say("our own CPU seconds", median([effort.cpu for effort in ours]), "s")
    say("SQL statements", max(effort.queries for effort in ours))
    say("a bare drain of the same rows, no debounce", median(bare), "s")
    say("the bare drain's CPU seconds", median(bare_cpu), "s")
    say("one call per product (a sample, scaled): our seconds against it", seconds, "s", peer=_one_call_each(meta) / SAMPLE * PRODUCTS)
    say("50-call Graph batches, performed: our seconds against it", seconds, "s", peer=_graph_batches(meta))


def _burst(tenant, ids: list[int], price: Decimal, catalog, meta: MetaSide) -> Effort:  # type: ignore[no-untyped-def]
    from django.db import transaction

    from products_and_services.models import Product
    from products_and_services.signals import announce

    with transaction.atomic():
        Product.objects.filter(tenant=tenant).update(price=price)
        announce(tenant.pk, ids)
    effort = drain(catalog, meta)
    check(catalog, meta, (f"P-{n}" for n in range(PRODUCTS)), price=f"{price:.2f} USD")
    return effort


def _product(sku: str) -> dict[str, str]:
    return {"retailer_id": sku, "name": "Peer", "description": "A panel of the benchmark. " * 8, "price": "1999", "currency": "USD",
            "brand": "Solar", "image_url": "https://shop.example/peer.jpg", "url": "https://shop.example/peer"}  # fmt: skip


def _one_call_each(meta: MetaSide) -> float:
    return seconds_of(lambda: [meta.graph("POST", f"{CATALOG}/products", _product(f"one-{n}")) for n in range(SAMPLE)])


def _graph_batches(meta: MetaSide) -> float:
    """All products, 50 calls in each request."""
    calls = [{"method": "POST", "relative_url": f"{CATALOG}/products", "body": urlencode(_product(f"fifty-{n}"))} for n in range(PRODUCTS)]

    def send() -> None:
        for start in range(0, PRODUCTS, 50):
            if any(answer["code"] != 200 for answer in meta.graph("POST", "", {"batch": calls[start : start + 50]})):
                wrong("the stand-in refused a peer's call")

    return seconds_of(send)
